# lib.sh: real servers on loopback, for the tests of upload.  Read in by them.
#
# Everything lies in the test's own folder; what was started ends with the test.
servers=()
stop_servers() {
    [ "${#servers[@]}" = 0 ] || kill "${servers[@]}" 2>/dev/null || :
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

# make_certificate NAME OPTIONS...: NAME.pem and NAME.key, for localhost.
make_certificate() {
    local name=$1
    shift
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -subj '/CN=localhost' -keyout "$name.key" -out "$name.csr" 2>/dev/null
    openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key \
        -CAcreateserial -out "$name.pem" "$@" \
        -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') \
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
