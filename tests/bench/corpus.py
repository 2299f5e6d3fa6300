"""corpus.py: what the benches read, the same bytes on every machine.

Log text that compresses as real logs do (bzip2 -9: 5 to 6 times): lines of the
programs that run on a dom0, with times that go on, numbers that differ, and
some that are nearly random; in one line of 4,000 stands a secret.
"""
import json
import os
import random
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                             "hosts"))

MIB = 1 << 20

# %d numbers, %x hexadecimal ones, %t the token of a watch as libxl prints it
# (slot and counter); the frequent programs come first.
LINES = [
    "kernel: [%f] xen-blkback: backend/vbd/%d/51712: using %d queues, protocol 1 (x86_64-abi) persistent grants",
    "kernel: [%f] vif vif-%d-0 vif%d.0: Guest Rx ready",
    "kernel: [%f] xenbr0: port %d(vif%d.0) entered forwarding state",
    "kernel: [%f] IPv6: ADDRCONF(NETDEV_CHANGE): vif%d.0: link becomes ready",
    "kernel: [%f] audit: type=1400 audit(%d.%d:%d): apparmor=\"STATUS\" operation=\"profile_load\" name=\"libvirtd\" pid=%d comm=\"apparmor_parser\"",
    "kernel: [%f] device vif%d.0 left promiscuous mode",
    "kernel: [%f] sd %d:0:0:0: [sdb] tag#%d FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_OK cmd_age=%ds",
    "kernel: [%f] nfs: server 10.0.%d.%d not responding, still trying",
    "xenstored: TDB: %d records, %d bytes in use, domain %d conn %x",
    "xen-hotplug: /etc/xen/scripts/vif-bridge: online type_if=vif XENBUS_PATH=backend/vif/%d/0",
    "xen-hotplug: /etc/xen/scripts/block: add XENBUS_PATH=backend/vbd/%d/51712 node /dev/loop%d",
    "libxl: libxl_device.c:%d:libxl__device_backend_wait: Domain %d:Waiting for backend /local/domain/0/backend/vif/%d/0 state 2",
    "libxl: libxl_event.c:%d:libxl__ev_xswatch_register: Domain 0:watch w=0x%x wpath=/local/domain/0/backend/vbd/%d/51712/state token=%t: register slotnum=%d",
    "libxl: libxl_event.c:%d:watchfd_callback: Domain 0:watch w=0x%x wpath=/local/domain/0/backend/vbd/%d/51712/state token=%t: event epath=/local/domain/0/backend/vbd/%d/51712/state",
    "qemu-system-x86_64[%d]: xen be: qdisk-51712: xen be: watching backend path (backend/qdisk/%d)",
    "sshd[%d]: Accepted publickey for root from 10.1.%d.%d port %d ssh2: RSA SHA256:%x%x%x",
    "sshd[%d]: pam_unix(sshd:session): session opened for user root(uid=0) by (uid=0)",
    "sshd[%d]: Received disconnect from 10.1.%d.%d port %d:11: disconnected by user",
    "systemd[1]: Started Session %d of user root.",
    "systemd[1]: session-%d.scope: Deactivated successfully.",
    "systemd-logind[%d]: Session %d logged out. Waiting for processes to exit.",
    "CRON[%d]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
    "multipathd[%d]: mpatha: sdb - tur checker reports path is up, %d of %d",
    "drbd: res%d: conn( Connected -> NetworkFailure ) peer( Secondary -> Unknown ) pdsk( UpToDate -> DUnknown ) susp-io( no -> quorum) %d",
    "smartd[%d]: Device: /dev/sda [SAT], SMART Usage Attribute: 194 Temperature_Celsius changed from %d to %d",
    "dhclient[%d]: DHCPREQUEST for 10.0.%d.%d on xenbr0 to 10.0.0.1 port 67",
    "dnsmasq[%d]: query[A] host%d.example.net from 10.0.%d.%d",
    "xapi: [debug||%d |org.xen.xapi.xenops.classic events D:%x|xenops] VM %x-%x is running with memory = %d",
    "xapi: [ info||%d HTTP 127.0.0.1->|Async.VM.start R:%x|audit] VM.start: self = '%x-%x (vm%d)'; host = '%x'",
    "SM: [%d] lock: released /var/lock/sm/%x-%x/sr",
    "SM: [%d] ['/usr/sbin/tap-ctl', 'list', '-p', '%d'] pread SUCCESS in %d ms",
    "tapdisk[%d]: tapdisk-vbd: closing image /dev/VG_XenStorage-%x-%x/VHD-%x, %d requests",
]
SECRETS = [
    "libxl: domcreate_launch_dm: vfb type=vnc,vncpasswd=Bench-%x,keymap=de",
    "xe[%d]: xe -s 10.0.0.%d -u root -pw Bench-%x vm-list",
    "curl[%d]: GET https://admin:Bench%x@10.0.0.%d/rrd_updates",
    'xapi: {"user": "root", "password": "Bench-%x", "n": %d}',
]


def parts(template):
    """Cut at its %d, %x and %f once, so that making a line is a join."""
    out, rest = [], template
    while "%" in rest:
        text, rest = rest.split("%", 1)
        out.append((text, rest[0]))
        rest = rest[1:]
    return out, rest


def numbers(rng):
    """Pools to draw from: most numbers in a log come again, some soon."""
    return (["%d" % rng.randrange(64) for _ in range(200)] +
            ["%d" % rng.randrange(1 << 30) for _ in range(60000)],
            ["%08x" % rng.getrandbits(32) for _ in range(100000)])


def log_text(n, seed):
    """n bytes and a little, as an iterator over chunks."""
    rng = random.Random(seed)
    lines = [parts(line) for line in LINES]
    secrets = [parts(line) for line in SECRETS]
    weights = [(i + 2) ** -0.3 for i in range(len(lines))]
    decimal, hexadecimal = numbers(rng)
    host = "dom0-%d" % (seed % 7)
    clock, uptime, done = 1790000000 + seed * 1000, seed * 1000.0, 0
    while done < n:
        out = []
        for template in rng.choices(lines, weights, k=4000):
            clock += rng.random() < 0.3
            uptime += rng.random()
            if rng.random() < 1 / 4000:
                template = rng.choice(secrets)
            line = ["Nov %2d %02d:%02d:%02d " % (
                1 + clock // 86400 % 28, clock // 3600 % 24, clock // 60 % 60,
                clock % 60), host, " "]
            for text, kind in template[0]:
                line.append(text)
                if kind == "d":
                    line.append(rng.choice(decimal))
                elif kind == "x":
                    line.append(rng.choice(hexadecimal))
                elif kind == "t":
                    line.append("%x/%x" % (rng.randrange(24),
                                           rng.randrange(1 << 12)))
                else:
                    line.append("%.6f" % uptime)
            line.append(template[1])
            out.append("".join(line))
        chunk = ("\n".join(out) + "\n").encode()
        done += len(chunk)
        yield chunk


def make_logs(folder, total, files, seed=1):
    """files logs, total bytes in all; nothing where they are already."""
    mark = os.path.join(folder, ".made")
    if os.path.exists(mark):
        return
    os.makedirs(folder, exist_ok=True)
    for i in range(files):
        with open(os.path.join(folder, "log%02d.log" % i), "wb") as f:
            left = total // files
            for chunk in log_text(left, seed + i):
                f.write(chunk[:left])
                left -= min(left, len(chunk))
    open(mark, "w").close()


def make_small(folder, count, size, seed=99):
    """count files of size bytes, 100 in each folder."""
    mark = os.path.join(folder, ".made")
    if os.path.exists(mark):
        return
    text = b"".join(log_text(4 * MIB, seed))
    for i in range(count):
        sub = os.path.join(folder, "d%04d" % (i // 100))
        os.makedirs(sub, exist_ok=True)
        at = i * 997 % (len(text) - size)
        with open(os.path.join(sub, "f%05d" % i), "wb") as f:
            f.write(text[at:at + size])
    open(mark, "w").close()


def long_list_of(number, name, uuid):
    """A guest's part of what "xl list -l" prints, as long as a real one."""
    disks = [{"pdev_path": "/srv/%s-%d.img" % (name, n), "vdev": "xvd" + vdev,
              "format": "raw", "readwrite": 1, "discard_enable": "False",
              "colo_enable": "False", "colo_restore_enable": "False"}
             for n, vdev in ((51712, "a"), (51728, "b"))]
    return {"domid": number, "config": {
        "c_info": {"type": "pv", "name": name, "domid": 4294967295,
                   "uuid": uuid, "run_hotplug_scripts": "True"},
        "b_info": {"max_vcpus": 2, "avail_vcpus": [0, 1], "max_memkb": 524288,
                   "target_memkb": 524288, "video_memkb": 0,
                   "device_model_version": "qemu_xen",
                   "sched_params": {"sched": "credit2", "weight": 256,
                                    "cap": 0},
                   "claim_mode": "True", "kernel": "/boot/vmlinuz-guest",
                   "cmdline": "console=hvc0", "ramdisk": "/boot/initrd-guest",
                   "type.pv": {}, "arch_arm": {},
                   "arch_x86": {"msr_relaxed": "False"}},
        "disks": disks,
        "nics": [{"devid": 0, "mac": "00:16:3e:00:%02x:%02x" % (
            number >> 8 & 255, number & 255), "bridge": "xenbr0",
            "script": "/etc/xen/scripts/vif-bridge", "nictype": "vif"}],
        "vfbs": [{"devid": 0, "vnc": {"enable": "True", "passwd": "Bench%d" %
                                      number}, "sdl": {}}],
        "on_reboot": "restart", "on_soft_reset": "soft_reset"}}


def toolstack_of(guests):
    """What xl tells of such a host; guests: number, name and UUID of each."""
    rows = ["%-40s %5d %5d %5d %10s %9s %s" % (
        "Domain-0", 0, 8192, 8, "r-----", "99.5",
        "00000000-0000-0000-0000-000000000000")]
    rows += ["%-40s %5d %5d %5d %10s %9s %s" % (name, n, 512, 2, "-b----", "12.5",
                                              uuid) for n, name, uuid in guests]
    info = {"host": "many", "release": "6.1.0-21-amd64", "machine": "x86_64",
            "nr_cpus": 64, "total_memory": 1048576, "free_memory": 4096,
            "xen_major": 4, "xen_minor": 17, "xen_extra": ".2",
            "xen_caps": "xen-3.0-x86_64 hvm-3.0-x86_64",
            "xen_commandline": "placeholder dom0_mem=8G,max:8G"}
    lists = [long_list_of(*guest) for guest in guests]
    parts = [(("command", "xl list -l %d" % number),
              json.dumps([told], indent=4) + "\n")
             for (number, _, _), told in zip(guests, lists)]
    return parts + [
        (("command", "xl info"), "".join("%-23s: %s\n" % i
                                         for i in info.items())),
        (("command", "xl list -v"), "\n".join(
            ["Name ID Mem VCPUs State Time(s) UUID"] + rows) + "\n"),
        (("command", "xl list -l"), json.dumps(lists, indent=4) + "\n"),
    ]


def make_domains(folder, count):
    """A recorded host with so many guests, marked synthetic: what the plan asks
    of each is there once, as text of the size that a real one has."""
    from synthetic import write
    rng = random.Random(7)
    console = b"".join(log_text(MIB, 5)).decode()
    names = ["domain 0 00000000-0000-0000-0000-000000000000",
             "name 0 Domain-0", "target 0"]
    sources, guests = [], []
    tree = ["/local/domain/0/memory/%s = \"8388608\"   (n0)" % node
            for node in ("target", "static-max")]
    for i in range(1, count + 1):
        uuid = "%08x-0000-4000-8000-%012x" % (i, rng.getrandbits(48))
        names.append("domain %d %s" % (i, uuid))
        names.append("name %d guest%d" % (i, i))
        guests.append((i, "guest%d" % i, uuid))
        at = rng.randrange(len(console) - 16384)
        disk = ["/local/domain/0/backend/vbd/%d/%d/%s = \"%s\"   (n0,r%d)" % (
            i, dev, key, value, i) for dev in (51712, 51728) for key, value in (
                ("frontend", "/local/domain/%d/device/vbd/%d" % (i, dev)),
                ("params", "/srv/guest%d-%d.img" % (i, dev)), ("state", "4"),
                ("physical-device", "7:%d" % (i % 255)), ("mode", "w"))]
        tree += disk
        sources += [
            (("probe", "domain-%d" % i), '{"domid": %d, "uuid": "%s", "pages": '
             '131072, "vcpus_max": 2}\n' % (i, uuid)),
            (("file", "/etc/xen/guest%d.cfg" % i), 'name = "guest%d"\n'
             'memory = 512\nvcpus = 2\nvif = ["bridge=xenbr0"]\n'
             'disk = ["file:/srv/guest%d.img,xvda,w"]\n'
             'vfb = ["type=vnc,vncpasswd=Bench%d"]\n' % (i, i, i)),
            (("file", "/var/log/xen/console/guest-guest%d.log" % i),
             console[at:at + 16384]),
        ]
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    write(folder, {"name": "many", "kernel": "6.1.0-21-amd64",
                   "machine": "x86_64", "xen": "4.17.2"},
          [(("probe", "domain-names"), "\n".join(names) + "\n"),
           (("probe", "xenstore"), "\n".join(tree) + "\n")] + sources +
          toolstack_of(guests))
