#!/usr/bin/python3
"""states.py: writes a recorded host, marked synthetic, for each problem that
only the state of a host shows, into the current folder:

    ID/             the host
    ids             all IDs, one a line: each must be found on its host
"""
import json
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "hosts"))
sys.dont_write_bytecode = True
import synthetic  # noqa: E402

XL_LIST = (("command", "xl list -v"), """
Name                                        ID   Mem VCPUs\tState\tTime(s)   UUID                            Reason-Code\tSecurity Label
Domain-0                                     0  2048     4     r-----     812.4 00000000-0000-0000-0000-000000000000        -                -
web                                          3   512     1     -b----      99.1 911e5508-906b-4d1e-b83d-04bac6f2184c        -                -
""")
XM_LIST = (("command", "xm list"), """
Name                                        ID   Mem VCPUs      State   Time(s)
Domain-0                                     0   512     2     r-----    411.7
web                                          3   256     1     -b----     21.0
""")

SYSCTL = ("command", "sysctl dev kernel net.ipv4.ip_forward vm "
          "fs.aio-max-nr fs.aio-nr fs.file-max fs.file-nr fs.inode-nr "
          "fs.inotify fs.nr_open")


def devices(**parts):
    whole = {"domains": [{"domid": 3, "name": "web"}], "devices": [],
             "bridges": [], "loops": [], "checks": []}
    whole.update(parts)
    return ("probe", "devices"), json.dumps(whole)


def info(line, **more):
    xen = {"version": "4.17.3", "command_line": line,
           "capabilities": "xen-3.0-x86_64 hvm-3.0-x86_64"}
    return ("probe", "info"), json.dumps({"xen": xen, **more})


def ps(*commands):
    return ("command", "ps -eww -o pid,ppid,user,tty,stat,lstart,time,nice,"
            "psr,pcpu,pmem,vsz,rss,wchan:25,args"), \
        "  PID  PPID USER     TT       STAT                  STARTED     TIME" \
        "  NI PSR %CPU %MEM    VSZ   RSS WCHAN                     COMMAND\n" + \
        "".join("%5d     1 root     ?        Ss   Mon Nov 23 00:31:23 2026 "
                "00:00:01   0   0 %4s  0.0   2260    20 do_wait"
                "                   %s\n" % (i + 10, cpu, what)
                for i, (cpu, what) in enumerate(commands))


def df(mount, free):
    return ("command", "df -lT"), """
Filesystem     Type     1K-blocks     Used Available Use%% Mounted on
/dev/sda2      ext4       9611492  4100000   5511492  43%% /
/dev/sda3      ext4       4096000  4096000  %8d 100%% %s
tmpfs          tmpfs       199512      296    199216   1%% /run
""" % (free, mount)


LOOPS = "".join(
    "      25%d      0 brw-rw----   1 root     disk       7,   %d Nov 23 00:31 "
    "/dev/loop%d\n" % (i, i, i) for i in range(8))

STATES = {
    "loop-exhausted": [XL_LIST,
        devices(loops=[{"name": "loop%d" % i, "file": "/srv/%d.img" % i}
                       for i in range(8)]),
        (("command", "find /dev -ignore_readdir_race -mindepth 1 "
          "-path /dev/loop* -ls -o -prune"), LOOPS)],
    "bridge-no-physical-interface": [XL_LIST,
        devices(bridges=[{"name": "xenbr0", "ports": ["vif3.0", "vif4.0"]}])],
    "xenstored-dead": [
        (("command", "xl list -v"), XL_LIST[1].replace("web     ", "Domain-3"))],
    "xenstored-not-running": [XL_LIST, ps(("0.0", "/usr/sbin/xenconsoled"))],
    "xenstored-busy": [XL_LIST, ps(
        ("97.3", "/usr/lib/xen-4.17/bin/oxenstored --no-fork"),
        ("0.0", "/usr/sbin/xenconsoled"))],
    "console-tty-missing": [XL_LIST, ps(("0.1", "/usr/sbin/xenstored"))],
    "vifname-too-long": [XL_LIST, (("file", "/etc/xen/web.cfg"),
        "name = 'web'\nvif = ['bridge=xenbr0,vifname=customer-4711']\n")],
    "network-script-status": [XL_LIST, devices(checks=[
        {"check": "vif-on-no-bridge", "domid": 3, "device": "vif/0",
         "text": "vif3.0 is a port of no bridge, it should be one of xenbr0"}])],
    **{name: [XL_LIST, df("/srv", 7), devices(checks=[
        {"check": check, "domid": 3, "device": device, "text": text}])]
       for name, check, device, text in (
           ("device-ends-disagree", "states-disagree", "vbd/51712",
            "frontend Initialising (1), backend Connected (4)"),
           ("device-without-backend", "frontend-without-backend", "vif/0",
            "the frontend names the backend (none), which is not there"),
           ("device-left-behind", "backend-without-frontend", "vbd/51712",
            "the backend /local/domain/0/backend/vbd/3/51712 has no frontend"),
           ("xenstore-domain-left-behind", "name-without-domain", None,
            "xenstore has the domain 3 (web), the hypervisor does not"),
           ("domain-without-name", "domain-without-name", None,
            "domain 3 is in the hypervisor but has no name in xenstore"),
           ("loop-left-behind", "loop-without-vbd", None,
            "loop3 holds /srv/a.img, and no virtual disk uses it"))},
    "backend-module-missing": [XL_LIST,
        (("file", "/proc/modules"), "loop 1 2 - Live 0x0\n"),
        devices(devices=[{"domid": 3, "kind": "vbd", "id": "51712",
                          "frontend": {"state": 1},
                          "backend": {"state": 1, "kind": "vbd"}}])],
    "iptables-blocks-domu": [XL_LIST,
        (("command", "iptables-save -c"),
         "*filter\n:INPUT ACCEPT [1:1]\n:FORWARD DROP [311:20114]\nCOMMIT\n"),
        (SYSCTL,
         "net.bridge.bridge-nf-call-iptables = 1\n")],
    "antispoof-ineffective": [XM_LIST,
        (("file", "/etc/xen/xend-config.sxp"),
         "(network-script 'network-bridge antispoof=yes')\n"),
        (SYSCTL,
         "net.bridge.bridge-nf-call-iptables = 0\n")],
    "xenstore-disk-full": [XL_LIST, df("/var/lib/xenstored", 20)],
    "storage-full": [XL_LIST, df("/srv", 0)],
    "zombie-domain": [(("probe", "domains"), json.dumps({"domains": [
        {"domid": 0, "running": True}, {"domid": 7, "dying": True}]}))],
    "blocked-is-idle": [
        (("command", "xm list"), XM_LIST[1].replace("21.0", " 0.0"))],
    "dom0-memory-low": [XL_LIST, (("file", "/proc/meminfo"),
        "MemTotal:         524288 kB\nMemAvailable:       9120 kB\n")],
    "dom0-mem-not-pinned": [XL_LIST, info("loglvl=all")],
    "loglevel-low": [XL_LIST, info("dom0_mem=2G,max:2G")],
    "hypervisor-log-wrapped": [XL_LIST, info("dom0_mem=2G loglvl=all",
        console_ring={"bytes": 16384, "wrapped": True})],
    "hvm-unavailable": [(("probe", "domains"), json.dumps({"domains": [
        {"domid": 3, "hvm": True, "emulation_flags": "0x1ff"}]})),
        (("probe", "info"), json.dumps({"xen": {
            "version": "4.17.3", "capabilities": "xen-3.0-x86_64"}}))],
    "xen-tools-version-mismatch": [XL_LIST, (("probe", "version"),
        json.dumps({"sysctl_interface": {"tools": 21, "hypervisor": 20,
                                         "match": False},
                    "tools": {"libxenctrl": "4.17", "match": True}}))],
    "log-map": [XM_LIST],
}


def main():
    for name, sources in STATES.items():
        synthetic.write(name, {"name": "synthetic", "kernel": "6.1.0",
                               "machine": "x86_64", "xen": "4.17.3"}, sources)
    with open("ids", "w") as f:
        f.writelines(name + "\n" for name in STATES)


if __name__ == "__main__":
    main()
