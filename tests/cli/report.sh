# time: 120
# report: the page of a bundle is the one inside it; text and JSON say the same.
host=$TOP/tests/hosts/xen-4.17-debian12
collect --replay "$host" -o b.tar.bz2
collect --replay "$host" -f dir -o b.dir
run 0 "$XB" inspect b.tar.bz2 report.html
mv out inside.html
for bundle in b.tar.bz2 b.dir; do
    run 0 "$XB" report -q "$bundle" -o made.html
    [ "$(cat out)" = "$PWD/made.html" ] || fail "not the page's path: $(cat out)"
    [ "$(stat -c %a made.html)" = 600 ] || fail 'others can read the page'
    cmp inside.html made.html || fail "the page of $bundle is another"
    mv made.html "$bundle.html"
done
holds b.tar.bz2 'status("xen-bugtool/report.html") == "ok"'
# Without root, and never over a file.
mkdir nobody
chown 65534 nobody
cp b.tar.bz2 nobody/
chmod 644 nobody/b.tar.bz2
run 0 as_nobody "$XB" report nobody/b.tar.bz2 -o nobody/page.html
cmp inside.html nobody/page.html
run 1 "$XB" report b.tar.bz2 -o b.dir.html
one_line 'b.dir.html exists'

run 0 "$XB" report b.tar.bz2
has out '^Host: xenlab'
has out 'Xen 4\.17'
run 0 "$XB" report --json b.tar.bz2
/usr/bin/python3 - <<'END'
import json
def once(pairs):
    assert len(pairs) == len(dict(pairs)), [k for k, v in pairs]
    return dict(pairs)
r = json.load(open("out"), object_pairs_hook=once)
rows = r["items"]["rows"]
assert r["name"] == "xenlab" and len(rows) == r["items"]["count"], r["name"]
assert sum(row["status"] == "ok" for row in rows) == r["items"]["ok"]
END
run 2 "$XB" report --json b.tar.bz2 -o x.html
one_line 'give one of them'
run 2 "$XB" report

# A crash that Xen told of: the line, the remedy, and markup that stays text, in
# the page inside, the page made later, summary and JSON.
cp -r "$host" broken
cat >>broken/xen/dmesg.txt <<'END'
(XEN) Xen BUG at spinlock.c:48
(XEN) RIP:    e008:[<ffff82d04023b8a2>] check_lock+0x32 <script>x</script>
(XEN) Panic on CPU 0:
END
collect --replay broken -o broken.tar.bz2
run 0 "$XB" verify --deep broken.tar.bz2
run 0 "$XB" inspect broken.tar.bz2 report.html
mv out broken.html
has broken.html 'The hypervisor crashed'
has broken.html 'check_lock.0x32 &lt;script&gt;x&lt;/script&gt;$'
run 0 "$XB" report -q broken.tar.bz2 -o later.html
cmp broken.html later.html
run 0 "$XB" inspect broken.tar.bz2 summary.txt
has out '^ERROR   Xen '
has out '^      \(XEN\) Xen BUG at spinlock'
run 0 "$XB" report --json broken.tar.bz2
/usr/bin/python3 - <<'END'
import json
r = json.load(open("out"))
first = r["diagnosis"]["findings"][0]
assert r["errors"] >= 1 and first["severity"] == "error", r["errors"]
assert first["evidence"][0]["member"] == "xen/dmesg.txt", first
END

# What is no bundle, and one that ends too early.
echo hello >text
run 4 "$XB" report text
one_line '^xen-bugtool: .*text'
head -c 100000 b.tar.bz2 >short.tar.bz2
run 4 "$XB" report short.tar.bz2 -o short.html
[ ! -e short.html ] || fail 'a page of half a bundle'
run 1 "$XB" report missing.tar.bz2
one_line 'missing.tar.bz2'

# Where a size is set the page goes before the manifest does.
status=0
"$XB" collect -y -q -f tar --replay "$host" --max-size 1400K -o small.tar \
    >out 2>err || status=$?
[ "$(stat -c %s small.tar)" -le $((1400 * 1024)) ] || fail 'too large'
run 0 "$XB" verify small.tar

# Which way Xen's version and the domains came, and of what release the tools are.
collect --replay "$TOP/tests/hosts/xen-4.20-tools-4.17-mismatch-no-libxenctrl" \
    --format dir -o ways
has ways/report.html 'Xen told by<dd>xen/version.json'
has ways/report.html 'Domains told by<dd>xen/devices.json'
has ways/report.html 'Xen tools<dd>4.17'
has ways/summary.txt 'its tools are of 4.17$'
