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

# The tree that "make install" made.
install_stage() { must tar -C / --keep-directory-symlink -xf stage.tar; }

# A bridge and two guests: one with a VNC password, one without.
start_guests() {
    must xenlab-bridge
    VNCPASSWD=$SECRET must xenlab-domu guest1 1
    must xenlab-domu guest2 2
    say "guests are up"
}

# measured NAME COMMAND...: its output goes to $out/NAME and $out/NAME.err, its
# status, time and memory (of the largest single process) are said.
measured() {
    local name=$1 rc=0
    shift
    busybox time -v -o "$out/$name.time" "$@" >"$out/$name" 2>"$out/$name.err" ||
        rc=$?
    say "$name: status $rc," \
        "$(sed -n 's/^.*Elapsed.*): */in /p' "$out/$name.time")," \
        "$(sed -n 's/^.*Maximum resident.*: *//p' "$out/$name.time") kB"
    return $rc
}
