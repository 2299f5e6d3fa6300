# alone
# What is wrong with a rule file is told with file and line, and the run does
# not start: rules that were not read hide nothing.
fresh_etc
good() {
    cat <<'END'
rules:
- name: site-badge
  why: The badges of our operators.
  anchor: 'badge no\. '
  form: blank
  match:
  - text: 'badge no. EXAMPLE-1 of'
    goes: 'EXAMPLE-1'
  keep:
  - 'badge number unknown'
END
}
# refused STATUS REGEX: with the files as they are.
refused() {
    run "$1" "$XB" collect -y --only sys_memory -o b.tar.bz2
    one_line "$2"
    [ ! -e b.tar.bz2 ] || fail 'a bundle was made'
}
# wrong LINE REGEX SED: the good file, spoiled by a sed script.
wrong() {
    good | sed "$3" | rule_file bad.yaml
    refused 2 "redact\.d/bad\.yaml:$1: .*$2"
    mv "$ETC/xen-bugtool/redact.d/bad.yaml" named
    run 2 "$XB" collect -y --only sys_memory --redact-rules named -o b.tar.bz2
    one_line "named:$1: .*$2"
}
good | rule_file good.yaml
run 0 "$XB" collect -y -q --only sys_memory -o good.tar.bz2
rm "$ETC/xen-bugtool/redact.d/good.yaml"

# no YAML, no such key, a key that is missing, twice the same
wrong '[1-9]+' 'expected' '2s/.*/- name: [x/'
wrong 3 'one of .*found "wy"' '3s/why/wy/'
wrong 2 'form' '/form:/d'
wrong 4 'once' '3a\  why: again'
wrong '[0-9]+' 'rules: or disable:' 'd'
wrong '[0-9]+' '' 's/.*/\x00/'
# a name, a form, an anchor that cannot be taken
wrong 2 'name' '2s/site-badge/Site_Badge/'
wrong 2 'name' '2s/site-badge/unscannable/'
wrong 5 'no such form' '5s/blank/bank/'
wrong 5 'our own tokens' '5s/blank/token/'
wrong 4 'anchor|repe|\*' "4s/'.*'/'badge.*no'/"
wrong 4 '' "4s/'.*'/'(badge'/"
wrong 4 '' "4s/'.*'/'[0-9]'/"
# examples that do not hold
wrong 8 "not in the example" '8s/EXAMPLE-1/EXAMPLE-2/'
wrong 7 'example became "badge no. \[REDACTED:site-badge:' \
    "8s/'EXAMPLE-1'/'EXAMPLE'/"
wrong 7 'example became' "7s/badge no/Badge number/"
wrong 10 'must stay' "10s/number unknown/no. one/"
# what stands in the way of a built-in rule
wrong 4 'keeps the built-in rule .* from hiding' "
    4s/'.*'/'(p)assw'/; 5s/blank/auto/; 7s/'.*'/'a passw x'/
    8s/'.*'/'passw'/; 10s/.*/  - other/"
# overrides
wrong 12 'no built-in rule nosuch' '$a\disable:\n- nosuch'
wrong 12 'forged tokens' '$a\disable:\n- token'
wrong 12 'both' '$a\disable:\n- site-badge'
good | rule_file one.yaml
good | rule_file two.yaml
refused 2 'two\.yaml:2: there is a rule site-badge already, in .*one\.yaml'
rm "$ETC"/xen-bugtool/redact.d/*

# Files that others could have written, or that cannot be read.
good | rule_file mode.yaml
chmod 666 "$ETC/xen-bugtool/redact.d/mode.yaml"
refused 1 'mode\.yaml.*can be written by others|mode\.yaml.*others'
chmod 644 "$ETC/xen-bugtool/redact.d/mode.yaml"
chown 65534 "$ETC/xen-bugtool/redact.d/mode.yaml"
refused 1 'mode\.yaml.*root'
rm "$ETC/xen-bugtool/redact.d/mode.yaml"
good >elsewhere.yaml
chmod 777 .
ln -s "$PWD/elsewhere.yaml" "$ETC/xen-bugtool/redact.d/link.yaml"
refused 1 'link\.yaml'
ln -sf nowhere "$ETC/xen-bugtool/redact.d/link.yaml"
refused 1 'link\.yaml'
rm "$ETC/xen-bugtool/redact.d/link.yaml"
# A link that nobody else can bend is as good as the file.
good >"$ETC/xen-bugtool/elsewhere.yaml"
ln -s ../elsewhere.yaml "$ETC/xen-bugtool/redact.d/link.yaml"
collect --only sys_memory -o link.tar.bz2
holds link.tar.bz2 'len(m["rules"]["files"]) == 1'
rm "$ETC/xen-bugtool/redact.d/link.yaml"
chmod 777 "$ETC/xen-bugtool/redact.d"
refused 1 'redact\.d.*others'
chmod 700 "$ETC/xen-bugtool/redact.d"
run 1 as_nobody "$XB" collect -y --only sys_memory -o b.tar.bz2
one_line 'cannot read the redaction rules'
chmod 755 "$ETC/xen-bugtool/redact.d"
head -c 1100000 /dev/zero | tr '\0' '#' | rule_file big.yaml
refused 2 'big\.yaml:1: expected at most 1048576 bytes'
rm "$ETC/xen-bugtool/redact.d/big.yaml"
run 1 "$XB" collect -y --only sys_memory --redact-rules nosuch -o b.tar.bz2
one_line 'nosuch'
