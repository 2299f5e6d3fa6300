# lib.sh: what the command-line tests share.  Read in by tests/case.sh.
#
# Every test starts in an empty folder of its own and is told:
#   XB       the installed xen-bugtool     LIBEXEC  its helpers' folder
#   ETC      its sysconfdir; a test that writes there says "# alone" on a line
#            of its own and calls fresh_etc first
#   TOP      the checkout                  BUILD    the build under test
#   VARIANT  plain, asan or tsan           SLOW     how much slower that is

fail() {
    printf 'failed: %s\n' "$*" >&2
    for shown in out err; do
        [ ! -e "$shown" ] || {
            echo "--- $shown of the last command"
            tail -n 40 "$shown"
        } >&2
    done
    exit 1
}

# run STATUS COMMAND...: stdout and stderr go to ./out and ./err.
run() {
    local want=$1 got=0
    shift
    ran=$*
    "$@" >out 2>err </dev/null || got=$?
    [ "$got" = "$want" ] ||
        fail "exit status $got instead of $want from: $ran"
    [ "$VARIANT" = plain ] || ! grep -qE 'runtime error:|Sanitizer' err ||
        fail "a sanitizer found something in: $ran"
}

# one_line REGEX: the last command said nothing on stdout, and one line on
# stderr in which REGEX is found.
one_line() {
    [ ! -s out ] || fail "something on stdout from: $ran"
    [ "$(wc -l <err)" = 1 ] || fail "not one line on stderr from: $ran"
    grep -qE -- "$1" err || fail "'$1' is not in the message of: $ran"
}

# has FILE REGEX / lacks FILE REGEX
has() {
    grep -qE -- "$2" "$1" || fail "'$2' is not in $1 after: ${ran:-nothing}"
}
lacks() {
    ! grep -nE -- "$2" "$1" >&2 || fail "'$2' is in $1 after: ${ran:-nothing}"
}

# collect ARGUMENTS...: a collection that must be whole; sets bundle.
collect() {
    run 0 "$XB" collect -y -q "$@"
    [ "$(wc -l <out)" = 1 ] || fail "-q printed more than the path: $ran"
    bundle=$(cat out)
    [ -e "$bundle" ] || fail "no bundle at the path printed by: $ran"
}

# nothing_left FOLDER: no bundle and no temporary file of ours lies there.
nothing_left() {
    [ -z "$(ls -A "$1")" ] || fail "left in $1: $(ls -A "$1")"
}

# holds BUNDLE EXPRESSION...: Python over its manifest; see manifest.py.
holds() {
    /usr/bin/python3 "$TOP/tests/cli/manifest.py" "$@" ||
        fail "the manifest does not hold what it should"
}

# as_nobody COMMAND...: without root and without any way back to it.  env is
# there because setpriv itself execs with root's capabilities.
as_nobody() {
    setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
        --bounding-set=-all --no-new-privs env "$@"
}

# sleeping SECONDS: a "sleep SECONDS" runs (each test has a number of its own).
sleeping() {
    pgrep -f "^(/[a-z/]*/)?sleep $1" >/dev/null
}

# fresh_etc: an empty configuration folder, gone again when the test ends.
fresh_etc() {
    rm -rf "$ETC/xen-bugtool"
    trap 'rm -rf "$ETC/xen-bugtool"' EXIT
    mkdir -p "$ETC/xen-bugtool/plugins.d"
    chmod 755 "$ETC/xen-bugtool" "$ETC/xen-bugtool/plugins.d"
}

# drop_in NAME <TEXT: one more plugin from outside.
drop_in() {
    cat >"$ETC/xen-bugtool/plugins.d/$1"
    chmod 644 "$ETC/xen-bugtool/plugins.d/$1"
}

# rule_file NAME <TEXT: redaction rules of this host.
rule_file() {
    mkdir -p "$ETC/xen-bugtool/redact.d"
    cat >"$ETC/xen-bugtool/redact.d/$1"
    chmod 755 "$ETC/xen-bugtool/redact.d"
    chmod 644 "$ETC/xen-bugtool/redact.d/$1"
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
    local end=$((SECONDS + $1 * ${SLOW:-1}))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || fail "waited in vain for: $*"
        sleep 0.05
    done
}

# The programs of ours that run from this build; tests that ask say "# alone".
ours() {
    { find /proc/[0-9]*/exe -maxdepth 0 \
        \( -lname "$XB" -o -lname "$LIBEXEC/*" \) -printf '%h\n' \
        2>/dev/null || :; } | sed 's|/proc/||'
}
