#!/bin/bash
# check.sh check|check-fast|check-faults|asan|tsan [PATTERN]: builds and runs the tests.
#
# Called by the Makefile from the top folder, with $MAKE.  Ends with a line
# "N passed, N failed".  PATTERN picks tests by name ("cli/verify*"); several
# have blanks between them.
#
# Every build is installed below a folder of its own in /var/lib: programs,
# configuration and tests' folders then lie where any user can read them and
# only root can write, whatever the checkout's own folder allows.
set -u
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
mode=$1
pattern=${2:-}
export TOP=$PWD
# One more than there are processors: many tests wait for something.
jobs=$(($(nproc) + 1))

# Tests need root: they make FUSE mounts and become other users.
root=
if [ "$(id -u)" != 0 ]; then
    root=sudo
    command -v sudo >/dev/null || {
        echo 'check: run this as root, or install sudo' >&2
        exit 1
    }
fi

stages=/var/lib/xen-bugtool-test-$(printf '%s' "$TOP" | cksum | cut -d' ' -f1)
results=$TOP/build/check/results
mkdir -p "$TOP/build/check"
exec 9>"$TOP/build/check/lock"
flock -n 9 || {
    echo 'check: waiting for another run in this folder to end'
    flock 9
}
: >"$results"
# What an interrupted run left mounted must not be walked into.
awk -v "below=$stages/" 'index($5, below) == 1 { print $5 }' \
    /proc/self/mountinfo | while read -r left; do
    $root umount -l "$left"
done
$root rm -rf "$stages"
$root mkdir -m 755 "$stages" || exit 1

# steps: the lines of standard input as tests, one after the other, as the user
# who called.
steps() {
    bash "$TOP/tests/run.sh" -w "$TOP/build/check/work" -o "$results" 9>&-
}

# compile LABEL MAKE-ARGUMENTS...: one test that is a run of make; shows what
# make says beside the names of the steps.
compile() {
    local label=$1
    shift
    local run="$MAKE -C '$TOP' BUILD=build/check-$label $*"
    local show="{ sed '/^  [A-Z]* /d' log; exit 1; }"
    printf '%s\t900\tany\t%s\n' "build/$label" "$run >log 2>&1 || $show" |
        steps
}

# build LABEL MAKE-ARGUMENTS...: builds and installs below $stages/LABEL.
build() {
    local label=$1 dir=build/check-$1 prefix=$stages/$1
    shift
    compile "$label" prefix="$prefix" sysconfdir="$prefix/etc" \
        DESTDIR="'$TOP/$dir/root'" "$@" install units fuzzers browser || return
    $root cp -r "$TOP/$dir/root$prefix" "$prefix" &&
        $root mkdir -m 755 -p "$prefix/etc" "$prefix/work" &&
        $root chmod -R u=rwX,go=rX "$prefix" &&
        $root chown -R 0:0 "$prefix" && return
    echo "FAIL  install/$label"
    echo '0 1' >>"$results"
    return 1
}

# Leaks are looked for in units only: the leak checker needs ptrace, and our
# processes do not let themselves be traced.  A finding ends a process with a
# status that none of ours has.
sanitize() {
    build "$1" SANITIZE="$2" CFLAGS='-O1\ -g\ -fno-sanitize-recover=all'
}

# list LABEL: the tests of one build, as run.sh takes them.
list() {
    local label=$1 dir=$TOP/build/check-$1 file name with limit
    for file in "$TOP"/tests/unit/test_*.c; do
        name=$(basename "$file" .c)
        printf '%s\t120\tany\t%s\n' "unit/${name#test_}" \
            "ASAN_OPTIONS=\$LEAKS '$dir/unit/$name'"
    done
    for file in "$TOP"/tests/fuzz/fuzz_*.c; do
        name=$(basename "$file" .c)
        name=${name#fuzz_}
        [ "$name" = main ] || printf '%s\t120\tany\t%s\n' "fuzz/$name" \
            "'$dir/fuzz/$name' '$TOP/tests/fuzz/corpus/$name'"
    done
    for file in "$TOP"/tests/cli/*.sh; do
        name=${file##*/}
        name=${name%.sh}
        [ "$name" != lib ] || continue
        [ "$label" = plain ] || ! grep -qx '# plain' "$file" || continue
        limit=$(sed -n 's/^# time: \([0-9]*\)$/\1/p' "$file")
        with=any
        ! grep -qx '# alone' "$file" || with=alone
        printf '%s\t%s\t%s\t%s\n' "cli/$name" "${limit:-60}" "$with" \
            "bash '$TOP/tests/case.sh' '$file'"
    done
}

# tests LABEL FACTOR: runs them, as root.
tests() {
    local label=$1 factor=$2 prefix=$stages/$1
    list "$label" | awk -v "pattern=$pattern" '
        BEGIN {
            gsub(/[.+()|^$]/, "\\\\&", pattern)
            gsub(/\*/, ".*", pattern)
            gsub(/\?/, ".", pattern)
            gsub(/ +/, "|", pattern)
        }
        pattern == "" || $1 ~ ("^(" pattern ")$")' |
        sed "s|^|$label/|" |
        $root env -i PATH="$PATH" LC_ALL=C HOME=/root TOP="$TOP" \
            XB="$prefix/sbin/xen-bugtool" LIBEXEC="$prefix/libexec" \
            ETC="$prefix/etc" BUILD="$TOP/build/check-$label" \
            VARIANT="$label" SLOW="$factor" \
            LEAKS=detect_leaks=1:exitcode=99 \
            ASAN_OPTIONS=detect_leaks=0:exitcode=99 \
            UBSAN_OPTIONS=print_stacktrace=1:exitcode=99 \
            bash "$TOP/tests/run.sh" -j "$jobs" -x "$factor" \
            -w "$prefix/work" -o "$results" 9>&-
}

case $mode in
check | check-fast)
    {
        printf 'layers\t60\tany\t%s\n' "sh '$TOP/tests/layers.sh'"
        printf 'layers-test\t60\tany\t%s\n' "sh '$TOP/tests/layers_test.sh'"
        printf 'format\t120\tany\t%s\n' \
            "$MAKE -C '$TOP' format-check"
    } | steps
    ! build plain || tests plain 1
    ;;
esac
# faults: the table of tests/faults, PATTERN picks its groups.
faults() {
    local prefix=$stages/plain
    $root env -i PATH="$PATH" LC_ALL=C HOME=/root TOP="$TOP" \
        XB="$prefix/sbin/xen-bugtool" LIBEXEC="$prefix/libexec" \
        ETC="$prefix/etc" BUILD="$TOP/build/check-plain" \
        FAULTS_FULL="${FAULTS_FULL:-}" FAULTS_TIMES="${FAULTS_TIMES:-}" \
        sh -c 'cd "$1" && shift && exec python3 "$TOP/tests/faults/faults.py" \
        "$@"' sh "$prefix/work" $pattern 9>&- |
        tee "$TOP/build/check/faults.log"
    tail -n 1 "$TOP/build/check/faults.log" |
        sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' |
        grep . >>"$results" || echo '0 1' >>"$results"
}

case $mode in
check-faults)
    ! build plain faults || faults
    ;;
check)
    printf 'build/clang\t900\tany\t%s\n' \
        "$MAKE -C '$TOP' BUILD=build/check-clang CC=clang CFLAGS='-O1 -g' \
         all units fuzzers" | steps
    # What a machine without these libraries gets.
    printf 'build/lean\t900\tany\t%s\n' \
        "$MAKE -C '$TOP' BUILD=build/check-lean SORTER=none \
         build/check-lean/unit/test_bz2 && \
         '$TOP/build/check-lean/unit/test_bz2'" | steps
    # Without libhs every byte is the same.
    same=unit/test_redact_fixed
    printf 'build/no-libhs\t900\tany\t%s\n' \
        "$MAKE -C '$TOP' BUILD=build/check-nohs HS=no build/check-nohs/$same && \
         '$TOP/build/check-nohs/$same' | grep '^sum ' >without && \
         '$TOP/build/check-plain/$same' | grep '^sum ' | diff - without" |
        steps
    ;;
asan)
    ! sanitize asan address,undefined || tests asan 3
    ;;
tsan)
    # Those in which several threads work at once, and not for minutes.
    several='unit/bundle unit/hung unit/redact_stream unit/unpack*'
    several+=' cli/formats cli/hang-command cli/limits cli/live-root cli/outfd'
    several+=' cli/redact-many cli/replay-hosts cli/signals'
    several+=' cli/verify cli/verify-deep'
    pattern=${pattern:-$several}
    ! sanitize tsan thread || tests tsan 5
    ;;
esac

read -r passed failed <<<"$(awk '{ p += $1; f += $2 } END { print p+0, f+0 }' \
    "$results")"
# The folders of tests that failed stay for a look, until the next run.
[ "$failed" != 0 ] || $root rm -rf "$stages"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
