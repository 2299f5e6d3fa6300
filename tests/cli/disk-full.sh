# alone
# A full disk gives a valid bundle, cut short (exit 3), or none and no litter
# (exit 1), never a broken one.
fresh_etc
head -c 6000000 /dev/urandom | base64 >big
drop_in big.yaml <<END
name: big
summary: more than the disk holds
items:
  - name: big
    file: $PWD/big
    max_size: 16M
END
mkdir small
mount -t tmpfs -o size=4m,mode=755 tmpfs small
trap 'umount -l small; rm -rf "$ETC/xen-bugtool"' EXIT
for format in tar tar.bz2; do
    status=0
    # One at a time: else the large one may fill the disk before the others.
    "$XB" collect -y -q -f $format --jobs 1 --only sys_memory,big -o small/ \
        >out 2>err || status=$?
    case $status in
    3)
        bundle=$(cat out)
        run 0 "$XB" verify "$bundle"
        holds "$bundle" 'm["complete"] is False and m["cut"]' \
            'status("sys_memory/meminfo") == "ok"' \
            'status("big/big") in ("partial", "failed")'
        rm "$bundle"
        ;;
    1) one_line 'No space left' ;;
    *) fail "exit status $status with a full disk" ;;
    esac
    nothing_left small
done
# No room for anything at all
head -c 8000000 /dev/zero >small/zero 2>/dev/null || :
run 1 "$XB" collect -y -q --only sys_memory -o small/
one_line 'No space left'
rm small/zero
nothing_left small
