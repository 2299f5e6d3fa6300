# alone
# While a collection runs as root: the worker is not root and cannot become it,
# the readers hold nothing but their own socket.
fresh_etc
drop_in hang.yaml <<'END'
name: hang
summary: a command that does not end
items:
  - name: sleeps
    command: [sleep, "3000.25"]
    timeout: 10m
END
exec 7</etc/shadow      # something that must not be handed on
"$XB" collect -y -q --only sys_memory,hang -o . >out 2>err &
pid=$!
exec 7<&-
wait_for 20 sleeping 3000.25
# What the readers hold but their own socket.
held_by_readers() {
    local one
    for one in $(ours); do
        [ "$one" != "$pid" ] || continue
        [ "$(readlink /proc/$one/exe)" = "$XB" ] || continue
        ls -l /proc/$one/fd 2>/dev/null | sed -n 's/.* -> //p' |
            grep -vE '^(socket|pipe|anon_inode):|^/dev/null$' || :
    done
}
readers_hold_nothing() {
    held_by_readers >more
    [ ! -s more ]
}
# Readers that have nothing to do let their last folder go, but the other item
# may still be read when the command has started.
wait_for 20 readers_hold_nothing
workers=0 readers=0
for one in $(ours); do
    exe=$(readlink /proc/$one/exe)
    cp /proc/$one/status status
    ls -l /proc/$one/fd >fds
    case $exe in
    "$XB")
        [ "$one" != "$pid" ] || continue
        readers=$((readers + 1))
        has status '^NoNewPrivs:.1$'
        grep -q 'Max core file size *[01] ' /proc/$one/limits ||
            fail 'a reader may dump core'
        ;;
    *-worker)
        workers=$((workers + 1))
        lacks status '^[UG]id:.*[[:space:]]0([[:space:]]|$)'
        has status '^Groups:[[:space:]]*([1-9][0-9]*)?[[:space:]]*$'
        has status '^NoNewPrivs:.1$'
        for set in CapInh CapPrm CapEff CapAmb; do
            has status "^$set:.0000000000000000\$"
        done
        lacks fds 'shadow'
        [ "$(stat -c %U /proc/$one/mem)" = root ] ||
            fail 'the worker is dumpable'
        ;;
    esac
done
[ "$workers" = 1 ] || fail "$workers workers"
[ "$readers" -ge 1 ] || fail "no reader"
# The kernel takes us first.
[ "$(cat /proc/$pid/oom_score_adj)" -gt 0 ] || fail 'oom_score_adj is not set'
kill -TERM $pid
status=0
wait $pid || status=$?
[ "$status" = 3 ] || fail "exit status $status"
