"""kill.py: our processes are killed, and signalled, at random moments."""
import os
import pty
import random
import signal
import subprocess
import time

from lib import (LIBEXEC, ONLY, XB, Folder, Outcome, clean_env, finish, judge,
                 many, start)

COUNT = 200
END_SECONDS = 3
# How often one moment is tried before it counts as too slow: another program
# may have had the machine meanwhile, but not each time.
TRIES = 3


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(w) for w in f.read().split()]
    except OSError:
        return []


def exe(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def processes(master):
    """{kind: [pid]} of a run.  What the master forked is a reader only once
    the worker is there; before that it is the worker-to-be."""
    kinds = {"master": [master]}
    below = children(master)
    kinds["worker"] = [p for p in below if exe(p).endswith("-worker")]
    kinds["reader"] = [p for p in below if exe(p) == XB and kinds["worker"]]
    grand = [c for p in kinds["reader"] for c in children(p)]
    kinds["probe"] = [p for p in grand if exe(p).endswith("-probe")]
    kinds["command"] = [p for p in grand if exe(p)
                        and exe(p) not in (XB, f"{LIBEXEC}/xen-bugtool-probe")]
    return kinds


# A probe lives for milliseconds where there is no Xen: ask for many.
ONLY_PROBES = ["--only", "xen_hypervisor,xen_store,xen_domains,sys_memory"]


def kill_one(kind, number, how_long):
    """Starts a run, kills one process of that kind at a random moment."""
    rng = random.Random(f"{kind} {number}")
    core = kind in ("master", "worker")
    with Folder() as folder:
        child = start(folder, *(ONLY_PROBES if kind == "probe" else []))
        hit = False
        if core:
            time.sleep(rng.random() * how_long)
        pick = rng.random()
        while not hit and child.poll() is None:
            pids = processes(child.pid)[kind]
            if pids and (core or kind == "probe" or rng.random() < 0.5):
                try:
                    os.kill(pids[int(pick * len(pids))], signal.SIGKILL)
                    hit = True
                except OSError:
                    pass
            elif kind != "probe":
                time.sleep(0.002 + rng.random() * 0.03)
        status, err = finish(child)
        if kind == "worker" and hit:
            # The master says so, and that there is none.
            err = err.replace("ended by signal", "killed by us")
        outcome = judge(folder, status, err, child.pid,
                        killed=kind == "master" and hit)
        if not outcome.ok:
            return outcome
        if not hit:
            return Outcome("missed", True, "")
        if not core and outcome.label != "whole":
            return Outcome("bad", False, f"one {kind} cost the run: "
                           f"exit {status}, {err[-300:]}")
        return outcome


def enough(counts):
    missed = counts["missed"]
    return None if missed * 2 <= sum(counts.values()) else \
        "more than half of the kills came too late"


def catchable(sig, number, how_long, ends):
    """One signal at a random moment.  ends gets how long the run took to end."""
    for _ in range(TRIES):
        outcome, took = catch(sig, number, how_long)
        if not outcome.ok or took <= END_SECONDS:
            break
    else:
        return Outcome("bad", False, f"took {took:.1f} s to end, {TRIES} times")
    ends.append(took)
    return outcome


def catch(sig, number, how_long):
    """One signal to the master (as a user sends it) at a random moment: the
    outcome, and the seconds from the signal to the end."""
    rng = random.Random(f"{sig} {number}")
    with Folder() as folder, Folder() as aside:
        with open(f"{aside}/events", "wb") as events:
            child = start(folder, "--json", stdout=events)
        time.sleep(rng.random() * how_long)
        begun = child.poll() is None
        with open(f"{aside}/events") as events:
            any_item = '"item"' in events.read()
        sent = time.monotonic()
        if begun:
            os.kill(child.pid, sig)
        status, err = finish(child)
        took = time.monotonic() - sent
        if status == -sig:  # before it watched for signals: nothing was begun
            status, err = 1, "xen-bugtool: ended at once"
        outcome = judge(folder, status, err, child.pid)
        if not outcome.ok:
            return outcome, took
        if not begun:
            return Outcome("missed", True, ""), took
        if outcome.label == "none" and any_item:
            return Outcome("none after an item", True, ""), took
        return outcome, took


def mostly_bundles(counts):
    made = counts["cut short"] + counts["whole"]
    lost = counts["none after an item"]
    if not counts["cut short"]:
        return "no run was cut short: nothing was caught"
    return None if made * 5 >= (made + lost) * 4 else \
        f"only {made} of {made + lost} runs with an item gave a bundle"


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", errors="replace") as f:
            return f.read()
    except OSError:  # it has ended meanwhile
        return ""


def hang_up(number, how_long, ends):
    """The terminal goes away.  ends gets how long the run took to end."""
    for _ in range(TRIES):
        outcome, took = close_terminal(number, how_long)
        if not outcome.ok or took <= END_SECONDS:
            break
    else:
        return Outcome("bad", False, f"took {took:.1f} s to end, {TRIES} times")
    ends.append(took)
    return outcome


def close_terminal(number, how_long):
    """One such run: the outcome, and the seconds that it took to end."""
    rng = random.Random(f"hang up {number}")
    with Folder() as folder:
        main, side = pty.openpty()
        child = subprocess.Popen(
            ["setsid", "-c", "-w", XB, "collect", "-y", *ONLY, "-o",
             folder + "/"], stdin=side, stdout=side, stderr=side,
            env=clean_env(TERM="vt100"), start_new_session=True)
        os.close(side)
        time.sleep(0.1 + rng.random() * how_long)
        os.close(main)
        closed = time.monotonic()
        status, _ = finish(child)
        if status is None:
            return Outcome("bad", False,
                           "hung after its terminal was closed"), 0
        # What setsid(1) says of a signal; its child is in another session.
        while time.monotonic() < closed + 30 and any(
                folder in command_line(p) for p in os.listdir("/proc")
                if p.isdigit()):
            time.sleep(0.02)
        took = time.monotonic() - closed
        return judge(folder, status, "xen-bugtool: no terminal", child.pid,
                     killed=True), took


def usual_time():
    times = []
    for _ in range(3):
        with Folder() as folder:
            begun = time.monotonic()
            status, err = finish(start(folder))
            assert status == 0, (status, err)
            times.append(time.monotonic() - begun)
    return sorted(times)[1] * 1.2


def stale():
    """Where there are no unnamed files a killed run leaves one with a name;
    the next run removes it, but not one that is held."""
    import fcntl
    with Folder() as folder:
        dead = f"{folder}/.xen-bugtool-host-20200101T000000Z.tar.bz2.77.tmp"
        held = f"{folder}/.xen-bugtool-host-20200101T000000Z.tar.bz2.78.tmp"
        other = f"{folder}/.other.tmp"
        for name in (dead, held, other):
            open(name, "w").close()
        with open(held) as f:
            fcntl.flock(f, fcntl.LOCK_EX)
            # A folder as output always has a hidden name at first.
            child = start(folder, "-f", "dir")
            status, err = finish(child)
            files = os.listdir(folder)
        ok = status == 0 and os.path.basename(dead) not in files and \
            os.path.basename(held) in files and ".other.tmp" in files
        return Outcome("removed" if ok else "bad", ok, f"{status} {files} {err}")


def rows(table, only=None):
    # Of each row anew: the machine may have become busier meanwhile, and then
    # all moments would be near the begin.
    for kind in ("master", "worker", "reader", "probe", "command"):
        if not only or kind in only:
            how_long = usual_time()
            table.row(f"SIGKILL of a {kind}",
                      many(lambda n: kill_one(kind, n, how_long),
                           range(COUNT)), enough)
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT,
                signal.SIGPIPE):
        if not only or sig.name in only:
            ends, how_long = [], usual_time()
            table.row(f"{sig.name} at a random moment",
                      many(lambda n: catchable(sig, n, how_long, ends),
                           range(COUNT)),
                      None if sig == signal.SIGPIPE else mostly_bundles)
            table.note(f"the last to end took {max(ends, default=0):.2f} s")
    if not only or "terminal" in only:
        ends, how_long = [], usual_time()
        table.row("the terminal is closed",
                  many(lambda n: hang_up(n, how_long, ends), range(COUNT)),
                  lambda c: None if c["bundle"] * 2 >= COUNT else
                  "most runs gave nothing")
        table.note(f"the last to end took {max(ends, default=0):.2f} s")
    if not only or "stale" in only:
        table.row("a dead run's temporary file", [stale()])
