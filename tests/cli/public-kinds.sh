# alone
# plain
# A host that holds every kind of name that --privacy public replaces: none of
# the originals is left in members, their names, the bundle's name, manifest,
# log, summary, diagnosis or page; what must stay stays.  Of a bundle that is
# redacted later, none of those that it tells itself.
fresh_etc
run 0 "$XB" key --init

# certificate NAME SUBJECT SAN
certificate() {
    run 0 openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -days 9 -keyout key.pem -out "$1" -subj "$2" -addext "$3" \
        -addext basicConstraints=critical,CA:FALSE
}
certificate cert.pem '/O=Bergwacht/CN=kehlkopf' \
    'subjectAltName=DNS:karwendel.berg.example,DNS:*.alm.example,IP:198.51.100.77'
certificate beside.pem '/CN=wendelstein' 'subjectAltName=DNS:wendelstein'
openssl x509 -noout -text -in beside.pem >beside.txt
run 0 /usr/bin/python3 "$TOP/tests/cli/public_host.py" host cert.pem beside.txt

# none_left FOLDER [LIST]: no original, in any case, in what is below it.
none_left() {
    [ "$(find "$1" -type f | wc -l)" -ge 15 ] || fail "hardly a file in $1"
    local list=${2:-host.gone}
    if grep -rniFf "$list" "$1" || find "$1" | grep -iFf "$list"; then
        fail "an original is left in $1"
    fi
    for file in manifest.json xen-bugtool.log summary.txt report.html \
        diagnosis.json; do
        find "$1" -name $file | grep -q . || fail "no $file in $1"
    done
}

mkdir out1
collect --replay host --privacy public --case zugspitze-7 \
    --note 'asked hinterseer about 198.51.100.17' -o "$PWD/out1/" --format dir
none_left out1
while read -r kept; do
    grep -qF "$kept" "$bundle/files/var/log/messages" || fail "$kept went"
done <host.kept
holds "$bundle" 'm["host"]["kernel"].startswith("2.6.18.8-host-")'
# The end of a link-local address follows the MAC it is made from.
/usr/bin/python3 - "$bundle/files/var/log/messages" <<'END'
import re, sys
text = open(sys.argv[1]).read()
mac = re.search(r"mac ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\n", text).group(1)
m = [int(x, 16) for x in mac.split(":")]
link = "fe80::%x:%xff:fe%02x:%x" % ((m[0] ^ 2) << 8 | m[1], m[2], m[3],
                                    m[4] << 8 | m[5])
assert link in text, (mac, link)
END

# A user's name that is a word of the page's style or script leaves these as they
# are: the page's policy knows them by their sums.
cat >sums.py <<'END'
import base64, hashlib, re, sys
page = open(sys.argv[1]).read()
for tag in "style", "script":
    text = re.search("<%s>(.*?)</%s>" % (tag, tag), page, re.S).group(1)
    sum = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert "sha256-" + sum in page.split("<style>")[0], tag
    assert "max" in text or "input" in text, tag
END
/usr/bin/python3 sums.py "$bundle/report.html"

# Packed, and by redact from a bundle that was not public.
collect --replay host --privacy public -o packed.tar.bz2
mkdir out2 out3
tar -xjf packed.tar.bz2 -C out2
none_left out2
collect --replay host -o open.tar.bz2
run 0 "$XB" redact open.tar.bz2 --privacy public --keyword max --keyword input \
    -o later.tar.bz2
tar -xjf later.tar.bz2 -C out3
none_left out3 host.later
/usr/bin/python3 sums.py out3/*/report.html
