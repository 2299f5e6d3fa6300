#!/bin/bash
# large.sh XEN-BUGTOOL [MIB]: a bundle of MIB (1024) MiB by https and by sftp, cut
# in the middle, and by sftp gone on with; the memory of what sends it must not
# follow its size.  Part of "make soak"; as root, with the servers of the tests.
set -euo pipefail
export LC_ALL=C TOP=$PWD VARIANT=plain XB=$1
mib=${2:-1024}
etc=$(dirname "$(dirname "$XB")")/etc/xen-bugtool/plugins.d
work=$(mktemp -d /var/tmp/xen-bugtool-large-XXXXXX)
. "$TOP/tests/cli/lib.sh"
. "$TOP/tests/send/lib.sh"
trap 'stop_servers; rm -rf "$work" "$etc/large.yaml"' EXIT
cd "$work"
chmod 755 .
mkdir -p "$etc"

# bundle MIB: NAME.tar with a log of so many MiB.
bundle() {
    head -c "$1M" /dev/urandom | base64 -w 100 | head -c "$1M" >log || :
    cat >"$etc/large.yaml" <<END
name: large
summary: a large log
items:
  - name: log
    file: $work/log
    max_size: 4G
END
    chmod 644 "$etc/large.yaml" log
    "$XB" collect -y -q -u -f tar --only large -o "$1.tar" >/dev/null
    rm log
}

# send MIB URL OPTIONS...: prints what it took; sets peak (KiB).
send() {
    local what=$1 begun=$EPOCHREALTIME status=0 pid one now
    shift
    "$XB" upload -y "$what.tar" "$@" >out 2>err &
    pid=$!
    peak=0
    while kill -0 $pid 2>/dev/null; do
        one=$(pgrep -P $pid -x xen-bugtool-snd || :)
        now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' \
            "/proc/${one:-0}/status" 2>/dev/null || :)
        [ -z "$now" ] || peak=$now
        sleep 0.2
    done
    wait $pid || status=$?
    [ "$status" = 0 ] || fail "exit status $status from: $what $*"
    printf '%s MiB to %s: %.1f s, peak %s KiB, %s\n' "$what" "${1%%:*}" \
        "$(bc <<<"$EPOCHREALTIME - $begun")" "$peak" \
        "$(grep -c 'trying again' err || :) times cut"
    sed 's/^/    /' err
}

make_ca
start_nginx
sed -i 's/client_max_body_size 20m/client_max_body_size 0/' nginx.conf
stop_servers
start_nginx_again() {
    nginx -e "$PWD/ngx/error.log" -c "$PWD/nginx.conf" -p "$PWD/ngx" &
    servers+=($!)
    wait_for 10 listens "$port"
}
start_nginx_again
start_sshd
bundle 16
bundle "$mib"
ls -l ./*.tar
for one in 16 "$mib"; do
    start_cut "$port" $((one * 400000)) 1
    send "$one" "https://localhost:$cut_port/in/" --cacert ca.pem
    cmp "$one.tar" "www/in/$one.tar"
    rm "www/in/$one.tar"
    eval "web_$one=$peak"
    start_cut "$ssh_port" $((one * 400000)) 1
    sed "s/\]:[0-9]*/]:$cut_port/" known_hosts >known
    send "$one" "sftp://root@localhost:$cut_port$PWD/sftp/" --identity id \
        --known-hosts known
    cmp "$one.tar" "sftp/$one.tar"
    rm "sftp/$one.tar"
    eval "ssh_$one=$peak"
done
grep -q 'Went on after' err || fail 'sftp did not go on'
eval "more=\$((web_$mib - web_16)) more_ssh=\$((ssh_$mib - ssh_16))"
echo "more memory for $mib MiB than for 16: $more KiB by https, $more_ssh by sftp"
[ "$more" -lt 4096 ] && [ "$more_ssh" -lt 4096 ] || fail 'memory follows size'
