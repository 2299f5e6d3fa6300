"""inject.py: every call that can fail does, in turn."""
import bz2
import errno
import json
import os
import shutil
import struct
import tarfile

from lib import (BUILD, LIMIT, SECRET, WORK, Folder, Outcome, clean_env, finish, judge, many,
                 sample, start)

KINDS = ["master", "worker", "child"]
OPS = ["write", "read", "open", "stat", "size", "sync", "link", "dir", "fork",
       "thread", "pipe", "send", "recv", "poll", "fd", "id", "exec", "mmap",
       "malloc", "clock"]
# What each can say on a bad day, and how many points a sample takes.
ERRORS = {
    "write": (["ENOSPC", "EDQUOT", "EIO", "EROFS"], 6),
    "read": (["EIO", "ENOMEM"], 6),
    "open": (["EMFILE", "EIO", "ENOSPC", "EROFS", "ENOMEM"], 6),
    "stat": (["EIO", "ENOMEM"], 4),
    "size": (["ENOSPC", "EIO", "EDQUOT"], 6),
    "sync": (["EIO", "ENOSPC"], 4),
    "link": (["ENOSPC", "EROFS", "EIO"], 6),
    "dir": (["EMFILE", "ENOMEM"], 4),
    "fork": (["EAGAIN", "ENOMEM"], 8),
    "thread": (["EAGAIN"], 8),
    "pipe": (["EMFILE", "ENFILE"], 6),
    "send": (["ENOBUFS", "ENOMEM"], 6),
    "recv": (["ENOMEM", "EMFILE"], 6),
    "poll": (["ENOMEM"], 6),
    "fd": (["EMFILE"], 6),
    "id": (["EPERM", "EAGAIN"], 6),
    "exec": (["ENOENT", "ENOMEM", "EACCES"], 6),
    "mmap": (["ENOMEM"], 4),
    "malloc": (["ENOMEM"], 40),
}
FOR_GOOD = 1 << 40
# Seconds by which the time of day is wrong.
JUMPS = [3600, -3600, -86400, 10 * 365 * 86400, -50 * 365 * 86400]


def leaks(folder, err):
    """A secret of the sources (lib.small_plugin) left, whatever had failed."""
    if SECRET.decode() in err:
        return True
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as f:
            if SECRET in bz2.decompress(f.read()):
                return True
    return False


def full(spec):
    """The output's file system has no space."""
    kind, op, error = spec.split(":")[:3]
    return (kind, op) in (("worker", "write"), ("worker", "size")) and int(
        error) in (errno.ENOSPC, errno.EDQUOT)


def run(spec, *more, look=None):
    """One run with that injected: (outcome, calls as in struct state, fired);
    look(path) finds fault with its bundle: a text, or None."""
    with Folder() as folder, Folder() as aside:
        state = aside + "/state"
        with open(state, "wb") as f:
            f.write(bytes(8 * (1 + len(KINDS) * len(OPS))))
        os.chmod(state, 0o666)
        env = clean_env(LD_PRELOAD=f"{WORK}/inject.so", INJECT=spec,
                        INJECT_STATE=state)
        child = start(folder, "--jobs", "2", "--threads", "1",
                      "--item-timeout", "3s", *more, env=env)
        status, err = finish(child)
        outcome = judge(folder, status, err, child.pid, usage=True)
        if outcome.ok and leaks(folder, err):
            outcome = Outcome("bad", False, "a secret is in the bundle, or in "
                              f"what was said: {err[-300:]}")
        if full(spec) and outcome.label == "none" and folder not in err:
            outcome = Outcome("bad", False, "does not name where there is no "
                              f"space: {err[-300:]}")
        if look and outcome.ok:
            why = look(folder) if outcome.label == "whole" else \
                f"{outcome.label}, exit {status}: {err}"
            if why:
                outcome = Outcome("bad", False, why)
        with open(state, "rb") as f:
            n = struct.unpack(f"{1 + len(KINDS) * len(OPS)}Q", f.read())
        if not outcome.ok:
            outcome = outcome._replace(why=f"{spec}: {outcome.why}")
        return outcome, n[1:], n[0]


def count():
    outcome, calls, _ = run("master:write:0:0:0")
    assert outcome.label == "whole", outcome
    return {(k, o): calls[i * len(OPS) + j] for i, k in enumerate(KINDS)
            for j, o in enumerate(OPS)}


def trial(point):
    kind, op, number, where, times = point
    outcome, _, fired = run(f"{kind}:{op}:{number}:{where}:{times}")
    # Threads and readers are never quite the same twice: the last calls may
    # not come.
    return outcome if fired or not outcome.ok else Outcome("not reached", True,
                                                           "")


def points(kind, op, calls, for_good):
    names, most = ERRORS[op]
    n = calls[kind, op]
    return [(kind, op, getattr(errno, name), where,
             FOR_GOOD if for_good else 1)
            for name in names for where in sample(n, most)]


def reached(counts):
    tried = sum(counts.values())
    return None if counts["not reached"] * 2 <= tried else \
        "more than half of the points were not reached"


def times_of(folder):
    """What a run lasted is measured by a clock that nobody sets."""
    path = os.path.join(folder, os.listdir(folder)[0])
    with tarfile.open(path) as tar:
        m = next(json.loads(tar.extractfile(i).read()) for i in tar
                 if i.name.endswith("/manifest.json"))
    for item in m["items"]:
        if not 0 <= item.get("duration_ms", 0) <= LIMIT * 1000:
            return f"{item['item']} lasted {item['duration_ms']} ms"
        if item["item"] == "slow" and item["duration_ms"] < 150:
            return f"sleep 0.15 lasted {item['duration_ms']} ms"
    return None


def clock_rows(table, calls):
    def one(point):
        kind, number, jump, times = point
        outcome, _, fired = run(f"{kind}:clock:{jump}:{number}:{times}",
                                look=times_of)
        return outcome if fired or not outcome.ok else Outcome(
            "not reached", True, "")

    for kind in KINDS:
        n = calls[kind, "clock"]
        for name, times in (("for once", 1), ("for good", FOR_GOOD)):
            if n:
                table.row(f"{kind}: the clock jumps {name}",
                          many(one, [(kind, number, jump, times)
                                     for jump in JUMPS
                                     for number in sample(n, 3)]), reached)


def rows(table, only=None):
    # Where the worker's user can read it, whatever the checkout allows.
    shutil.copy(f"{BUILD}/faults/inject.so", f"{WORK}/inject.so")
    os.chmod(f"{WORK}/inject.so", 0o755)
    calls = count()
    for kind in KINDS:
        for op in OPS:
            if op not in ERRORS or not calls[kind, op] or (only and f"{kind}:{op}" not in only):
                continue
            names = " ".join(ERRORS[op][0])
            table.row(f"{kind}: {op} fails once ({names})",
                      many(trial, points(kind, op, calls, False)), reached)
            if op in ("write", "open", "fork", "thread", "malloc", "size"):
                table.row(f"{kind}: {op} fails from then on",
                          many(trial, points(kind, op, calls, True)), reached)
    if not only or "clock" in only:
        clock_rows(table, calls)
