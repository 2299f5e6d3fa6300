#!/bin/bash
# run.sh: the one runner.  Each test runs in a fresh empty folder with a time
# limit; its output is shown only if it fails.
#
#   run.sh [-j N] [-x FACTOR] [-w FOLDER] [-o RESULTS] <LIST
#
# LIST has one test a line, tab-separated:
#   NAME  SECONDS  WITH  COMMAND
# WITH is "any" (may run beside others, N at once) or "alone" (after those, one
# at a time).  COMMAND goes to sh.  A cmocka program counts by its own counts,
# all else as one test.  FACTOR stretches the time limits.  RESULTS gets a line
# "passed failed" per test.  Exit status 1 if any failed.
set -u
export LC_ALL=C
jobs=1 factor=1 work= results=/dev/null
while getopts j:x:w:o: opt; do
    case $opt in
    j) jobs=$OPTARG ;;
    x) factor=$OPTARG ;;
    w) work=$OPTARG ;;
    o) results=$OPTARG ;;
    *) exit 2 ;;
    esac
done
if [ -z "$work" ]; then
    echo 'run.sh: no -w FOLDER' >&2
    exit 2
fi
mkdir -p "$work" || exit 2

# count OUTPUT STATUS: sets passed and failed.
count() {
    passed=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$1" |
        awk '{ n += $1 } END { print n + 0 }')
    failed=$(sed -n 's/^\[  \(FAILED \|SKIPPED\) \] \([0-9]*\) test.*/\2/p' \
        "$1" | awk '{ n += $1 } END { print n + 0 }')
    if [ "$2" != 0 ]; then
        [ "$failed" != 0 ] || failed=1
    elif [ $((passed + failed)) = 0 ]; then
        passed=1
    fi
}

# one NAME SECONDS COMMAND: runs it, prints one line (and the output of a test
# that failed), keeps the counts.  What is left of the test, which has a session
# of its own, is killed at its end.
one() {
    local name=$1 seconds=$(($2 * factor)) command=$3
    local dir=$work/${name//\//.} log=$work/${name//\//.}.log
    local start=$EPOCHREALTIME status=0 passed failed why= took session
    rm -rf "$dir"
    if mkdir "$dir"; then
        # bash has background jobs ignore what a terminal would send; others may
        # have had us ignore more.
        (cd "$dir" && exec setsid env --default-signal \
            timeout -k 10 "$seconds" sh -c "$command") \
            >"$log" 2>&1 </dev/null &
        session=$!
        wait "$session" || status=$?
        pkill -KILL -s "$session"
    else
        status=1
    fi
    took=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $start }")
    count "$log" "$status"
    [ "$status" != 124 ] && [ "$status" != 137 ] ||
        why=", ended after its $seconds s"
    echo "$passed $failed" >>"$results"
    echo "$passed $failed" >"$work/${name//\//.}.result"
    if [ "$failed" = 0 ]; then
        printf 'ok    %s (%s s)\n' "$name" "$took"
        rm -rf "$dir" "$log"
    else
        {
            printf 'FAIL  %s (exit status %s%s; folder %s)\n' "$name" \
                "$status" "$why" "$dir"
            tail -n 100 "$log" | sed 's/^/      | /'
        } >"$log.shown"
        cat "$log.shown"
        rm -f "$log.shown"
    fi
}

names=() seconds=() commands=()
late_names=() late_seconds=() late_commands=()
while IFS=$'\t' read -r name limit with command; do
    [ -n "$name" ] || continue
    if [ "$with" = any ]; then
        names+=("$name") seconds+=("$limit") commands+=("$command")
    else
        late_names+=("$name") late_seconds+=("$limit")
        late_commands+=("$command")
    fi
done

rm -f "$work"/*.result
running=0
for i in "${!names[@]}"; do
    if [ "$running" -ge "$jobs" ]; then
        wait -n
        running=$((running - 1))
    fi
    one "${names[i]}" "${seconds[i]}" "${commands[i]}" &
    running=$((running + 1))
done
wait
for i in "${!late_names[@]}"; do
    one "${late_names[i]}" "${late_seconds[i]}" "${late_commands[i]}"
done

wanted=$((${#names[@]} + ${#late_names[@]}))
ran=$(find "$work" -maxdepth 1 -name '*.result' | wc -l)
if [ "$ran" != "$wanted" ]; then
    echo "FAIL  run.sh: $wanted tests were listed, $ran have a result"
    echo "0 1" >>"$results"
    exit 1
fi
! awk '$2 > 0 { print }' "$work"/*.result /dev/null | grep -q .
