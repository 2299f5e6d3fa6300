# plain
# A disk that hangs as the bundle is synced: a signal ends the run all the same,
# the bundle is there, and the run says that it may not be on the disk.
cat >hang.c <<'END'
#include <unistd.h>
int fsync(int fd) { (void)fd; sleep(40); return 0; }
END
cc -shared -fPIC -o hang.so hang.c || fail 'no hang.so'
for early in yes no; do
    rm -f out.tar
    LD_PRELOAD=$PWD/hang.so /usr/bin/python3 - "$XB" "$early" >err <<'END' ||
import signal, subprocess, sys, time
p = subprocess.Popen([sys.argv[1], "collect", "-y", "-q", "--only", "sys_memory",
                      "-f", "tar", "-o", "out.tar"],
                     stderr=subprocess.PIPE, text=True)
time.sleep(0.2 if sys.argv[2] == "yes" else 4)
assert p.poll() is None, "it did not hang"
at = time.monotonic()
p.send_signal(signal.SIGTERM)
said = p.communicate()[1]
took = time.monotonic() - at
print(p.returncode, said)
assert took < 3, took
END
        fail "a disk that hangs holds the run: $(cat err)"
    if [ "$early" = no ]; then
        has err 'may not be on the disk yet'
        run 0 "$XB" verify out.tar
    fi
done
