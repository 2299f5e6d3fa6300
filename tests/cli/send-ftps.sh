# time: 120
# FTP over TLS, explicit and implicit, by vsftpd; a line that breaks; what is
# refused, with message and exit status.
. "$TOP/tests/send/lib.sh"
make_ca
start_ftps explicit
collect --only sys_memory --format tar -o b.tar
cat >cred.yaml <<END
servers:
  - host: localhost
    user: ftp
    password: anything
END
chmod 600 cred.yaml
send() {
    local want=$1
    shift
    run "$want" "$XB" upload -y --cacert ca.pem --credentials cred.yaml b.tar "$@"
}
at=ftp+tls://localhost:$ftp_port

send 0 "$at/in/"
cmp b.tar ftp/in/b.tar
(cp b.tar ftp/in && cd ftp/in && sha256sum -c b.tar.sha256) || fail 'the sum'
send 5 "$at/in/"
has err 'has a file b.tar already; nothing is replaced'
send 5 "$at/no/"
has err 'the folder is missing on the server'
send 5 "ftp+tls://joe@localhost:$ftp_port/in/"
has err 'does not know this user|expected a user'
run 5 "$XB" upload -y --credentials cred.yaml b.tar "$at/in/x"
has err 'cannot prove who it is'

# The first try left a part behind: a second run goes on from there.
sum=$(sha256sum b.tar | cut -c1-8)
head -c 5000 b.tar >ftp/in/again.$sum.part
chmod 666 ftp/in/again.$sum.part
chown ftp ftp/in/again.$sum.part
send 0 "$at/in/again"
has err 'Went on after 4.9 KiB that the server had'
cmp b.tar ftp/in/again
grep -q 'APPE again' vsftpd.log || fail 'did not append'
# One that is longer than the bundle is none of ours.
cat b.tar b.tar >ftp/in/long.$sum.part
send 5 "$at/in/long"
has err 'longer than the bundle, so it is none of ours'

# A full disk.
mkdir ftp/in/full
mount -t tmpfs -o size=4k,mode=777 tmpfs ftp/in/full
trap 'stop_servers; umount ftp/in/full' EXIT
send 5 --tries 2 "$at/in/full/"
has err 'quota|full|storage|space'

# The server's side of a line dies half way: the next try goes on from there.
part_begun() {
    [ "$(stat -c %s ftp/in/cut.*.part 2>/dev/null || echo 0)" -gt 20000 ]
}
"$XB" upload -y --cacert ca.pem --credentials cred.yaml --limit-rate 50K b.tar \
    "$at/in/cut" >out 2>err &
sender=$!
ran='upload, cut'
wait_for 20 part_begun
session=$(pgrep -P "${servers[0]}")
kill -KILL $session $(pgrep -P "${session//$'\n'/,}")
wait $sender || fail "exit status $? of an upload that was cut"
has err 'trying again in'
has err 'Went on after'
cmp b.tar ftp/in/cut

start_ftps implicit
send 0 "ftps://localhost:$ftp_port/in/implicit"
cmp b.tar ftp/in/implicit

# One whose certificate is no longer valid, and one that says nothing.
make_certificate server -days -1
start_ftps implicit
send 5 "ftps://localhost:$ftp_port/in/x"
has err 'certificate has expired.*cannot prove who it is'
start_cut "$ftp_port" 0 0
send 5 --tries 1 --connect-timeout 1s "ftps://localhost:$cut_port/in/x"
has err 'timed out|[Tt]imeout'

# A server without TLS gets nothing, not even a password.
sed -i 's/^ssl_enable.*/ssl_enable=NO/' vsftpd-explicit.conf
stop_servers
start_plain() {
    ftp_port=$(free_port)
    sed -i "s/^listen_port.*/listen_port=$ftp_port/" vsftpd-explicit.conf
    /usr/sbin/vsftpd "$PWD/vsftpd-explicit.conf" &
    servers+=($!)
    wait_for 10 listens "$ftp_port"
}
start_plain
send 5 "ftp+tls://localhost:$ftp_port/in/plain"
has err 'TLS'
lacks vsftpd.log 'PASS anything'
[ ! -e ftp/in/plain ] || fail 'sent without TLS'
