# redact as a filter and on one file: the same bytes go out, but for secrets.
printf 'vncpasswd = "EXAMPLE-one"\nvcpus = 2\n' >cfg
run 0 "$XB" redact cfg
has out '^vncpasswd = "\[REDACTED:vnc-password:[0-9a-f]{12}\]"$'
has out '^vcpus = 2$'
[ "$(wc -l <out)" = 2 ] || fail 'lines were added or lost'
[ ! -s err ] || fail 'something on stderr'

# Standard input, with and without its name; the shell opens it, so cat.
filter() {
    local got=0
    "$XB" redact "$@" <cfg >out 2>err || got=$?
    ran="redact $* <cfg"
    [ "$got" = 0 ] || fail "exit status $got"
}
filter
has out 'REDACTED:vnc-password'
filter -
has out 'REDACTED:vnc-password'
filter -o new
[ ! -s out ] || fail 'something on stdout'
has new 'REDACTED:vnc-password'
[ "$(stat -c %a new)" = 600 ] || fail 'others can read what was made'
has err 'made .*/new'

# Without a secret not a byte changes: bytes of all kinds that text has.
printf 'a\0b=c\0\xe4\xf6\n\r\n\033[1mtext\xc3\xa4 that is long enough\ttab' >odd
run 0 "$XB" redact odd
cmp odd out || fail 'bytes were changed'
: >empty
run 0 "$XB" redact empty
cmp empty out

# Compressed logs are read through and come out plain.
for pack in gzip bzip2 xz 'zstd -q'; do
    $pack -k cfg
done
for file in cfg.gz cfg.bz2 cfg.xz cfg.zst; do
    run 0 "$XB" redact "$file"
    has out '^vncpasswd = "\[REDACTED:vnc-password:'
    rm "$file"
done
# Cut off in the middle: what could be read is there, and the status says so.
seq 1 100000 | gzip >whole.gz
head -c 60000 whole.gz >cut.gz
run 3 "$XB" redact cut.gz
[ "$(wc -l <out)" -gt 1000 ] || fail 'what could be read is missing'
one_line=$(grep -c 'cut.gz: cannot be decompressed' err)
[ "$one_line" = 1 ] || fail 'not one line about the cut file'

# A token is redacted again: nobody can tell ours from a forged one.
echo 'see [REDACTED:vnc-password:0123456789ab] there' >token
run 0 "$XB" redact token
has out '^see \[REDACTED:token:[0-9a-f]{12}\] there$'

# --check writes nothing and tells by its status; tokens are hidden already.
run 4 "$XB" redact --check cfg
[ ! -s out ] || fail 'something on stdout'
run 0 "$XB" redact --check odd
run 0 "$XB" redact --check token
run 4 "$XB" redact --check --stats --json cfg
/usr/bin/python3 -c 'import json
s = json.load(open("out"))
assert s["hidden"] == 1 and s["rules"] == {"vnc-password": 1}, s
assert s["files"] == 1 and s["bytes"] == 36, s'
run 0 "$XB" redact --stats cfg
has out '^vncpasswd'
has err '^vnc-password +1$'
has err '^all +1$'

# Every rule is listed with its file and a reason.
run 0 "$XB" redact --list-rules
has out '^vnc-password +[a-z-]+ +[0-9]+-[a-z]+\.yaml$'
run 0 "$XB" redact --list-rules --json
/usr/bin/python3 -c 'import json
rules = [json.loads(line) for line in open("out")]
assert len(rules) > 20
assert all(r["builtin"] and r["why"] and r["form"] for r in rules)
assert len({r["rule"] for r in rules}) == len(rules)'

# Nobody needs root for it.
chmod 755 .
chmod 644 cfg
run 0 as_nobody "$XB" redact cfg
has out 'REDACTED:vnc-password'
chmod 600 cfg
run 1 as_nobody "$XB" redact cfg
one_line 'cannot open cfg: Permission denied'

# What is no text cannot be redacted; nothing half-done comes out.
head -c 20000 "$LIBEXEC/xen-bugtool-worker" >program
run 1 "$XB" redact program
one_line 'program is no text'
run 1 "$XB" redact program -o from-program
[ ! -e from-program ] || fail 'a file was made of a program'
{ printf '\377\376\0\0'; printf 'password=abc\n' | iconv -t UTF-32LE; } >utf32
run 1 "$XB" redact utf32
one_line 'no text'

# Text of Windows: in UTF-16 as it came, with its mark, without its secret.
{ printf '\377\376'; printf '"DefaultPassword"="S3cret"\r\nplain\r\n' |
    iconv -t UTF-16LE; } >wide
run 0 "$XB" redact wide
head -c 2 out | cmp - <(printf '\377\376') || fail 'the mark is lost'
iconv -f UTF-16 -t UTF-8 out >narrow
has narrow '^"DefaultPassword"="\[REDACTED:'
has narrow '^plain'
lacks narrow 'S3cret'
run 1 "$XB" redact nosuch
one_line 'cannot open nosuch: No such file'
for file in /proc/kmsg /proc/self/mem; do
    run 1 "$XB" redact $file
    one_line "$file is never read"
done
mkfifo fifo
run 1 "$XB" redact fifo
one_line 'fifo is neither a file nor a folder'
mkdir folder
run 2 "$XB" redact folder
one_line 'folder is a folder.*--recursive'
run 1 "$XB" redact folder -o other
one_line 'no manifest.json, so it is no bundle'
run 1 "$XB" redact cfg -o new
one_line 'new exists'
run 1 "$XB" redact cfg -o folder
one_line 'folder exists; name a new one'
[ -z "$(ls -A folder)" ] || fail 'something was made in the folder'
run 1 "$XB" redact cfg -o nosuch/new
one_line 'nosuch'
echo 'not gzip at all' | { printf '\037\213\010'; cat; } >not.gz
run 4 "$XB" redact not.gz
one_line 'not.gz: cannot be decompressed'
run 2 "$XB" redact cfg second
one_line 'one operand too many'
run 2 "$XB" redact --check -o x cfg
one_line 'leave out --outfile'
run 2 "$XB" redact --list-rules cfg
one_line 'stands alone'
run 2 "$XB" redact -r
one_line 'expected the folder'
run 2 "$XB" redact -r folder
one_line 'expected the new folder with --outfile'
