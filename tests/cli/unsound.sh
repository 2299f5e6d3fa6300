# diagnose and report of a bundle that is not what its manifest says: what they
# found is told, but so is that it is not sound, and the exit status is 4.
collect --only sys_memory,sys_kernel -o b.tar.bz2
run 0 "$XB" report b.tar.bz2 -o sound.html
lacks sound.html 'Not sound'
run 0 "$XB" report b.tar.bz2
mkdir bad
/usr/bin/python3 "$TOP/tests/cli/spoil.py" b.tar.bz2 bad
# Some of them; make check-faults gives more to every command.
for one in bad/cut bad/tail-text bad/tar-cut bad/duplicate bad/no-manifest \
    bad/manifest-twice bad/link-symbolic; do
    run 4 "$XB" diagnose "$one"
    has err "$one: "
    lacks err "$(printf '\033')"
    run 4 "$XB" report "$one" -o page.html
    [ ! -e page.html ] || has page.html '<b>Not sound:</b>'
    rm -f page.html
done
for one in member-changed member-missing member-more; do
    run 4 "$XB" diagnose bad/$one
    has err 'not sound: .*(/proc/meminfo|is not listed)'
    has out 'Not checked'
    run 4 "$XB" report bad/$one -o $one.html
    has $one.html '<b>Not sound:</b>'
done
# A folder is for people to take apart.
mkdir open
tar xjf b.tar.bz2 -C open --strip-components 1 --no-same-owner
rm open/files/proc/meminfo
"$XB" diagnose open >out 2>err || : # this machine may have problems
lacks err 'not sound'
run 0 "$XB" report open -o open.html
# But what cannot be read of it is told, and nothing waits for a FIFO, nor is
# a link followed.
for kind in 'mkfifo' 'ln -s /etc/shadow'; do
    rm -f open/files/proc/meminfo
    $kind open/files/proc/meminfo
    for command in verify diagnose inspect 'redact -o new'; do
        run 4 timeout $((20 * SLOW)) "$XB" $command open
        cat out err >both
        has both 'meminfo is no regular file'
        lacks both 'root:'
    done
done
rm -r open
mkdir open
tar xjf b.tar.bz2 -C open --strip-components 1 --no-same-owner
sed -i 's#"files/proc/meminfo"#"../../../../../etc/passwd"#' open/manifest.json
for command in verify inspect diagnose 'redact -o new'; do
    run 4 "$XB" $command open
    has err 'not a plain path'
done
# What is neither a bundle nor a text is no healthy log.
head -c 100000 /dev/urandom >noise
run 4 "$XB" diagnose noise
has err 'noise: it is no text'

# What is not there is named once, whoever looks for it.
for command in verify inspect report diagnose; do
    run 1 "$XB" $command nowhere.tar.bz2
    one_line 'nowhere.tar.bz2'
    [ "$(grep -o nowhere err | wc -l)" = 1 ] || fail "$command names it twice"
done
