# Every format holds the same members, has its name, and is read by the usual
# tools and by our own commands.
host=$TOP/tests/hosts/xen-4.17-debian12
members() { # ARCHIVE OPTION: a line per member, its name and checksum
    mkdir "$1.d"
    tar -C "$1.d" "$2" -xf "$1"
    (cd "$1.d"/* && find . -type f ! -name manifest.json ! -name run.log \
        ! -name summary.txt -exec sha256sum {} + | sort -k 2)
}
while read -r format option test; do
    "$XB" collect -y -q --replay "$host" -f "$format" -o b."$format" >out 2>err
    $test <b."$format" || fail "$test refuses $format"
    members b."$format" "$option" >sums."$format"
    [ -s sums."$format" ] || fail "no members in $format"
    cmp sums.tar.bz2 sums."$format"
    holds b."$format".d/* "m['options']['format'] == '$format'"
    run 0 "$XB" verify b."$format"
    run 0 "$XB" inspect b."$format" summary.txt
    # Nothing depends on the number of threads.
    "$XB" collect -y -q --replay "$host" -f "$format" --threads 5 --jobs 1 \
        -o again >out 2>err
    cmp b."$format" again
    rm again
    # One bit wrong is noticed.
    python3 - b."$format" <<'PY'
import sys
b = bytearray(open(sys.argv[1], 'rb').read())
b[len(b) // 2] ^= 16
open('bad', 'wb').write(b)
PY
    run 4 "$XB" verify bad
    # So is what was cut off, and what was added.
    head -c -7 b."$format" >bad
    run 4 "$XB" verify bad
    { cat b."$format" && echo; } >bad
    run 4 "$XB" verify bad
done <<'LIST'
tar.bz2 -j bzip2 -t
tar.zst --zstd zstd -qt
tar.gz -z gzip -t
tar.xz -J xz -t
LIST
# In a folder the bundle gets the format's extension, also where the
# configuration names the format.
mkdir folder
"$XB" collect -y -q --replay "$host" -f tar.zst -o folder >out 2>err
[[ $(ls folder) = *.tar.zst ]] || fail "called $(ls folder)"
