# plain
# alone
# --privacy public: the first address of a network stays the first, whatever its
# length, where the host's own files tell of it.
fresh_etc
h=$PWD/host

# seed FILE <TEXT: a file of the host, its folders with it.
seed() {
    mkdir -p "$(dirname "$h/$1")"
    cat >"$h/$1"
}

seed etc/hostname <<<'zugspitze'
seed etc/network/interfaces <<'END'
# address 10.9.9.9/16
auto xenbr0
iface xenbr0 inet static
    address 10.21.86.37
    netmask 255.255.252.0
    gateway 10.21.84.1
iface xenbr1 inet static
    address 10.31.77.7/16
END
seed etc/sysconfig/network-scripts/ifcfg-eth2 <<'END'
NETMASK="255.255.254.0"
IPADDR="10.41.35.9"
END
seed etc/sysconfig/network-scripts/ifcfg-eth3 <<'END'
IPADDR=203.0.113.75
PREFIX=26
END
seed etc/netplan/50.yaml <<'END'
network:
  ethernets:
    eth4: {addresses: [10.51.6.170/29, '2001:db8:91:a::b:17/112']}
END
seed etc/systemd/network/eth5.network <<'END'
[Network]
Address=10.61.6.202/30
END
seed etc/NetworkManager/system-connections/eth6 <<'END'
[ipv4]
address1=10.71.201.4/18,10.71.192.1
END
seed proc/net/route <<'END'
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
xenbr7	00D0510A	00000000	0001	0	0	0	00F0FFFF	0	0	0
END

# What the log says: the length of the network, its first address, its last.
cat >networks <<'END'
22 10.21.84.1 10.21.87.255
16 10.31.0.1 10.31.255.255
23 10.41.34.1 10.41.35.255
26 203.0.113.65 203.0.113.127
29 10.51.6.169 10.51.6.175
30 10.61.6.201 10.61.6.203
18 10.71.192.1 10.71.255.255
20 10.81.208.1 10.81.223.255
112 2001:db8:91:a::b:1 2001:db8:91:a::b:4a2c
END
sed 's/^/Nov 25 10:00:00 zugspitze net: /' networks | seed var/log/messages
run 0 "$XB" key --init

collect --sysroot "$h" --privacy public --format dir -o first
log=files/var/log/messages
/usr/bin/python3 - networks "first/$log" <<'END'
import ipaddress, sys
was = [l.split() for l in open(sys.argv[1])]
now = [l.split()[-3:] for l in open(sys.argv[2])]
assert len(was) == len(now) == 9
for (bits, first, last), (_, to_first, to_last) in zip(was, now):
    net = ipaddress.ip_network(f"{to_first}/{bits}", strict=False)
    a, b = map(ipaddress.ip_address, (to_first, to_last))
    assert to_first != first and a == net.network_address + 1, (first, a)
    assert b in net, (last, b)
    if a.version == 4:
        assert b == net.broadcast_address, (last, b)
END

# The bundle tells the same of its networks: made public later, it has the same
# addresses, with this key.
collect --sysroot "$h" --format dir -o plain
run 0 "$XB" redact plain --privacy public -o later.tar.bz2
run 0 "$XB" inspect later.tar.bz2 "$log"
cmp out "first/$log"
