# What the jobs share; sourced in dom0, in the job's folder.
# shellcheck shell=bash disable=SC2034,SC2154
export LC_ALL=C
failed=0

# It must be found nowhere in a bundle.
SECRET=s3cret-vnc-guest1

# Seconds since boot and TEXT, to the job's own output.
exec 3>&1
say() { printf '%s  %s\n' "$(cut -d' ' -f1 /proc/uptime)" "$*" >&3; }
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

# measured NAME COMMAND...: its status; time and memory go to $out/NAME.time.
# The figure for memory is that of the largest single process.
measured() {
    local name=$1 rc=0
    shift
    busybox time -v -o "$out/$name.time" "$@" || rc=$?
    say "$name: status $rc," \
        "$(sed -n 's/^.*Elapsed.*): /in /p' "$out/$name.time")," \
        "$(sed -n 's/^.*Maximum resident.*: //p' "$out/$name.time") kB"
    return $rc
}
