"""around.py: what surrounds a run is hostile: its environment, the files and
commands that it reads."""
import functools
import glob
import json
import os
import resource
import socket
import subprocess
import tarfile
import threading
import time

import bundles
import lib
from lib import (ONLY, WORK, XB, Folder, Outcome, clean_env, drop_in, finish,
                 judge, many, start)


def whole(folder, status, err, sid, labels=("whole",)):
    seen = judge(folder, status, err, sid)
    if seen.ok and seen.label not in labels:
        return Outcome("bad", False, f"{seen.label}, exit {status}: {err}")
    return seen


def place(name):
    """A place that somebody prepared: (environment, what the program's process
    does before)."""
    env, before = clean_env(), None
    if name == "PATH and IFS":
        env.update(PATH=f"{WORK}:.:", IFS="/", BASH_ENV="/etc/passwd", ENV="/x")
    elif name == "preloaded libraries":
        env.update(LD_LIBRARY_PATH=WORK, LD_AUDIT="x.so", GCONV_PATH=WORK,
                   OPENSSL_CONF="/dev/full", TMPDIR="/nonexistent",
                   MALLOC_PERTURB_="90", GLIBC_TUNABLES="glibc.malloc.check=3")
    elif name == "locale and time zone":
        env.update(LC_ALL="tr_TR.UTF-8", LANG="\x1b[31m", TZ=":/etc/shadow",
                   LC_NUMERIC="de_DE", TERM="../../../x", COLUMNS="999999999")
    elif name == "100,000 variables":
        env.update({f"V{i}": "x" for i in range(100000)})
    elif name == "umask 0":
        before = lambda: os.umask(0)
    elif name == "umask 777":
        before = lambda: os.umask(0o777)
    elif name == "a folder that is gone":
        def before():
            os.mkdir(f"{WORK}/gone")
            os.chdir(f"{WORK}/gone")
            os.rmdir(f"{WORK}/gone")
    elif name.startswith("closed "):
        fds = [int(f) for f in name.split()[1]]

        def before():
            for fd in fds:
                os.close(fd)
    elif name == "signals ignored":
        import signal
        before = lambda: [signal.signal(s, signal.SIG_IGN) for s in (
            signal.SIGCHLD, signal.SIGPIPE, signal.SIGTERM, signal.SIGALRM)]
    elif name == "signals blocked":
        import signal
        before = lambda: signal.pthread_sigmask(
            signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL})
    elif name == "24 descriptors":
        before = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))
    elif name == "files of 256 KiB":
        before = lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                            (1 << 18, 1 << 18))
    elif name == "400 MiB of addresses":
        before = lambda: resource.setrlimit(resource.RLIMIT_AS,
                                            (400 << 20, 400 << 20))
    elif name == "40 MiB of addresses":
        before = lambda: resource.setrlimit(resource.RLIMIT_AS,
                                            (40 << 20, 40 << 20))
    elif name == "1 s of processor time":
        before = lambda: resource.setrlimit(resource.RLIMIT_CPU, (1, 30))
    return env, before


def in_place(name):
    """One run there."""
    env, before = place(name)
    with Folder() as folder:
        child = start(folder, env=env, preexec_fn=before)
        status, err = finish(child)
        if name.startswith("closed") and "2" in name and status == 1:
            err = "xen-bugtool: said to nobody"
        if name == "files of 256 KiB":
            return whole(folder, status, err, child.pid, ("cut short",))
        if name in ("40 MiB of addresses", "24 descriptors"):
            return whole(folder, status, err, child.pid,
                         ("whole", "cut short", "none"))
        return whole(folder, status, err, child.pid)


PLACES = ["PATH and IFS", "preloaded libraries", "locale and time zone",
          "100,000 variables", "umask 0", "umask 777", "a folder that is gone",
          "closed 0", "closed 1", "closed 2", "closed 01", "closed 012",
          "signals ignored", "signals blocked", "24 descriptors",
          "files of 256 KiB", "400 MiB of addresses", "40 MiB of addresses",
          "1 s of processor time"]


# In these it may be that nothing can be made.
TIGHT = ("files of 256 KiB", "40 MiB of addresses")


def end_of(command, env, before):
    """(exit status, how many files it made, what it said)"""
    with Folder() as out:
        seen = subprocess.run(
            [XB] + bundles.COMMANDS[command](f"{WORK}/sound.tar.bz2", out),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=WORK,
            stderr=subprocess.PIPE, env=env, preexec_fn=before,
            timeout=lib.LIMIT)
        return seen.returncode, len(os.listdir(out)), seen.stderr


@functools.cache
def usual_end(command):
    return end_of(command, clean_env(), None)[:2]


def other_commands(name):
    """The commands that read bundles, there: they end as they do elsewhere."""
    def one(command):
        status, made, err = end_of(command, *place(name))
        ok = (status, made) == usual_end(command) or (
            name in TIGHT and (status, made) == (1, 0))
        return Outcome(f"exit {status}" if ok else "bad", ok,
                       f"{command}: exit {status}, {made} made, not "
                       f"{usual_end(command)}: {err[-300:]!r}")

    return [one(c) for c in bundles.COMMANDS]


def two_at_once(_):
    with Folder() as folder:
        runs = [start(folder) for _ in range(2)]
        ends = [finish(r) for r in runs]
        names = sorted(os.listdir(folder))
        ok = len(names) == 2 and all(s == 0 for s, _ in ends) and all(
            not lib.verify(f"{folder}/{n}").returncode for n in names)
        return Outcome("two bundles" if ok else "bad", ok, f"{names} {ends}")


def full_table(most):
    """A control group that allows so few processes."""
    for base in ("/sys/fs/cgroup/pids", "/sys/fs/cgroup"):
        group = f"{base}/xen-bugtool-faults"
        try:
            os.makedirs(group, exist_ok=True)
            with open(f"{group}/pids.max", "w") as f:
                f.write(str(most))
            break
        except OSError:
            continue
    else:
        return Outcome("bad", False, "no control group for processes")
    with Folder() as folder:
        child = subprocess.Popen(
            ["sh", "-c", f'echo $$ >{group}/cgroup.procs; exec "$@"', "sh", XB,
             "collect", "-y", "-q", *ONLY, "-o", folder + "/",
             "--item-timeout", "3s"], env=clean_env(), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE)
        status, err = finish(child)
        seen = judge(folder, status, err, child.pid)
        for _ in range(40):
            try:
                os.rmdir(group)
                break
            except OSError:
                time.sleep(0.1)
        return seen


# ---- commands ---------------------------------------------------------------

COMMANDS = {
    # name: (script, statuses that are true of it)
    "ignores-term": ("trap '' TERM; echo a; sleep 60; sleep 60", ["timeout"]),
    "forks-away": ("setsid sleep 60 >/dev/null 2>&1 & echo gone", ["ok"]),
    "closes-stdout": ("echo a; exec >&- 2>&-; sleep 60", ["timeout"]),
    "holds-the-pipe": ("(setsid sleep 60 &) ; echo a", ["ok"]),
    "writes-for-ever": ("exec yes", ["partial", "timeout"]),
    "writes-nothing": ("exit 0", ["ok"]),
    "dies-by-signal": ("echo a; kill -SEGV $$", ["failed"]),
    "half-a-line": ("printf 'password=hunter2'", ["ok"]),
    "binary": ("head -c 20000 /dev/urandom", ["ok", "partial", "refused",
                                              "failed"]),
    "stops-itself": ("echo a; kill -STOP $$; echo b", ["timeout"]),
    "kills-its-group": ("echo a; kill -KILL 0", ["failed"]),
    "kills-its-parent": ("echo a; kill -KILL $PPID; sleep 1",
                         ["failed", "ok"]),
    "fills-stderr": ("yes >&2", ["timeout", "partial"]),
}


def statuses(folder):
    bundle = glob.glob(f"{folder}/*.tar.bz2")[0]
    with tarfile.open(bundle) as tar:
        for info in tar:
            if info.name.endswith("/manifest.json"):
                m = json.loads(tar.extractfile(info).read())
    return {i["item"]: i for i in m["items"] if i["plugin"] == "hostile"}, m


def hostile_commands():
    items = "".join(
        f"  - name: {name}\n    command: [sh, -c, {json.dumps(script)}]\n"
        f"    timeout: 2s\n    max_size: 1M\n"
        for name, (script, _) in COMMANDS.items())
    drop_in("hostile", "name: hostile\nsummary: commands that misbehave\n"
            f"items:\n{items}")
    with Folder() as folder:
        begun = time.monotonic()
        child = start(folder, "--only", "hostile", "--jobs", "4")
        status, err = finish(child, 90)
        took = time.monotonic() - begun
        # What forked away on purpose is not ours to kill.
        subprocess.run(["pkill", "-s", str(child.pid), "sleep"], check=False)
        seen = whole(folder, status, err, child.pid)
        if not seen.ok:
            return [seen]
        found, _ = statuses(folder)
        out = []
        for name, (_, wanted) in COMMANDS.items():
            got = found[name]["status"]
            out.append(Outcome(got, got in wanted, f"{name}: {got}, "
                               f"{found[name].get('error')}"))
        out.append(Outcome("in time", took < 60, f"took {took:.0f} s"))
        return out


# ---- files ------------------------------------------------------------------

def hostile_files():
    src = f"{WORK}/hostile"
    subprocess.run(["rm", "-rf", src], check=True)
    os.makedirs(f"{src}/tree")
    os.mkfifo(f"{src}/fifo")
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(f"{src}/socket")
    os.mknod(f"{src}/device", 0o20666, os.makedev(1, 5))  # /dev/zero
    os.symlink("loop-b", f"{src}/loop-a")
    os.symlink("loop-a", f"{src}/loop-b")
    os.symlink("/etc/shadow", f"{src}/out")
    with open(f"{src}/sparse", "w") as f:
        f.truncate(3 << 40)
    for name in ("a\nb", "\x1b[2J", "password=hunter2", "%41", "..x",
                 "\udcff\udcfe", "a" * 255):
        with open(os.fsencode(f"{src}/tree/{name}"), "w") as f:
            f.write("x\n")
    with open(f"{src}/unreadable", "w") as f:
        f.write("x\n")
    os.chmod(f"{src}/unreadable", 0)
    here = os.open(f"{src}/tree", os.O_RDONLY)
    for _ in range(10000):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    stop = threading.Event()

    def grow():
        n = 0
        with open(f"{src}/growing", "w") as f:
            while not stop.is_set():
                f.write("a line that is new\n" * 50)
                f.flush()
                n += 1
                if n % 20 == 0:
                    f.truncate(0)
                with open(f"{src}/replaced.new", "w") as g:
                    g.write(f"{n}\n")
                os.rename(f"{src}/replaced.new", f"{src}/replaced")
                with open(f"{src}/deleted", "w") as g:
                    g.write("x" * 1000)
                time.sleep(0.002)
                os.unlink(f"{src}/deleted")

    wanted = {
        "fifo": ["refused", "failed", "skipped"],
        "socket": ["refused", "failed", "denied", "skipped", "absent"],
        "device": ["refused"], "loop-a": ["failed", "refused"],
        "out": ["refused"],
        "sparse": ["partial", "ok", "refused"], "unreadable": ["ok"],
        "growing": ["ok", "partial"], "replaced": ["ok"],
        "deleted": ["ok", "absent", "partial"],
        # 4096 bytes long, and nothing to read.
        glob.glob("/sys/kernel/slab/*/validate")[0]: ["ok"],
        "/proc/self/status": ["ok", "refused"], "/proc/kmsg": ["refused"],
        "/proc/kcore": ["refused"], "/proc/sysrq-trigger":
            ["denied", "refused", "failed"],
        "/sys/kernel/mm/hugepages": ["refused", "failed", "absent"],
    }
    items = "".join(
        f"  - name: f{n}\n"
        f"    file: {name if name[0] == '/' else src + '/' + name}\n"
        f"    max_size: 1M\n" for n, name in enumerate(wanted))
    drop_in("hostile", "name: hostile\nsummary: files that misbehave\nitems:\n"
            f"{items}  - name: tree\n    tree: {src}/tree\n")
    grower = threading.Thread(target=grow)
    grower.start()
    time.sleep(0.1)
    try:
        with Folder() as folder:
            child = start(folder, "--only", "hostile", "--item-timeout", "5s")
            status, err = finish(child, 90)
            seen = whole(folder, status, err, child.pid)
            if not seen.ok:
                return [seen]
            found, m = statuses(folder)
            out = []
            for n, name in enumerate(wanted):
                got = found.get(f"f{n}", {"status": "missing"})
                out.append(Outcome(got["status"], got["status"] in wanted[name],
                                   f"{name}: {got}"))
            out.append(Outcome("no secret", "hunter2" not in json.dumps(m),
                               "a secret of a file's name is in the manifest"))
            return out
    finally:
        stop.set()
        grower.join()
        sock.close()
        subprocess.run(["rm", "-rf", src], check=False)


def rows(table, only=None):
    def wanted(name):
        return not only or name in only
    if wanted("places"):
        for name, seen in zip(PLACES, many(in_place, PLACES)):
            table.row(f"around: {name}", [seen])
    if wanted("commands that read"):
        with Folder() as folder:
            finish(start(folder))
            os.rename(f"{folder}/{os.listdir(folder)[0]}",
                      f"{WORK}/sound.tar.bz2")
        for name, seen in zip(PLACES, many(other_commands, PLACES)):
            table.row(f"commands that read: {name}", seen)
    if wanted("runs"):
        table.row("two runs into one folder", many(two_at_once, range(5)))
        table.row("a table of 5 to 20 processes",
                  [full_table(most) for most in (5, 6, 7, 8, 10, 12, 20)],
                  lambda c: None if c["whole"] and c["none"] else
                  "it was never full, or always")
    if wanted("commands"):
        table.row("commands that misbehave", hostile_commands())
    if wanted("files"):
        table.row("files that misbehave", hostile_files())
