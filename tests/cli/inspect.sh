# inspect shows the manifest as a table, one member's bytes, or JSON, and says
# that it verifies nothing.
# alone
fresh_etc
collect --only sys_memory,sys_kernel/cmdline,xen_logs -o b.tar.bz2 ||
    fail 'no bundle'
run 0 "$XB" inspect b.tar.bz2
has out 'sys_memory'
has out 'meminfo'
has out 'ok'
cat out err >both
has both 'not verified'
run 0 "$XB" inspect b.tar.bz2 summary.txt
cp out summary
run 0 "$XB" inspect b.tar.bz2 manifest.json
/usr/bin/python3 -m json.tool out >/dev/null
run 0 "$XB" inspect b.tar.bz2 files/proc/meminfo
has out '^MemTotal:'
tar -xjOf b.tar.bz2 --wildcards '*/files/proc/meminfo' | cmp - out
run 0 "$XB" inspect --json b.tar.bz2
/usr/bin/python3 -c 'import json
[json.loads(line) for line in open("out")]'
run 1 "$XB" inspect b.tar.bz2 files/nosuch
one_line 'nosuch'
# Without root, from a file that only its owner may read: the master opens it.
run 0 setpriv --reuid 0 "$XB" inspect b.tar.bz2 summary.txt
cmp summary out
# The manifest is read from the end: what lies before it may be damaged, and
# that is why inspect says that it verified nothing.
seq -f 'a line of a log, and a number that changes: %.0f' 100000 >plain.log
cat >"$ETC/xen-bugtool/plugins.d/inspect_test.yaml" <<END
name: inspect_test
summary: something of a size
items:
  - name: log
    file: $PWD/plain.log
END
collect --only inspect_test -o large.tar.bz2
run 0 "$XB" inspect large.tar.bz2
cp out whole
python3 - <<'END'
b = bytearray(open('large.tar.bz2', 'rb').read())
b[len(b) // 3] ^= 1
open('hurt.tar.bz2', 'wb').write(b)
END
run 0 "$XB" inspect hurt.tar.bz2
cmp out whole
run 4 "$XB" verify hurt.tar.bz2
# Another packer's blocks do not begin with the header: it is found all the same.
bzip2 -dc large.tar.bz2 | lbzip2 >other.tar.bz2
run 0 "$XB" inspect other.tar.bz2
cmp out whole
# What is not a bundle
echo hello >text
run 4 "$XB" inspect text
[ -s err ] || fail 'inspect of a text says nothing'
head -c 3000 b.tar.bz2 >cut
run 4 "$XB" inspect cut
[ -s err ] || fail 'inspect of half a bundle says nothing'
