#!/bin/bash
# record.sh: makes a recorded host: collects the lab's dom0 with two guests.
#
# Usage: record.sh [-s NAME] [-p CPU-MODEL] OUT-DIR
#
#   -s NAME       also stores the recorded host, unpacked, as tests/hosts/NAME,
#                 in the place of what is there (xen-4.17-debian12)
#   -p CPU-MODEL  see run-in-dom0.sh
#
# In OUT-DIR: host/xen-bugtool-*/ (the folder), bundle.tar.bz2, and what
# run-in-dom0.sh leaves.  Exit status 0 if the job found nothing wrong.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$HERE/lib.sh"
MAX_KB=3072

name='' options=()
while getopts s:p: opt; do
    case $opt in
    s) name=$OPTARG ;;
    p) options=(-p "$OPTARG") ;;
    *) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 125 ;;
    esac
done
shift $((OPTIND - 1))
[ $# = 1 ] || die "usage: ${0##*/} [-s NAME] [-p CPU-MODEL] OUT-DIR"
out=$1
[ ! -e "$out/host" ] || die "$out/host is there already"

rc=0
"$HERE/run-job.sh" -v -t 600 "${options[@]}" record "$out" || rc=$?
hosts=("$out"/host/xen-bugtool-*)
[ -f "${hosts[0]}/manifest.json" ] || die "no recorded host (status $rc)"
kb=$(du -sk --apparent-size "${hosts[0]}" | cut -f1)
say "status $rc; ${hosts[0]}: $kb kB; $out/bundle.tar.bz2"
[ "$rc" = 0 ] || exit "$rc"
[ "$kb" -le $MAX_KB ] || die "larger than $MAX_KB kB: not fit for tests/hosts"
if [ -n "$name" ]; then
    to=$HERE/../hosts/$name
    rm -rf "$to"
    cp -r "${hosts[0]}" "$to"
    chmod -R u=rwX,go=rX "$to"
    say "stored as tests/hosts/$name"
fi
