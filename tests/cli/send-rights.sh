# alone
# The program that sends: without root and any way back to it, without secrets
# in its arguments and environment, not dumpable; a signal ends it at once, and
# then the bundle is there but not delivered.
. "$TOP/tests/send/lib.sh"
make_ca
start_faults
collect --only sys_memory -o b.tar.bz2
cat >cred.yaml <<END
servers:
  - host: localhost
    user: joe
    password: correct-horse
END
chmod 600 cred.yaml
exec 7</etc/shadow # something that must not be handed on

sender() {
    ours | while read -r one; do
        [ "$(readlink /proc/$one/exe)" != "$LIBEXEC/xen-bugtool-send" ] ||
            echo "$one"
    done
}
begin() {
    "$XB" upload -y --cacert ca.pem --credentials cred.yaml b.tar.bz2 \
        "https://localhost:$port/mute/" >out 2>err &
    pid=$!
    wait_for 20 grep -q mute requests
    one=$(sender)
    [ -n "$one" ] || fail 'nobody sends'
}
ended() {
    status=0
    wait $pid || status=$?
    [ "$status" = "$1" ] || fail "exit status $status"
    wait_for 5 eval '[ -z "$(ours)" ]'
    rm requests
}

begin
cp /proc/$one/status status
lacks status '^[UG]id:.*[[:space:]]0([[:space:]]|$)'
has status '^NoNewPrivs:.1$'
for set in CapInh CapPrm CapEff CapAmb; do
    has status "^$set:.0000000000000000\$"
done
[ "$(stat -c %U /proc/$one/mem)" = root ] || fail 'it is dumpable'
grep -q 'Max core file size *[01] ' /proc/$one/limits || fail 'it may dump core'
tr '\0' '\n' </proc/$one/cmdline >given
tr '\0' '\n' </proc/$one/environ >>given
lacks given 'correct-horse|HOME='
ls -l /proc/$one/fd >fds
lacks fds shadow
# As root it would read anything; the worker does not see the credentials.
for other in $(ours); do
    [ "$(readlink /proc/$other/exe)" != "$LIBEXEC/xen-bugtool-worker" ] ||
        ! ls -l /proc/$other/fd | grep -q cred.yaml ||
        fail 'the worker has the credentials'
done
kill -TERM $pid
ended 5
has err 'not sent: stopped by a signal'
has err 'to try again: xen-bugtool upload'
has b.tar.bz2.receipt '"result":"stopped"'
lacks b.tar.bz2.receipt 'correct-horse'

# The one that sends is killed, or the one that waits for it.
begin
kill -KILL $one
ended 5
has err 'the sending program has ended'
begin
kill -KILL $pid
status=0
wait $pid || status=$?
wait_for 5 eval '[ -z "$(ours)" ]'

# Anyone may send what they may read, and has no receipt where they may not
# write.
chmod 644 b.tar.bz2
start_nginx
chmod 777 www/in
mkdir -m 777 other
cp b.tar.bz2 other
chmod 644 ca.pem
run 0 as_nobody "$XB" upload -y --cacert ca.pem b.tar.bz2 \
    "https://localhost:$port/in/nobody"
has err 'warning: no receipt: '
run 0 as_nobody "$XB" upload -y --cacert ca.pem other/b.tar.bz2 \
    "https://localhost:$port/in/nobody2"
[ "$(stat -c %a-%u other/b.tar.bz2.receipt)" = 600-65534 ] || fail 'receipt'
# A receipt that somebody else has laid there is not written to.
rm other/b.tar.bz2.receipt
echo mine >victim
ln -s "$PWD/victim" other/b.tar.bz2.receipt
run 0 "$XB" upload -y --cacert ca.pem other/b.tar.bz2 \
    "https://localhost:$port/in/root"
has err 'no receipt: '
[ "$(cat victim)" = mine ] || fail 'written through a link'
