#!/usr/bin/python3
"""automount.py FOLDER... -- COMMAND...: runs COMMAND where each FOLDER is a
point of automount, as systemd makes them, of the real autofs.

Says on stderr what was to be mounted and for whom, and then fails; nothing ever
is mounted.  To be run in a mount namespace of its own, as root."""
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys

AUTOFS_IOC_FAIL = 0x9361  # linux/auto_fs.h
PACKET = struct.Struct("=iiIIQIIIII")  # struct autofs_v5_packet, up to its name
SIZE = 304                             # of the whole, on 64-bit machines

at = sys.argv.index("--")
folders, command = sys.argv[1:at], sys.argv[at + 1:]
libc = ctypes.CDLL(None, use_errno=True)
ours, theirs = os.pipe()
roots = {}
for folder in folders:
    options = "fd=%d,pgrp=%d,minproto=5,maxproto=5,direct" % (
        theirs, os.getpgrp())
    if libc.mount(b"systemd-1", folder.encode(), b"autofs", 0,
                  options.encode()):
        sys.exit("cannot mount autofs on %s: %s" % (
            folder, os.strerror(ctypes.get_errno())))
    # Asked by the process group of the daemon, which is never made to wait.
    roots[os.stat(folder).st_dev] = folder, os.open(folder, os.O_RDONLY)

asked = False
process = subprocess.Popen(command, preexec_fn=os.setpgrp)
while process.poll() is None or select.select([ours], [], [], 0)[0]:
    if not select.select([ours], [], [], 0.1)[0]:
        continue
    _, _, token, dev, _, _, _, pid, _, _ = PACKET.unpack_from(
        os.read(ours, SIZE))
    folder, fd = roots[os.makedev(dev >> 20, dev & 0xfffff)]
    try:
        with open("/proc/%d/cmdline" % pid) as f:
            who = f.read().replace("\0", " ")
    except OSError:
        who = "pid %d" % pid
    print("to be mounted: %s, for %s" % (folder, who), file=sys.stderr)
    asked = True
    fcntl.ioctl(fd, AUTOFS_IOC_FAIL, token)
sys.exit(1 if asked else process.returncode)
