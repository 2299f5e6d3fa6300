# time: 120
# What a person is asked before something is sent to a Bugzilla, on a terminal.
. "$TOP/tests/send/lib.sh"
make_ca
cat server.pem server.key >both.pem
export SLOW TERM=vt100 LC_ALL=C.UTF-8
collect --replay "$TOP/tests/hosts/xen-4.17-debian12" --only xen_hypervisor \
    -o b.tar.bz2
start_python bugzilla.py --log log --cert both.pem
at=bugzilla+https://localhost:$port
printf 'servers: []' >cred.yaml
chmod 600 cred.yaml

# asked STATUS URL <STEPS: upload on a terminal, see pty.py.
asked() {
    local want=$1 got=0
    shift
    cat >steps
    ran="upload to $* on a terminal"
    /usr/bin/python3 "$TOP/tests/cli/pty.py" steps "$XB" upload \
        --cacert ca.pem --credentials cred.yaml b.tar.bz2 "$@" >out || got=$?
    [ "$got" = "$want" ] || fail "exit status $got instead of $want from: $ran"
}
posts() {
    { grep -c '"method": "POST"' log || :; } 2>/dev/null
}

# The key is asked for, and not shown; Enter alone means no.
asked 5 "$at/42" <<'END'
expect API key for localhost .*: $
send GoodKey0123456789
expect Bug 42, Xen / hypervisor, NEW: "Guest hangs on migration"
expect Attach b.tar.bz2 there\? \[y/N\] $
send 
END
has shown 'nothing was sent'
lacks shown GoodKey
[ "$(posts)" = 0 ] || fail 'something was sent'
asked 0 "$at/42" <<'END'
expect API key for localhost .*: $
send GoodKey0123456789
expect there\? \[y/N\] $
send y
expect Sent to https://localhost:[0-9]*/show_bug.cgi\?id=42
END
[ "$(posts)" = 1 ] || fail 'not one attachment was sent'
asked 5 "$at/new?product=Xen&component=tools&summary=a%1b%5b31mb" <<'END'
expect API key for localhost .*: $
send GoodKey0123456789
expect A new bug in Xen / tools: "a\\x1b\[31mb"
expect File it there\? \[y/N\] $
send n
END
[ "$(posts)" = 1 ] || fail 'a bug was filed'
# Ctrl-C at the key, end of input at the question.
asked 5 "$at/42" <<'END'
expect API key for localhost .*: $
type \x03
END
asked 5 "$at/42" <<'END'
expect API key for localhost .*: $
send GoodKey0123456789
expect there\? \[y/N\] $
type \x04
END
[ "$(posts)" = 1 ] || fail 'something was sent'
