# time: 120
# alone
# A whole collection of this machine, as root.
mkdir made
start=$SECONDS
collect -o made/
[ $((SECONDS - start)) -lt $((60 * SLOW)) ] || fail 'the run took too long'
[ "$(stat -c '%a %U' "$bundle")" = '600 root' ] ||
    fail "mode and owner: $(stat -c '%a %U' "$bundle")"
case $bundle in
*/xen-bugtool-*-[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]T[0-9]*Z.tar.bz2) ;;
*) fail "the bundle's name: $bundle" ;;
esac
[ "$(ls made | wc -l)" = 1 ] || fail "more than the bundle: $(ls made)"
run 0 "$XB" verify "$bundle"
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" "$bundle"
holds "$bundle" \
    'm["complete"] is True and m["cut"] is None and not m["replayed"]' \
    'status("sys_memory/meminfo") == "ok"' \
    'not [i for i in items if i["status"] == "denied"]' \
    'len(names) == len(set(names))' \
    'names[-4:-1] != [] and names[-1] == "manifest.json"' \
    '"summary.txt" in names and "xen-bugtool.log" in names' \
    'm["modules"]["before"] == m["modules"]["after"]'
holds "$bundle" 'set(i["member"] for i in items if "member" in i) <= set(names)'
run 0 "$XB" inspect "$bundle" summary.txt
has out "$(uname -n)"
has out "$(uname -r)"
[ -z "$(ours)" ] || fail "processes of ours are left: $(ours)"

# The same again beside it: another name or a refusal, never a replacement.
before=$(sha256sum "$bundle")
status=0
"$XB" collect -y -q --only sys_memory -o "$bundle" >out 2>err || status=$?
[ "$status" = 1 ] || fail "exit status $status for an existing file"
[ "$(sha256sum "$bundle")" = "$before" ] || fail 'the bundle was replaced'
