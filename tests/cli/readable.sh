# Every usual reader takes the bundle, and gets the same bytes out of it.
collect --only sys_memory,sys_kernel,sys_net -o b.tar.bz2
run 0 bzip2 -t "$bundle"
run 0 lbzip2 -t "$bundle"
bzip2 -dc "$bundle" >by-bzip2
lbzip2 -dc "$bundle" >by-lbzip2
busybox bunzip2 -c "$bundle" >by-busybox
/usr/bin/python3 -c 'import bz2, sys
sys.stdout.buffer.write(bz2.open(sys.argv[1]).read())' "$bundle" >by-python
for one in by-lbzip2 by-busybox by-python; do
    cmp by-bzip2 $one || fail "$one differs"
done
# One stream: a reader that stops at the first end has it all.
/usr/bin/python3 -c 'import bz2, sys
d = bz2.BZ2Decompressor()
data = d.decompress(open(sys.argv[1], "rb").read())
assert d.eof and not d.unused_data, "more than one stream"
assert data == open("by-bzip2", "rb").read()' "$bundle"

mkdir gnu bsd bb py
run 0 tar -xjf "$bundle" -C gnu
[ ! -s err ] || fail "GNU tar complains: $(cat err)"
run 0 bsdtar -xf "$bundle" -C bsd
[ ! -s err ] || fail "bsdtar complains: $(cat err)"
run 0 busybox tar -xjf "$bundle" -C bb
run 0 /usr/bin/python3 -c 'import sys, tarfile
tarfile.open(sys.argv[1]).extractall("py")' "$bundle"
for one in bsd bb py; do
    diff -r gnu $one || fail "$one unpacked something else"
done
[ "$(ls gnu)" = "$(ls gnu | head -n 1)" ] || fail 'more than one top folder'
# Members are root's, private, and of nothing but folders and files.
/usr/bin/python3 - "$bundle" <<'END'
import sys, tarfile
for t in tarfile.open(sys.argv[1]):
    assert t.isfile() or t.isdir(), t.name
    assert t.uid == 0 and t.gid == 0, (t.name, t.uid, t.gid)
    assert t.mode == (0o700 if t.isdir() else 0o600), (t.name, oct(t.mode))
    assert not t.name.startswith("/") and ".." not in t.name.split("/"), t.name
END

# The plain format holds the same members.
collect --only sys_memory,sys_kernel,sys_net -f tar -o b.tar
run 0 tar -tf "$bundle"
run 0 "$XB" verify "$bundle"
