# time: 120
# alone
# However a session ends, it ends at once: with no bundle or a valid one, and
# nothing else left behind.
fresh_etc
# A command that does not end by itself.
drop_in hang.yaml <<'END'
name: hang
summary: a command that does not end
priority: last
items:
  - name: sleeps
    command: [sleep, "2000.75"]
    timeout: 10m
END
export SLOW TERM=vt100

# ends STATUS: the steps of standard input, with an output folder of its own.
ends() {
    local got=0
    cat >steps
    rm -rf to
    mkdir to
    ran="the session of: $(tail -n 1 steps)"
    /usr/bin/python3 "$TOP/tests/cli/pty.py" steps "$XB" --only \
        sys_memory/meminfo,hang -o to/ >out || got=$?
    [ "$got" = "$1" ] || fail "exit status $got instead of $1 from $ran"
    [ "$VARIANT" = plain ] || ! grep -qaE 'runtime error:|Sanitizer' shown ||
        fail "a sanitizer found something in $ran"
    wait_for 5 eval '[ -z "$(ours)" ]'
    ! sleeping 2000.75 || fail "the command still runs after $ran"
}
# one_bundle [CUT]: it is whole, or cut short by a signal.
one_bundle() {
    [ "$(ls -A to | wc -l)" = 1 ] || fail "left: $(ls -A to)"
    run 0 "$XB" verify to/*
    holds to/* "bool(m['cut']) == bool('${1:-}')" \
        'status("sys_memory/meminfo") == "ok"'
}

# Before anything is collected: Ctrl-D, Ctrl-C, q, and the line going dead, at
# each question.
groups='expect or Enter: $'
items="$groups
send o mem
expect go back: \$"
level="$groups
send 
expect Level"
note="$level
send 
expect > \$"
for end in 'type \x04' 'type \x03' 'send q' hangup; do
    ends 1 <<END
$groups
$end
END
    nothing_left to
    [ "$end" = hangup ] || grep -qa 'no bundle' shown ||
        fail "$ran does not say that there is no bundle"
done
# Here Ctrl-D only leads back to the groups.
ends 1 <<END
$items
type \x04
expect Enter: \$
type \x04
END
nothing_left to
ends 1 <<END
$items
type \x03
END
nothing_left to
ends 1 <<END
$level
type \x04
END
nothing_left to
for end in 'type \x04' hangup; do
    ends 1 <<END
$note
$end
END
    nothing_left to
done

# While it is collected: Ctrl-C once, and what follows is as ever; the line
# going dead.
begin="$note
send 
expect Ctrl-C once
run while ! pgrep -f 'sleep 2000.75' >/dev/null; do sleep 0.1; done
pause 0.3"
ends 3 <<END
$begin
type \x03
expect CUT SHORT
expect Choose
send 
expect stays at
END
one_bundle cut
ends 3 <<END
$begin
hangup
END
one_bundle cut
# The menu is left as any question; the bundle stays, and is as it was.
for end in 'type \x04' 'type \x03' hangup; do
    ends 3 <<END
$begin
type \x03
expect Choose
$end
END
    one_bundle cut
done

# Twice, where closing the bundle takes its time.
ends 1 <<END
$begin
run pkill -STOP -f '^xen-bugtool-worker .*-o to/'
type \x03
pause 0.5
type \x03
END
nothing_left to
grep -qa 'there is no bundle' shown
