# --max-size and --max-time cut the bundle short: valid, exit 3, and it says so.
status=0
"$XB" collect -y -q -f tar --max-size 1M -o size.tar >out 2>err || status=$?
[ "$status" = 3 ] || fail "exit status $status with --max-size"
run 0 "$XB" verify size.tar
[ "$(stat -c %s size.tar)" -le $((1024 * 1024)) ] ||
    fail "larger than --max-size: $(stat -c %s size.tar)"
holds size.tar 'not m["complete"] and m["cut"]' \
    'm["limits"]["max_size"] == 1024 * 1024' \
    '[i for i in items if i["status"] == "skipped"]'
run 0 "$XB" inspect size.tar summary.txt
has out 'CUT SHORT'
# A replayed run is cut at the same place each time.
for jobs in 1 3 8 8; do
    status=0
    "$XB" collect -y -q --replay "$TOP/tests/hosts/xen-4.17-debian12" \
        --jobs "$jobs" --max-size 80K -o cut.tar.bz2 >out 2>err || status=$?
    [ "$status" = 3 ] || fail "exit status $status of a replay with --max-size"
    run 0 "$XB" verify cut.tar.bz2
    sha256sum <cut.tar.bz2 >>sums
    rm cut.tar.bz2
done
[ "$(sort -u sums | wc -l)" = 1 ] || fail 'cut replays differ'
