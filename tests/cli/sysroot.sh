# The disk of a host that does not run: its files, and nothing of this machine,
# wherever its links lead.
disk=$PWD/disk
mkdir -p "$disk"/etc/xen "$disk"/srv/log/xen "$disk"/var/lib/xen
chmod -R go-w "$disk"
echo deadhost >"$disk/etc/hostname"
printf 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\n' >"$disk/etc/os-release"
mkdir "$disk/boot"
touch "$disk"/boot/{vmlinuz-6.1.0-9,vmlinuz-6.1.0-56,xen-4.14.gz,xen-4.17.gz}
echo 'name = "a"' >"$disk/etc/xen/a.cfg"
echo 'vncpasswd = "s3cret-on-disk"' >>"$disk/etc/xen/a.cfg"
echo 'it stopped' >"$disk/srv/log/xen/xl-a.log"
echo inside >"$disk/srv/hosts"
echo LIVE-MARK >marker
# Absolute: inside the disk.  Then three ways out.
touch -d 2026-02-03T04:05:06Z "$disk/srv/log/xen/xl-a.log"
ln -s /srv/log "$disk/var/log"
ln -s /srv/hosts "$disk/etc/hosts"
ln -s "$PWD/marker" "$disk/etc/fstab"
ln -s "../../../../../../../../../..$PWD/marker" "$disk/etc/resolv.conf"
ln -s "$PWD" "$disk/etc/netplan"
mkdir "$disk/proc"
ln -s /proc/self/root "$disk/etc/firewalld"

collect -o got --format dir --sysroot "$disk"
has got/files/etc/xen/a.cfg 'name = "a"'
has got/files/var/log/xen/xl-a.log 'it stopped'
has got/files/etc/hosts '^inside$'
! grep -rE 's3cret-on-disk|LIVE-MARK' got >&2 || fail "secret or live file"
[ ! -e got/files/etc/fstab ] || fail "an absolute link led out"
[ ! -e got/files/etc/resolv.conf ] || fail "a relative link led out"
[ ! -e got/commands ] && [ ! -e got/xen ] && [ ! -e got/samples ] ||
    fail "something of this machine"
/usr/bin/python3 - "$disk" "$(uname -n)" <<'END'
import json, sys
m = json.load(open("got/manifest.json"))
assert m["host"]["name"] == "deadhost" and m["host"]["role"] == "none", m["host"]
assert m["disk"] == {
    "system": "Debian GNU/Linux 12", "kernel": "vmlinuz-6.1.0-56",
    "xen": "xen-4.17.gz", "last_log": "2026-02-03T04:05:06.000Z"}, m["disk"]
assert m["options"]["sysroot"] == sys.argv[1], m["options"]
assert m["modules"] == {"before": [], "after": []}, m["modules"]
for i in m["items"]:
    if i["source"] in ("command", "hypercall", "xenstore"):
        assert i["status"] == "skipped" and "--sysroot" in i["error"], i
        journal = i["item"] in ("journal", "journal-last-boot")
        assert journal == ("journalctl -D" in i["error"]) or \
            i["item"] == "journal-boots", i
    elif i["source"] == "file":
        assert not i.get("link", "/srv").startswith("/proc"), i
by = {i.get("path"): i for i in m["items"]}
assert by["/etc/hosts"]["link"] == "/srv/hosts", by["/etc/hosts"]
for gone in ("/etc/fstab", "/etc/resolv.conf"):
    assert by[gone]["status"] == "absent", by[gone]
END
run 0 "$XB" verify got
# It replays, and says where it came from.
collect -o again --format dir --replay got
has again/manifest.json '"sysroot":'
cmp <(grep '^"disk"' got/manifest.json) <(grep '^"disk"' again/manifest.json)
# Page and summary claim nothing of a machine that runs.
for made in got again; do
    has "$made/summary.txt" '^OF A DISK: read from files'
    has "$made/summary.txt" '^System +Debian GNU/Linux 12$'
    has "$made/summary.txt" '^Kernel +vmlinuz-6.1.0-56$'
    has "$made/summary.txt" '^Xen +xen-4.17.gz$'
    has "$made/summary.txt" '^Last log +2026-02-03T04:05:06'
    lacks "$made/summary.txt" 'NOT UNDER XEN|unknown|up 0'
    has "$made/report.html" 'read from the files of a disk'
    has "$made/report.html" 'xen-4.17.gz'
    lacks "$made/report.html" 'not under Xen|without the hypervisor|Up for'
done
run 0 "$XB" inspect got
has out "deadhost, read from the disk at $disk"
lacks out 'up 0'
run 1 "$XB" collect -y -o no --sysroot /nonexistent
one_line '--sysroot: cannot open /nonexistent: No such file'
run 2 "$XB" collect -y --sysroot "$disk" --replay got
one_line 'one source at a time'

# A rescue system mounts the machine's own there, for a chroot.
mkdir -p "$disk"/{sys,run/xen,dev}
ln -sf /run/xen/xenstored.pid "$disk/etc/resolv.conf"
mounted=("$disk/proc" "$disk/sys" "$disk/run")
trap 'umount -l "${mounted[@]}" 2>/dev/null || :' EXIT
mount -t proc proc "$disk/proc"
mount -t sysfs sys "$disk/sys"
mount -t tmpfs run "$disk/run"
mkdir "$disk/run/xen"
echo LIVE-PID >"$disk/run/xen/xenstored.pid"
collect -o chroot --format dir --sysroot "$disk"
! grep -r LIVE-PID chroot >&2 || fail "a tmpfs that is mounted there was read"
for live in proc sys run; do
    [ ! -e "chroot/files/$live" ] || fail "/$live of this machine"
done
lacks chroot/summary.txt '^(Hardware|Memory)'
has chroot/files/etc/xen/a.cfg 'name = "a"'
/usr/bin/python3 - <<'END'
import json
m = json.load(open("chroot/manifest.json"))
by = {i.get("path"): i for i in m["items"]}
for path in ("/proc/meminfo", "/run/xen/xenstored.pid", "/etc/resolv.conf"):
    assert by[path]["status"] == "skipped", by[path]
    assert "not with --sysroot: what is mounted at" in by[path]["error"]
globs = [i for i in m["items"] if i.get("glob", "").startswith("/sys/")]
assert globs, "no pattern below /sys"
for i in globs:
    assert i["status"] == "skipped" and "runs now" in i["error"], i
END
