#!/bin/bash
# run-in-dom0.sh: boots the lab's Xen and dom0 (see build-dom0.sh) in QEMU, runs
# a job in dom0, brings its output back and powers off.
#
# Usage: run-in-dom0.sh [options] JOB-DIR OUT-DIR
#
#   JOB-DIR   copied into dom0; its executable ./run is started there as root
#             with the path of an output folder as its only argument
#   OUT-DIR   made if missing; gets what the job left in its output folder, and
#               exit-status  exit status of ./run (124: it ran past -t)
#               output.log   its standard output and error
#               serial.log   console of Xen and of dom0 (always there)
#               job.log      like output.log, but live (always there)
#               dom0/        xl dmesg, dmesg and /var/log of dom0
#
#   -t SEC    time limit of the job                (default 300)
#   -m MB     memory of the machine                (default 1024)
#   -d MB     of that, memory of dom0              (default 512)
#   -c N      CPUs of the machine                  (default 1)
#   -p MODEL  the CPUs' model, as QEMU names it    (default: see below)
#   -a ARGS   more arguments for the hypervisor
#   -k ARGS   more arguments for dom0's kernel
#   -x        boots the hypervisor of another release
#   -n        boots dom0's kernel without any hypervisor
#   -s        runs no job: gives a root shell in dom0 on this terminal
#   -v        shows the job's output as it comes
#
# Exit status: that of the job; 125 if dom0 did not boot or gave no output.
#
# Needs no root and no KVM.  The image is never written to: what dom0 changes
# goes to a temporary file, so each run starts afresh, and runs may overlap.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$HERE/lib.sh"

# qemu64 has AMD's SVM, which TCG emulates; with npt Xen can run PVH guests as
# well as PV ones.  Vectorscan needs SSE4.2 ("-p qemu64" leaves it out).
model=qemu64,+npt,+ssse3,+sse4.1,+sse4.2,+popcnt
limit=300 mem=1024 dom0_mem=512 cpus=1 xen_args='' linux_args='' shell='' verbose=''
hypervisor=$XEN_ELF
while getopts t:m:d:c:p:a:k:xnsv opt; do
    case $opt in
    t) limit=$OPTARG ;;
    m) mem=$OPTARG ;;
    d) dom0_mem=$OPTARG ;;
    c) cpus=$OPTARG ;;
    p) model=$OPTARG ;;
    a) xen_args=$OPTARG ;;
    k) linux_args=$OPTARG ;;
    x) hypervisor=$OTHER_XEN_ELF ;;
    n) hypervisor='' ;;
    s) shell=1 ;;
    v) verbose=1 ;;
    *) sed -n '2,32s/^# \{0,1\}//p' "$0" >&2; exit 125 ;;
    esac
done
shift $((OPTIND - 1))
[ -e "$BUILD_STAMP" ] || die "no dom0 in $XENLAB_HOME: run build-dom0.sh first"

# Memory, disks and network card of the machine; the consoles come below.
TMP=$(mktemp -d "${TMPDIR:-/tmp}/xenlab.XXXXXX")
qemu_pid='' tail_pid=''
cleanup() {
    [ -z "$qemu_pid" ] || kill "$qemu_pid" 2>/dev/null || true
    [ -z "$tail_pid" ] || kill "$tail_pid" 2>/dev/null || true
    rm -rf "$TMP"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# A comma would end the file name in QEMU's -initrd and options: double it.
esc() { printf '%s' "${1//,/,,}"; }
drive() { # FILE SERIAL OPTIONS
    qemu+=(-drive "if=none,id=$2,format=raw,file=$(esc "$1"),$3"
           -device "virtio-blk-pci,drive=$2,serial=$2")
}
xen="com1=115200,8n1 console=com1 loglvl=all guest_loglvl=all dom0_mem=${dom0_mem}M,max:${dom0_mem}M $xen_args"
console=hvc0
[ -n "$hypervisor" ] || console=ttyS0
linux="console=$console panic=1 xenlab.timeout=$limit $linux_args"
[ -z "$shell" ] || linux+=" xenlab.shell"

# One CPU is enough but for one boot: more would mostly wait.  QEMU's own default for
# tb-size would make it 1 GB larger.
qemu=(qemu-system-x86_64 -nodefaults -no-user-config
      -machine q35 -accel tcg,thread=multi,tb-size=256
      -cpu "$model" -smp "$cpus" -m "$mem"
      -display none -no-reboot
      # A network card for dom0's bridge; it leads nowhere.
      -netdev user,id=net0,restrict=on -device virtio-net-pci,netdev=net0,romfile=)
if [ -n "$hypervisor" ]; then
    qemu+=(-kernel "$hypervisor" -append "$xen"
           -initrd "$(esc "$DOM0_KERNEL") $(esc "$linux"),$(esc "$DOM0_INITRD")")
else
    qemu+=(-kernel "$DOM0_KERNEL" -append "$linux" -initrd "$DOM0_INITRD")
fi
# The root disk: writes go to a temporary file (snapshot=on) in $TMPDIR.
drive "$DOM0_IMAGE" root snapshot=on,cache=unsafe

if [ -n "$shell" ]; then
    TMPDIR=$TMP "${qemu[@]}" -serial mon:stdio
    exit
fi

[ $# = 2 ] || die "usage: ${0##*/} [options] JOB-DIR OUT-DIR"
job=$1 out=$2
[ -x "$job/run" ] || die "no executable $job/run"
mkdir -p "$out"
rm -f "$out"/{exit-status,output.log,serial.log,job.log}
tar -C "$job" -cf "$TMP/in" .
truncate -s 1G "$TMP/out"          # sparse
drive "$TMP/in" in readonly=on
drive "$TMP/out" out cache=unsafe
: >"$out/job.log"
qemu+=(-chardev "file,id=com1,path=$(esc "$out/serial.log")" -serial chardev:com1
       -chardev "file,id=com2,path=$(esc "$out/job.log")" -serial chardev:com2)

# The job has its own time limit inside of dom0; this one is for a machine
# that hangs, and leaves time to boot and to write the output.
hard_limit=$((limit + 300))
TMPDIR=$TMP timeout -k 10 "$hard_limit" "${qemu[@]}" </dev/null &
qemu_pid=$!
if [ -n "$verbose" ]; then
    tail -n +1 -f "$out/job.log" &
    tail_pid=$!
fi
rc=0
wait "$qemu_pid" || rc=$?
qemu_pid=
[ "$rc" != 124 ] || say "the machine hung: stopped after $hard_limit s"

tar -C "$out" --no-same-owner -xf "$TMP/out" 2>/dev/null || true
if [ ! -s "$out/exit-status" ]; then
    say "no output from dom0 (QEMU ended with status $rc); the end of its console:"
    tail -n 15 "$out/serial.log" >&2
    exit 125
fi
exit "$(cat "$out/exit-status")"
