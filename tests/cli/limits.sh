# --max-size and --max-time cut the bundle short: valid, exit 3, and it says so.
status=0
"$XB" collect -y -q -f tar --max-size 200K -o size.tar >out 2>err || status=$?
[ "$status" = 3 ] || fail "exit status $status with --max-size"
run 0 "$XB" verify size.tar
[ "$(stat -c %s size.tar)" -le $((200 * 1024)) ] ||
    fail "larger than --max-size: $(stat -c %s size.tar)"
holds size.tar 'not m["complete"] and m["cut"]' \
    'm["limits"]["max_size"] == 200 * 1024' \
    '[i for i in items if i["status"] == "skipped"]'
run 0 "$XB" inspect size.tar summary.txt
has out 'CUT SHORT'
