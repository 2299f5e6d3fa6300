"""lib.py: what the faults share: one small run, and what may come of it.

A run is judged by what it leaves: a bundle that verifies with exit status 0 or
3, or no file at all and a reason; no temporary file, no process, and never a
crash or a hang.  A row of the table is one kind of fault tried many times; its
outcomes are counted."""
import collections
import concurrent.futures
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

XB, LIBEXEC, ETC = os.environ["XB"], os.environ["LIBEXEC"], os.environ["ETC"]
TOP, BUILD = os.environ["TOP"], os.environ["BUILD"]
WORK = os.getcwd()
FULL = os.environ.get("FAULTS_FULL", "") != ""  # every point, not a sample
TIMES = int(os.environ.get("FAULTS_TIMES") or 1)  # so many times the sample
# One more than there are processors: a run mostly waits for something.
JOBS = (os.cpu_count() or 2) + 1
LIMIT = 30  # seconds after which a run hangs, on a machine that is busy

Outcome = collections.namedtuple("Outcome", "label ok why")


def clean_env(**more):
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
    env.update(more)
    return env


def drop_in(name, text):
    os.makedirs(f"{ETC}/xen-bugtool/plugins.d", mode=0o755, exist_ok=True)
    for folder in (f"{ETC}/xen-bugtool", f"{ETC}/xen-bugtool/plugins.d"):
        os.chmod(folder, 0o755)
    path = f"{ETC}/xen-bugtool/plugins.d/{name}.yaml"
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, 0o644)


def fresh_etc():
    shutil.rmtree(f"{ETC}/xen-bugtool", ignore_errors=True)


SECRET = b"hunter2"


def small_plugin():
    """Sources of every kind that packs differently: small files, a large one
    that does not compress, a tree, a glob, a command, the probe."""
    fresh_etc()
    src = f"{WORK}/source"
    os.makedirs(f"{src}/tree/below", exist_ok=True)
    with open(f"{src}/small", "w") as f:
        f.write(f"password={SECRET.decode()}\n" + "a line of a log\n" * 200)
    with open(f"{src}/large", "w") as f:
        noise = os.urandom(500000).hex()
        f.writelines(noise[i:i + 72] + "\n" for i in range(0, 900000, 72))
    for i in range(4):
        with open(f"{src}/tree/below/log.{i}", "w") as f:
            f.write(f"line {i}\n" * 50)
    drop_in("faults", f"""
name: faults
summary: a little of everything
items:
  - name: small
    file: {src}/small
  - name: large
    file: {src}/large
  - name: tree
    tree: {src}/tree
  - name: some
    glob: {src}/tree/below/log.*
  - name: command
    command: [seq, "3000"]
  - name: complains
    command: [sh, -c, "echo out; echo err >&2; exit 3"]
  - name: slow
    command: [sleep, "0.15"]
""")


ONLY = ["--only", "faults,sys_memory/meminfo,xen_hypervisor/info"]


class Folder:
    """A fresh folder for one run's output."""

    def __init__(self, where=None):
        self.path = tempfile.mkdtemp(prefix="run.", dir=where or WORK)
        os.chmod(self.path, 0o755)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)


def session_of(sid):
    """Processes of a session that are no zombies."""
    found = []
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat) as f:
                text = f.read()
        except OSError:
            continue
        head, rest = text.rsplit(")", 1)
        fields = rest.split()
        if int(fields[3]) == sid and fields[0] != "Z":
            found.append((int(head.split(" ", 1)[0]),
                          head.split("(", 1)[1]))
    return found


def wait_session(sid, seconds=5):
    end = time.monotonic() + seconds
    while (left := session_of(sid)) and time.monotonic() < end:
        time.sleep(0.05)
    for pid, _ in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
    return left


def verify(path):
    return subprocess.run([XB, "verify", path], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                          env=clean_env(), timeout=LIMIT)


def left_in(folder):
    return sorted(os.listdir(folder))


def judge(folder, status, err, sid, killed=False, usage=False):
    """What came of one run that wrote into folder.  usage: exit status 2 is as
    good as 1, since --only names what the fault kept from being read."""
    files = left_in(folder)
    bundles = [f for f in files if not f.startswith(".")]
    left = wait_session(sid)
    if left:
        return Outcome("bad", False, f"left running: {left}")
    if len(files) != len(bundles):
        return Outcome("bad", False, f"temporary files left: {files}")
    if len(bundles) > 1:
        return Outcome("bad", False, f"several bundles: {files}")
    if bundles:
        seen = verify(os.path.join(folder, bundles[0]))
        if seen.returncode:
            return Outcome("bad", False, f"does not verify ({seen.returncode}): "
                           + (seen.stdout + seen.stderr).decode(
                               errors="replace")[:600])
    if status is None:
        return Outcome("bad", False, "hung")
    if killed:
        return Outcome("bundle" if bundles else "none", True, "")
    if status < 0:
        return Outcome("bad", False, f"ended by signal {-status}: {err[-300:]}")
    if "ended by signal" in err and "the worker" in err:
        return Outcome("bad", False, err[-300:])
    if status in (0, 3):
        if not bundles:
            return Outcome("bad", False, f"exit {status} without a bundle")
        return Outcome("whole" if status == 0 else "cut short", True, err)
    if status != 1 and not (usage and status == 2):
        return Outcome("bad", False, f"exit {status}: {err[-300:]}")
    if bundles:
        return Outcome("bad", False, f"exit {status} with a bundle: {err[-300:]}")
    if "xen-bugtool:" not in err:
        return Outcome("bad", False, f"exit {status} without a reason: {err[-300:]!r}")
    return Outcome("none", True, err)


def start(folder, *more, env=None, **kw):
    kw.setdefault("stdin", subprocess.DEVNULL)
    kw.setdefault("stdout", subprocess.DEVNULL)
    kw.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen(
        [XB, "collect", "-y", "-q", *ONLY, "-o", folder + "/", *more],
        env=env or clean_env(), start_new_session=True, **kw)


def finish(run, limit=LIMIT):
    """(status, stderr); status None: it hung and was killed."""
    try:
        _, err = run.communicate(timeout=limit)
        return run.returncode, (err or b"").decode(errors="replace")
    except subprocess.TimeoutExpired:
        wait_session(run.pid, 0)
        run.kill()
        run.communicate()
        return None, ""


class Table:
    """Rows are printed as they are done."""

    def __init__(self):
        self.passed = self.failed = 0
        self.begun = time.monotonic()
        print(f"{'fault':<44} {'tried':>6}  {'outcomes':<44} {'':<4} seconds",
              flush=True)

    def row(self, name, outcomes, rule=None):
        """rule(counts) may find fault with the whole: a text, or None."""
        outcomes = list(outcomes)
        counts = collections.Counter(o.label for o in outcomes)
        bad = [o for o in outcomes if not o.ok]
        why = rule(counts) if rule and not bad else None
        if not outcomes:
            why = "nothing was tried"
        text = ", ".join(f"{n} {label}" for label, n in counts.most_common())
        verdict = "FAIL" if bad or why else "ok"
        took, self.begun = time.monotonic() - self.begun, time.monotonic()
        print(f"{name:<44} {len(outcomes):>6}  {text:<44} {verdict:<4} "
              f"{took:.0f}", flush=True)
        for o in bad[:5]:
            print("      | " + o.why.strip().replace("\n", "\n      | "))
        if why:
            print("      | " + why)
        if bad or why:
            self.failed += 1
        else:
            self.passed += 1

    def note(self, text):
        print("      | " + text, flush=True)

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed or not self.passed else 0)


def many(trial, points):
    """trial(point) for each, a few at a time, in order."""
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        return list(pool.map(trial, points))


def sample(n, most):
    """Numbers from 1 to n: all in a full run, else at most so many, evenly."""
    most *= TIMES
    if FULL or n <= most:
        return list(range(1, n + 1))
    return sorted({1 + i * (n - 1) // (most - 1) for i in range(most)})
