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

# A reader that does not read: a signal ends the run all the same.
/usr/bin/python3 - "$XB" <<'END' || fail 'a signal does not end a run that nobody reads'
import os, signal, subprocess, sys, time
r, w = os.pipe()
os.write(w, bytes(65536))  # full
p = subprocess.Popen([sys.argv[1], "collect", "-y", "-q", "--only",
                      "sys_memory,sys_net", "--outfd", str(w)], pass_fds=[w],
                     stderr=subprocess.PIPE)
os.close(w)
time.sleep(3)
assert p.poll() is None
at = time.monotonic()
p.send_signal(signal.SIGTERM)
p.communicate()
took = time.monotonic() - at
assert p.returncode == 1 and took < 3, (p.returncode, took)
END
