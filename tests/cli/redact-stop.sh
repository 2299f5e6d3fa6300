# alone
# redact as root: the process that reads what others wrote is not root.  A
# signal, a full disk, a reader that has enough: nothing half-done is left.
mkfifo slow
"$XB" redact <slow >made 2>err &
pid=$!
exec 8>slow
printf 'vncpasswd = "EXAMPLE"\n' >&8
worker() {
    for one in $(ours); do
        case $(readlink "/proc/$one/exe") in *-worker) echo "$one" ;; esac
    done
}
has_worker() { [ -n "$(worker)" ]; }
wait_for 20 has_worker
cp "/proc/$(worker)/status" status
lacks status '^[UG]id:.*[[:space:]]0([[:space:]]|$)'
has status '^NoNewPrivs:.1$'
exec 8>&-
wait $pid || fail "exit status $? of the filter"
has made '^vncpasswd = "\[REDACTED:'

# stopped in the middle
mkdir in
head -c 60000000 /dev/urandom | base64 >in/big
for signal in TERM INT HUP; do
    mkdir $signal
    env --default-signal=INT,HUP "$XB" redact -r in -o $signal/made >out 2>err &
    pid=$!
    wait_for 20 has_worker
    kill -$signal $pid
    status=0
    wait $pid || status=$?
    [ "$status" = 0 ] || {
        [ "$status" = 1 ] || fail "exit status $status after SIG$signal"
        has err 'stopped by a signal'
        nothing_left $signal
    }
done

# a full disk
mkdir small
mount -t tmpfs -o size=2m,mode=755 tmpfs small
trap 'umount -l small' EXIT
run 1 "$XB" redact -r in -o small/made
has err 'No space left'
nothing_left small
run 1 "$XB" redact in/big -o small/made
one_line 'No space left'
nothing_left small

# "redact | head": no word about it
status=0
"$XB" redact in/big 2>err | head -n 1 >out || status=$?
[ "$status" != 0 ] || fail 'it did not see that the pipe was closed'
[ ! -s err ] || fail "it complains: $(cat err)"
