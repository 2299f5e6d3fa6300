# alone
# The worked example of xen-bugtool-plugin(5) runs as it is printed: its drop-in
# (the first example block that starts with "name:") is read and carried out.
fresh_etc
/usr/bin/python3 - "$TOP/man/xen-bugtool-plugin.5" >example.yaml <<'END'
import re, sys
text = open(sys.argv[1]).read()
for block in re.findall(r"^\.EX\n(.*?)^\.EE", text, re.M | re.S):
    block = re.sub(r"^\\&", "", block, flags=re.M)
    for old, new in ((r"\-", "-"), (r"\(aq", "'"), (r"\(dq", '"'),
                     (r"\(ti", "~"), (r"\(ha", "^"), (r"\e", "\\")):
        block = block.replace(old, new)
    if re.search(r"^name:", block, re.M):
        print(block, end="")
        break
END
[ -s example.yaml ] || fail 'no example block starts with "name:"'
for file in example.yaml "$TOP"/docs/samples/plugin.yaml; do
    rm -f "$ETC"/xen-bugtool/plugins.d/* b.tar.bz2
    drop_in example.yaml <"$file"
    name=$(sed -n 's/^name: *//p' "$file" | head -n 1)
    run 0 "$XB" plugins
    has out "$name"
    lacks err 'example.yaml'
    collect --only "$name" -o b.tar.bz2
    run 0 "$XB" verify b.tar.bz2
    holds b.tar.bz2 "len([i for i in items if i['plugin'] == '$name']) >= 2" \
        "not [i for i in items if i['plugin'] == '$name'
              and i['status'] in ('timeout', 'denied')]"
done
