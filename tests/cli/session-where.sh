# time: 90
# The session under script(1), over a real ssh, and when the connection drops.
. "$TOP/tests/send/lib.sh"
export SLOW TERM=vt100
start_sshd
ssh="ssh -tt -F none -p $ssh_port -i id -o UserKnownHostsFile=known_hosts
    -o BatchMode=yes -o LogLevel=ERROR root@localhost"
# What a sanitizer is told does not come along with ssh.
there="env ASAN_OPTIONS=${ASAN_OPTIONS-} UBSAN_OPTIONS=${UBSAN_OPTIONS-} $XB"
begin='expect or Enter: $
send 
expect Level
send 
expect > $
send 
expect Choose
'
# through STATUS COMMAND...: the steps of standard input, on a terminal.
through() {
    local want=$1 got=0
    shift
    cat >steps
    ran="the session through $1"
    /usr/bin/python3 "$TOP/tests/cli/pty.py" steps "$@" >out || got=$?
    [ "$got" = "$want" ] || fail "exit status $got instead of $want from $ran"
    [ "$VARIANT" = plain ] || ! grep -qaE 'runtime error:|Sanitizer' shown ||
        fail "a sanitizer found something in $ran"
}

# script keeps what was said, and hands on the exit status.
printf '%ssend \nexpect stays at\n' "$begin" |
    through 0 script -q -e -c "exec $XB --only sys_memory/meminfo -o script.tar.bz2" typed
run 0 "$XB" verify script.tar.bz2
grep -qa 'Choose \[1 keep\]' typed || fail 'script has not seen the session'
printf 'expect or Enter: $\ntype \\x03\n' |
    through 1 script -q -e -c "exec $XB --only sys_memory/meminfo -o no.tar.bz2" typed
[ ! -e no.tar.bz2 ]

# ssh: the whole of it, then Ctrl-D, then a connection that is gone.
# shellcheck disable=SC2086
printf '%ssend \nexpect stays at\n' "$begin" |
    through 0 $ssh "$there --only sys_memory/meminfo -o $PWD/ssh.tar.bz2"
run 0 "$XB" verify ssh.tar.bz2
mkdir gone
# shellcheck disable=SC2086
printf 'expect or Enter: $\ntype \\x04\n' |
    through 1 $ssh "$there --only sys_memory/meminfo -o $PWD/gone/"
nothing_left gone
# shellcheck disable=SC2086
printf '%srun pkill -f "^ssh -tt.* -p %s "\n' 'expect or Enter: $
' "$ssh_port" | through 255 $ssh "$there --only sys_memory/meminfo -o $PWD/gone/"
wait_for 10 eval '! pgrep -f "^$XB .* -o $PWD/gone/" >/dev/null'
nothing_left gone
# shellcheck disable=SC2086
printf '%srun pkill -f "^ssh -tt.* -p %s "\n' "$begin" "$ssh_port" |
    through 255 $ssh "$there --only sys_memory/meminfo -o $PWD/gone/b.tar.bz2"
wait_for 10 eval '! pgrep -f "^$XB .* -o $PWD/gone/" >/dev/null'
run 0 "$XB" verify gone/b.tar.bz2
[ "$(ls -A gone)" = b.tar.bz2 ] || fail "left: $(ls -A gone)"

# Without a terminal (ssh -T) nothing is asked.
run 0 ssh -T -F none -p "$ssh_port" -i id -o UserKnownHostsFile=known_hosts \
    root@localhost "$there --only sys_memory/meminfo -o $PWD/plain.tar.bz2"
lacks out Enter
