# A full disk gives a valid bundle, cut short (exit 3), or none and no litter
# (exit 1), never a broken one.
mkdir small
mount -t tmpfs -o size=2m,mode=755 tmpfs small
trap 'umount -l small' EXIT
status=0
"$XB" collect -y -q -f tar -o small/ >out 2>err || status=$?
case $status in
3)
    run 0 "$XB" verify small/*.tar
    holds small/*.tar 'm["complete"] is False' '"space" in m["cut"]'
    ;;
1) nothing_left small ;;
*) fail "exit status $status with a full disk" ;;
esac
