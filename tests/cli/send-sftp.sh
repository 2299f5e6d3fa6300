# time: 120
# sftp, by OpenSSH's own server: keys of hosts and users, a line that breaks and
# goes on where it was cut, a full disk; each with its message and exit status.
. "$TOP/tests/send/lib.sh"
# The server takes over what is mounted when it starts.
mkdir full
mount -t tmpfs -o size=16k tmpfs full
trap 'stop_servers; umount full' EXIT
start_sshd
collect --only sys_memory -o b.tar.bz2
at=sftp://root@localhost:$ssh_port$PWD/sftp
send() {
    local want=$1
    shift
    run "$want" "$XB" upload -y b.tar.bz2 "$@"
}
known=(--known-hosts known_hosts)
me=("${known[@]}" --identity id)

send 0 "${me[@]}" "$at/"
has out "^Sent to sftp://localhost:$ssh_port$PWD/sftp/b.tar.bz2\$"
cmp b.tar.bz2 sftp/b.tar.bz2
(cd sftp && sha256sum -c b.tar.bz2.sha256)
[ "$(ls sftp)" = "$(printf 'b.tar.bz2\nb.tar.bz2.sha256')" ] || fail 'more'
# Nothing is replaced.
echo mine >sftp/taken
send 5 "${me[@]}" "$at/taken"
has err 'a file of that name may be there already'
[ "$(cat sftp/taken)" = mine ] || fail 'a file was replaced'

# Who the server is.
: >empty
send 5 --known-hosts empty --identity id "$at/x"
has err 'no known_hosts file has the key of localhost, ED25519 SHA256:'
grep -qF "$(ssh-keygen -lf ssh/host_ed25519.pub | cut -d' ' -f2)" err ||
    fail 'not the fingerprint that ssh-keygen shows'
sed "s|ssh-ed25519 .*|$(cut -d' ' -f1-2 id.pub)|" known_hosts >changed
send 5 --known-hosts changed --identity id "$at/x"
has err 'is another one than known_hosts has.*ssh-keygen -R localhost'
{
    echo '# a comment'
    echo '@cert-authority *.example.org ssh-ed25519 AAAA'
    echo 'other sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2g='
    cat known_hosts
} >mixed
send 0 --known-hosts mixed --identity id "$at/mixed"

# Who we are.
send 5 "${known[@]}" --identity id_locked "$at/x"
has err 'does not know this user, password or key'
cat >cred.yaml <<END
servers:
  - host: localhost:1
    user: nobody
  - host: localhost
    passphrase: open sesame
END
chmod 600 cred.yaml
send 0 "${known[@]}" --identity id_locked --credentials cred.yaml "$at/y"
{
    printf 'servers:\n  - host: localhost\n    user: root\n'
    printf '    private-key: |\n'
    sed 's/^/      /' id
} >cred.yaml
send 0 "${known[@]}" --credentials cred.yaml "${at/root@/}/z"
cmp b.tar.bz2 sftp/z
send 2 "${known[@]}" "$at/x"
has err 'expected a password or a private key'
# Once it is made, the bundle and what to do with it are named in any case.
run 5 "$XB" collect -y -q --only sys_memory -o "made here.tar.bz2" \
    "${known[@]}" --upload "$at/x"
has err "kept; to try again: .* '$PWD/made here.tar.bz2' $at/x|'made here.tar.bz2' $at/x"
chmod 644 id
send 5 "${me[@]}" "$at/x"
has err 'id holds secrets.*mode 0644'
has err 'kept; to try again: xen-bugtool upload .*--identity id '
chmod 600 id
send 5 "${me[@]}" "$at/no/folder/"
has err 'the folder may be missing'
! ls sftp | grep -q '\.part$' || [ "$(ls sftp/*.part)" = sftp/taken.*.part ] ||
    fail 'a part is left'

# By password: of the credentials, a wrong one, and asked for on a terminal.
mkdir -m 777 sftp/hans
chmod o+x . # the server's user must come here
hans=sftp://hans@localhost:$ssh_port$PWD/sftp/hans
cat >cred.yaml <<END
servers:
  - host: localhost
    user: hans
    password: geheim 2
END
send 0 "${known[@]}" --credentials cred.yaml "$hans/a"
cmp b.tar.bz2 sftp/hans/a
sed -i 's/geheim 2/falsch/' cred.yaml
send 5 "${known[@]}" --credentials cred.yaml "$hans/x"
has err 'does not know this user, password or key'
lacks err falsch
cat >steps <<END
expect (?i)password[^\n]*: $
send geheim 2
expect Sent to
END
/usr/bin/python3 "$TOP/tests/cli/pty.py" steps "$XB" upload "${known[@]}" \
    b.tar.bz2 "$hans/b" || fail 'a password that is asked for'
cmp b.tar.bz2 sftp/hans/b
! grep -q geheim shown || fail 'the password was shown'

# A server that says nothing.
start_cut "$ssh_port" 0 0
send 5 "${me[@]}" --tries 1 --connect-timeout 1s \
    "sftp://root@localhost:$cut_port$PWD/sftp/x"
has err 'timed out|[Tt]imeout'

# libssh2 before 1.11 cannot use RSA as servers want it today.
ssh-keygen -q -t rsa -b 2048 -N '' -m PEM -f id_pem
old=$(curl -V | sed -n 's/.*libssh2\/1\.\([0-9]*\).*/\1/p')
if [ "${old:-99}" -lt 11 ]; then
    for key in id_rsa id_pem; do
        send 5 "${known[@]}" --identity $key "$at/x"
        has err 'it is an RSA key.*use an ED25519 key'
    done
fi

# A line that is cut twice: each time it goes on where the server's file ends.
"$XB" collect -y -q --only sys_memory --format tar -o big.tar >/dev/null
start_cut "$ssh_port" 20000 2
cat known_hosts >known_cut
sed "s/\]:[0-9]*/]:$cut_port/" known_hosts >>known_cut
run 0 "$XB" upload -y big.tar --known-hosts known_cut --identity id \
    "sftp://root@localhost:$cut_port$PWD/sftp/big"
[ "$(grep -c 'trying again' err)" -ge 1 ] || fail 'was not cut'
cmp big.tar sftp/big

# A full disk.
run 5 "$XB" upload -y big.tar "${me[@]}" "sftp://root@localhost:$ssh_port$PWD/full/"
has err 'took .* and no more: its disk or quota may be full'
