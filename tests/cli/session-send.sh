# time: 90
# Delivery out of the session: several in turn, over real servers; what fails
# is told and gives exit status 5; Ctrl-C ends one delivery, not the session.
. "$TOP/tests/send/lib.sh"
make_ca
start_nginx
export SLOW TERM=vt100
at=https://localhost:$port
cat server.pem server.key >both.pem
start_python bugzilla.py --log log --cert both.pem
bugs=https://localhost:$port
start='expect or Enter: $
send 
expect Level
send 
expect > $
send guest web hung
expect > $
send 
expect Choose
'

# session STATUS OPTIONS...: the steps of standard input, after the questions.
session() {
    local want=$1 got=0
    shift
    { printf %s "$start"; cat; } >steps
    rm -rf to
    mkdir to
    ran="the session with $*"
    /usr/bin/python3 "$TOP/tests/cli/pty.py" steps "$XB" --cacert ca.pem \
        --only sys_memory/meminfo -o to/b.tar.bz2 "$@" >out || got=$?
    tr -d '\r' <shown >err
    [ "$got" = "$want" ] || fail "exit status $got instead of $want from $ran"
    [ "$VARIANT" = plain ] || ! grep -qaE 'runtime error:|Sanitizer' shown ||
        fail "a sanitizer found something in $ran"
}

# A wrong address, then the right one; a login that is asked for, wrong, then
# right; then the end.
session 0 <<END
send upload
expect URL .none.: $
send http://localhost/x
expect URL .none.: $
send $at/in/
expect Looking through
expect Sent to $at/in/b.tar.bz2
expect Choose
send 7
expect URL
send $at/private/x
expect (?i)user[^\n]*: $
send joe
expect (?i)password[^\n]*: $
send pass word
expect Sent to $at/private/x
expect Choose
send 
expect stays at
END
cmp to/b.tar.bz2 www/in/b.tar.bz2
cmp to/b.tar.bz2 www/private/x
lacks err 'pass word'
[ "$(grep -c '"result":"delivered"' to/b.tar.bz2.receipt)" = 2 ]
[ "$(grep -c 'Looking through the' err)" = 1 ] || fail 'looked through twice'

# A bug, by the address that a browser shows for it, and a mail, as a draft: both
# may be read by others, so that is asked.
session 0 <<END
send bug
expect Bug .none
send $bugs/show_bug.cgi?id=42
expect Send it with them\? .y/N.: $
send y
expect API key for localhost .*: $
send GoodKey0123456789
expect Guest hangs on migration
expect y/N. $
send y
expect Sent to https://localhost
expect Choose
send list
expect Address
send a@example.org
expect Send it with them
send y
expect expect instead
send that it answers
expect tried
send 
expect mutt -H
expect Choose
send 
END
has to/b.tar.bz2.eml '^To: a@example.org'
has to/b.tar.bz2.eml '^  that it answers'
has to/b.tar.bz2.eml '^  guest web hung'
lacks err GoodKey

# A secret in what is said besides: the mail is not written.
session 5 <<END
send list
expect Address
send a@example.org
expect Send it with them
send y
expect expect instead
send root password=hunter22
expect tried
send 
expect a secret is left.*Not sent: what was typed must not leave
expect Choose
send 
END
[ "$(ls to)" = b.tar.bz2 ] || fail "left: $(ls to)"

# Too large for that server: what else can be done is offered, and done.
rm -f port
start_python bugzilla.py --log log.small --cert both.pem --max-kb 1
session 0 <<END
send bug
expect Bug .none
send https://localhost:$port/show_bug.cgi?id=42
expect Send it with them
send y
expect API key for localhost .*: $
send GoodKey0123456789
expect y/N. $
send y
expect attachments of 1.0 KiB at most.*too large.*Choose
send smaller
expect collect --replay [^ ]*to/b.tar.bz2 --max-size 1K -o smaller.tar.bz2
expect Choose
send bug
expect Bug .none
send https://localhost:$port/show_bug.cgi?id=42
expect Send it with them
send y
expect API key for localhost .*: $
send GoodKey0123456789
expect y/N. $
send y
expect too large.*Choose
send upload
expect URL .none
send $at/in/linked
expect Sent to $at/in/linked
expect API key for localhost .*: $
send GoodKey0123456789
expect y/N. $
send y
expect Sent to
expect Choose
send 
END
cmp to/b.tar.bz2 www/in/linked
has log.small "$at/in/linked"

# What the owner does not want to be read by others stays.
session 0 <<END
send list
expect Address
send nobody
expect Address
send q
expect Choose
send list
expect Address
send a@example.org
expect true names.*Send it with them\? .y/N.: $
send 
expect Choose
send 
END
[ "$(ls to)" = b.tar.bz2 ] || fail "left: $(ls to)"

# A bundle that was made before; without a terminal there is nobody to ask.
cat >steps <<END
expect Where is it to go.*Choose .1 end.: $
send upload
expect URL
send $at/in/later
expect Sent to
expect Choose
send 
END
/usr/bin/python3 "$TOP/tests/cli/pty.py" steps "$XB" upload --cacert ca.pem \
    to/b.tar.bz2 >out || fail 'upload without a URL'
cmp to/b.tar.bz2 www/in/later
run 2 "$XB" upload to/b.tar.bz2
one_line 'where to\?'
run 2 "$XB" collect -y --replay to/b.tar.bz2 --upload "$at/in/" -o x.tar.bz2
one_line 'exclude each other'

# Nowhere after all, and a server that refuses.
session 5 <<END
send upload
expect URL .none
send 
expect Choose
send upload
expect URL .none
send $at/small/
expect Not sent: .*413.*To try again later:\s+xen-bugtool upload
expect Choose
send q
expect stays at
END

# --upload is done first, without a question where to.
session 0 --upload "$at/in/first" <<END
send q
END
has err "Sent to $at/in/first"
cmp to/b.tar.bz2 www/in/first

# A server that says nothing: Ctrl-C ends the delivery; the menu is there again,
# and Ctrl-C ends that.
quiet=$(free_port)
/usr/bin/python3 -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", int(sys.argv[1])))
c = s.accept()[0]
while not c.recv(1):
    c = s.accept()[0]
open("asked", "w").close()
time.sleep(600)' "$quiet" &
servers+=($!)
wait_for 10 listens "$quiet"
session 0 <<END
send upload
expect URL .none
send https://localhost:$quiet/
expect Looking through
run until [ -e asked ]; do sleep 0.1; done
type \x03
expect Nothing was sent
expect Choose
type \x03
expect stays at
END
