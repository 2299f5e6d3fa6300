# plain
# time: 300
# The web page in a real browser: what is seen, filters, keyboard, both themes,
# a phone, print, accessibility, scripts off, and hostile names.
modules=$TOP/build/npm
[ -d "$modules/node_modules/playwright-core" ] ||
    fail "no playwright-core: sh tests/setup.sh check"
make_page() {
    run 0 /usr/bin/python3 "$TOP/tests/browser/documents.py" "$2" "${3:-guest2}"
    run 0 "$BUILD/browser/make_page" manifest.json diagnosis.json
    mv out "$1.html"
}
name='x"<img src=x onerror=window.pwned=1>'\''</title></style><script>'
name+='window.pwned=1</script>--><svg onload=window.pwned=1>'$'\u202e''gpj'$'\u200b''.exe'
printf '%s\n' "$name" >NAME.txt
make_page plain 12
make_page hostile 12 "$name"
make_page many 100
run 0 "$XB" report "$TOP/tests/hosts/xen-4.17-debian12" -o host.html
node "$TOP/tests/browser/test.mjs" "$modules" ||
    fail 'the page is not what it should be'
