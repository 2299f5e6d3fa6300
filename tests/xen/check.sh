#!/bin/bash
# check.sh: what "make check-xen" runs: builds xen-bugtool and the lab, boots
# the lab as often as the table below says, and checks outside of it what came
# out.  Ends with a line "N passed, N failed".
#
# Usage: check.sh [-s] [-j N] OUT-DIR [BOOT...]
#
#   -j N      boots so many machines at once: each takes one CPU and 1.3 GB (as
#             many as there is room for, at most 2)
#   -s        also stores the recorded hosts in tests/hosts; "make expected"
#             then writes what replaying them must give
#   OUT-DIR   gets a folder for each boot (see run-in-dom0.sh)
#   BOOT      only these boots
set -u
HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
# shellcheck source=lib.sh
. "$HERE/lib.sh"
export LC_ALL=C
MAX_KB=3072                     # of a host in tests/hosts

# Boot, job, seconds the job may take, options of run-in-dom0.sh.  The longest
# first, so that two at once end together.
boots='
main           main    1800
storage        storage 1200 -k xenlab.cxenstored -p qemu64,vendor=GenuineIntel,family=6,model=15,-svm,+ssse3,+sse4.1,+sse4.2,+popcnt
guests         guests  1500
probe          probe   800  -c 2
other-release  other-release 600 -x
qemu64         plain   400  -p qemu64,+npt
no-xen         plain   400  -n
'

store='' at_once=''
while getopts sj: opt; do
    case $opt in
    s) store=1 ;;
    j) at_once=$OPTARG ;;
    *) sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || { sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2; }
out=$1
shift
wanted=" $* "
if [ -z "$at_once" ]; then
    at_once=1
    free_mb=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
    [ "$(nproc)" -lt 2 ] || [ "$free_mb" -lt 4000 ] || at_once=2
fi

# One test that is a command; shows the end of what it said if it fails.
step() { # LOG NAME COMMAND...
    local log=$1 name=$2
    shift 2
    if "$@" >"$log" 2>&1; then
        echo "ok    $name"
    else
        echo "FAIL  $name: status $?"
        tail -n 30 "$log"
        return 1
    fi
}

# Status 75: a guest did not come up in the time that libxl gives it.
again() { # OUT-DIR COMMAND...
    local dir=$1 rc=0 try
    shift
    for try in 1 2 3; do
        rm -rf "$dir"
        rc=0
        "$@" || rc=$?
        [ $rc = 75 ] || break
        say "try $try: a guest did not come up"
    done
    return $rc
}

# What each part said was kept; a test is a line that begins with ok or FAIL.
finish() {
    local passed failed
    passed=$(cat "$out"/*.report | grep -c '^ok ')
    failed=$(cat "$out"/*.report | grep -c '^FAIL ')
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" != 0 ]
    exit
}

boot() { # NAME JOB SECONDS OPTIONS...
    local name=$1 job=$2 limit=$3 start=$SECONDS log=$out/$1.log
    shift 3
    step "$log" "$name: the job in dom0" \
        again "$out/$name" "$HERE/run-job.sh" "$@" -t "$limit" "$job" "$out/$name"
    grep ' FAIL: ' "$out/$name/job.log"
    if [ "$job" != probe ]; then
        python3 -B "$HERE/check_hosts.py" "$name" "$out/$name" >"$log" 2>&1
        sed '$d' "$log"
        tail -n 1 "$log" | grep -qxE '[0-9]+ passed, [0-9]+ failed' || {
            tail -n 1 "$log"
            echo "FAIL  $name: the checks did not end"
        }
    fi
    echo "      $name took $((SECONDS - start)) s"
}

store_hosts() { # BOOT
    local dir name kb
    for dir in "$out/$1"/hosts/*/; do
        name=$(basename "$dir")
        compgen -G "$dir"'xen-bugtool-*' >/dev/null || continue
        case $1/$name in
        qemu64/*) continue ;;
        other-release/mismatch) name=xen-4.20-tools-4.17 ;;
        other-release/*) name=xen-4.20-tools-4.17-$name ;;
        no-xen/*) name=no-xen-debian12 ;;
        *) name=xen-4.17-$name ;;
        esac
        kb=$(du -sk --apparent-size "$dir"xen-bugtool-* | cut -f1)
        if [ "$kb" -gt "$MAX_KB" ]; then
            say "$name: $kb kB is too much for tests/hosts"
            continue
        fi
        rm -rf "$TOP/tests/hosts/$name"
        cp -r "$dir"xen-bugtool-* "$TOP/tests/hosts/$name"
        chmod -R u=rwX,go=rX "$TOP/tests/hosts/$name"
        say "stored tests/hosts/$name ($kb kB)"
    done
}

# Only a root file system made by root is one.
root=()
[ "$(id -u)" = 0 ] || root=(sudo env "XENLAB_HOME=$XENLAB_HOME")
mkdir -p "$out"
rm -f "$out"/*.report
step "$out/build.log" 'the lab' "${root[@]}" "$HERE/build-dom0.sh" \
    >"$out/lab.report" || { cat "$out/lab.report"; finish; }
export STAGE=$out/stage
rm -rf "$STAGE"
step "$out/build.log" 'the build for dom0' make -C "$TOP" \
    --no-print-directory BUILD=build/xen prefix=/usr DESTDIR="$STAGE" install \
    >"$out/build.report" || { cat "$out/build.report"; finish; }
cat "$out/lab.report" "$out/build.report"

one() { # NAME JOB SECONDS OPTIONS...
    boot "$@" </dev/null >"$out/$1.report" 2>&1
    [ -z "$store" ] || store_hosts "$1" >>"$out/$1.report" 2>&1
    flock "$out" cat "$out/$1.report"
}
while read -r name rest; do
    [ -n "$name" ] || continue
    [ "$wanted" = "  " ] || [[ $wanted = *" $name "* ]] || continue
    while [ "$(jobs -rp | wc -l)" -ge "$at_once" ]; do
        wait -n
    done
    # shellcheck disable=SC2086
    one "$name" $rest &
done <<<"$boots"
wait
finish
