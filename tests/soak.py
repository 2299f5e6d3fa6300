#!/usr/bin/python3
"""soak.py XEN-BUGTOOL TEST TEST-WITHOUT-LIBHS [MIB [MIXTURES]]: what takes too
long for every check.  A line of MIB (1024), a quoted value of 100 MiB, with the
largest process's memory; and both engines on many mixtures of texts (400,000 a
kind), which must give the same bytes."""
import resource
import subprocess
import sys
import time

tool, test, without = sys.argv[1:4]
mib = int(sys.argv[4]) if len(sys.argv) > 4 else 1024
mixtures = sys.argv[5] if len(sys.argv) > 5 else "400000"
MAX_KIB = 64 * 1024
BLOCK = (b"no end of line here, only words and words " * 25000)[:1 << 20]


def through(what, head, n_mib, tail, want):
    """Feeds the redactor; want(size, begin, end) judges what comes out."""
    import threading
    begun = time.time()
    run = subprocess.Popen([tool, "redact"], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE)

    def feed():
        run.stdin.write(head)
        for _ in range(n_mib):
            run.stdin.write(BLOCK)
        run.stdin.write(tail)
        run.stdin.close()

    threading.Thread(target=feed, daemon=True).start()
    size, begin, end = 0, b"", b""
    while data := run.stdout.read(1 << 20):
        size += len(data)
        begin = (begin + data)[:200]
        end = (end + data)[-200:]
    status = run.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{what}: {time.time() - begun:.1f} s, largest process {used} KiB")
    assert status == 0, status
    assert want(size, begin, end), (size, begin, end)
    assert used <= MAX_KIB, used


through(f"a line of {mib} MiB", b"", mib, b' vncpasswd="S3cretEXAMPLE" end\n',
        lambda size, begin, end: size > mib << 20
        and b"S3cret" not in end and end.endswith(b']" end\n'))
through("a value of 100 MiB", b'x\n"passwd": "', 100, b'", "y": 1\n',
        lambda size, begin, end: size < 200
        and begin.startswith(b'x\n"passwd": "[REDACTED:')
        and end.endswith(b']", "y": 1\n'))
sums = []
for one in (test, without):
    begun = time.time()
    done = subprocess.run([one, mixtures], stdout=subprocess.PIPE, text=True,
                          errors="replace")
    assert done.returncode == 0, done.stdout[-2000:]
    sums.append([l for l in done.stdout.split("\n") if l.startswith("sum ")])
    print(f"{one}: {mixtures} mixtures of each kind, "
          f"{time.time() - begun:.1f} s")
assert sums[0] and sums[0] == sums[1], sums
