# time: 120
# Without root: what may be read is collected, what may not is named; exit 0.
mkdir made
chown 65534:65534 made
run 0 as_nobody "$XB" collect -y -o made/
has out 'denied'
has out 'as root'
has err 'not run as root'
bundle=$(echo made/*.tar.bz2)
[ "$(stat -c '%a %u' "$bundle")" = '600 65534' ] ||
    fail "mode and owner: $(stat -c '%a %u' "$bundle")"
run 0 as_nobody "$XB" verify "$bundle"
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" "$bundle"
holds "$bundle" 'm["complete"]' \
    'status("sys_memory/meminfo") == "ok"' \
    'status("sys_memory/slabinfo") == "denied"' \
    'len([i for i in items if i["status"] == "denied"]) > 3' \
    'all(i.get("error") for i in items if i["status"] == "denied")'
