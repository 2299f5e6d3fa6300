"""disk.py: real file systems that are too small, and memory that is."""
import os
import shutil
import subprocess
import time

from kill import processes
from lib import (ETC, ONLY, WORK, XB, Folder, Outcome, clean_env, drop_in, finish,
                 judge, many, session_of, start)

# What all of our processes may take together.
PROMISED_KIB = 64 * 1024


class Tmpfs:
    """A file system of so many KiB."""

    def __init__(self, kib, options=""):
        self.path = f"{WORK}/tmpfs.{kib}.{time.monotonic_ns()}"
        self.options = f"size={kib}k,mode=755{options}"

    def __enter__(self):
        os.mkdir(self.path)
        subprocess.run(["mount", "-t", "tmpfs", "-o", self.options, "tmpfs",
                        self.path], check=True)
        return self.path

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path], check=True)
        os.rmdir(self.path)


class Quota:
    """A file system with room, and a quota of so many KiB on its folder: one
    of btrfs, which holds for root too."""

    def __init__(self, kib):
        self.path = f"{WORK}/quota.{kib}.{time.monotonic_ns()}"
        self.kib = kib

    def __enter__(self):
        folder = f"{self.path}/sub"
        os.mkdir(self.path)
        with open(f"{self.path}.image", "wb") as f:
            f.truncate(160 << 20)
        for argv in (["mkfs.btrfs", "-q", f"{self.path}.image"],
                     ["mount", "-o", "loop", f"{self.path}.image", self.path],
                     ["btrfs", "quota", "enable", self.path],
                     ["btrfs", "subvolume", "create", folder],
                     ["btrfs", "qgroup", "limit", f"{self.kib}K", folder]):
            subprocess.run(argv, check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        return folder

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path], check=True)
        os.rmdir(self.path)
        os.unlink(f"{self.path}.image")


def on_small(kib, *more, place=Tmpfs):
    """A run onto a file system of kib.  What it says must name it."""
    with place(kib) as path:
        child = start(path, "--jobs", "2", *more)
        status, err = finish(child)
        seen = judge(path, status, err, child.pid)
        if seen.ok and seen.label == "none" and path not in err:
            return Outcome("bad", False, f"does not name the file system: {err}")
        if not seen.ok:
            return seen._replace(why=f"{kib} KiB: {seen.why}")
        return seen


def fills_while_hanging(number):
    """Somebody else fills the disk while the first task hangs."""
    drop_in("hang", """
name: hang
summary: one that hangs first
priority: xen
items:
  - name: hangs
    command: [sleep, "2"]
""")
    with Tmpfs(6000 + 500 * number) as path:
        child = start(path, "--only", "hang,sys_memory")
        while child.poll() is None and not processes(child.pid)["command"]:
            time.sleep(0.02)
        try:
            with open(f"{path}/filler", "wb", buffering=0) as f:
                while True:
                    f.write(bytes(65536))
        except OSError:
            pass
        status, err = finish(child)
        if os.path.exists(f"{path}/filler"):
            os.unlink(f"{path}/filler")
        return judge(path, status, err, child.pid)


def plan_many():
    """10,000 files: the manifest of each must have its room."""
    tree = f"{WORK}/many"
    shutil.rmtree(tree, ignore_errors=True)
    for d in range(10):
        os.makedirs(f"{tree}/{d}")
        for f in range(1000):
            with open(f"{tree}/{d}/{f}", "w") as out:
                out.write("x\n")
    drop_in("many", f"""
name: many
summary: very many files
items:
  - name: all
    tree: {tree}
""")


def many_items(kib):
    with Tmpfs(kib) as path:
        child = start(path, "--only", "many,sys_memory/meminfo")
        status, err = finish(child, 120)
        return judge(path, status, err, child.pid)


def group_of(kib, fn):
    """Runs fn(wrap) with a memory control group of so much; wrap puts a
    command into it."""
    for base, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                        ("/sys/fs/cgroup", "memory.max")):
        folder = f"{base}/xen-bugtool-faults"
        try:
            os.makedirs(folder, exist_ok=True)
            with open(f"{folder}/{limit}", "w") as f:
                f.write(str(kib * 1024))
            break
        except OSError:
            continue
    else:
        return Outcome("bad", False, "no memory control group can be made")
    try:
        return fn(["sh", "-c", f'echo $$ >{folder}/cgroup.procs; exec "$@"',
                   "sh"])
    finally:
        for _ in range(50):
            try:
                os.rmdir(folder)
                break
            except OSError:
                time.sleep(0.1)


def little_memory(kib):
    """The default run of this machine in a control group."""
    def run(wrap):
        with Folder() as folder:
            child = subprocess.Popen(
                wrap + [XB, "collect", "-y", "-q", "-o", folder + "/"],
                env=clean_env(), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE)
            status, err = finish(child, 150)
            if kib < 64 * 1024:
                # Below what is promised the kernel may kill us: it is said.
                err = err.replace("ended by signal 9", "killed")
            seen = judge(folder, status, err, child.pid)
            if seen.ok and kib >= 96 * 1024 and seen.label != "whole":
                return Outcome("bad", False, f"exit {status}: {err[-500:]}")
            return seen
    return group_of(kib, run)


def pss_of(pids):
    """KiB, of our own programs among these."""
    total = 0
    for pid in pids:
        try:
            if "/xen-bugtool" not in os.readlink(f"/proc/{pid}/exe"):
                continue
            with open(f"/proc/{pid}/smaps_rollup") as f:
                total += next(int(l.split()[1]) for l in f
                              if l.startswith("Pss:"))
        except (OSError, StopIteration):
            pass
    return total


def packed_logs(packer):
    """Four logs at once, each of which asks its reader for all of its window."""
    logs = f"{WORK}/packed"
    shutil.rmtree(logs, ignore_errors=True)
    os.mkdir(logs, 0o755)
    text = b"".join(b"line %d of a log that says nothing at all\n" % i
                    for i in range(450000))
    for number in range(4):
        path = f"{logs}/{number}.log.1"
        if number:
            os.link(f"{logs}/0.log.1", path)
            continue
        with open(path, "wb") as out:
            subprocess.run(packer + ["-c"], input=text, stdout=out, check=True)
        os.chmod(path, 0o644)
    drop_in("packed", f"""
name: packed
summary: logs that are packed
items:
  - name: all
    glob: {logs}/*
    max_size: 32M
""")
    with Folder() as folder:
        child = start(folder, "--only", "packed", "--jobs", "4")
        most = 0
        while child.poll() is None:
            most = max(most, pss_of(pid for pid, _ in session_of(child.pid)))
            time.sleep(0.02)
        status, err = finish(child)
        seen = judge(folder, status, err, child.pid)
    shutil.rmtree(logs)
    os.unlink(f"{ETC}/xen-bugtool/plugins.d/packed.yaml")
    if seen.ok and most > PROMISED_KIB:
        return Outcome("bad", False, f"{packer}: {most} KiB of memory")
    return seen._replace(label=f"{seen.label} in {most >> 10} MiB")


HOLDER = """
held = bytearray(40 << 20)
held[::4096] = b"x" * len(held[::4096])
print("held", flush=True)
input()
"""


def oom_kills():
    """How often the kernel killed somebody of the group."""
    for path in ("/sys/fs/cgroup/memory/xen-bugtool-faults/memory.oom_control",
                 "/sys/fs/cgroup/xen-bugtool-faults/memory.events"):
        try:
            with open(path) as f:
                return next(int(l.split()[1]) for l in f
                            if l.startswith("oom_kill "))
        except OSError:
            continue
    return 0


def chosen_first(extra):
    """Memory runs out beside a process that holds much more of it, and that the
    kernel would choose if we did not offer ourselves (xenstored, or qemu)."""
    def run(wrap):
        holder = subprocess.Popen(
            wrap + ["/usr/bin/python3", "-c", HOLDER], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, start_new_session=True)
        try:
            assert holder.stdout.readline() == b"held\n"
            with Folder() as folder:
                child = subprocess.Popen(
                    wrap + [XB, "collect", "-y", "-q", "-o", folder + "/"],
                    env=clean_env(), start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE)
                status, err = finish(child, 150)
                err = err.replace("ended by signal 9", "killed")
                seen = judge(folder, status, err, child.pid,
                             killed=status == -9)
            kills = oom_kills()
            if not seen.ok:
                return seen
            if holder.poll() is not None:
                return Outcome("bad", False, "another process was killed")
            return Outcome("we were killed" if kills else "nobody was killed",
                           True, "")
        finally:
            holder.kill()
            holder.communicate()
    return group_of(50 * 1024 + extra * 1024, run)


def stalled(number):
    """--outfd into a pipe that nobody reads, and a time limit."""
    with Folder() as folder:
        reader, writer = os.pipe()
        child = subprocess.Popen(
            ["sh", "-c", 'exec "$@" 5>&1 >/dev/null', "sh",
             XB, "collect", "-y", "-q", *ONLY, "-f", "tar",
             "--outfd", "5", "--max-time", f"{1 + number}s"],
            env=clean_env(), start_new_session=True, stdout=writer,
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        os.close(writer)
        begun = time.monotonic()
        status, err = finish(child, 20)
        os.close(reader)
        took = time.monotonic() - begun
        if status is None:
            return Outcome("bad", False, "waits for the reader for ever")
        if status == 0:
            return Outcome("bad", False, "exit 0, though nobody has read it")
        del folder
        return Outcome(f"exit {status}", took < 15, f"{took:.1f} s, {err}")


def rows(table, only=None):
    def wanted(name):
        return not only or name in only
    if wanted("full"):
        table.row("a full disk, of 64 KiB to 4 MiB",
                  many(on_small, [64, 128, 200, 256, 300, 400, 500, 512, 600,
                                  700, 800, 900, 1024, 1500, 2048, 2500, 3000,
                                  3500, 4096]))
        table.row("a full disk, --format tar",
                  many(lambda k: on_small(k, "-f", "tar"),
                       [64, 200, 400, 700, 1000, 1500, 2000, 2500, 3000, 3500,
                        4096]))
        table.row("a full disk, --format dir",
                  many(lambda k: on_small(k, "-f", "dir"),
                       [64, 200, 400, 700, 1000, 1500, 2000, 2500, 3000, 3500,
                        4096]))
    if wanted("quota"):
        table.row("a quota of 128 KiB to 4 MiB",
                  many(lambda k: on_small(k, place=Quota),
                       [128, 300, 1000, 1500, 2000, 2500, 4096]),
                  lambda c: None if c["whole"] and c["none"] else
                  "the quota was never met, or always")
    if wanted("fills"):
        table.row("the disk fills while the first task hangs",
                  many(fills_while_hanging, range(4)),
                  lambda c: None if c["whole"] + c["cut short"] else
                  "never a bundle")
    if wanted("many"):
        plan_many()
        table.row("10,000 items on a disk of 1 to 8 MiB",
                  many(many_items, [1024, 3000, 5000, 6000, 8192]))
        shutil.rmtree(f"{WORK}/many", ignore_errors=True)
    if wanted("memory"):
        table.row("a control group of 96 MiB", [little_memory(96 * 1024)])
        table.row("a control group of 16 to 48 MiB",
                  [little_memory(k * 1024) for k in (16, 24, 32, 48)])
        table.row("four logs packed with xz -6, xz -9, zstd -19, in 64 MiB",
                  [packed_logs(packer) for packer in (
                      ["xz", "-6"], ["xz", "-9"], ["zstd", "-q", "-19"])])
        table.row("memory runs out beside a larger process",
                  [chosen_first(n) for n in (2, 4, 6, 8)],
                  lambda c: None if c["we were killed"] else
                  "memory never ran out")
    if wanted("stalled"):
        table.row("--max-time, and nobody reads --outfd",
                  many(stalled, range(2)))
