# Compressed logs that are cut off, have a wrong bit, or text behind their end:
# what came out before is kept, and the item says what is wrong. All of the file
# counts as read.
mkdir -p root/var/log/xen
seq 1 200 | sed 's/^/a line of number /' >text
for pack in gzip bzip2 xz 'zstd -q' lz4 lzma; do
    name=root/var/log/xen/${pack%% *}.log.1
    $pack -c <text >packed
    head -c $(($(stat -c %s packed) * 2 / 3)) packed >"$name.cut"
    { cat packed; echo 'vncpasswd = "EXAMPLE-behind"'; } >"$name.behind"
    { cat packed; head -c 20000 /dev/zero; } >"$name.zeros"
done
gzip -c <text >packed
/usr/bin/python3 - root/var/log/xen/gzip.log.1.flipped <<'END'
import sys
data = bytearray(open("packed", "rb").read())
data[-6] ^= 1
open(sys.argv[1], "wb").write(data)
END
# Of these the head is lost; what they hold could still be unpacked.
echo 'vncpasswd = "EXAMPLE-headless"' >>text2
for pack in gz:gzip xz:xz bz2:bzip2 zst:zstd; do
    { printf '\001'; ${pack#*:} -c <text2 | tail -c +2; } \
        >root/var/log/xen/headless.log.1.${pack%%:*}
done
echo 'no more than text' >root/var/log/xen/words.log.gz
collect --sysroot root --only xen_logs -f dir -o made
holds made "len([1 for i in items if '/headless.log' in i.get('path', '')
    and i['status'] == 'failed' and 'neither that nor text' in i['error']]) == 4"
holds made "[1 for i in items if i.get('path', '').endswith('words.log.gz')
    and i['status'] == 'ok']"
! grep -rq EXAMPLE-behind made || fail 'what stands behind the end was stored'
for pack in gzip bzip2 xz zstd lz4 lzma; do
    for end in cut behind zeros; do
        file=/var/log/xen/$pack.log.1.$end
        case $pack.$end in
        # Its library takes no zeros.
        zstd.zeros) continue ;;
        *.zeros) want='== "ok"' ;;
        *) want='in ("partial", "failed") and i["error"]' ;;
        esac
        holds made "[1 for i in items if i.get('path') == '$file'
            and i['status'] $want and i['bytes_read']
            == $(stat -c %s "root$file")]"
    done
    holds made "[1 for i in items if i.get('path', '').endswith('$pack.log.1.cut')
        and 'cut off' in i['error']]"
done
holds made '[1 for i in items if i.get("path", "").endswith(".flipped")
    and "incorrect data check" in i["error"] and i["status"] == "partial"]'
for name in gzip.log.1.behind gzip.log.1.flipped bzip2.log.1.behind; do
    cmp -s "$(find made -name $name)" text || fail "$name was not kept"
done
grep -q '^a line of number 9' "$(find made -name gzip.log.1.cut)" ||
    fail 'what came before the cut was not kept'
