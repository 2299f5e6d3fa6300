# alone
# SIGTERM, SIGINT and SIGHUP in the middle: what was read is in a bundle that
# verifies, exit status 3; nothing is left behind.
fresh_etc
drop_in hang.yaml <<'END'
name: hang
summary: a command that does not end
priority: last
items:
  - name: sleeps
    command: [sleep, "2000.25"]
    timeout: 10m
END
for signal in TERM INT HUP; do
    mkdir $signal
    # A background job of a script ignores SIGINT unless told otherwise.
    env --default-signal=INT,HUP "$XB" collect -y -q --jobs 2 \
        --only sys_memory,hang -o $signal/ >out 2>err &
    pid=$!
    wait_for 20 sleeping 2000.25
    sleep 0.5
    start=$SECONDS
    kill -$signal $pid
    status=0
    wait $pid || status=$?
    [ "$status" = 3 ] || fail "exit status $status after SIG$signal"
    [ $((SECONDS - start)) -lt $((10 * SLOW)) ] || fail "slow to end"
    has err 'cut short'
    bundle=$(cat out)
    run 0 "$XB" verify "$bundle"
    run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" "$bundle"
    holds "$bundle" 'not m["complete"] and "signal" in m["cut"]' \
        'status("sys_memory/meminfo") == "ok"' \
        'status("hang/sleeps") in ("partial", "skipped")'
    ! sleeping 2000.25 || fail 'the command still runs'
    wait_for 5 eval '[ -z "$(ours)" ]'
done
# Killed outright, nothing half-made lies about, and nobody lives on.
mkdir killed
"$XB" collect -y -q --only sys_memory,hang -o killed/ >out 2>err &
pid=$!
wait_for 20 sleeping 2000.25
kill -KILL $pid
wait $pid 2>/dev/null || :
wait_for 10 eval '[ -z "$(ours)" ]'
wait_for 10 eval '! sleeping 2000.25'
nothing_left killed
