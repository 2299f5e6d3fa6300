# time: 120
# What a delivery asks at the terminal: users and passwords, without echo, and
# whether a server is the right one; Ctrl-C there leaves the terminal as it was.
. "$TOP/tests/send/lib.sh"
export TERM=vt100 SLOW
make_ca
start_nginx
start_sshd
collect --only sys_memory -o b.tar.bz2

# asks STATUS COMMAND...: the steps of standard input.
asks() {
    local want=$1 got=0
    shift
    cat >steps
    ran="$* with: $(tr '\n' ';' <steps)"
    /usr/bin/python3 "$TOP/tests/cli/pty.py" steps "$@" >out 2>&1 || got=$?
    [ "$got" = "$want" ] || {
        cat shown >&2
        fail "exit status $got instead of $want from: $ran"
    }
}
web=("$XB" upload --cacert ca.pem b.tar.bz2 "https://localhost:$port/private/x")
ssh=("$XB" upload --identity id --known-hosts empty b.tar.bz2
    "sftp://root@localhost:$ssh_port$PWD/sftp/")
: >empty

asks 0 "${web[@]}" <<'END'
expect User at localhost:
send joe
expect Password of joe at localhost:
send pass word
expect Sent to
END
cmp b.tar.bz2 www/private/x
lacks shown 'pass word'
rm www/private/x
asks 5 "${web[@]}" <<'END'
expect User at localhost:
send joe
expect Password of joe
send wrong
expect 401 Unauthorized
END
lacks shown 'wrong'
# Ctrl-C, and then the terminal echoes again.
asks 5 sh -c '"$@"; st=$?; stty -a; exit $st' sh "${web[@]}" <<'END'
expect User at localhost:
send joe
expect Password of joe
pause 0.3
type \x03
expect 401
END
tr -d '\r' <shown | grep -qE '(^| )echo( |$)' || fail 'the echo stayed off'
tr -d '\r' <shown | grep -qE '(^| )isig( |$)' || fail 'Ctrl-C stayed off'
# Nobody is asked with -y, nor when nobody is there.
asks 5 "${web[@]}" -y <<'END'
expect 401 Unauthorized
END
lacks shown 'User at'
run 5 "${web[@]}"
lacks err 'User at'

asks 5 "${ssh[@]}" <<'END'
expect key of localhost: ED25519 SHA256:.*Send there\? \[y/N\]
send 
expect nothing was sent
END
[ -z "$(ls sftp)" ] || fail 'sent all the same'
asks 0 "${ssh[@]}" <<'END'
expect Send there\? \[y/N\]
send y
expect Sent to sftp://
END
cmp b.tar.bz2 sftp/b.tar.bz2

# Long work shows how far it is.
asks 0 "$XB" upload --cacert ca.pem --limit-rate 30K b.tar.bz2 \
    "https://localhost:$port/in/slow" <<'END'
expect Sending: .* of .* %
expect Sent to
END
