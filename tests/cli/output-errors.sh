# Where the bundle cannot go: one line that says what, where and why; exit 1.
small='--only sys_memory/meminfo'
try() {
    local regex=$1
    shift
    run 1 "$@"
    one_line "$regex"
}
try 'nosuch.*No such file' "$XB" collect -y $small -o nosuch/b.tar.bz2
try 'nosuch.*No such file' "$XB" collect -y $small -o nosuch/

echo mine >there.tar.bz2
try 'there.tar.bz2.*exists' "$XB" collect -y $small -o there.tar.bz2
[ "$(cat there.tar.bz2)" = mine ] || fail 'an existing file was touched'
ln -s nowhere dangling.tar.bz2
try 'dangling.tar.bz2.*exists' "$XB" collect -y $small -o dangling.tar.bz2
[ ! -e nowhere ] || fail 'a dangling link was followed'
mkdir there
echo mine >there/file
try 'there.*(exists|is a folder|not empty)' "$XB" collect -y $small -f dir \
    -o there/file
[ "$(cat there/file)" = mine ] || fail 'an existing file was touched'

# A folder that is not ours to write.
mkdir -m 755 roots
try 'roots.*Permission denied' as_nobody "$XB" collect -y $small -o roots/
try 'roots.*Permission denied' as_nobody "$XB" collect -y $small -o roots/b.tar
nothing_left roots
# A folder that was deleted while somebody stood in it.
mkdir gone
(
    cd gone
    rmdir ../gone
    for where in b.tar.bz2 ./; do
        "$XB" collect -y $small -o $where >../out 2>../err &&
            fail 'a bundle was made in no folder'
        (cd .. && one_line 'No such file or directory') || exit 1
    done
) || exit 1
# As large a file as may be written is made, and which limit it was is told.
mkdir -p root/var/log/xen
head -c 400000 /dev/urandom | od -An -tx1 >root/var/log/xen/noise.log
(
    ulimit -f 200 # of 1 KiB
    run 3 "$XB" collect -y -q --sysroot root --only xen_logs,sys_boot \
        -o limit.tar.bz2
    has err 'cut short.*ulimit -f'
    run 0 "$XB" verify limit.tar.bz2
    ulimit -f 4
    try 'more than 4096 bytes here .ulimit -f.*File too large' \
        "$XB" collect -y -q -o limit-4.tar.bz2
) || exit 1
[ "$(stat -c %s limit.tar.bz2)" -le 204800 ] || fail 'larger than its limit'
[ ! -e limit-4.tar.bz2 ] || fail 'a bundle of 4 KiB'
# Not a file system for files.
try '/proc' "$XB" collect -y $small -o /proc/
try '/dev/null.*' "$XB" collect -y $small -o /dev/null
[ -c /dev/null ] || fail '/dev/null is gone'

# No descriptor, or one that cannot be written.
try 'descriptor 9|--outfd' "$XB" collect -y $small --outfd 9
status=0
"$XB" collect -y $small --outfd 9 9</dev/null >out 2>err || status=$?
[ "$status" = 1 ] || fail "--outfd that is read-only: exit status $status"
one_line 'descriptor 9|--outfd'

# A recorded host that is not there, or is none.
try 'nosuch.*No such file' "$XB" collect -y --replay nosuch -o b.tar.bz2
mkdir empty
try 'empty|manifest' "$XB" collect -y --replay empty -o b.tar.bz2
try 'there.tar.bz2' "$XB" collect -y --replay there.tar.bz2 -o b.tar.bz2
try 'nosuch.*No such file' "$XB" inspect nosuch
try 'nosuch.*No such file' "$XB" verify nosuch
[ ! -e b.tar.bz2 ] || fail 'a bundle was made of nothing'

# What is printed is all printed, or the exit status says so; whoever reads it
# and had enough is told nothing.
"$XB" collect -y -q $small -o b.tar.bz2 >path
: >out
for command in 'inspect b.tar.bz2' 'verify b.tar.bz2' 'plugins -v' \
    'diagnose --list' 'redact --list-rules'; do
    status=0
    "$XB" $command >/dev/full 2>err || status=$?
    [ "$status" = 1 ] || fail "$command to a full device: exit status $status"
    one_line 'No space left on device'
    { "$XB" $command 2>err || :; } | :
    [ ! -s err ] || fail "$command into a closed pipe: $(cat err)"
done
