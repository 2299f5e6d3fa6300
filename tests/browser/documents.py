#!/usr/bin/python3
"""documents.py DOMAINS [NAME]: manifest.json and diagnosis.json of a made-up
host with so many domains, in the current folder.  NAME is what one domain is
called, a file and a line of a log too."""
import json
import sys

DOMAINS = int(sys.argv[1])
NAME = sys.argv[2] if len(sys.argv) > 2 else "guest2"
MIB = 1024


def name(i):
    return "Domain-0" if i == 0 else NAME if i == 2 else "guest%d" % i


def domains():
    return [{"id": i, "name": name(i), "state": "r-----" if i == 0 else "-b----",
             "mem_kb": (2048 if i == 0 else 256 + i % 5 * 128) * MIB,
             "max_kb": (2048 if i == 0 else 256 + i % 5 * 128) * MIB,
             "vcpus": 1 + i % 4, "type": ("PV", "HVM", "PVH")[i % 3],
             "cpu_s": 17 * i, "dying": False} for i in range(DOMAINS + 1)]


def vifs():
    return [{"domid": i, "index": 0, "dev": "vif%d.0" % i,
             "bridge": "xenbr%d" % (i % 3), "mac": "00:16:3e:00:%02x:%02x" %
             (i >> 8, i & 255), "state": "initwait" if i == 3 else "connected"}
            for i in range(1, DOMAINS + 1)]


def vbds():
    return [{"domid": i, "dev": "xvda", "backend": "qdisk" if i % 4 < 2 else "vbd",
             "params": ("/var/lib/xen/images/%s.img" % name(i)) if i % 3 else
             "/dev/vg0/%s-disk" % name(i), "loop": "/dev/loop%d" % i
             if not i % 2 else None, "mode": "w", "path_exists": i != 1,
             "state": "connected"} for i in range(1, DOMAINS + 1)]


def evidence(n):
    return [{"member": "files/var/log/xen/xl-%s.log" % "guest1", "line": 12 + k,
             "text": "libxl: error: libxl_device.c:1200:device_backend_callback:"
             " Domain %d:unable to add device with path"
             " /local/domain/0/backend/vbd/%d/51712 %s" % (k, k, NAME)}
            for k in range(n)]


LIBXL = "tools/libs/light/libxl_device.c"
FINDINGS = [
    {"id": "loop-exhausted", "severity": "error",
     "title": "No free loop device for a disk of guest1", "count": 3,
     "first": "2026-11-23T00:32:37Z", "last": "2026-11-23T00:40:02Z",
     "subjects": ["guest1", NAME],
     "cause": "Each disk that is a file uses one loop device, and all that the "
     "kernel has are in use.",
     "remedy": "Give the kernel more: add `max_loop=64` to the command line of "
     "dom0's kernel, or load the module with `modprobe loop max_loop=64`.\n"
     "Where a block device will do, use `phy:` instead.",
     "see": "https://xenbits.xen.org/docs/unstable/man/xl-disk-configuration.5.html",
     "source": LIBXL, "evidence": evidence(6) + [
         {"fact": "loop.used", "value": 8,
          "member": "commands/sys_storage/losetup.txt"}]},
    {"id": "hypervisor-panic", "severity": "error",
     "title": "The hypervisor panicked: " + NAME, "count": 1,
     "first": None, "last": None, "subjects": [],
     "cause": "Xen met a state that it cannot go on from.",
     "remedy": "Report it to xen-devel with this bundle.", "see": "",
     "evidence": [{"member": "xen/dmesg.txt", "line": 311, "text": "\n".join(
         ["(XEN) Xen BUG at spinlock.c:48",
          "(XEN) ----[ Xen-4.17.7  x86_64  debug=n  Not tainted ]----",
          "(XEN) CPU:    0",
          "(XEN) RIP:    e008:[<ffff82d04023b8a2>] check_lock+0x32/0x40"] +
         ["(XEN)    [<ffff82d04023%04x>] R %s" % (k, NAME)
          for k in range(12)])}]},
    {"id": "vif-not-connected", "severity": "warning",
     "title": "The network interface 0 of guest3 is not connected", "count": 1,
     "first": None, "last": None, "subjects": ["guest3"],
     "cause": "The backend waits in the state InitWait: the guest's driver did "
     "not come.", "remedy": "Look at the console of the guest: is `xen-netfront` "
     "loaded?", "see": "", "evidence": [
         {"fact": "vifs", "value": "vif3.0: initwait", "member":
          "xen/xenstore.txt"}]},
    {"id": "nmi-unknown", "severity": "info",
     "title": "Harmless: an NMI of unknown source", "count": 2, "first": None,
     "last": None, "subjects": [], "cause": "The performance counters.",
     "remedy": "Nothing needs to be done.", "see": "",
     "evidence": [{"member": "xen/dmesg.txt", "line": 9, "text": "(XEN) NMI"}]},
]


def facts():
    return {
        "host": {"name": "xenhost", "toolstack": "xl", "uptime_s": 4711,
                 "clocksource": "xen", "taint": None},
        "xen": {"version": "4.17.7", "changeset": None, "loglvl": "all",
                "commandline": "placeholder loglvl=all guest_loglvl=all",
                "caps": ["xen-3.0-x86_64", "hvm-3.0-x86_64"],
                "ring": {"wrapped": True, "bytes": 16384, "size": 16384}},
        "memory": {"total_kb": 64 * 1024 * MIB, "free_kb": 1024 * MIB,
                   "dom0_total_kb": 2048 * MIB, "dom0_free_kb": 1200 * MIB,
                   "dom0_pinned": True},
        "loop": {"used": 8, "max": 8}, "domains": domains(),
        "bridges": [
            {"name": "xenbr0", "physical": 1, "ports": ["eth0"]},
            {"name": "xenbr1", "physical": 0, "ports": []},
            {"name": "xenbr2", "physical": 2, "ports": ["eth1", "eth2"]}],
        "vifs": vifs(), "vbds": vbds(),
        "daemons": {"xenstored": True, "xenconsoled": True, "xend": None,
                    "xenwatchdogd": False},
        "disks": [{"mount": "/", "size_kb": 30000000, "used_pct": 97,
                   "inodes_pct": 11}],
    }


def item(plugin, what, source, **more):
    it = {"plugin": plugin, "item": what, "source": source, **more}
    if "member" in it:
        it.update(bytes_stored=1234, sha256="0" * 64)
    it.setdefault("status", "ok")
    return it


STARTED = {"started": "2026-11-23T00:32:38.000Z", "duration_ms": 12,
           "bytes_read": 1234}


def items():
    yield item("xen_hypervisor", "ring", "hypercall", probe="console-ring",
               member="xen/dmesg.txt", **STARTED)
    for i in range(DOMAINS + 1):
        for what in ("config.json", "list-long.json", "xenstore.txt",
                     "device-model.log", "console.log"):
            yield item("xen_domains", what.split(".")[0], "command",
                       argv=["xl", "list", "-l", str(i)], redactions={"url": 2},
                       member="domains/%d-%s/%s" % (i, "guest%d" % i, what),
                       **STARTED)
    yield item("xen_toolstack", "xl-list", "command", argv=["xl", "list", "-v"],
               status="timeout", signal=9, error="did not end within 30 s",
               left="pid 4711, state D", **STARTED)
    yield item("xen_logs", "logs", "file", path="/var/log/xen/%s.log" % NAME,
               member="files/var/log/xen/guest.log",
               redactions={"password": 3}, **STARTED)
    for i in range(300):
        yield item("sys_logs", "old", "file", path="/var/log/old.%d" % i,
                   status="absent")
    yield item("sys_logs", "auth", "file", path="/var/log/auth.log",
               status="denied", error="Permission denied")


HEAD = {
    "manifest": 1, "tool": {"name": "xen-bugtool", "version": "0.1.0"},
    "rules": {"digest": "0" * 64, "count": 25}, "complete": False,
    "cut": "time: the limit of 10 min was reached", "replayed": True,
    "synthetic": True, "sync": "tried",
    "host": {"name": "xenhost", "kernel": "6.1.0-56-amd64",
             "machine": "x86_64", "xen": "4.17.7", "role": "dom0",
             "uptime_s": 4711},
    "options": {"format": "tar.bz2", "privacy": "secrets", "since": None,
                "case": "XSA-1", "note": "guest1 did not start: " + NAME,
                "only": [], "skip": [], "skip_file": []},
    "limits": {"item_timeout_ms": 30000, "max_time_ms": 600000, "max_size": 0,
               "unlimited": False},
    "time": {"start": "2026-11-23T00:32:37.711Z",
             "end": "2026-11-23T00:42:37.711Z"},
    "key_id": "9a3b16e401c471cb", "modules": {"before": [], "after": []},
}


with open("manifest.json", "w") as f:
    lines = ["%s:%s" % (json.dumps(k), json.dumps(v)) for k, v in HEAD.items()]
    f.write("{" + ",\n".join(lines) + ",\n\"items\":[\n")
    f.write(",\n".join(json.dumps(i) for i in items()) + "\n]}\n")
with open("diagnosis.json", "w") as f:
    json.dump({"format": 1,
               "rules": {"version": "0.1.0", "digest": "0" * 64, "count": 120},
               "facts": facts(), "findings": FINDINGS, "not_checked": [
                   {"id": "xenstored-dead", "title": "xenstored died", "because":
                    "commands/xen_toolstack/xl-list-v.txt is absent"}]}, f)
