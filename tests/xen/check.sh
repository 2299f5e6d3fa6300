#!/bin/bash
# check.sh: what "make check-xen" runs: builds xen-bugtool and the lab, boots
# the lab as often as the table below says, and checks outside of it what came
# out.  Ends with a line "N passed, N failed".
#
# Usage: check.sh [-s] OUT-DIR [BOOT...]
#
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
MAX_KB=1536                     # of a host in tests/hosts

# Boot, job, seconds the job may take, options of run-in-dom0.sh.
boots='
main           main    1200
guests         guests  900
qemu64         plain   240  -p qemu64,+npt
other-release  other-release 300 -x
no-xen         plain   240  -n
probe          probe   400
'

store=
if [ "${1:-}" = -s ]; then
    store=1
    shift
fi
[ $# -ge 1 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
out=$1
shift
wanted=" $* "
passed=0 failed=0

# One test that is a command; shows the end of what it said if it fails.
step() { # NAME COMMAND...
    local name=$1
    shift
    if "$@" >"$out/log" 2>&1; then
        echo "ok    $name"
        passed=$((passed + 1))
    else
        echo "FAIL  $name: status $?"
        tail -n 30 "$out/log"
        failed=$((failed + 1))
        return 1
    fi
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" != 0 ]
    exit
}

# The boots take a machine's own time: only one at once.
boot() { # NAME JOB SECONDS OPTIONS...
    local name=$1 job=$2 limit=$3 start=$SECONDS counts
    shift 3
    rm -rf "${out:?}/$name"
    step "$name: the job in dom0" \
        "$HERE/run-job.sh" "$@" -t "$limit" "$job" "$out/$name"
    grep ' FAIL: ' "$out/$name/job.log"
    if [ "$job" != probe ]; then
        python3 "$HERE/check_hosts.py" "$name" "$out/$name" >"$out/log" 2>&1
        sed '$d' "$out/log"
        if counts=$(tail -n 1 "$out/log" |
            grep -xE '[0-9]+ passed, [0-9]+ failed'); then
            passed=$((passed + ${counts%% *}))
            counts=${counts#*, }
            failed=$((failed + ${counts%% *}))
        else
            tail -n 1 "$out/log"
            echo "FAIL  $name: the checks did not end"
            failed=$((failed + 1))
        fi
    fi
    echo "      $name took $((SECONDS - start)) s"
}

# The whole bundle of the healthy host is too large; record.sh makes a host of
# one like it.
store_hosts() { # BOOT
    local dir name kb
    for dir in "$out/$1"/hosts/*/; do
        name=$(basename "$dir")
        case $1/$name in
        qemu64/* | */healthy) continue ;;
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
step 'the lab' "${root[@]}" "$HERE/build-dom0.sh" || finish
export STAGE=$out/stage
rm -rf "$STAGE"
step 'the build for dom0' make -C "$TOP" --no-print-directory \
    BUILD=build/xen prefix=/usr DESTDIR="$STAGE" install || finish
while read -r name rest; do
    [ -n "$name" ] || continue
    [ "$wanted" = "  " ] || [[ $wanted = *" $name "* ]] || continue
    # shellcheck disable=SC2086
    boot "$name" $rest </dev/null
    [ -z "$store" ] || store_hosts "$name"
done <<<"$boots"
finish
