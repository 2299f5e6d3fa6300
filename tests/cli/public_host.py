#!/usr/bin/python3
"""public_host.py FOLDER CERT PEM_TEXT: writes a recorded host that holds every
kind of name that --privacy public replaces, and FOLDER.gone, one original a
line; FOLDER.later: of those that a bundle alone tells.  CERT is a certificate, PEM_TEXT what openssl prints of another.

A name that must be learned stands once where it is learned from, and once more
in prose and inside a longer name, where nothing else gives it away.
"""
import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                             "hosts"))
from synthetic import write

# Learned, by the source.
LEARNED = {
    "hostname": "zugspitze", "hosts": "watzmann", "a domain": "berg.example",
    "the domain above": "gebirg.example",
    "resolv.conf": "tal.example", "known_hosts": "hochkalter",
    "known_hosts, a port": "schneibstein", "a certificate's CN": "kehlkopf",
    "a certificate's SAN": "karwendel", "a wildcard": "alm.example",
    "a certificate beside its key": "wendelstein", "last": "rotwand",
    "RFC 3164": "risserkogel", "RFC 5424": "blankenstein",
    "the journal": "brecherspitz", "passwd": "hinterseer",
    "sudo": "schneider", "last, a user": "messner",
    "last, a long user": "wallbergmoosalm", "last, with a domain": "loferer", "a long host": "bodenschneidhausen",
    "no sudoer": "taubenstein", "a wrong password": "seebergkopf",
    "machine-id": "8f3b2c1d0e9f48a7b6c5d4e3f2a1b0c9",
    "DMI serial": "CZC8374KLM", "DMI UUID": "30313436-3631-5a43-4338-333734424c4d",
    "DMI UUID, swapped": "36343130-3136-435a-4338-333734424c4d",
    "DMI, of words": "CZ 1234 5678 X", "DMI, no digit": "PBJXABDX",
    "dmidecode alone": "PWBHB0A2CDE07F", "an asset tag": "RZ-4711-MUC",
    "a disk": "WD-WCC4N0987654", "a disk's WWN": "5000c500a1b2c3d4",
    "lsblk alone": "S4EVNX0M123456", "a NIC": "MT2012X04711",
    "a NIC's MAC": "d43d7ea1b2c3", "an HBA": "2100001b32867e5d",
    "a pool's host": "matterhorn", "its label": "zmutt", "xapi's host": "dufour",
    "an installation": "7c0f2d1e-5a4b-4c3d-9e8f-102132435465",
    "DRBD": "liskamm", "DRBD, two": "castor", "DRBD, a mesh": "pollux",
    "corosync": "breithorn", "corosync, a name": "taschhorn",
    "fstab": "nordend", "a mount": "signalkuppe", "a share": "parrotspitze",
    "rsyslog": "ludwigshohe",
}

LINES = [
    ("get http://repo.gebirg.example/x for host/jenner.dc1.gebirg.example@DC1."
     "GEBIRG.EXAMPLE", "jenner"),
    # addresses, each with what it must not show
    ("ip 198.51.100.17 ok", "198.51.100.17"),
    ("host ip-10-77-3-5 up", "10-77-3-5"),
    ("17.100.51.198.in-addr.arpa", "17.100.51.198"),
    ("   0: 116433C6:0016 0A6433C6:C350 01", "116433C6"),
    ("eth0\t006433C6\t016433C6\t0003\t0\t0\t0", "016433C6"),
    ("inet6 2001:db8:77::5/64", "2001:db8:77::5"),
    ("inet6 2001:0DB8:0077:0000:0000:0000:0000:0006", "2001:0DB8:0077"),
    ("5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7.7.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
     "7.7.0.0.8.b.d.0"),
    ("20010db8007700000000000000000007 02 40 00 80     eth0",
     "20010db80077"),
    ("mac 00:1b:21:aa:bb:cc", "aa:bb:cc"),
    ("mac 00-1B-21-AA-BB-CD", "AA-BB-CD"),
    ("mac 001b.21aa.bbce", "21aa.bbce"),
    ("hwaddr 001b21aabbcf", "001b21aabbcf"),
    ("vif 00:16:3e:4d:5e:6f", "4d:5e:6f"),
    ("inet6 fe80::21b:21ff:feaa:bbcc/64 scope link", "feaa:bbcc"),
    # this machine's address where nothing tells that it is one
    ("of 198-51-100-17 end", "198-51-100-17"), ("at 0xC6336411", "C6336411"),
    ("at 116433c6 end", "116433c6"), ("Xen 198.51.100.17", "198.51.100.17"),
    ("xen-198.51.100.17.so", "198.51.100.17"),
    ("port 198.51.100.17.80", "198.51.100.17"),
    ("as 20010db8007700000000000000000009", "20010db80077"),
    # cut by ps
    (" 4711     1 hinters+ ?        Ss", "hinters+"),
    (" 4712     1 stefan.+ ?        Ss", "stefan"),
    # its MAC and its domain, in other spellings
    ("ffff d43d 7ea1 b2c3 0806", "d43d 7ea1"), ("d43d:7ea1:b2c3", "7ea1:b2c3"),
    ("at d43d7e.a1b2c3", "d43d7e.a1b2c3"),
    ("dc=dc1, dc=gebirg, dc=example", "gebirg"),
    ("Issuer: DC = example, DC = gebirg, CN = x", "gebirg"),
    ("/DC=example/DC=gebirg/CN=x", "gebirg"),
    ("ldap:///dc%3Dgebirg%2Cdc%3Dexample", "gebirg"),
    ("_ldap._tcp.gebirg.example", "gebirg"),
    ("mail luis.trenker@gipfel.example", "trenker"),
    ("target iqn.2003-01.example.san:vol7", "example.san"),
    ("to naa.5000c500a1b2c3d5", "5000c500a1b2c3d5"),
    ("Serial Number: 9XK0ABC123", "9XK0ABC123"),
    ("Accepted publickey for kammerlander from 203.0.113.200 port 22 ssh2",
     "kammerlander"),
]

# Found by a MAC, or a user, that the bundle does not tell.
NOT_LATER = ["d43d 7ea1", "7ea1:b2c3", "d43d7e.a1b2c3", "hinters+",
             "stefan"]
KEPT = ["a steinbock ran", "_ldap._tcp.", "127.0.0.1", "255.255.255.0", "fe:ff:ff:ff:ff:ff", "Xen 4.17.7.13",
        "1.3.6.1.4.1", "0000:03:00.0", "224.0.0.251", "ff02::1", "web1",
        "8f2e1a3c-1122-3344-5566-778899aabbcc", "at bbc.co.uk", "domain 7 port 5022"]


def main(folder, cert, pem):
    name = LEARNED
    with open(cert) as f:
        cert = f.read()
    with open(pem) as f:
        pem = f.read()
    said = "".join("Nov 25 10:00:07 zugspitze note: of %s and %s-disk0 x\n" %
                   (n, n) for n in name.values())
    # What /proc/net has stands at the begin of a line.
    shown = "".join("Nov 25 10:00:08 zugspitze note: %s\n" % line
                    for line, _ in LINES if " 02 40 " not in line) + "\n".join(
        line for line, _ in LINES) + "\n"
    kept = "".join("Nov 25 10:00:09 zugspitze keep: %s .\n" % k for k in KEPT)
    log = (
        "Nov 25 10:00:00 risserkogel kernel: from a relay\n"
        "<34>1 2025-11-25T10:00:01.000003Z blankenstein app - ID47 - text\n"
        "Nov 25 10:00:02 zugspitze sudo: schneider : TTY=pts/0 ; PWD=/ ;\n"
        "Nov 25 10:00:03 zugspitze sudo[7]: taubenstein : user NOT in sudoers ; "
        "TTY=pts/0 ; PWD=/ ;\n"
        "Nov 25 10:00:04 zugspitze sudo:  seebergkopf : 1 incorrect password "
        "attempt ; TTY=pts/0 ;\n"
        # what anybody may have written names nobody
        "Nov 25 10:00:05 zugspitze sshd[3]: Invalid user x sudo: steinbock : y "
        "from 203.0.113.9\n")
    file, run = (lambda p, t: (("file", p), t)), (lambda c, t: (("command", c), t))
    write(folder, {"name": "zugspitze", "kernel": "2.6.18.8-zugspitze",
                   "machine": "x86_64", "xen": "4.17.2"}, [
        file("/etc/hostname", "zugspitze\n"),
        file("/etc/hosts", "127.0.0.1 localhost\n198.51.100.17 zugspitze\n"
             "198.51.100.18 watzmann.berg.example watzmann\n"
             "198.51.100.19 jenner.dc1.gebirg.example jenner\n"
             "198.51.100.20 hirschbichl.example.co.uk\n"
             "2001:db8:77::9 zugspitze\n"),
        file("/etc/resolv.conf", "search tal.example\n"),
        file("/root/.ssh/known_hosts", "hochkalter ssh-ed25519 AAAA\n"
             "[schneibstein]:2222 ssh-ed25519 AAAA\n"
             "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh\n"),
        file("/etc/pki/libvirt/servercert.pem", cert),
        run("openssl x509 -noout -text -in /etc/xensource/xapi-ssl.pem", pem),
        file("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"
             "hinterseer:x:1001:1001::/home/hinterseer:/bin/bash\n"
             "stefan.glowacz:x:1004:1004::/:/bin/sh\n"
             # words of the page's style and script
             "max:x:1002:1002::/:/bin/sh\ninput:x:1003:1003::/:/bin/sh\n"),
        file("/etc/machine-id", name["machine-id"] + "\n"),
        file("/sys/class/dmi/id/product_serial", name["DMI serial"] + "\n"),
        file("/sys/class/dmi/id/product_uuid", name["DMI UUID"] + "\n"),
        file("/sys/class/dmi/id/board_serial", name["DMI, of words"] + "\n"),
        file("/sys/class/dmi/id/chassis_serial", name["DMI, no digit"] + "\n"),
        run("dmidecode", "System Information\n\tSerial Number: %s\n"
            "\tAsset Tag: %s\n" % (name["dmidecode alone"],
                                   name["an asset tag"])),
        run("lspci -nnvv", "03:00.0 Ethernet controller [0200]\n"
            "\t\t\t[SN] Serial number: %s\n\tCapabilities: [140 v1] Device "
            "Serial Number 00-1b-21-ff-ff-45-67-89\n" % name["a NIC"]),
        run("xe host-list params=all", "uuid ( RO)          : 1\n"
            "           name-label ( RW): %s\n     name-description ( RW): x\n"
            "             hostname ( RO): %s\n" % (name["its label"],
                                                    name["a pool's host"])),
        file("/var/xapi/state.db", '<database><row ref="a" uuid="1" '
             'name__label="no host"/><row ref="b" hostname="%s" '
             'name__label="%s" uuid="2"/></database>' % (
                 name["xapi's host"], name["xapi's host"])),
        file("/etc/xensource-inventory", "PRODUCT_BRAND='XCP-ng'\n"
             "INSTALLATION_UUID='%s'\n" % name["an installation"]),
        file("/etc/drbd.d/r0.res", "resource r0 {\n  on %s {\n"
             "    address 10.9.8.7:7788;\n  }\n  host %s port 7789;\n"
             "  connection-mesh {\n    hosts %s %s;\n  }\n}\n" % (
                 name["DRBD"], name["DRBD, two"], name["DRBD"],
                 name["DRBD, a mesh"])),
        file("/etc/corosync/corosync.conf", "nodelist {\n  node {\n"
             "    ring0_addr: %s\n    name: %s\n    nodeid: 1\n  }\n}\n" % (
                 name["corosync"], name["corosync, a name"])),
        file("/etc/fstab", "# host:/none\n%s:/export /mnt nfs defaults 0 0\n"
             "UUID=1 / ext4 defaults 0 1\n" % name["fstab"]),
        file("/proc/mounts", "%s:/vol /mnt nfs rw 0 0\n//%s/share /smb cifs rw "
             "0 0\n" % (name["a mount"], name["a share"])),
        file("/etc/rsyslog.conf", "*.* @@%s.berg.example:514\n" %
             name["rsyslog"]),
        file("/sys/class/net/eth0/address", "d4:3d:7e:a1:b2:c3\n"),
        file("/sys/class/fc_host/host3/port_name", "0x2100001b32867e5d\n"),
        file("/sys/block/sda/device/serial", name["a disk"] + "\n"),
        file("/sys/block/sda/device/wwid", "naa.5000c500a1b2c3d4\n"),
        run("lsblk -a -b -O -P", 'NAME="nvme0n1" SERIAL="%s" WWN=""\n' %
            name["lsblk alone"]),
        run("last -w -x -n 200", "wallbergmoosalm pts/1 bodenschneidhausen.berg"
            ".example Mon Nov 24 10:00   still logged in\n"),
        run("last -x -n 200", "messner  pts/0   rotwand.berg.exam Mon Nov 24 "
            "10:00   still logged in\nBERG\\loferer tty2      Mon Nov 24 "
            "09:30\nroot     tty1      Mon Nov 24 09:00\n"
            "reboot   system boot  6.1.0-21-amd64 Mon Nov 24 08:59\n"),
        run("journalctl --no-pager -q -o short-precise -n 5000",
            "Nov 25 10:00:00.123456 brecherspitz sshd[1]: hello\n"),
        run("journalctl --no-pager -q -o short-precise -b 0 -n 200000",
            "Nov 25 10:00:00.123456 brecherspitz sshd[1]: hello\n"),
        file("/var/log/messages", log + said + shown + kept),
        file("/var/log/xen/xl-zugspitze-disk0.log", said),
        file("/etc/xen/watzmann-web.cfg", 'name = "web1"\n'
             'disk = [ "phy:/dev/vg0/zugspitze-disk0,xvda,w" ]\n'
             'vif = [ "mac=00:16:3e:4d:5e:6f,ip=198.51.100.40" ]\n'),
    ])
    with open(folder + ".gone", "w") as f:
        for n in list(name.values()) + [gone for _, gone in LINES]:
            f.write(n + "\n")
        f.write("45-67-89\n")
    in_bundle = ["hostname", "hosts", "the domain above", "resolv.conf", "RFC 3164", "RFC 5424",
                 "the journal", "sudo", "no sudoer",
                 "a wrong password", "last, a long user", "a long host", "a NIC"]
    with open(folder + ".later", "w") as f:
        for n in [name[k] for k in in_bundle] + [
                gone for _, gone in LINES if gone not in NOT_LATER]:
            f.write(n + "\n")
    with open(folder + ".kept", "w") as f:
        f.writelines(k + "\n" for k in KEPT)


main(*sys.argv[1:])
