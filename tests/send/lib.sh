# lib.sh: real servers on loopback, for the tests of upload.  Read in by them.
#
# Everything lies in the test's own folder; what was started ends with the test.
servers=()
stop_servers() {
    [ "${#servers[@]}" = 0 ] || kill "${servers[@]}" 2>/dev/null || :
    servers=()
}
trap stop_servers EXIT

# free_port: one that nobody listens on now.
free_port() {
    /usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

listens() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# make_ca: ca.pem, and server.pem with server.key for localhost of it.
make_ca() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -days 2 -subj '/CN=a CA of the tests' -keyout ca.key -out ca.pem \
        2>/dev/null
    make_certificate server -days 2
}

# make_certificate NAME -days DAYS [HOST]: NAME.pem and NAME.key, for localhost.
make_certificate() {
    local name=$1 days=$3 host=${4:-localhost}
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -subj '/CN=localhost' -keyout "$name.key" -out "$name.csr" 2>/dev/null
    openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key \
        -CAcreateserial -out "$name.pem" -days "$days" \
        -extfile <(echo "subjectAltName=DNS:$host") \
        2>/dev/null
}

# start_nginx: with WebDAV below /in/ (the folder www/in), a password below
# /private/ (user joe, password pass word), and TLS.  Sets port.
start_nginx() {
    port=$(free_port)
    mkdir -p www/in www/private ngx
    printf 'joe:%s\n' "$(openssl passwd -apr1 'pass word')" >htpasswd
    cat >nginx.conf <<END
user root;
pid $PWD/ngx/pid;
error_log $PWD/ngx/error.log;
daemon off;
worker_processes 1;
events { worker_connections 64; }
http {
    access_log $PWD/ngx/access.log;
    client_body_temp_path $PWD/ngx/body;
    proxy_temp_path $PWD/ngx/proxy;
    fastcgi_temp_path $PWD/ngx/fastcgi;
    uwsgi_temp_path $PWD/ngx/uwsgi;
    scgi_temp_path $PWD/ngx/scgi;
    client_max_body_size 20m;
    server {
        listen 127.0.0.1:$port ssl;
        ssl_certificate $PWD/server.pem;
        ssl_certificate_key $PWD/server.key;
        root $PWD/www;
        location /in/ { dav_methods PUT; }
        location /small/ { client_max_body_size 1k; dav_methods PUT; }
        location /private/ {
            dav_methods PUT;
            auth_basic tests;
            auth_basic_user_file $PWD/htpasswd;
        }
    }
}
END
    nginx -e "$PWD/ngx/error.log" -c "$PWD/nginx.conf" -p "$PWD/ngx" &
    servers+=($!)
    wait_for 10 listens "$port"
}

# start_sshd: sftp only, below $PWD/sftp, for root with the key id (and RSA key
# id_rsa), and for hans with the password "geheim 2", whom this server alone knows.  OPTIONS go to its configuration.  Sets ssh_port; known_hosts knows it.
start_sshd() {
    local option
    ssh_port=$(free_port)
    mkdir -p sftp ssh
    [ -e id ] || {
        ssh-keygen -q -t ed25519 -N '' -f id
        ssh-keygen -q -t ed25519 -N 'open sesame' -f id_locked
        ssh-keygen -q -t rsa -b 2048 -N '' -f id_rsa
        ssh-keygen -q -t ed25519 -N '' -f ssh/host_ed25519
        ssh-keygen -q -t rsa -b 2048 -N '' -f ssh/host_rsa
        cat id.pub id_locked.pub id_rsa.pub >ssh/authorized
    }
    mkdir -p /run/sshd
    {
        printf 'Port %s\nListenAddress 127.0.0.1\nPidFile none\n' "$ssh_port"
        printf 'AuthorizedKeysFile %s\nStrictModes no\n' "$PWD/ssh/authorized"
        printf 'UsePAM no\nPasswordAuthentication yes\n'
        printf 'PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n'
        for option in "$@"; do printf '%s\n' "$option"; done
        [[ " $* " = *HostKey* ]] ||
            printf 'HostKey %s\n' "$PWD/ssh/host_ed25519"
    } >ssh/config
    local sshd
    sshd=$(command -v sshd || echo /usr/sbin/sshd)
    {
        cat /etc/passwd
        echo "hans:x:64242:64242::$PWD/sftp:/bin/sh"
    } >ssh/passwd
    {
        cat /etc/shadow
        printf 'hans:%s:1::::::\n' "$(openssl passwd -6 'geheim 2')"
    } >ssh/shadow
    chmod 600 ssh/shadow
    unshare -m sh -c 'mount --bind ssh/passwd /etc/passwd &&
        mount --bind ssh/shadow /etc/shadow && exec "$0" -D -e -f ssh/config' \
        "$sshd" 2>>ssh/log &
    servers+=($!)
    wait_for 10 listens "$ssh_port"
    printf '[localhost]:%s %s\n' "$ssh_port" \
        "$(cut -d' ' -f1-2 ssh/host_ed25519.pub)" >known_hosts
}

# start_ftps implicit|explicit: below $PWD/ftp/in, for anybody (vsftpd's anonymous
# login); no other user gets in.  Sets ftp_port.
start_ftps() {
    local implicit=NO
    [ "$1" != implicit ] || implicit=YES
    ftp_port=$(free_port)
    mkdir -p ftp/in empty
    chmod 555 ftp
    chmod 777 ftp/in
    chmod o+x . # the server's user must come here
    cat >"vsftpd-$1.conf" <<END
listen=YES
listen_address=127.0.0.1
listen_port=$ftp_port
background=NO
anonymous_enable=YES
local_enable=NO
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_umask=022
anon_root=$PWD/ftp
secure_chroot_dir=$PWD/empty
xferlog_enable=YES
log_ftp_protocol=YES
xferlog_std_format=NO
vsftpd_log_file=$PWD/vsftpd.log
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
implicit_ssl=$implicit
ssl_tlsv1=NO
require_ssl_reuse=NO
rsa_cert_file=$PWD/server.pem
rsa_private_key_file=$PWD/server.key
seccomp_sandbox=NO
END
    /usr/sbin/vsftpd "$PWD/vsftpd-$1.conf" &
    servers+=($!)
    wait_for 10 listens "$ftp_port"
}

# start_faults: tests/send/faults.py, on port; start_cut TARGET BYTES TIMES:
# tests/send/cut.py, on cut_port.
start_faults() {
    port=$(free_port)
    /usr/bin/python3 "$TOP/tests/send/faults.py" "$port" "$PWD" &
    servers+=($!)
    wait_for 10 listens "$port"
}
start_cut() {
    cut_port=$(free_port)
    /usr/bin/python3 "$TOP/tests/send/cut.py" "$cut_port" "$@" &
    servers+=($!)
    wait_for 10 listens "$cut_port"
}

# start_python SCRIPT ARGUMENTS...: a server of tests/send; sets port.
start_python() {
    local script=$1
    shift
    rm -f port
    tail -f /dev/null --pid $$ | /usr/bin/python3 "$TOP/tests/send/$script" \
        --port-file port "$@" 2>>"$script.err" &
    servers+=($!)
    wait_for 10 test -e port
    port=$(cat port)
}
