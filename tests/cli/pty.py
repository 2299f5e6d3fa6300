#!/usr/bin/python3
"""pty.py [-s ROWSxCOLUMNS] SCRIPT COMMAND...: COMMAND on a terminal of its own.

SCRIPT is a file of steps, one a line:
  expect REGEX      waits until the terminal has shown it, behind what was
                    expected before
  send TEXT         types TEXT and Enter
  type TEXT         types TEXT; \\x03 is Ctrl-C, \\x04 Ctrl-D
  hangup            closes the terminal
  run COMMAND       runs it with sh and waits for it
  pause SECONDS
What the terminal showed goes to the file "shown", the exit status is that of
COMMAND (128 and more: a signal ended it).  Status 99: a step failed; the last
lines then say which.
"""
import errno
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

TIME = 30 * int(os.environ.get("SLOW", "1"))


class Lost(Exception):
    pass


class Terminal:
    def __init__(self, rows, columns, argv):
        self.shown = b""
        self.seen = 0
        self.master, slave = os.openpty()
        if rows:
            fcntl.ioctl(slave, termios.TIOCSWINSZ,
                        struct.pack("HHHH", rows, columns, 0, 0))
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in 0, 1, 2:
                os.dup2(slave, fd)
            os.closerange(3, 100)
            for number in signal.SIGINT, signal.SIGHUP, signal.SIGQUIT:
                signal.signal(number, signal.SIG_DFL)
            os.execvp(argv[0], argv)
        os.close(slave)

    def read(self, seconds):
        """Some more output; False at its end."""
        if self.master < 0:
            time.sleep(min(seconds, 0.05))
            return False
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError as e:
            if e.errno != errno.EIO:
                raise
            data = b""
        self.shown += data
        return data != b""

    def expect(self, pattern):
        end = time.monotonic() + TIME
        regex = re.compile(pattern.encode(), re.S | re.M)
        while True:
            found = regex.search(self.shown, self.seen)
            if found:
                self.seen = found.end()
                return
            if time.monotonic() > end:
                raise Lost("not shown in %d s: %s" % (TIME, pattern))
            if not self.read(0.2) and not regex.search(self.shown, self.seen):
                raise Lost("ended without showing: " + pattern)

    def type(self, text):
        data = text.encode("utf-8", "surrogateescape")
        data = re.sub(rb"\\x([0-9a-f]{2})",
                      lambda m: bytes([int(m[1], 16)]), data)
        os.write(self.master, data)

    def hangup(self):
        os.close(self.master)
        self.master = -1

    def wait(self):
        end = time.monotonic() + TIME
        while time.monotonic() < end:
            more = self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while more and self.read(0):
                    if not select.select([self.master], [], [], 0)[0]:
                        break
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
        os.killpg(self.pid, signal.SIGKILL)
        raise Lost("did not end in %d s" % TIME)


def step(terminal, line):
    word, _, rest = line.partition(" ")
    if word == "expect":
        terminal.expect(rest)
    elif word == "send":
        terminal.type(rest + "\n")
    elif word == "type":
        terminal.type(rest)
    elif word == "hangup":
        terminal.hangup()
    elif word == "run":
        subprocess.run(rest, shell=True, check=True)
    elif word == "pause":
        time.sleep(float(rest))
    else:
        raise Lost("no such step: " + word)


def main():
    args = sys.argv[1:]
    rows, columns = 24, 80
    if args[0] == "-s":
        rows, columns = map(int, args[1].split("x"))
        args = args[2:]
    with open(args[0], encoding="utf-8", errors="surrogateescape") as f:
        lines = [line.rstrip("\n") for line in f if line.strip()]
    terminal = Terminal(rows, columns, args[1:])
    status = 99
    at = ""
    try:
        for at in lines:
            step(terminal, at)
        at = "the end"
        status = terminal.wait()
    except (Lost, OSError, subprocess.CalledProcessError) as e:
        os.killpg(terminal.pid, signal.SIGKILL)
        print("at: %s: %s" % (at, e))
        print(terminal.shown[-3000:].decode("utf-8", "replace"))
    with open("shown", "wb") as f:
        f.write(terminal.shown)
    return status


if __name__ == "__main__":
    sys.exit(main())
