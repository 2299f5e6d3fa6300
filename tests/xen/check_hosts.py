#!/usr/bin/python3
"""Checks, outside of the lab, what a boot brought out of dom0.

    check_hosts.py BOOT OUT-DIR

BOOT is a row of BOOTS below, OUT-DIR what run-in-dom0.sh left.  Says each check
and ends with "N passed, N failed".
"""
import bz2
import glob
import json
import os
import re
import sys

import checks
from checks import (PSS_LIMIT_KB, SECRET, Host, check, files, largest_kb, read,
                    same_state, text)
from checks_storage import boot_storage


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


def names_modules(host):
    """What would load a module that is not loaded is skipped, and names it."""
    loaded = set(text(host.out + "/state/modules.before").split())
    skipped = {i["item"]: i.get("error", "") for i in host.items
               if i["status"] == "skipped" and "module" in i.get("error", "")}
    named = {re.search(r"module (\w+)", e)[1] for e in skipped.values()}
    host.say("dmsetup, DRBD, multipath are skipped: their modules are not loaded",
             {"dm_mod", "drbd", "dm_multipath"} <= named and
             not named & loaded, (named, named & loaded))


def xen_tools(host):
    """Xen's smaller programs each said something of this machine."""
    for item, words in (
            ("xenpm-topology", r"^CPU\s+core\s+socket\s+node"),
            ("xenpm-cpuidle", "^Max possible C-state: "),
            ("xen-cpuid", r"^Dynamic sets:\n(.*\n)+Host "),
            ("xen-cpuid-policy", "^Xen reports "),
            ("xen-livepatch", "^Nothing to list"),
            ("xenhypfs", "^  params/"), ("xenhypfs-config", "^CONFIG_X86=y"),
            ("xentop", r"^ +guest1 .*\n(.*\n)+ +guest1 ")):
        said = host.member("commands/xen_tools/%s.txt" % item)
        host.say("xen_tools/" + item, re.search(words, said, re.M), said[:300])
    said = [i["path"] for i in host.find("xen_tools", "netback-debug",
                                         status="ok")]
    host.say("netback's queues of both guests", all(
        any("/vif%d.0/" % n in path for path in said) for n in (1, 2)), said)


def process_list(host):
    """Passwords on command lines: those of xl, and of a device model."""
    lines = text(host.out + "/xl/ps-secrets").splitlines()
    host.say("control: xl and the device model carry the password",
             any("xl create" in line for line in lines) and
             any("-spice" in line for line in lines), lines)
    said = host.member("commands/sys_process/ps.txt")
    for line in ("xl create .*vncpasswd=.*REDACTED",
                 "-spice .*password=.*REDACTED"):
        host.say("the process list has '%s'" % line,
                 re.search(line, said), said[-1500:])


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
        xen_tools(host)
        process_list(host)
        names_modules(host)
    packed = bz2.decompress(read(out + "/bundle.tar.bz2"))
    check("bundle: no password", SECRET not in packed and len(packed) > 100000)
    memory = dict(f.split("=") for f in text(out + "/bundle.pss").split())
    print("      bundle: %d bytes, %s" % (
        os.path.getsize(out + "/bundle.tar.bz2"), memory))
    check("bundle: all processes together stay below 64 MiB",
          0 < int(memory.get("pss_kb", 0)) <= PSS_LIMIT_KB, memory)
    largest = largest_kb(out + "/bundle.time")
    check("control: no process is larger than all of them together",
          0 < largest <= int(memory.get("rss_kb", 0)), (largest, memory))

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
        # On a busy machine all of it may take longer than an item has here.
        host.say("xenstore came without xl",
                 host.status("xen_store", "xenstore") <= {"ok", "timeout"} and
                 "/libxl/1 = " in text(os.path.join(
                     host.top, "xen/xenstore.txt")),
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
    host.say("groups of the bridge", "VLAN" in
             host.member("commands/sys_ovs/mdb-ovsbr0.txt"))
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


def dying_domain(host):
    listed = text(host.out + "/xl-list-dying")
    host.say("control: xl shows one that dies, and one that is paused",
             re.search(r"^\(null\) +3 .* \S*d ", listed, re.M) and
             re.search(r"^guest2 +2 .* \S\Sp--- ", listed, re.M), listed)
    domains = {d["domid"]: d for d in
               host.json("xen/domains.json").get("domains", [])}
    host.say("domain 3 is dying, and still there by hypercall",
             3 in domains and domains[3]["dying"] and domains[3]["pages"] > 0,
             domains.get(3))
    host.say("domain 2 is paused, no other is",
             [n for n, d in domains.items() if d["paused"]] in ([2], [2, 3]),
             domains)
    checks = {c["check"]: c for c in
              host.json("xen/devices.json").get("checks", [])}
    host.say("that it dies is a check of its own",
             checks.get("domain-dying", {}).get("domid") == 3, checks)
    ids = {f["id"] for f in host.json("diagnosis.json").get("findings", [])}
    print("      findings: %s" % sorted(ids))


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
    host = Host(out, "domain-dying")
    if host.whole():
        dying_domain(host)
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


def boot_qemu64(out):
    host = Host(out, "plain")
    if host.whole():
        host.say("a CPU without SSE4.2: PCRE2 serves, and that is said",
                 host.manifest["rules"]["engine"] == "pcre2" and
                 host.manifest["diagnosis"]["engine"] == "words")
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
print("%d passed, %d failed" % (checks.passed, checks.failed))
sys.exit(checks.failed != 0)
