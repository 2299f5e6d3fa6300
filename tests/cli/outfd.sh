# --outfd streams the bundle; stdout stays empty.
{
    "$XB" collect -y --only sys_memory,sys_net --outfd 9 9>&1 >out 2>err ||
        echo "exit status $?" >failed
} | cat >piped.tar.bz2
[ ! -e failed ] || fail "$(cat failed)"
[ ! -s out ] || fail 'something on stdout'
run 0 "$XB" verify piped.tar.bz2
# Into stdout itself
"$XB" collect -y -q --only sys_memory --outfd 1 >stdout.tar.bz2 2>err
run 0 "$XB" verify stdout.tar.bz2
# Into a file that was opened for it
"$XB" collect -y -q --only sys_memory -f tar --outfd 8 8>file.tar >out 2>err
[ ! -s out ] || fail 'something on stdout'
run 0 "$XB" verify file.tar
# A reader that goes away ends the run; it does not hang, nor crash.
status=0
{
    "$XB" collect -y -q --only sys_memory,sys_net --outfd 9 9>&1 >out 2>err ||
        echo $? >gone
} | head -c 10 >/dev/null
[ "$(cat gone)" = 1 ] || fail "exit status $(cat gone) when the reader left"
