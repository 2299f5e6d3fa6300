# What the jobs share; sourced in dom0, in the job's folder.
# shellcheck shell=bash disable=SC2034,SC2154
export LC_ALL=C
failed=0

# It must be found nowhere in a bundle.
SECRET=s3cret-vnc-guest1

# Seconds since boot and TEXT.
say() { printf '%s  %s\n' "$(cut -d' ' -f1 /proc/uptime)" "$*"; }
# bad TEXT: the job goes on, but will have failed.
bad() { say "FAIL: $*"; failed=1; }
# must COMMAND...: what cannot fail without making the rest useless.
must() { "$@" || { say "FAIL: $*"; exit 1; }; }

# guest NAME [NUMBER]: starts it.  libxl gives a hotplug script 40 s, which is
# not enough on a busy machine, and the next try would get another domain id: the
# whole boot is to be tried again.
guest() {
    xenlab-domu "$@" || { say "guest $1 did not come up"; exit 75; }
}

# The tree that "make install" made.
install_stage() { must tar -C / --keep-directory-symlink -xf stage.tar; }

# A bridge and two guests: one with a VNC password, one without.
start_guests() {
    must xenlab-bridge
    VNCPASSWD=$SECRET guest guest1 1
    guest guest2 2
    say "guests are up"
}

# measured NAME COMMAND...: its output goes to $out/NAME and $out/NAME.err, its
# status, time and memory (of the largest single process) are said.
measured() {
    local name=$1 rc=0
    shift
    busybox time -v -o "$out/$name.time" "$@" >"$out/$name" 2>"$out/$name.err" ||
        rc=$?
    # busybox takes the kernel's kilobytes for pages of 4 KiB.
    awk '/Maximum resident/ { $NF /= 4 } { print }' "$out/$name.time" \
        >"$out/$name.time-true"
    mv "$out/$name.time-true" "$out/$name.time"
    say "$name: status $rc," \
        "$(sed -n 's/^.*Elapsed.*): */in /p' "$out/$name.time")," \
        "$(sed -n 's/^.*Maximum resident.*: *//p' "$out/$name.time") kB"
    return $rc
}

# own_memory FILE: until killed, keeps the largest sum of PSS (and of RSS) of
# xen-bugtool's own processes in FILE; the probe counts.
own_memory() {
    exec python3 - "$1" <<'END'
import glob, sys, time
pss = rss = count = 0
while True:
    p = r = n = 0
    for comm in glob.glob("/proc/[0-9]*/comm"):
        try:
            if not open(comm).read().startswith("xen-bugtool"):
                continue
            for line in open(comm[:-4] + "smaps_rollup"):
                if line.startswith("Pss:"):
                    p += int(line.split()[1])
                elif line.startswith("Rss:"):
                    r += int(line.split()[1])
            n += 1
        except OSError:
            pass
    pss, rss, count = max(p, pss), max(r, rss), max(n, count)
    with open(sys.argv[1], "w") as out:
        out.write("pss_kb=%d rss_kb=%d processes=%d\n" % (pss, rss, count))
    time.sleep(0.2)
END
}

# The Xen plugins, for --only.
xen_plugins() {
    xen-bugtool plugins --json | grep -o '"plugin":"xen_[a-z_]*"' |
        cut -d'"' -f4 | sort -u | paste -sd,
}

# state NAME: what a run must not change, for the checks outside.
state() {
    mkdir -p "$out/state"
    lsmod | awk 'NR > 1 { print $1 }' | sort >"$out/state/modules.$1"
    timeout -k 5 120 xl dmesg >"$out/state/ring.$1" 2>&1
    timeout -k 5 120 xenstore-ls -fp >"$out/state/xenstore.$1" 2>&1
}

# collect NAME ARGUMENTS...: a recorded host, as hosts/NAME/xen-bugtool-*; its
# exit status goes to hosts/NAME/exit-status.  What it should have been is for
# the checks outside to say.  The CPU is emulated: what takes 10 s there takes
# less than one elsewhere, hence the item timeout.
collect() {
    local name=$1 rc=0
    shift
    mkdir -p "$out/hosts/$name"
    measured "$name" xen-bugtool collect -y --item-timeout 120s --format dir \
        -o "$out/hosts/$name/" "$@" || rc=$?
    echo $rc >"$out/hosts/$name/exit-status"
    mv "$out/$name" "$out/hosts/$name/stdout"
    mv "$out/$name.err" "$out/hosts/$name/stderr"
    mv "$out/$name.time" "$out/hosts/$name/time"
}
