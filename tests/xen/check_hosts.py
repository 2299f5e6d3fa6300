#!/usr/bin/python3
"""Checks, outside of the lab, what a boot brought out of dom0.

    check_hosts.py BOOT OUT-DIR

BOOT is a row of BOOTS below, OUT-DIR what run-in-dom0.sh left.  Says each check
and ends with "N passed, N failed".
"""
import bz2
import glob
import hashlib
import json
import os
import re
import sys

SECRET = b"s3cret-vnc-guest1"
PSS_LIMIT_KB = 64 * 1024
passed = failed = 0


def check(what, good, found=""):
    global passed, failed
    if good:
        passed += 1
        print("ok    " + what)
    else:
        failed += 1
        text = found if isinstance(found, str) else repr(found)
        print("FAIL  %s: %s" % (what, text[:600]))


def read(path):
    with open(path, "rb") as f:
        return f.read()


def text(path):
    try:
        return read(path).decode("utf-8", "replace")
    except OSError:
        return ""


class Host:
    """A recorded host, as jobs/lib.sh's collect leaves it."""

    def __init__(self, out, name):
        self.out, self.name = out, name
        self.dir = os.path.join(out, "hosts", name)
        self.exit = text(self.dir + "/exit-status").strip()
        self.err = text(self.dir + "/stderr")
        tops = glob.glob(self.dir + "/xen-bugtool-*/manifest.json")
        self.top = os.path.dirname(tops[0]) if tops else ""
        self.manifest = json.loads(read(tops[0])) if tops else {"items": []}
        self.items = self.manifest["items"]

    def say(self, what, good, found=""):
        check("%s: %s" % (self.name, what), good, found)

    def member(self, name):
        return text(os.path.join(self.top, name))

    def json(self, name):
        try:
            return json.loads(read(os.path.join(self.top, name)))
        except (OSError, ValueError):
            return {}

    def find(self, plugin, item=None, **fields):
        return [i for i in self.items
                if i["plugin"] == plugin and item in (None, i["item"]) and
                all(i.get(k) == v for k, v in fields.items())]

    def status(self, plugin, item):
        return {i["status"] for i in self.find(plugin, item)}

    def count(self):
        n = {}
        for i in self.items:
            n[i["status"]] = n.get(i["status"], 0) + 1
        return ", ".join("%d %s" % (n[s], s) for s in sorted(n))

    def whole(self, exit_status="0"):
        """What holds for every bundle, whatever the host was like."""
        self.say("exit status " + exit_status, self.exit == exit_status,
                 "%s: %s" % (self.exit, self.err[-400:]))
        self.say("a bundle came out", self.top != "", self.err[-400:])
        if not self.top:
            return False
        print("      %s: %s; %s" % (self.name, self.count(), took(self.dir)))
        self.say("complete", self.manifest.get("complete") is True,
                 self.manifest.get("cut"))
        wrong = [i["member"] for i in self.items if "sha256" in i and
                 hashlib.sha256(read(os.path.join(self.top, i["member"])))
                 .hexdigest() != i["sha256"]]
        self.say("every member is what its SHA-256 says", not wrong, wrong)
        modules = self.manifest["modules"]
        self.say("modules of the manifest are the same before and after",
                 modules["before"] == modules["after"] and modules["before"],
                 modules)
        leaks = [p for p in files(self.top) if SECRET in read(p) or
                 SECRET in os.fsencode(p)]
        self.say("no password", not leaks, leaks)
        for name in ("summary.txt", "xen-bugtool.log"):
            self.say(name + " is there", self.member(name) != "")
        return True


def files(top):
    return [os.path.join(d, f) for d, _, fs in os.walk(top) for f in fs]


def took(path):
    t = text(path + "/time")
    wall = re.search(r"Elapsed.*\): *(.*)", t)
    rss = re.search(r"Maximum resident.*: *(\d+)", t)
    return "took %s, largest process %s kB" % (
        wall[1] if wall else "?", rss[1] if rss else "?")


def same_state(out, a, b):
    for what in ("modules", "ring", "xenstore"):
        x = text("%s/state/%s.%s" % (out, what, a))
        y = text("%s/state/%s.%s" % (out, what, b))
        changed = sorted(set(x.splitlines()) ^ set(y.splitlines()))
        check("%s: unchanged from %s to %s" % (what, a, b),
              not changed and x != "", changed[:8])


def xen_is_ok(host):
    """All that Xen and xenstored tell is there and true."""
    straight = [i for i in host.items
                if i["source"] in ("hypercall", "xenstore")]
    bad = [(i["plugin"], i["item"], i["status"], i.get("error"))
           for i in straight if i["status"] not in ("ok", "absent", "skipped")]
    host.say("nothing of Xen failed", not bad, bad)
    for plugin, item in (("xen_hypervisor", "ring"), ("xen_hypervisor", "info"),
                         ("xen_hypervisor", "domains"),
                         ("xen_store", "xenstore")):
        host.say("%s/%s is ok" % (plugin, item),
                 host.status(plugin, item) == {"ok"}, host.status(plugin, item))
    out = host.out
    host.say("the ring is the one xl prints",
             host.member("xen/dmesg.txt") == text(out + "/xl/dmesg") and
             "Xen version 4." in host.member("xen/dmesg.txt"))
    xl = dict(re.findall(r"^(\w+) *: (.*)$", text(out + "/xl/info"), re.M))
    xen = host.json("xen/info.json").get("xen", {})
    host.say("version, build id and command line are xl's",
             (xen.get("version"), xen.get("build_id"),
              xen.get("command_line", "").strip()) ==
             (xl["xen_version"], xl["build_id"],
              xl["xen_commandline"].strip()), xen)
    ids = [d["domid"] for d in host.json("xen/domains.json").get("domains", [])]
    host.say("dom0 and both guests by hypercall", ids == [0, 1, 2], ids)
    store = host.member("xen/xenstore.txt")
    for n, name in ((1, "guest1"), (2, "guest2")):
        host.say("xenstore names " + name,
                 '/local/domain/%d/name = "%s"' % (n, name) in store)
        vif = "vif%d.0" % n
        host.say(vif + " is a port of the bridge",
                 vif in text(out + "/xl/bridge-ports") and
                 host.find("sys_net", status="ok", path="/sys/class/net/xenbr0/"
                           "brif/%s/state" % vif))
        image = "/var/lib/xen/images/%s.img" % name
        loop = re.search(r"^/dev/(\w+):.*\(%s\)" % re.escape(image),
                         text(out + "/xl/losetup"), re.M)
        found = loop and host.member(
            "files/sys/block/%s/loop/backing_file" % loop[1])
        host.say(name + "'s disk, its loop device and its file", loop and
                 found.strip() == image and
                 re.search(r'/backend/vbd/%d/\d+/node = "/dev/%s"' %
                           (n, loop[1]), store), found)
    commands = [(i["item"], i["status"]) for i in host.find("xen_toolstack")
                if i.get("argv", [""])[0] == "xl" and i["status"] != "ok"]
    host.say("every xl command is ok", not commands, commands)
    slow = [(i["plugin"], i["item"], i["status"]) for i in host.items
            if i["status"] in ("timeout", "partial", "denied")]
    host.say("nothing was slow, cut or denied", not slow, slow)


def domain_folders(host, count):
    tops = {i["member"].split("/")[1] for i in host.items
            if i.get("member", "").startswith("domains/")}
    host.say("a folder for each of %d domains" % count, len(tops) == count,
             sorted(tops))


def without_libxenctrl(host):
    """What needs no more than Xen's stable libraries is there all the same."""
    info = host.find("xen_hypervisor", "info")
    host.say("what cannot be loaded is named",
             [i["status"] for i in info] == ["failed"] and
             "libxenctrl" in json.dumps(info), info)
    version = host.json("xen/version.json")
    host.say("the version by hypercall", version.get("xen", {}).get(
        "version", "").startswith("4."), version)
    host.say("the version tells that libxenctrl is not there",
             "libxenctrl" in (version.get("tools", {}).get("error") or ""), version)
    ring = host.member("xen/dmesg-raw.txt")
    host.say("the ring by the raw call", "Xen version 4." in ring and
             host.status("xen_hypervisor", "ring-raw") == {"ok"},
             host.find("xen_hypervisor", "ring-raw"))
    host.say("xenstore", host.status("xen_store", "xenstore") == {"ok"},
             host.find("xen_store", "xenstore"))
    host.say("both ends of the devices",
             host.status("xen_store", "devices") == {"ok"},
             host.find("xen_store", "devices"))
    domain_folders(host, len(host.json("xen/devices.json").get("domains", [])))


def two_samples(host):
    """Counters were read twice, and what changed between is there."""
    for member in ("samples/domains.txt", "samples/proc/interrupts",
                   "samples/proc/net/dev"):
        text_ = host.member(member)
        host.say(member + " has both readings and the difference",
                 all(re.search(part, text_, re.M) for part in (
                     "^# two samples, [0-9]+ ms apart", "^--- first",
                     "^--- second", "^--- difference")), text_[:200])
    said = host.member("samples/domains.txt").partition("--- difference")[2]
    host.say("the time of dom0's CPU went on", re.search(
        r"domain0\.vcpu0\.ns.*[1-9]", said), said[:300])


def guest_folder(host, domid, name):
    """All that belongs to one guest, and nothing of another."""
    top = "domains/%d-%s/" % (domid, name)
    domain = host.json(top + "domain.json")
    host.say(top + "domain.json", domain.get("domid") == domid and
             domain.get("vcpus"), domain)
    store = host.member(top + "xenstore.txt")
    host.say(top + "xenstore.txt: its own, both backends, its /vm",
             '/local/domain/%d/name = "%s"' % (domid, name) in store and
             "/local/domain/0/backend/vif/%d/0/state" % domid in store and
             "/local/domain/0/backend/vbd/%d/" % domid in store and
             re.search("^/vm/[0-9a-f-]{36}", store, re.M) and
             not re.search("^/local/domain/%d[/ ]" % (3 - domid), store, re.M),
             store[:300])
    whole = host.member("xen/xenstore.txt").splitlines()
    host.say(top + "xenstore.txt is a part of the whole",
             store and set(store.splitlines()) <= set(whole),
             sorted(set(store.splitlines()) - set(whole))[:3])
    devices = {d["kind"]: d for d in
               host.json(top + "devices.json").get("devices", [])}
    host.say(top + "devices.json: both ends of vif and vbd are connected",
             all(devices.get(kind, {}).get(end, {}).get("state") == 4
                 for kind in ("vif", "vbd")
                 for end in ("frontend", "backend")), devices)
    listed = host.json(top + "xl-list-l.json")
    host.say(top + "xl-list-l.json", isinstance(listed, list) and
             [one.get("domid") for one in listed] == [domid], listed)
    host.say(top + ": the file it was made from",
             'name = "%s"' % name in host.member(top + "etc/xen/%s.cfg" % name))
    host.say(top + ": what libxl keeps of it", [
        i for i in host.items if i.get("member", "").startswith(
            top + "var/lib/xen/userdata-") and i["status"] == "ok"])
    host.say(top + ": its console", "xenlab: domU ready" in host.member(
        top + "var/log/xen/console/guest-%s.log" % name))


def boot_main(out):
    lines = text(out + "/xl/secrets").splitlines()
    check("control: Xen holds the password in many places", len(lines) >= 5,
          lines)
    same_state(out, "before", "after")
    same_state(out, "before", "bundle")
    host = Host(out, "healthy")
    if host.whole():
        xen_is_ok(host)
        domain_folders(host, 3)
        guest_folder(host, 1, "guest1")
        guest_folder(host, 2, "guest2")
        two_samples(host)
    packed = bz2.decompress(read(out + "/bundle.tar.bz2"))
    check("bundle: no password", SECRET not in packed and len(packed) > 100000)
    memory = dict(f.split("=") for f in text(out + "/bundle.pss").split())
    print("      bundle: %d bytes, %s" % (
        os.path.getsize(out + "/bundle.tar.bz2"), memory))
    check("bundle: all processes together stay below 64 MiB",
          0 < int(memory.get("pss_kb", 0)) <= PSS_LIMIT_KB, memory)

    host = Host(out, "debug-keys")
    if host.whole():
        printed = host.member("xen/debug-keys.txt")
        host.say("what the keys m, r and Q printed, and no more",
                 "Physical memory information" in printed and
                 "sched" in printed and "PCI devices" in printed and
                 "Xen version" not in printed, printed[:400])

    host = Host(out, "xl-hangs")
    if host.whole():
        ends = {i["item"]: i["status"] for i in host.find("xen_toolstack")
                if i.get("argv", [""])[0] == "xl"}
        host.say("xl ran out of time", "timeout" in ends.values() and
                 "ok" not in ends.values(), ends)
        for item in ("ring", "info", "domains"):
            host.say(item + " came without xl",
                     host.status("xen_hypervisor", item) == {"ok"})
        host.say("xenstore came without xl",
                 host.status("xen_store", "xenstore") == {"ok"},
                 host.find("xen_store", "xenstore"))
        others = [(i["item"], i["status"]) for i in host.items
                  if i["status"] == "timeout" and
                  i.get("argv", [""])[0] not in ("xl", "")]
        host.say("no other command ran out of time", not others, others)

    host = Host(out, "probe-of-another-release")
    if host.whole():
        without_libxenctrl(host)
        host.say("xl serves too", host.status("xen_toolstack", "xl-info") ==
                 {"ok"}, host.find("xen_toolstack", "xl-info"))

    host = Host(out, "no-libxenctrl")
    if host.whole():
        without_libxenctrl(host)
        ends = host.status("xen_toolstack", "xl-info")
        host.say("xl cannot start, and says so",
                 ends == {"failed"}, host.find("xen_toolstack", "xl-info"))
        host.say("what files tell is there",
                 "ok" in host.status("xen_config", "etc-xen") and
                 "ok" in host.status("xen_logs", "var-log-xen"))

    full = out + "/full"
    check("full disk: exit status 1, and why",
          text(full + "/full-0.status").strip() == "1" and
          "No space left" in text(full + "/full-0.err"),
          text(full + "/full-0.status") + text(full + "/full-0.err"))
    check("full disk: nothing is left behind", text(full + "/full-0.left") == "",
          text(full + "/full-0.left"))
    bundles = glob.glob(full + "/xen-bugtool-*")
    check("nearly full disk: exit status 3",
          text(full + "/full-1.status").strip() == "3",
          text(full + "/full-1.status") + text(full + "/full-1.err"))
    cut = bz2.decompress(read(bundles[0])) if bundles else b""
    check("nearly full disk: a sound bundle that says it was cut short",
          b'"complete":false' in cut and b"CUT SHORT" in cut, bundles)
    check("nearly full disk: the ring is in it", b"Xen version 4." in cut)
    host = Host(out, "disk-full")
    if host.whole():
        host.say("the ring", host.status("xen_hypervisor", "ring") == {"ok"})
        df = [i for i in host.find("sys_storage") if
              i.get("argv", [""])[0] == "df"]
        host.say("df shows a full disk", any(
            re.search(r" 100% ", host.member(i.get("member", "")))
            for i in df), df)

    host = Host(out, "xenstored-stopped")
    if host.whole():
        store = host.find("xen_store", "xenstore")
        host.say("xenstored's silence is a fact",
                 store and store[0]["status"] in ("failed", "timeout"), store)
        host.say("and told in the summary",
                 "xenstore" in host.member("summary.txt"))
        listed = host.member("commands/xen_config/xen-folders.txt")
        host.say("size and time of xenstored's own files", re.search(
            r" \d+ \w+ +\d+ [0-9:]+ /run/xenstored/socket", listed),
            listed[:300])
        names = [os.path.basename(d) for d in glob.glob(host.top + "/domains/*")]
        host.say("guests are named as libxl keeps them",
                 {"1-guest1", "2-guest2"} <= set(names) and "name 1 guest1" in
                 host.member("xen/domain-names-libxl.txt"), names)
        for item in ("ring", "info", "domains"):
            host.say(item + " came without xenstored",
                     host.status("xen_hypervisor", item) == {"ok"})


def open_vswitch(host):
    """What its programs say, of a bridge that speaks OpenFlow 1.3 alone."""
    vif = text(host.out + "/ovs-ports").split()
    vif = [port for port in vif if port.startswith("vif")]
    host.say("control: the guest's vif is a port", len(vif) == 1, vif)
    bad = [(i["item"], i["status"], i.get("error"))
           for i in host.find("sys_ovs") if i["status"] != "ok"]
    host.say("every item of sys_ovs is ok", not bad and
             len(host.find("sys_ovs")) >= 18, bad)
    for member in ("show", "ports-ovsbr0", "dpif", "dpctl-show"):
        said = host.member("commands/sys_ovs/%s.txt" % member)
        host.say(member + " has the vif", vif and vif[0] in said, said[:300])
    host.say("flows", "actions=" in
             host.member("commands/sys_ovs/flows-ovsbr0.txt"))
    devices = host.json("xen/devices.json")
    host.say("the vif is on its bridge: no check fails", not [
        c for c in devices.get("checks", []) if "vif" in (c["device"] or "")],
        devices.get("checks"))
    vifs = host.json("diagnosis.json").get("facts", {}).get("vifs", [])
    host.say("the fact names the bridge, not the kernel's datapath",
             [v.get("bridge") for v in vifs if v.get("dev") in vif] ==
             ["ovsbr0"], vifs)


def boot_guests(out):
    host = Host(out, "guest-crashed")
    if host.whole():
        domains = host.json("xen/domains.json").get("domains", [])
        gone = [d for d in domains if d["domid"] == 3]
        host.say("the crashed guest is told", gone and
                 "crash" in json.dumps(gone[0]), gone)
        host.say("its last words are there", any(
            "Kernel panic" in host.member(i["member"]) for i in host.items
            if "guest-guest3" in i.get("member", "")))
    host = Host(out, "guest-hostile")
    if host.whole():
        outside = [p for p in files(host.dir) if
                   not os.path.realpath(p).startswith(
                       os.path.realpath(host.dir) + os.sep) or
                   os.path.islink(p)]
        host.say("nothing got out of the folder", not outside, outside)
        host.say("no member is named evil outside of its own folder", not [
            p for p in files(host.top) if p.endswith("/tmp/evil")])
        # On a busy machine the probe may run out of time, and this one serves.
        store = (host.member("xen/xenstore.txt") +
                 host.member("commands/xen_store/xenstore-ls.txt"))
        host.say("its name is there, escaped",
                 "/2/name = " in store and "tmp/evil" in store,
                 host.find("xen_store"))
        host.say("no value forges a line", not re.search(
            r'^/local/domain/0/name = "forged"', store, re.M))
        for name in ("summary.txt", "xen/xenstore.txt", "manifest.json",
                     "xen-bugtool.log"):
            raw = read(os.path.join(host.top, name))
            host.say(name + " holds no control byte",
                     not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", raw))
        host.say("no item was forged", not host.find("forged"))
    host = Host(out, "loop-devices-used-up")
    if host.whole():
        said = " ".join(host.member(i["member"]) for i in host.items
                        if i["plugin"] == "xen_logs" and "member" in i)
        host.say("the logs name the failure", re.search(
            "unused loop|losetup|block-attach|hotplug script", said), said[-300:])
        rows = re.findall(r"^/dev/loop\d+", text(out + "/losetup"), re.M)
        files_ = host.find("sys_storage", "loop", status="ok")
        backing = [i for i in files_ if i["path"].endswith("backing_file")]
        host.say("every loop device is there with its file",
                 len(rows) >= 8 and len(backing) == len(rows),
                 (len(rows), len(backing)))
    check("control: the key is where it was put",
          SECRET in read(out + "/ovs-secret"))
    same_state(out, "ovs-before", "ovs-after")
    host = Host(out, "openvswitch")
    if host.whole():
        open_vswitch(host)
    host = Host(out, "in-domu")
    if host.whole():
        host.say("role domU", host.manifest["host"]["role"] == "domU",
                 host.manifest["host"])
        first = host.err.splitlines()[:1]
        host.say("it says so first", first and "not dom0" in first[0], first)
        host.say("and in the summary",
                 "MADE IN A GUEST" in host.member("summary.txt"))


# Virtual disk: where it lies, as the kernel names it.
STORAGE = {"xvda": "xenvg-thin", "xvdb": "md0", "xvdc": "drbd0",
           "xvdd": "mpatha"}


def stored_below(host):
    """Each kind of disk is told by its own items, with what was made."""
    def said(item):
        return "\n".join(host.member(i["member"]) for i in
                         host.find("sys_storage", item, status="ok"))
    for item, words in (
            ("pvs", "xenvg"), ("vgs", "xenvg"), ("lvs", r"\bthin\b"),
            ("dmsetup-table", r"^xenvg-pool.*: .*thin-pool"),
            ("dmsetup-status", r"^mpatha: .* multipath "),
            ("lvm-backup", "xenvg"), ("mdstat", r"^md0 : active raid1.*\(F\)"),
            ("md-level", "^raid1$"), ("md-members", "^faulty$"),
            ("multipathd-topology", r"^mpatha .*\n(.*\n)*.*sdb"),
            ("multipathd-paths", r"\bsda\b.*\n(.*\n)*.*sdb"),
            ("multipath-conf", "find_multipaths no"),
            ("drbd", r"^ *0: cs:WFConnection ro:Primary/Unknown ds:UpToDate"),
            ("drbdsetup-show", r"10\.77\.0\.9:7789"),
            ("drbd-d", "on xenlab"),
            ("iscsi-target", r"^iqn\.2026-11\.test\.xenlab:disk$"),
            ("iscsi-state", "^LOGGED_IN$"),
            ("iscsi-connection", r"^10\.77\.0\.1$"),
            ("iscsi-initiator", "xenlab:dom0"),
            ("iscsid-conf", "node.session.auth.username = initiator"),
            ("btrfs-show", "xenlab-btrfs"), ("btrfs-errors", "write_errs"),
            ("lsblk-all", r'NAME="mpatha"')):
        host.say("sys_storage/%s has what was made" % item,
                 re.search(words, said(item), re.M), said(item)[:400] or
                 host.find("sys_storage", item))
    bad = [(i["item"], i["status"], i.get("error")) for i in
           host.find("sys_storage") if
           i["status"] not in ("ok", "absent", "skipped")]
    host.say("nothing of sys_storage failed", not bad, bad)
    ids = {f["id"] for f in host.json("diagnosis.json").get("findings", [])}
    host.say("the half array and the lost peer are found",
             {"raid-degraded-now", "drbd-not-connected"} <= ids, ids)


def libvirt_guest(host):
    top = "domains/1-virt1/"
    for name in ("etc/libvirt/libxl/virt1.xml", "run/libvirt/libxl/virt1.xml"):
        host.say(top + name, "<name>virt1</name>" in host.member(top + name),
                 host.find("xen_domains", "d1-libvirt"))
    host.say(top + ": libvirt's log of it", [
        i for i in host.items if i.get("member", "").startswith(
            top + "var/log/libvirt/libxl/") and i["status"] == "ok"] or
        host.find("xen_logs", status="ok", path="/var/log/libvirt/libxl/"
                  "libxl-driver.log"), host.find("xen_domains", "d1-libvirt-log"))
    other = host.member("files/etc/libvirt/libxl/virt2.xml")
    host.say("the domain that does not run, its password hidden",
             "<name>virt2</name>" in other and "REDACTED" in other, other[-400:])
    devices = host.json("xen/devices.json")
    found = {}
    for d in devices.get("devices", []):
        if d["kind"] == "vbd":
            below = json.dumps([d.get("block"), d["backend"]])
            found[d["frontend"].get("state"), d["backend"].get("state"),
                  below] = [n for n in STORAGE.values() if n in below]
    host.say("its disks are connected, and lie where they were put",
             sorted(sum(found.values(), [])) == sorted(STORAGE.values()) and
             all(k[:2] == (4, 4) for k in found), found)
    host.say("nothing of its devices does not fit", not [
        c for c in devices.get("checks", []) if c["device"]],
        devices.get("checks"))


def driver_domain(host):
    """The far end of a device is found where no part of it is dom0's."""
    vifs = [d for d in host.json("xen/devices.json").get("devices", [])
            if d["kind"] == "vif" and d["backend"].get("domid")]
    host.say("both ends of the vif that the driver domain serves",
             len(vifs) == 1 and vifs[0]["frontend"]["state"] == 4 and
             vifs[0]["backend"]["state"] == 4 and
             vifs[0]["backend"]["domid"] != vifs[0]["domid"], vifs)
    host.say("nothing of it does not fit", not [
        c for c in host.json("xen/devices.json").get("checks", [])
        if c["device"]], host.json("xen/devices.json").get("checks"))
    if vifs:
        served, by = vifs[0]["domid"], vifs[0]["backend"]["domid"]
        host.say("its folder has the backend's nodes", "/local/domain/%d/backend"
                 "/vif/%d/0/state" % (by, served) in host.member(
                     "domains/%d-served/xenstore.txt" % served))


def boot_storage(out):
    lines = text(out + "/secrets").splitlines()
    check("control: the passwords are where they were put", len(lines) == 3,
          lines)
    same_state(out, "before", "after")
    host = Host(out, "storage")
    if host.whole():
        stored_below(host)
        libvirt_guest(host)
    host = Host(out, "driver-domain")
    if host.whole():
        driver_domain(host)
    host = Host(out, "cxenstored-stopped")
    if host.whole():
        store = host.find("xen_store", "xenstore")
        host.say("xenstored did not answer", [i["status"] for i in store] in
                 (["failed"], ["timeout"]), store)
        # This release keeps its database in memory; before 4.16 there is a tdb.
        listed = host.member("commands/xen_config/xen-folders.txt")
        host.say("what it has on disk is noted, with size and time", re.search(
            r"root +root +\d+ .* /run/xenstored/socket$", listed, re.M),
            listed[-600:])
        ids = {f["id"] for f in
               host.json("diagnosis.json").get("findings", [])}
        host.say("and the diagnosis says so", "xenstored-dead" in ids, ids)


def boot_qemu64(out):
    host = Host(out, "plain")
    if host.whole():
        host.say("a CPU without SSE4.2: PCRE2 serves, and that is said",
                 host.manifest["rules"]["engine"] == "pcre2" and
                 host.manifest["diagnosis"]["engine"] == "pcre2")
        host.say("the ring", host.status("xen_hypervisor", "ring") == {"ok"})
        host.say("xenstore", host.status("xen_store", "xenstore") == {"ok"})
        same_state(out, "before", "after")


def boot_other_release(out):
    info = text(out + "/xl-info")
    check("control: xl fails, its release is not the hypervisor's",
          "xen_version" not in info or "rror" in info, info)
    host = Host(out, "as-booted")
    if host.whole():
        xen = host.manifest["host"]["xen"] or ""
        host.say("dom0 of the other Xen, though /proc/xen is not mounted",
                 host.manifest["host"]["role"] == "dom0" and
                 xen.startswith("4.") and not xen.startswith("4.17"),
                 host.manifest["host"])
        ring = host.find("xen_hypervisor", "ring")
        host.say("no way to the hypervisor, and why",
                 "xen_privcmd" in json.dumps(ring), ring)
    host = Host(out, "mismatch")
    if host.whole():
        version = host.json("xen/version.json").get("xen", {})
        host.say("the hypervisor's version by hypercall",
                 version.get("version", "").startswith("4.") and
                 not version.get("version", "").startswith("4.17"), version)
        rings = [host.member(m) for m in ("xen/dmesg.txt", "xen/dmesg-raw.txt")]
        host.say("the ring", any("Xen version 4." in r for r in rings),
                 host.find("xen_hypervisor"))
        host.say("and by the raw call", "Xen version 4." in
                 text(out + "/ring-raw"))
        domains = host.find("xen_hypervisor", "domains")
        host.say("what failed says why", [i for i in domains if
                 i["status"] == "failed" and "release" in i.get("error", "")],
                 domains)
        host.say("xenstore", host.status("xen_store", "xenstore") == {"ok"},
                 host.find("xen_store", "xenstore"))
        tools = host.json("xen/version.json").get("tools", {})
        host.say("the mismatch is a fact", tools.get("match") is False and
                 tools.get("libxenctrl", "").startswith("4.17"), tools)
        check("control: xl vcpu-list fails", "rror" in text(out + "/xl-vcpus"),
              text(out + "/xl-vcpus"))
    host = Host(out, "mismatch-no-libxenctrl")
    if host.whole():
        without_libxenctrl(host)
        found = [f["id"] for f in host.json("diagnosis.json").get("findings", [])]
        host.say("the mismatch is named", "xen-tools-version-mismatch" in found,
                 found)


def boot_no_xen(out):
    host = Host(out, "plain")
    if host.whole():
        host.say("not under Xen", host.manifest["host"]["role"] == "none" and
                 host.manifest["host"]["xen"] is None, host.manifest["host"])
        first = host.err.splitlines()[:1]
        host.say("it says so first",
                 first and "booted without the hypervisor" in first[0], first)
        host.say("and in the summary",
                 "NOT UNDER XEN" in host.member("summary.txt"))
        host.say("what files tell is there",
                 "ok" in host.status("xen_config", "etc-xen"))


BOOTS = {
    "main": boot_main,
    "guests": boot_guests,
    "storage": boot_storage,
    "qemu64": boot_qemu64,
    "other-release": boot_other_release,
    "no-xen": boot_no_xen,
}

BOOTS[sys.argv[1]](sys.argv[2])
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed != 0)
