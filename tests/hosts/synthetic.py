#!/usr/bin/python3
"""synthetic.py: writes the hosts that cannot run here, after the formats' public
sources (xend of Xen 3.2, XCP-ng 8, Xen on Arm).  They are marked synthetic and
support no claim but that such a host's files and commands are found.

    cd tests/hosts && ./synthetic.py        then: make expected
"""
import hashlib
import json
import os
import re
import shutil
from urllib.parse import quote

START = "2026-01-02T03:04:05.000Z"


def key(source):
    kind, what = source
    if kind == "file":
        return {"source": "file", "path": what}, \
            "files" + quote(what, safe="/+,:@=").replace("~", "%7E")
    if kind == "probe":
        return {"source": "hypercall", "probe": what}, "xen/%s.txt" % what
    name = re.sub(r"[^A-Za-z0-9._+,:@=-]", "_", what.replace(" ", "-"))[:80]
    return {"source": "command", "argv": what.split(" ")}, \
        "commands/recorded/%s.txt" % name


def write(name, host, sources):
    shutil.rmtree(name, ignore_errors=True)
    items = []
    for n, (source, text) in enumerate(sources):
        item, member = key(source)
        data = text.lstrip("\n").encode()
        os.makedirs(os.path.dirname(name + "/" + member), exist_ok=True)
        with open(name + "/" + member, "wb") as f:
            f.write(data)
        row = {"plugin": "recorded", "item": "item-%d" % n, **item,
               "member": member, "status": "ok"}
        if item["source"] != "file":
            row["exit"] = 0
        row.update({"started": START, "duration_ms": 1,
                    "bytes_read": len(data), "bytes_stored": len(data),
                    "sha256": hashlib.sha256(data).hexdigest()})
        if item["source"] == "file":
            row["mtime"] = 1767323045
        items.append(row)
    head = {
        "manifest": 1,
        "tool": {"name": "xen-bugtool", "version": "0.1.0"},
        "rules": {"digest": "0" * 64, "count": 0},
        "complete": True, "cut": None, "replayed": False, "synthetic": True,
        "sync": "not tried",
        "host": dict(host, role="dom0", uptime_s=1000),
        "options": {"format": "dir", "privacy": "secrets", "since": None,
                    "only": [], "skip": [], "skip_file": [], "case": None,
                    "note": None},
        "limits": {"item_timeout_ms": 60000, "max_time_ms": 0, "max_size": 0,
                   "unlimited": False},
        "time": {"start": START, "end": START},
        "key_id": "0" * 16,
        "modules": {"before": [], "after": []},
    }
    with open(name + "/manifest.json", "w") as f:
        f.write("{\n")
        for k, v in head.items():
            f.write("%s:%s,\n" % (json.dumps(k), json.dumps(v)))
        f.write('"items":[\n')
        f.write(",\n".join(json.dumps(i) for i in items))
        f.write("\n]}\n")


XEND = [
    (("command", "xm dmesg"), """
(XEN) Xen version 3.2.1 (Debian 3.2.1-2) (waldi@debian.org) (gcc version 4.3.1) Sat Jun 28 09:32:18 UTC 2008
(XEN) Command line: dom0_mem=512M
(XEN) System RAM: 2047MB (2096636kB)
(XEN) Domain heap initialised
(XEN) *** LOADING DOMAIN 0 ***
(XEN) Scrubbing Free RAM: .done.
"""),
    (("command", "xm info"), """
host                   : classic
release                : 2.6.26-2-xen-amd64
version                : #1 SMP Thu Nov 25 06:39:26 UTC 2010
machine                : x86_64
nr_cpus                : 2
nr_nodes               : 1
cores_per_socket       : 2
threads_per_core       : 1
cpu_mhz                : 2400
hw_caps                : 178bfbff:ebd3fbff:00000000:00000010:00002001:00000000:0000001f
total_memory           : 2047
free_memory            : 1200
node_to_cpu            : node0:0-1
xen_major              : 3
xen_minor              : 2
xen_extra              : .1
xen_caps               : xen-3.0-x86_64 xen-3.0-x86_32p
xen_scheduler          : credit
xen_pagesize           : 4096
platform_params        : virt_start=0xffff800000000000
xen_changeset          : unavailable
cc_compiler            : gcc version 4.3.1 (Debian 4.3.1-2)
cc_compile_by          : waldi
cc_compile_domain      : debian.org
cc_compile_date        : Sat Jun 28 09:32:18 UTC 2008
xend_config_format     : 4
"""),
    (("command", "xm list"), """
Name                                        ID   Mem VCPUs      State   Time(s)
Domain-0                                     0   512     2     r-----    411.7
web                                          3   256     1     -b----     21.0
"""),
    (("command", "xm list --long"), """
(domain
    (domid 3)
    (uuid 0a5ef1f0-57ae-43e2-8d39-6fe42b5fd5a4)
    (vcpus 1)
    (memory 256)
    (name web)
    (on_crash restart)
    (image (linux (kernel /boot/vmlinuz-2.6.26-2-xen-amd64)))
    (device (vif (bridge eth0) (mac 00:16:3e:01:02:03)))
    (device (vbd (uname phy:/dev/vg0/web) (dev sda1) (mode w)))
    (device (vfb (type vnc) (vncpasswd classic-secret)))
)
"""),
    (("command", "xenstore-ls"), """
local = ""
 domain = ""
  0 = ""
   name = "Domain-0"
   backend = ""
    vif = ""
     3 = ""
      0 = ""
       frontend = "/local/domain/3/device/vif/0"
       bridge = "eth0"
       state = "2"
  3 = ""
   name = "web"
"""),
    (("command", "network-bridge status"), """
============================================================
bridge name\tbridge id\t\tSTP enabled\tinterfaces
eth0\t\t8000.001635af94e4\tno\t\tpeth0
============================================================
"""),
    (("file", "/var/log/xen/xend.log"), """
[2026-01-02 02:00:01 2210] INFO (SrvDaemon:331) Xend Daemon started
[2026-01-02 02:00:01 2210] INFO (SrvDaemon:335) Xend changeset: unavailable.
[2026-01-02 02:10:11 2210] DEBUG (XendDomainInfo:84) XendDomainInfo.create(['vm', ['name', 'web'], ['memory', '256'], ['device', ['vfb', ['type', 'vnc'], ['vncpasswd', 'classic-secret']]]])
[2026-01-02 02:11:51 2210] ERROR (XendDomainInfo:1742) XendDomainInfo.destroy: domid 3 failed
[2026-01-02 02:11:51 2210] ERROR (SrvBase:88) Request wait_for_devices failed.
Traceback (most recent call last):
  File "/usr/lib/xen-3.2-1/lib/python/xen/xend/server/DevController.py", line 155, in waitForDevice
VmError: Device 0 (vif) could not be connected. Hotplug scripts not working.
"""),
    (("file", "/var/log/xen/xen-hotplug.log"), "can't add vif3.0 to bridge eth0: Operation not supported\n"),
    (("file", "/etc/xen/xend-config.sxp"), """
(network-script network-bridge)
(vif-script vif-bridge)
(dom0-min-mem 196)
(dom0-cpus 0)
(vncpasswd 'classic-secret')
"""),
    (("file", "/var/lib/xend/domains/0a5ef1f0-57ae-43e2-8d39-6fe42b5fd5a4/config.sxp"), """
(domain (uuid 0a5ef1f0-57ae-43e2-8d39-6fe42b5fd5a4) (name web) (memory 256))
"""),
    (("file", "/etc/xen/web"), 'name = "web"\nmemory = 256\ndisk = [ "phy:/dev/vg0/web,sda1,w" ]\n'),
]

XCP = [
    (("probe", "domain-names"), """
domain 0 00000000-0000-0000-0000-000000000000
domain 5 2b0f7ae9-e0c2-d6a4-3c51-0f6fd0a1c0de
name 0 Domain-0
name 5 web
"""),
    (("command", "xl info"), """
host                   : xcp1
release                : 4.19.0+1
xen_version            : 4.13.5-9.38
xen_scheduler          : credit
"""),
    (("command", "xe vm-list params=all"), """
uuid ( RO)                          : 2b0f7ae9-e0c2-d6a4-3c51-0f6fd0a1c0de
                    name-label ( RW): web
                   power-state ( RO): running
                   other-config (MRW): vnc_password: xcp-secret
"""),
    (("file", "/etc/xensource-inventory"), """
PRODUCT_VERSION='8.2.1'
PRODUCT_BRAND='XCP-ng'
INSTALLATION_UUID='7c4b3b0e-0000-4000-8000-000000000001'
"""),
    (("file", "/var/log/xensource.log"), """
Jan  2 03:00:00 xcp1 xapi: [ info||12 |Async.VM.start R:0123456789ab|xapi] Starting VM web
Jan  2 03:00:09 xcp1 xapi: [error||12 |Async.VM.start R:0123456789ab|backtrace] Async.VM.start failed with exception Server_error(SR_BACKEND_FAILURE_46, [ ; The VDI is not available ])
"""),
    (("file", "/var/log/SMlog"), """
Jan  2 03:00:08 xcp1 SM: [4242] vdi_activate {'sr_uuid': 'aaaa', 'vdi_uuid': 'bbbb'}
Jan  2 03:00:08 xcp1 SM: [4242] ***** VDI.activate: EXCEPTION <class 'SR.SROSError'>, The VDI is not available
"""),
]

ARM = [
    (("probe", "console-ring"), """
- UART enabled -
- Boot CPU booting -
(XEN) Xen version 4.17.2 (Debian 4.17.2+76-ge1f9cb16e2-1~deb12u1) (aarch64-linux-gnu-gcc) debug=n
(XEN) Processor: 00000000410fd083: "ARM Limited", variant: 0x0, part 0xd08,rev 0x3
(XEN) GICv2 initialization:
(XEN) DOM0: allocated at 0x20000000-0x40000000 (512 MB)
"""),
    (("probe", "info"), """
{
  "xen": {
    "version": "4.17.2",
    "capabilities": "xen-3.0-aarch64 xen-3.0-armv7l "
  }
}
"""),
    (("command", "xl list -v"), """
Name                                        ID   Mem VCPUs\tState\tTime(s)   UUID                            Reason-Code\tSecurity Label
Domain-0                                     0   512     4     r-----      35.7 00000000-0000-0000-0000-000000000000        -                -
pi-guest                                     1   256     1     -b----       3.9 911e5508-906b-4d1e-b83d-04bac6f2184c        -                -
"""),
    (("file", "/etc/xen/pi-guest.cfg"), 'name = "pi-guest"\nkernel = "/boot/vmlinuz"\ndtdev = [ "/soc/mmc" ]\n'),
    (("file", "/proc/device-tree/model"), "Raspberry Pi 4 Model B Rev 1.4\0"),
    (("file", "/proc/interrupts"), """
           CPU0       CPU1       CPU2       CPU3
 11:       1234        567        890        123     GICv2  27 Level     arch_timer
"""),
]

def main():
    write("synthetic-xend-3.2", {"name": "classic", "kernel": "2.6.26-2-xen-amd64",
                                 "machine": "x86_64", "xen": "3.2.1"}, XEND)
    write("synthetic-xcp-ng-8.2", {"name": "xcp1", "kernel": "4.19.0+1",
                                   "machine": "x86_64", "xen": "4.13.5"}, XCP)
    write("synthetic-arm64", {"name": "pi", "kernel": "6.1.0-21-arm64",
                              "machine": "aarch64", "xen": "4.17.2"}, ARM)


if __name__ == "__main__":
    main()
