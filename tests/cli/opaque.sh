# What no rule can look through is left out, by name of its format: archives,
# databases, text in UTF-32; what is packed and begins behind a text goes up to
# where text goes on.  What can be unpacked is, whatever packed it.  A bundle of
# somebody else that holds such a member is not sound.
secret='vncpasswd=EXAMPLE-inside'
logs=$PWD/disk/var/log/xen
mkdir -p "$logs"
cd "$logs"
for i in $(seq 40); do echo "line $i: $secret$i of $RANDOM"; done >t
raw() {
    bsdtar --format raw "$1" -cf "$2" t
}
raw -Z xl-compress.log.Z
raw --lz4 xl-lz4.log.lz4
raw --lzma xl-lzma.log.lzma
raw --lzma xl-noending
raw -z xl-gzip.log.gz
raw --zstd xl-zstd.log.zst
7z a -bd -tzip logs.zip t >/dev/null
7z a -bd -tzip -mx0 stored.zip t >/dev/null
7z a -bd logs.7z t >/dev/null
raw --lzip logs.lz
raw -z inner
7z a -bd -tzip in.zip t >/dev/null
gzip -c in.zip >zip.gz
bsdtar --format newc -cf logs.cpio t
bsdtar --format ustar -cf packed.tar inner
rm in.zip inner
/usr/bin/python3 - <<'END'
import sqlite3
for mode in 'delete', 'wal':
    db = sqlite3.connect(mode + '.db')
    db.execute('pragma journal_mode=' + mode)
    db.execute('create table a(name, password)')
    db.execute('insert into a values("root", "EXAMPLE-inside")')
    db.commit()
END
# larger than what is kept of a log: its begin tells, not its end
/usr/bin/python3 - <<'END'
import sqlite3
db = sqlite3.connect('large.db')
db.execute('create table a(name, password)')
for i in range(300):
    db.execute('insert into a values(?, "EXAMPLE-inside")', ('x' * 50000,))
db.commit()
END
iconv -t UTF-32LE <t >u32.log
iconv -t UTF-32 <t >u32mark.log
{ head -n 3 t; cat xl-gzip.log.gz; } >mixed.log
{ head -n 3 t; cat xl-zstd.log.zst; seq 1000 1200; } >around.log
# what begins behind a text: known by its content, or a text that goes on
/usr/bin/python3 - <<'END'
import lzma
import zlib
text = open('t', 'rb').read()
head = b''.join(text.splitlines(True)[:5]).replace(b'EXAMPLE-inside', b'gone')
for name, data in (('zlib1', zlib.compress(text, 1)),
                   ('zlib5', zlib.compress(text, 5)),
                   ('lzma', lzma.compress(text, format=lzma.FORMAT_ALONE))):
    open('behind-%s.log' % name, 'wb').write(head + data + b'\n' + head)
wide = text.decode().encode('utf-16-le')
open('u16late.log', 'wb').write(head + wide + head)
open('u16odd.log', 'wb').write(b'x' + text.decode().encode('utf-16-be'))
open('u16mark.log', 'wb').write(b'\xff\xfe' + text)
open('text.pdf', 'wb').write(
    b'%PDF-1.4\n1 0 obj\n<< /Length 2000 >>\nstream\n' +
    b''.join(b'[(EX)-10(AMPLE-ins)] TJ\n' for i in range(99)))
END
compress -c <t >t.Z
{ head -n 3 t; cat t.Z; } >behind-compress.log
rm t.Z
# as a guest could begin its console
{ printf 'PK\3\4\24\0\n'; cat t; } >guest.log
printf 'BZhang logged in\nPK: 7z a logs.7z, Rar!\nSQLite format 3\n' >words.log
rm t
cd - >/dev/null

collect -f dir -o b --sysroot "$PWD/disk"
! grep -rlaE 'EXAMPLE-inside' b >&2 || fail 'a secret is in the bundle'
! grep -rlaE 'E.{0,3}X.{0,3}A.{0,3}M.{0,3}P.{0,3}L.{0,3}E.{0,3}-' b >&2 ||
    fail 'a secret in wide characters is in the bundle'
run 0 "$XB" verify --deep b
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" b
for one in compress lz4 lzma gzip zstd; do
    has "b/files/var/log/xen/xl-$one.log" '^line 40: vncpasswd=\[REDACTED:'
done
has b/files/var/log/xen/xl-noending '^line 40: vncpasswd=\[REDACTED:'
for one in late odd mark; do
    tr -d '\0' <b/files/var/log/xen/u16$one.log >shown
    has shown '^line 40: vncpasswd=\[REDACTED:'
done
/usr/bin/python3 -c '
import sys
sys.exit("line 40".encode("utf-16-le") not in open(sys.argv[1], "rb").read())
' b/files/var/log/xen/u16late.log || fail 'it is no UTF-16 any more'
for one in zlib1 zlib5 lzma compress; do
    has b/files/var/log/xen/behind-$one.log 'REDACTED:unscannable:'
done
has b/files/var/log/xen/mixed.log 'REDACTED:unscannable:[0-9]+\]$'
has b/files/var/log/xen/around.log '^1200$'
has b/files/var/log/xen/guest.log '^line 40: vncpasswd=\[REDACTED:'
cmp "$logs/words.log" b/files/var/log/xen/words.log
/usr/bin/python3 - b/manifest.json <<'END' || fail 'an outcome is not as it should be'
import json
import sys
want = {
    'logs.zip': ('refused', 'it is a zip archive'),
    'zip.gz': ('refused', 'it is a zip archive'),
    'logs.7z': ('refused', 'it is a 7z archive'),
    'logs.lz': ('refused', "it is lzip's compression"),
    'logs.cpio': ('refused', 'binary content with secrets'),
    'packed.tar': ('refused', 'binary content with secrets'),
    'delete.db': ('refused', 'it is an SQLite database'),
    'wal.db': ('refused', 'it is an SQLite database'),
    'large.db': ('refused', 'it is an SQLite database'),
    'u32.log': ('refused', 'it is text in UTF-32'),
    'u32mark.log': ('refused', 'it is text in UTF-32'),
    'text.pdf': ('refused', 'it is a PDF document'),
    'u16late.log': ('ok', ''),
    'u16odd.log': ('ok', ''),
    'u16mark.log': ('ok', ''),
    'behind-zlib1.log': ('partial', 'a compressed stream'),
    'behind-zlib5.log': ('partial', 'a compressed stream'),
    'behind-lzma.log': ('partial', 'a compressed stream'),
    'behind-compress.log': ('partial', 'a compressed stream'),
    'mixed.log': ('partial', 'a compressed stream'),
    'around.log': ('partial', 'a compressed stream'),
    'guest.log': ('partial', 'a compressed stream'),
    'words.log': ('ok', ''),
    'xl-compress.log.Z': ('ok', ''),
    'xl-lz4.log.lz4': ('ok', ''),
    'xl-lzma.log.lzma': ('ok', ''),
    'xl-noending': ('ok', ''),
}
wrong = 0
for item in json.load(open(sys.argv[1]))['items']:
    name = item.get('path', '').rpartition('/')[2]
    status, error = want.pop(name, (None, None))
    if status and (item['status'] != status or
                   error not in item.get('error', '')):
        print(name, item, file=sys.stderr)
        wrong += 1
print('not in the manifest:', *want, file=sys.stderr)
sys.exit(wrong or len(want) > 0)
END

# planted FILE REGEX: a member of a bundle that somebody else made.
planted() {
    rm -rf bad
    cp -a b bad
    : >bad/files/var/log/xen/words.log
    /usr/bin/python3 - "$1" <<'END'
import hashlib
import re
import sys
data = open(sys.argv[1], 'rb').read()
open('bad/files/var/log/xen/words.log', 'wb').write(data)
lines = open('bad/manifest.json').read().split('\n')
for i, line in enumerate(lines):
    if 'words.log"' in line:
        line = re.sub('"sha256":"[0-9a-f]*"', '"sha256":"%s"' %
                      hashlib.sha256(data).hexdigest(), line)
        lines[i] = re.sub('"bytes_stored":[0-9]*', '"bytes_stored":%d' %
                          len(data), line)
open('bad/manifest.json', 'w').write('\n'.join(lines))
END
    run 0 "$XB" verify bad
    run 4 "$XB" verify --deep bad
    has out "^files/var/log/xen/words.log:.* $2\$"
    has out ': not sound, [0-9]+ problems?$'
}
planted "$logs/behind-zlib5.log" 'within it cannot be looked through for secrets'
planted "$logs/u16late.log" 'is left, of the rule password'
planted "$logs/logs.zip" 'it is a zip archive'
planted "$logs/delete.db" 'it is an SQLite database'
planted "$logs/u32.log" 'it is text in UTF-32'
planted "$logs/xl-compress.log.Z" 'it is what compress compressed'
planted "$logs/xl-lzma.log.lzma" 'it is what lzma compressed'

# It is not delivered either, and made anew, it comes without.
(cd bad && find * -type f ! -name manifest.json | sort >../list)
echo manifest.json >>list
tar --owner=0 --group=0 --transform 's,^,bad/,' -C bad -cf bad.tar -T list
run 4 "$XB" upload -y bad.tar https://127.0.0.1:9/
has err 'found 1 problem'
run 0 "$XB" redact bad -o good.tar.bz2
run 0 "$XB" verify --deep good.tar.bz2
run 1 "$XB" redact "$logs/logs.zip"
one_line 'no text'
