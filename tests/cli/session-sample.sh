# docs/samples/session.txt is what a session looks like: all but numbers, the
# groups, and what it says of the host is as the program shows it today.
export SLOW TERM=vt100 LC_ALL=C.UTF-8
cat >steps <<'END'
expect more; q
send 
expect or Enter: $
send boot,crash
expect or Enter: $
send o xen_logs
expect go back: $
send 
expect or Enter: $
send 
expect Level
send 
expect > $
send guest2 paused by itself at 14:20
expect > $
send 
expect Host .*more; q
send 
expect Choose
send problems
expect Choose
send review
expect more; q
send q
expect Choose
send 
END
/usr/bin/python3 "$TOP/tests/cli/pty.py" steps "$XB" --replay \
    "$TOP/tests/hosts/xen-4.17-disk-full" -o b.tar.bz2 >out ||
    fail 'the session of the sample'
cat >later <<'END'
expect Where is it to go.*Choose .1 end.: $
send list
expect Address
send 
expect Send it with them
send y
expect expect instead
send that guest2 answers
expect tried
send xl unpause 2
expect mutt -H.*Choose
send 
END
mv shown shown.first
/usr/bin/python3 "$TOP/tests/cli/pty.py" later "$XB" upload --max-mail 400K b.tar.bz2 >out ||
    fail 'the upload of the sample'
{
    cat shown.first
    echo '# xen-bugtool upload --max-mail 400K b.tar.bz2'
    cat shown
} >whole
# same FILE: what must be the same of it.  A long path has a line of its own.
same() {
    sed -e 's/\r$//; s/.*\x1b\[K//' "$1" |
        sed -e '/^xen-bugtool-[a-z]/,/^Bundle/ { /^Bundle/!d }' \
            -e '/^Choose.* [pr]/,/^Bundle/ { /^Choose/!d }' \
            -e '/^ *[0-9]* \[.\]/d' -e '/^Bundle/d; /stays at/d; /To send it/d; /mutt -H/d' \
            -e '/^\/.*\.tar\.bz2$/d' \
            -e '/^[0-9]* items,/ s/.*about/about/' -e 's/[0-9][0-9]*/N/g'
}
tail -n +2 "$TOP/docs/samples/session.txt" >typed
same typed >sample
same whole >now
diff -u sample now >&2 || fail "docs/samples/session.txt is out of date; from a
terminal: xen-bugtool --replay tests/hosts/xen-4.17-disk-full, and then
xen-bugtool upload --max-mail 400K BUNDLE, with what is in $0"
