# alone
# On the host that made a public bundle verify --deep finds what names it; and
# redact makes a public bundle of another one.
fresh_etc
run 0 "$XB" key --init
collect --only sys_net -o "$PWD/open" --format dir
collect --only sys_net --privacy public -o "$PWD/public" --format dir
run 0 "$XB" verify --deep public
has out 'Names, addresses and serial numbers of this host were looked for'
run 0 "$XB" verify --deep --json public
has out '"names_checked": ?true'

# A bundle that only says it is public: of this host, addresses are left.
cp -r open wrong
sed -i 's/"privacy":"secrets"/"privacy":"public"/' wrong/manifest.json
grep -q '"privacy":"public"' wrong/manifest.json || fail 'nothing was changed'
run 4 "$XB" verify --deep wrong
has out ':[0-9]+: a name, address or serial number of this host is left'
run 0 "$XB" verify wrong

# Elsewhere nobody knows the names: another key, or none.
sed -i 's/"key_id":"[0-9a-f]*"/"key_id":"0123456789abcdef"/' wrong/manifest.json
run 0 "$XB" verify --deep wrong
has out 'Only rules for secrets were checked'
rm "$ETC/xen-bugtool/key"
run 0 "$XB" verify --deep public
has out 'Only rules for secrets were checked'

# A recorded host, made public afterwards: by its own names.
host=$TOP/tests/hosts/xen-4.17-debian12
run 0 "$XB" key --init
collect --replay "$host" -o open.tar.bz2
collect --replay "$host" --privacy public -o straight.tar.bz2
run 0 "$XB" redact open.tar.bz2 --privacy public -o later.tar.bz2
run 0 "$XB" verify --deep later.tar.bz2
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" later.tar.bz2
holds later.tar.bz2 'm["options"]["privacy"] == "public"' \
    'm["host"]["name"].startswith("host-")' \
    '"xenlab" not in str(m)' 'any(i.get("pseudonyms") for i in items)' \
    'all("xenlab" not in text(n) for n in names if not n.startswith("xen/"))'
has <("$XB" inspect later.tar.bz2 summary.txt) '^Privacy: public$'
for member in commands/sys_net/ip-addr.txt files/etc/hosts; do
    cmp <("$XB" inspect later.tar.bz2 $member) \
        <("$XB" inspect straight.tar.bz2 $member)
    ! cmp -s <("$XB" inspect later.tar.bz2 $member) \
        <("$XB" inspect open.tar.bz2 $member) || fail "$member as it was"
done
# Once more: what is public is left.
run 0 "$XB" redact later.tar.bz2 --privacy public -o twice.tar.bz2
cmp <("$XB" inspect later.tar.bz2 commands/sys_net/ip-addr.txt) \
    <("$XB" inspect twice.tar.bz2 commands/sys_net/ip-addr.txt)

# Text by itself; what goes in and comes out keeps its subnets.
echo 'peer 10.7.7.5 of 10.7.7.1, Serial Number: ABC-12345, EDELWEISS' >text
run 0 "$XB" redact --privacy public --keyword edelweiss text
lacks out '10\.7\.7|12345|EDELWEISS'
has out 'peer ([0-9]+\.[0-9]+\.[0-9]+)\.[0-9]+ of \1\.1, Serial Number: [A-Z]{3}-[0-9]{5}, keyword-'
mv out first
run 0 "$XB" redact --privacy public --keyword edelweiss text
cmp out first
run 4 "$XB" redact --privacy public --check text
run 0 "$XB" redact --check text
# What stays is no pseudonym.
echo 'lo 127.0.0.1 netmask 255.255.255.0 ff02::1 root@localhost' >plain
run 0 "$XB" redact --privacy public --check plain

# What verify looks for in every spelling, on a host that is called "alpha" and
# has these addresses; a pool's other host has the same key, and says whose it is.
cat >hosts <<'END'
127.0.0.1 localhost
192.0.2.77 alpha.example.org alpha
fd00:0:0:5::201:203 beta
END
echo 0123456789abcdef0123456789abcde7 >id
# there HOST COMMAND...
there() {
    unshare -m -u sh -c 'mount --bind hosts /etc/hosts
        [ ! -e /etc/machine-id ] || mount --bind id /etc/machine-id
        hostname "$1" && shift && exec "$@"' there "$@"
}
run 0 there alpha "$XB" collect -y -q --privacy public -f dir -o "$PWD/alpha" \
    --only sys_memory
run 0 there alpha "$XB" verify --deep alpha
has out 'Names, addresses and serial numbers of this host were looked for'
run 0 there gamma "$XB" verify --deep alpha
has out 'Only rules for secrets were checked.*\(here host-[0-9a-f]{8}\)'
own='192.0.2.77 ip-192-0-2-77 77.2.0.192.in-addr.arpa 4D0200C0:0016
    fd00:0:0:5:0:0:201:203 FD00::5:0:0:201:203 fd00:0:00:005::0201:0203
    fd00:0:0:5::2.1.2.3 fd00::5:0:0:201:203%eth0 192.000.002.077 ::ffff:c000:24d
    64:ff9b::192.0.2.77 C000024D ff02::1:ff01:203 33:33:ff:01:02:03
    fd00:0000:0000:0005:0000:0000:0201:0203
    3.0.2.0.1.0.2.0.0.0.0.0.0.0.0.0.5.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa'
[ ! -e /etc/machine-id ] || own="$own 01234567-89ab-cdef-0123-456789abcde7"
# A MAC of this host's own, if it has one.
mac=$(cat /sys/class/net/*/address | grep -vE '^(00:00:00|fe:ff)' | head -n 1)
[[ ! $mac =~ ^(..:){5}..$ ]] || own="$own $(/usr/bin/python3 - "$mac" <<'END'
import sys
mac = bytes.fromhex(sys.argv[1].replace(":", ""))
bare, eui = mac.hex(), mac[:3] + b"\xff\xfe" + mac[3:]
low = bytes([eui[0] ^ 2]) + eui[1:]
print(":".join("%x" % b for b in mac), bare.upper(), "enx" + bare,
      "0000" + bare, "CLIENTID=01" + bare, "01:" + mac.hex(":"), eui.hex(":"),
      low.hex(), "2001:db8::" + low.hex(":", 2), "8000." + bare,
      "00:03:00:01:" + mac.hex(":"))
END
)"
cp -r alpha wrong-alpha
for text in $own; do
    echo "left: $text" >>wrong-alpha/files/proc/meminfo
done
run 4 there alpha "$XB" verify --deep wrong-alpha
for line in $(grep -n '^left: ' wrong-alpha/files/proc/meminfo | sed 's/:.*//'); do
    has out "^files/proc/meminfo:$line: a name, address or serial number of this"
done
rm -r wrong-alpha
# Each with its line, wherever the text was cut.
cp -r alpha wrong-alpha
{ seq 20000; echo "ALPHA"; seq 9; echo ::ffff:192.0.2.77; } >>wrong-alpha/files/proc/meminfo
run 4 there alpha "$XB" verify --deep wrong-alpha
n=$(wc -l <wrong-alpha/files/proc/meminfo)
has out "^files/proc/meminfo:$((n - 10)): a name"
has out "^files/proc/meminfo:$n: a name"
rm -r wrong-alpha
# As it was replayed, it may be any host's.
run 0 "$XB" verify --deep later.tar.bz2
has out 'Only rules for secrets were checked'

# What could not be learned in time was not looked for.
printf '#!/bin/sh\nexec sleep 20\n' >slow
chmod 755 slow
tool=$(command -v lsblk)
run 0 unshare -m -u sh -c 'hostname alpha && mount --bind slow "$1" && shift &&
    exec "$@"' slow "$(readlink -f "$tool")" "$XB" verify --deep alpha
has out 'Some names.*but not those of:'
has out '^    lsblk: '
