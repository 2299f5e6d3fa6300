#!/usr/bin/python3
"""valgrind.py XEN-BUGTOOL: the main commands under valgrind's memcheck, the front,
readers, probe and worker of each.  Part of "make soak"; as root.

What memcheck finds or leaks for certain fails; tests/valgrind.supp says what is
let pass.  Reports come by a socket: the worker's user may write no file."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOSTS = ["xen-4.17-guest-hostile", "no-xen-debian12"]
FOUND = 99


class Reports:
    """What the processes under valgrind say, one connection each."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.threads, self.texts = [], []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection, _ = self.server.accept()
            thread = threading.Thread(target=self._take, args=(connection,))
            self.threads.append(thread)
            thread.start()

    def _take(self, connection):
        text = b""
        while data := connection.recv(65536):
            text += data
        # Of calls that it does not know it warns with "--".
        lines = [l for l in text.decode(errors="replace").splitlines()
                 if l.startswith("==")]
        self.texts.append("\n".join(lines))

    def taken(self):
        """(processes, what was found)"""
        time.sleep(0.2)
        for thread in self.threads:
            thread.join()
        texts, self.threads, self.texts = self.texts, [], []
        return len(texts), [t for t in texts if t]


def under_valgrind(reports, tool, *args):
    begun = time.monotonic()
    run = subprocess.run(
        ["valgrind", "-q", "--vgdb=no", "--trace-children=yes",
         # What a host's own commands do is not ours to judge.
         "--trace-children-skip=/usr/*,/bin/*,/sbin/*",
         f"--error-exitcode={FOUND}", "--leak-check=full",
         "--errors-for-leak-kinds=definite", "--show-leak-kinds=definite",
         f"--suppressions={TOP}/tests/valgrind.supp",
         f"--log-socket=127.0.0.1:{reports.port}", tool, *args],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, check=False)
    n, found = reports.taken()
    print(f"valgrind: {args[0]}: exit {run.returncode}, {n} processes, "
          f"{time.monotonic() - begun:.0f} s", flush=True)
    said = run.stdout.decode(errors="replace")
    if found or run.returncode == FOUND or f"status {FOUND}" in said:
        sys.exit("\n".join(found + [said[-2000:]]))
    return run.returncode


def main(tool):
    work = tempfile.mkdtemp(prefix="xen-bugtool-valgrind-", dir="/var/tmp")
    os.chmod(work, 0o755)
    reports = Reports()
    good = (0, 4)  # diagnose: problems found
    try:
        for host in HOSTS:
            bundle, new = f"{work}/{host}.tar.bz2", f"{work}/{host}.new.tar.bz2"
            for args in (["collect", "-y", "-q", "--replay",
                          f"{TOP}/tests/hosts/{host}", "-o", bundle],
                         ["verify", bundle], ["verify", "--deep", bundle],
                         ["redact", "--privacy", "public", bundle, "-o", new],
                         ["diagnose", bundle], ["inspect", bundle],
                         ["inspect", bundle, "summary.txt"],
                         ["report", bundle, "-o", f"{work}/{host}.html"],
                         ["collect", "-y", "-q", "-f", "dir", "--replay",
                          new, "-o", f"{work}/{host}.dir"]):
                status = under_valgrind(reports, tool, *args)
                assert status in good, (args, status)
        # With readers, commands and the probe.
        status = under_valgrind(
            reports, tool, "collect", "-y", "-q", "--only",
            "sys_memory,sys_kernel,xen_hypervisor,xen_config", "-o",
            f"{work}/live.tar.bz2")
        assert status == 0, status
        status = under_valgrind(reports, tool, "plugins")
        assert status == 0, status
    finally:
        shutil.rmtree(work)


# Programs under valgrind make files in /tmp, with the rights they have left.
if sys.argv[2:] != ["inside"]:
    os.execvp("unshare", ["unshare", "-m", "sh", "-c",
                          'mount -t tmpfs -o mode=1777 tmpfs /tmp && exec "$@"',
                          "sh", sys.executable, *sys.argv[:2], "inside"])
main(sys.argv[1])
