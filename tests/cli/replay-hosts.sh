# time: 400
# Every recorded host replays to its expected manifest, and to the same bytes
# whatever the number of jobs and threads, with root and without.
hosts=0
for host in "$TOP"/tests/hosts/*/manifest.json; do
    host=${host%/manifest.json}
    name=${host##*/}
    hosts=$((hosts + 1))
    collect --replay "$host" --jobs 1 --threads 1 -o "$name.1.tar.bz2"
    collect --replay "$host" --jobs 8 --threads 4 -o "$name.8.tar.bz2"
    collect --replay "$host" --jobs 3 --threads 2 -o "$name.3.tar.bz2"
    cmp "$name.1.tar.bz2" "$name.8.tar.bz2"
    cmp "$name.1.tar.bz2" "$name.3.tar.bz2"
    # nobody may not be able to reach the checkout.
    cp -r "$host" readable
    chmod -R u=rwX,go=rX readable
    mkdir out.nobody
    chown 65534 out.nobody
    run 0 as_nobody "$XB" collect -y -q --replay readable \
        -o "out.nobody/$name.tar.bz2"
    cmp "$name.1.tar.bz2" "out.nobody/$name.tar.bz2"
    rm -r readable out.nobody

    run 0 "$XB" verify "$name.1.tar.bz2"
    run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" "$name.1.tar.bz2"
    run 0 /usr/bin/python3 "$TOP/tests/cli/expected.py" "$name.1.tar.bz2"
    diff -u "$TOP/tests/hosts/$name.expected" out ||
        fail "not the expected manifest; if it should be: make expected"
    run 0 "$XB" inspect "$name.1.tar.bz2" summary.txt
    # How many rules there are is not of the host.
    mask='s/^[0-9]+ (problems? could not be looked for)/some \1/'
    mask+=';s/^( +)[0-9]+ (of them, since)/\1some \2/'
    sed -E "$mask" out >summary
    sed -E "$mask" "$TOP/tests/hosts/$name.summary" >expected
    diff -u expected summary ||
        fail "not the expected summary; if it should be: make expected"
done
[ "$hosts" -gt 0 ] || fail 'there is no recorded host'
