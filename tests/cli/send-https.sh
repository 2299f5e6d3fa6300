# time: 120
# https: PUT and a form, by a real nginx; what it refuses, with message, exit
# status and receipt.
. "$TOP/tests/send/lib.sh"
make_ca
start_nginx
at=https://localhost:$port
collect --only sys_memory -o b.tar.bz2
send() {
    local want=$1
    shift
    run "$want" "$XB" upload -y --cacert ca.pem "$@"
}

send 0 b.tar.bz2 "$at/in/"
has out "^Sent to $at/in/b.tar.bz2\$"
cmp b.tar.bz2 www/in/b.tar.bz2
(cd www/in && sha256sum -c b.tar.bz2.sha256)
send 0 b.tar.bz2 "$at/in/other?x=1"
[ ! -e www/in/other.sha256 ] || fail 'a file beside one that was named'
cp b.tar.bz2 'a b%?.tar.bz2'
send 0 'a b%?.tar.bz2' "$at/in/"
cmp b.tar.bz2 'www/in/a b%?.tar.bz2'
cmp b.tar.bz2 www/in/other
has ngx/access.log 'HEAD /in/b.tar.bz2 .* 200'

# Refused, and why.
send 5 b.tar.bz2 "$at/small/"
has err 'does not take it: 413 .*--max-size'
has err 'The server says: 413 Request Entity Too Large'
has err "to try again: xen-bugtool upload --cacert ca.pem b.tar.bz2 $at/small/$"
send 5 b.tar.bz2 "$at/elsewhere/"
has err '405 Method Not Allowed.*--post-form'
run 5 "$XB" upload -y --tries 2 b.tar.bz2 "$at/in/"
has err 'cannot prove who it is.*--cacert'
lacks err 'trying again'
send 5 --tries 2 b.tar.bz2 https://localhost:1/
has err 'trying again'
has err 'gave up after 2 tries: .*connect'

# Who we are: by file, of the right mode, or by netrc.
send 5 b.tar.bz2 "$at/private/"
has err '401 Unauthorized.*credentials'
cat >cred.yaml <<END
servers:
  - host: localhost:$port
    user: joe
    password: pass word
END
chmod 644 cred.yaml
send 5 --credentials cred.yaml b.tar.bz2 "$at/private/"
has err 'mode 0644.*chmod 600'
chmod 600 cred.yaml
send 0 --credentials cred.yaml b.tar.bz2 "$at/private/a"
echo 'machine localhost login joe password "pass word"' >netrc
chmod 600 netrc
send 0 --netrc netrc b.tar.bz2 "$at/private/b"
cmp b.tar.bz2 www/private/b
echo 'machine localhost login joe pass word' >netrc
send 2 --netrc netrc b.tar.bz2 "$at/private/b"
has err 'netrc:1: expected machine'
lacks err 'word$'

# Through a proxy, which wants to know who we are too.
proxy_port=$(free_port)
/usr/bin/python3 "$TOP/tests/send/proxy.py" "$proxy_port" proxy.log &
servers+=($!)
wait_for 10 listens "$proxy_port"
send 5 --proxy "http://127.0.0.1:$proxy_port" b.tar.bz2 "$at/in/proxied"
has err '407'
printf '  - host: 127.0.0.1:%s\n    user: joe\n    password: pass word\n' \
    "$proxy_port" >>cred.yaml
send 0 --proxy "http://127.0.0.1:$proxy_port" --credentials cred.yaml \
    b.tar.bz2 "$at/in/proxied"
cmp b.tar.bz2 www/in/proxied
has proxy.log "^CONNECT localhost:$port "
send 2 --proxy "http://joe:secret@127.0.0.1:1" b.tar.bz2 "$at/in/"
has err 'every user of this host'
run 5 env https_proxy=http://127.0.0.1:1 "$XB" upload -y --cacert ca.pem \
    b.tar.bz2 "$at/small/"
has err '413' # the environment has no say

# The receipt has a line for each, and no secret.
[ "$(stat -c %a b.tar.bz2.receipt)" = 600 ] || fail 'the receipt is readable'
/usr/bin/python3 - "$(sha256sum b.tar.bz2)" <<'END'
import json, sys
lines = [json.loads(l) for l in open("b.tar.bz2.receipt")]
assert lines[0]["result"] == "delivered", lines[0]
assert lines[0]["where"].endswith("/in/b.tar.bz2"), lines[0]
assert lines[0]["sha256"] == sys.argv[1].split()[0], lines[0]
assert lines[2]["result"] == "failed" and "413" in lines[2]["error"], lines[2]
assert len(lines) == 14, len(lines)
END
lacks b.tar.bz2.receipt 'pass word|x=1'

# Along with collect.
run 0 "$XB" collect -y -q --only sys_memory -o c.tar.bz2 --cacert ca.pem \
    --upload "$at/in/"
cmp c.tar.bz2 www/in/c.tar.bz2
run 5 "$XB" collect -y -q --only sys_memory -o d.tar.bz2 --cacert ca.pem \
    --upload "$at/small/"
[ -s d.tar.bz2 ] || fail 'no bundle'
has err '413'
