# alone
# What is never sent: URLs that would give something away, bundles that
# verify --deep refuses, and those made with weakened rules.
fresh_etc
collect --only sys_memory -o b.tar.bz2
try() {
    run 2 "$XB" upload b.tar.bz2 "$1"
    one_line "$2"
}
try http://example.org/ 'anyone on the way could read'
try ftp://example.org/ 'ftp\+tls'
try https://joe:secret@example.org/ 'every user of this host'
lacks err 'secret'
try gopher://example.org/ "'gopher' is no way to send"
try 'https://example.org/a b' 'neither blanks'
try https:///x 'names no host'
try x 'is no URL'
run 2 "$XB" collect --upload http://example.org/ -o c.tar.bz2
one_line 'anyone on the way'
[ ! -e c.tar.bz2 ] || fail 'a bundle for a URL that cannot be used'
run 2 "$XB" collect --upload https://example.org/ --outfd 1
run 2 "$XB" collect --upload https://example.org/ -f dir

# A secret, which somebody put there afterwards.
"$XB" collect -y -q --only sys_memory -f dir -o folder >/dev/null
run 1 "$XB" upload folder https://localhost:1/
one_line 'is a folder'
mkdir x
tar xf b.tar.bz2 -C x
top=$(ls x)
one=$(find x -name 'meminfo*' | head -n 1)
echo 'password = "hunter2hunter2"' >>"$one"
tar cjf spoilt.tar.bz2 -C x "$top"
run 4 "$XB" upload spoilt.tar.bz2 https://localhost:1/
has err 'a secret is left'
has err 'xen-bugtool redact makes a bundle without'
has err 'spoilt.tar.bz2 is not sent'
lacks err 'hunter2'
[ ! -e spoilt.tar.bz2.receipt ] || fail 'a receipt of what was not sent'
head -c 3000 b.tar.bz2 >short.tar.bz2
run 4 "$XB" upload short.tar.bz2 https://localhost:1/
run 1 "$XB" upload missing.tar.bz2 https://localhost:1/

# Nothing leaves with --queue, but it is looked through all the same.
run 4 "$XB" upload --queue spoilt.tar.bz2 https://example.org/
run 0 "$XB" upload --queue b.tar.bz2 https://example.org/in/
has out 'xen-bugtool upload b.tar.bz2 https://example.org/in/'
has b.tar.bz2.receipt '"result":"queued"'
# A shell takes the line as it is meant, whatever the name.
name="it's \$(id) #1.tar.bz2"
cp b.tar.bz2 "$name"
run 0 "$XB" upload --queue "$name" 'https://example.org/in/?a=b&c'
eval "set -- $(grep '^  xen-bugtool upload' out)"
[ "$3" = "$name" ] && [ "$4" = 'https://example.org/in/?a=b&c' ] ||
    fail "not the words that were given: $*"

# Rules that were weakened, when it was made or where it is looked through.
printf 'disable:\n- private-key\n' | rule_file 20-less.yaml
run 4 "$XB" upload b.tar.bz2 https://localhost:1/
has err 'rules of this host are weakened .*switched off by .*20-less.yaml'
printf 'disable:\n- vnc-password\n- url-password\n- password\n- password-json\n' |
    rule_file 20-less.yaml
run 4 "$XB" upload b.tar.bz2 https://localhost:1/
has err 'rules of this host are weakened .*switched off by.* and [1-3] more\)'
collect --only sys_memory -o less.tar.bz2
run 4 "$XB" upload less.tar.bz2 https://localhost:1/
has err 'made with weakened redaction rules .*switched off by'
rm "$ETC/xen-bugtool/redact.d/20-less.yaml"
run 4 "$XB" upload less.tar.bz2 https://localhost:1/
has err 'made with weakened redaction rules.*--allow-weakened-rules'
run 5 "$XB" upload --allow-weakened-rules --tries 1 less.tar.bz2 \
    https://localhost:1/
has err 'connect'
