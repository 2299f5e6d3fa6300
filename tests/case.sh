#!/bin/bash
# case.sh SCRIPT: runs one command-line test in the current, empty folder.
#
# SCRIPT (NAME.sh) runs under "set -euo pipefail" with tests/cli/lib.sh read in.
# Where NAME.stdout, NAME.stderr or NAME.exit lie beside it, its output and exit
# status must be those; without NAME.exit the status must be 0.
set -u
export PYTHONDONTWRITEBYTECODE=1 # the sources stay as they are
script=$1
expected=${script%.sh}
out=$(mktemp) err=$(mktemp)
trap 'rm -f "$out" "$err"' EXIT

status=0
bash -euo pipefail -c '. "$TOP/tests/cli/lib.sh"; . "$1"' "$script" "$script" \
    >"$out" 2>"$err" || status=$?

bad=0
want=0
[ ! -e "$expected.exit" ] || want=$(cat "$expected.exit")
if [ "$status" != "$want" ]; then
    echo "exit status $status, expected $want"
    bad=1
fi
[ ! -e "$expected.stdout" ] || diff -u "$expected.stdout" "$out" || bad=1
[ ! -e "$expected.stderr" ] || diff -u "$expected.stderr" "$err" || bad=1
if [ "$bad" != 0 ]; then
    echo '--- stdout'
    tail -n 60 "$out"
    echo '--- stderr'
    tail -n 60 "$err"
fi
exit "$bad"
