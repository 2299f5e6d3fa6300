# time: 120
# https to a server that misbehaves: what may pass is tried again, nothing else.
. "$TOP/tests/send/lib.sh"
make_ca
start_faults
at=https://localhost:$port
collect --only sys_memory -o b.tar.bz2
send() {
    local want=$1
    shift
    rm -f taken
    run "$want" "$XB" upload -y --cacert ca.pem b.tar.bz2 "$@"
    if [ "$want" = 0 ]; then
        cmp b.tar.bz2 taken
    else
        [ ! -e taken ] || fail "sent all the same: $ran"
    fi
}

send 0 "$at/busy/"
has err 'does not take it: 429 Too Many Requests; trying again in 1\.'
send 0 "$at/twice/"
[ "$(grep -c '; trying again in' err)" = 2 ] || fail 'not tried three times'
[ "$(grep -c '^PUT /twice/b.tar.bz2 ' requests)" = 3 ] || fail 'not three PUTs'
send 0 "$at/cut/"
[ "$(grep -c '; trying again in' err)" = 2 ] || fail 'not cut twice'
send 0 "$at/away/"
has requests 'PUT /fine/x'
send 5 --tries 2 "$at/never/"
has err 'gave up after 2 tries: .* 503 Service Unavailable'
send 5 "$at/late/"
has err 'the server asks to come back in'
lacks err 'trying again in'
send 5 "$at/plain/"
has err 'redirects to what is no https'
lacks requests 'fine/x http'
send 5 "$at/round/"
has err 'redirects'
send 5 "$at/full/"
has err '507 Insufficient Storage; the server.s disk or quota is full'
lacks err 'trying again in'
send 5 "$at/rude/"
has err '403 Forbidden'
has err 'The server says: \\x1b\]0;title\\x07 no'
! grep -q $'\x1b' err b.tar.bz2.receipt || fail 'an escape got through'
send 5 --tries 1 --stall-timeout 1s "$at/mute/"
has err 'nothing moved for 1'
send 5 --send-timeout 1500ms "$at/mute/"
has err 'timed out'
start_cut "$port" 0 0
send 5 --tries 1 --connect-timeout 1s "https://localhost:$cut_port/"
has err 'timed out|[Tt]imeout'

# What it took, but does not have.
run 5 "$XB" upload -y --cacert ca.pem b.tar.bz2 "$at/short/"
has err 'has 7 now: it did not arrive whole'

# As a form.
rm taken
run 0 "$XB" upload -y --cacert ca.pem --post-form file b.tar.bz2 "$at/form"
grep -aq 'form-data; name="file"; filename="b.tar.bz2"' taken ||
    fail 'no such field'
has out "Sent to $at/form"
has err 'The server says: thank you'

# Nothing older than TLS 1.2.
old_port=$(free_port)
openssl s_server -accept "$old_port" -tls1_1 -cipher 'DEFAULT@SECLEVEL=0' \
    -cert server.pem -key server.key -quiet >/dev/null 2>&1 &
servers+=($!)
wait_for 10 listens "$old_port"
send 5 "https://localhost:$old_port/"
has err 'TLS 1.2 or newer is needed'

# Certificates: expired, of another name.
stop_servers
make_certificate server -days -1
start_faults
at=https://localhost:$port
send 5 "$at/"
has err 'certificate has expired.*cannot prove who it is'
stop_servers
make_certificate server -days 2 other.example.org
start_faults
send 5 "https://localhost:$port/"
has err 'no alternative certificate subject name matches'
