"""unchanged.py: nothing on the host is changed, as strace sees a default run and
all that it starts."""
import collections
import os
import re
import subprocess

from lib import WORK, XB, Folder, Outcome, clean_env

CHANGES = ("open openat openat2 creat unlink unlinkat rename renameat renameat2 "
           "mkdir mkdirat rmdir link linkat symlink symlinkat mknod mknodat "
           "truncate chmod fchmodat chown lchown fchownat utime utimes "
           "utimensat setxattr lsetxattr removexattr lremovexattr mount umount2 "
           "pivot_root chroot swapon swapoff").split()
NEVER = ("init_module finit_module delete_module kexec_load kexec_file_load "
         "reboot settimeofday clock_settime adjtimex clock_adjtime sethostname "
         "setdomainname mount umount2 pivot_root swapon swapoff quotactl acct "
         "bpf ptrace").split()
SIGNALS = "kill tkill tgkill rt_sigqueueinfo pidfd_send_signal".split()
CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+|\?)")
WRITES = re.compile(r"O_(WRONLY|RDWR|CREAT|TRUNC|TMPFILE)")
# Written to, and none the other for it: what throws bytes away, the terminal,
# and our own place in the kernel's list of whom to kill.
HARMLESS = re.compile(r"^(/dev/(null|tty|pts/\d+)|/proc/(self|\d+)/oom_score_adj|"
                      r"/proc/self/task/\d+/comm|socket:.*|pipe:.*)$")


def joined(path):
    """The lines of strace, those that were interrupted put together."""
    waiting = {}
    with open(path, errors="replace") as f:
        for line in f:
            line = line.rstrip("\n")
            pid = line.split(" ", 1)[0]
            if line.endswith("<unfinished ...>"):
                waiting[pid] = line[:-len("<unfinished ...>")]
                continue
            resumed = re.match(r"^\d+ +<\.\.\. \w+ resumed>(.*)$", line)
            if resumed:
                line = waiting.pop(pid, pid + " none(") + resumed.group(1)
            yield line


def look(trace, folder):
    """(what was done wrong, calls by name)"""
    wrong, calls, pids, sent = [], collections.Counter(), set(), []
    for line in joined(trace):
        pids.add(line.split(" ", 1)[0])
        m = CALL.match(line)
        if not m:
            continue
        _, name, args, result = m.groups()
        # What is there already would have been made elsewhere.
        failed = result == "?" or (result.startswith("-")
                                   and "= -1 EEXIST" not in line)
        calls[name] += 1
        if name in NEVER:
            wrong.append(line)
        elif name in SIGNALS:
            sent.append((args, line))
        elif name == "syslog" and not failed and re.match(
                r"SYSLOG_ACTION_(CLEAR|READ_CLEAR|CONSOLE)", args):
            wrong.append(line)
        elif name in CHANGES and not failed:
            if name.startswith("open") and not WRITES.search(args):
                continue
            # With -y strace names what a descriptor is.
            made = re.search(r"= \d+<([^>]*)>", line)
            at = re.match(r"(?:AT_FDCWD|\d+)<([^>]*)>", args)
            named = [made.group(1)] if made else [
                os.path.normpath(os.path.join(at.group(1) if at else "/", p))
                for p in re.findall(r'"([^"]*)"', args)]
            for path in named:
                if not path.startswith(folder) and not HARMLESS.match(path):
                    wrong.append(line)
                    break
    for args, line in sent:
        to = re.match(r"-?(\d+)", args)
        if not to or (to.group(1) not in pids and to.group(1) != "0"):
            wrong.append(line)
    return wrong, calls


PLANTED = """\
100 openat(AT_FDCWD</root>, "x", O_WRONLY|O_CREAT, 0600) = 3</root/x>
100 openat(AT_FDCWD</root>, "/etc/passwd", O_RDONLY) = 3</etc/passwd>
100 openat(AT_FDCWD</root>, "/etc/shadow", O_RDWR) = -1 EACCES (denied)
100 unlink("/etc/x") = 0
100 kill(1, SIGTERM) = 0
100 kill(100, SIGTERM) = 0
100 finit_module(3, "", 0) = -1 EPERM (no)
100 mkdir("//.config", 0700) = -1 EEXIST (File exists)
100 mkdir("/nonexistent/.config", 0700) = -1 ENOENT (No such file or directory)
100 syslog(SYSLOG_ACTION_READ_CLEAR, "", 10) = 3
100 openat(AT_FDCWD</>, "/proc/sys/kernel/sysrq", O_WRONLY <unfinished ...>
100 <... openat resumed>) = 4</proc/sys/kernel/sysrq>
"""


def finds_what_was_planted():
    """Seven of these lines are changes, or would be on another host."""
    with open(f"{WORK}/planted", "w") as f:
        f.write(PLANTED)
    wrong, _ = look(f"{WORK}/planted", "/nowhere")
    return Outcome("found" if len(wrong) == 7 else "bad", len(wrong) == 7,
                   "\n".join(wrong))


def rows(table, only=None):
    table.row("changes that are planted in a trace",
              [finds_what_was_planted()])
    trace = f"{WORK}/trace"
    with Folder() as folder:
        seen = subprocess.run(
            ["strace", "-f", "-qq", "-y", "-o", trace, "-e", "trace="
             + ",".join("?" + c for c in
                        dict.fromkeys(CHANGES + NEVER + SIGNALS + ["syslog",
                                                                   "execve"])),
             XB, "collect", "-y", "-q", "-o", folder + "/"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, env=clean_env(), timeout=300)
        wrong, calls = look(trace, folder)
        if seen.returncode != 0:
            wrong.insert(0, f"exit {seen.returncode}: {seen.stderr[-300:]}")
        opened = sum(n for c, n in calls.items() if c.startswith("open"))
        table.row(f"a default run: {opened} opens, {calls['execve']} programs",
                  [Outcome("bad", False, w) for w in wrong]
                  or [Outcome("nothing changed", True, "")])
        table.note("calls: " + ", ".join(f"{n} {c}"
                                         for c, n in calls.most_common()))
