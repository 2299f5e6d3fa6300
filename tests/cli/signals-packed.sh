# alone
# A log of a few bytes that unpacks to gigabytes: a signal ends the run at once.
mkdir -p disk/var/log/xen
head -c 4G /dev/zero | tr '\0' a | zstd -q -1 >disk/var/log/xen/x.log.1.zst
"$XB" collect -y -q --sysroot "$PWD/disk" -u --only xen_logs \
    -o cut.tar.bz2 >out 2>err &
pid=$!
# One of ours has been at it for a second; all of it takes many times as long.
busy() {
    local one stat
    for one in $(ours); do
        read -ra stat </proc/$one/stat || continue
        [ "${stat[13]}" -lt 100 ] || return 0
    done
    return 1
}
wait_for 60 busy
start=$SECONDS
kill -TERM $pid
status=0
wait $pid || status=$?
[ $((SECONDS - start)) -lt $((8 * SLOW)) ] || fail "slow to end: $((SECONDS - start)) s"
[ "$status" = 3 ] || fail "exit status $status"
run 0 "$XB" verify cut.tar.bz2
holds cut.tar.bz2 'any(i["status"] == "partial" for i in items)'
