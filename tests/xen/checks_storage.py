"""Checks of the boot with storage below a guest of libvirt's, see check_hosts.py."""
import json
import re

from checks import Host, check, same_state, text

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
    stacks = [i["path"] for i in host.find("sys_process", status="ok")
              if i.get("path", "").endswith("/stack") and "drbd" in
              host.member(i["member"])]
    host.say("where DRBD's threads wait", stacks, [
        i["item"] for i in host.find("sys_process") if "stack" in i["item"]])


def without_dm(host):
    """LVM is there, device mapper is not: nothing loads it."""
    ends = {i["item"]: i["status"] for i in host.find("sys_storage")}
    host.say("pvs, vgs and lvs ran, and loaded nothing",
             [ends.get(i) for i in ("pvs", "vgs", "lvs")] == ["ok"] * 3 and
             "dm_mod" not in json.dumps(host.manifest["modules"]), ends)
    host.say("dmsetup did not run, and why", all(
        i["status"] == "skipped" and "dm_mod" in i["error"] for i in
        host.find("sys_storage") if i["item"].startswith("dmsetup")), ends)


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
    host = Host(out, "no-device-mapper")
    if host.whole():
        without_dm(host)
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
