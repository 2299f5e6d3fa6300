#!/usr/bin/python3
"""bench.py --stage FOLDER --out JSON [ROW...]: how fast, against the best peer.

Called by "make bench".  Each row runs our command and a peer's in turn, pair by
pair, with a warm page cache, and gives the ratio of their wall times: median,
least and greatest of the pairs; and the ratio of the processor times that they
took at least, which other programs disturb less.  A ratio means the same on any
machine, a time does not.  Rows that are bounds instead (memory, a run with sleeping commands)
show the figure itself.

--pairs N     pairs per row (5)      --size MIB   size of the logs (512)
ROW           names or parts of names; without any, all rows
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import threading
import time

import corpus

MIB = 1 << 20


class Bench:
    """Where things lie, and how commands are run."""

    def __init__(self, args):
        self.stage = args.stage
        self.pairs = args.pairs
        self.size = args.size
        self.xb = os.path.join(self.stage, "sbin/xen-bugtool")
        self.raw = os.path.join(self.stage, "raw/sbin/xen-bugtool")
        self.nodiag = os.path.join(self.stage, "nodiag/sbin/xen-bugtool")
        self.out = os.path.join(self.stage, "out")
        self.logs = os.path.join(self.stage, "corpus-logs-%d" % args.size)
        self.tenth = os.path.join(self.stage,
                                  "corpus-logs-%d" % (args.size // 10))
        self.huge = os.path.join(self.stage, "corpus-huge-%d" % args.size)
        self.small = os.path.join(self.stage, "corpus-small")
        self.many = os.path.join(self.stage, "corpus-many")
        self.line = os.path.join(self.stage, "corpus-line")
        self.rows = []

    def fresh(self):
        shutil.rmtree(self.out, ignore_errors=True)
        os.mkdir(self.out)

    def wall(self, command):
        """Seconds; "{out}" in the command is an empty folder."""
        return self.times(command)[0]

    def times(self, command):
        """The same, and seconds of all processors."""
        self.fresh()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.monotonic()
        run = subprocess.run(["/bin/bash", "-c",
                              "set -o pipefail; " + command.format(
                                  out=self.out)],
                             stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        took = time.monotonic() - start
        if run.returncode not in (0, 3, 4):
            sys.exit("bench: %s\nended with status %d\n%s" % (
                command, run.returncode, run.stdout.decode(errors="replace")))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return took, (after.ru_utime - before.ru_utime
                      + after.ru_stime - before.ru_stime)

    def size_out(self):
        return sum(os.path.getsize(os.path.join(self.out, name))
                   for name in os.listdir(self.out))

    def pair(self, name, ours, peer, goal, limit, pairs=None, sizes=False,
             scale=1.0, by_cpu=False):
        """One row: scale * ours / peer of wall time, or of processor time;
        sizes adds a row for the outputs."""
        ratios, a, b, bytes_a, bytes_b = [], [], [], 0, 0
        wall_a, wall_b, cpu_a, cpu_b = [], [], [], []
        self.wall(ours)
        self.wall(peer)
        for _ in range(pairs or self.pairs):
            for command, wall, cpu in ((ours, wall_a, cpu_a),
                                       (peer, wall_b, cpu_b)):
                took = self.times(command)
                wall.append(took[0])
                cpu.append(took[1])
                if command == ours:
                    bytes_a = self.size_out()
            bytes_b = self.size_out()
            a, b = (cpu_a, cpu_b) if by_cpu else (wall_a, wall_b)
            ratios.append(scale * a[-1] / b[-1])
        self.add(name, "ratio", statistics.median(ratios), min(ratios),
                 max(ratios), goal, limit, ours=a, peer=b,
                 cpu=round(scale * min(cpu_a) / min(cpu_b), 4), cpu_ours=cpu_a,
                 cpu_peer=cpu_b)
        if sizes:
            r = bytes_a / bytes_b
            self.add(name + ", size", "ratio", r, r, r, 1.0, 1.02,
                     ours=[bytes_a], peer=[bytes_b])

    def add(self, name, unit, median, low, high, goal, limit, **more):
        row = dict(name=name, unit=unit, median=round(median, 4),
                   min=round(low, 4), max=round(high, 4), goal=goal,
                   limit=limit, **more)
        self.rows.append(row)
        show(row)

    # ---- our memory ----

    def memory(self, name, command, limit=64.0):
        """Peak of the sum of PSS of all our processes, sampled."""
        self.fresh()
        run = subprocess.Popen(["/bin/bash", "-c", command.format(
            out=self.out)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        peak = [0]

        def sample():
            while run.poll() is None:
                peak[0] = max(peak[0], pss_of_ours(self.stage))
                time.sleep(0.02)

        thread = threading.Thread(target=sample)
        thread.start()
        text = run.communicate()[1]
        thread.join()
        if run.returncode not in (0, 3):
            sys.exit("bench: %s\nended with status %d\n%s" % (
                command, run.returncode, text.decode(errors="replace")))
        mib = peak[0] / 1024
        self.add(name, "MiB", mib, mib, mib, limit, limit)


def pss_of_ours(stage):
    """KiB, of every process whose program lies in the stage."""
    total = 0
    for pid in os.listdir("/proc"):
        if not pid.isdigit():
            continue
        try:
            if not os.readlink("/proc/%s/exe" % pid).startswith(stage + "/"):
                continue
            with open("/proc/%s/smaps_rollup" % pid) as f:
                total += sum(int(line.split()[1]) for line in f
                             if line.startswith("Pss:"))
        except OSError:
            pass
    return total


def show(row):
    mark = "" if row["median"] <= row["limit"] else "  ABOVE THE LIMIT"
    cpu = "%8.3f" % row["cpu"] if "cpu" in row else ""
    print("%-46s %8.3f %8.3f %8.3f %8s %6s   %5.2f %5.2f%s" % (
        row["name"], row["median"], row["min"], row["max"], cpu, row["unit"],
        row["goal"], row["limit"], mark), flush=True)


# ---- the rows ----

def collect(b, plugin, more="", xb=None):
    return "%s collect -y -q --only %s %s -o {out}/ >/dev/null" % (
        xb or b.xb, plugin, more)


def rows_logs(b):
    tar = "tar -C %s -c . | " % b.logs
    b.pair("collect logs : tar | lbzip2", collect(b, "bench_logs"),
           tar + "lbzip2 -n2 >{out}/x", 1.0, 1.15, sizes=True)


def rows_logs_one(b):
    tar = "tar -C %s -c . | " % b.logs
    b.pair("collect --threads 1 : tar | lbzip2 -n1",
           collect(b, "bench_logs", "--threads 1"),
           tar + "lbzip2 -n1 >{out}/x", 1.0, 1.15)


def rows_zstd(b):
    tar = "tar -C %s -c . | " % b.logs
    b.pair("collect -f tar.zst : tar | zstd -T2 -3",
           collect(b, "bench_logs", "-f tar.zst"),
           tar + "zstd -q -T2 -3 >{out}/x", 1.0, 1.3)


def rows_pbzip2(b):
    tar = "tar -C %s -c . | " % b.logs
    b.pair("collect logs : tar | pbzip2", collect(b, "bench_logs"),
           tar + "pbzip2 -c -p2 >{out}/x", 1.0, 1.15, pairs=1)


def rows_redaction(b):
    for name, more in (("", ""), (", tar", "-f tar")):
        b.pair("redaction on : off" + name, collect(b, "bench_logs", more),
               collect(b, "bench_logs", more, b.raw), 1.0, 1.1 if not more
               else 9.99)


def rows_diagnosis(b):
    """All logs under names that the diagnosis looks through."""
    root = os.path.join(b.stage, "diagroot")
    shutil.rmtree(root, ignore_errors=True)
    folder = os.path.join(root, "var/log")
    os.makedirs(folder)
    for i, name in enumerate(sorted(os.listdir(b.logs))):
        if name.endswith(".log"):
            os.link(os.path.join(b.logs, name),
                    os.path.join(folder, "messages.%d" % i if i else "syslog"))
    command = "%s collect -y -q -u --sysroot " + root + " -o {out}/ >/dev/null"
    b.pair("diagnosis on : off, processor time", command % b.xb,
           command % b.nodiag, 1.0, 1.05, by_cpu=True)


def rows_public(b):
    b.pair("collect --privacy public : secrets",
           collect(b, "bench_logs", "--privacy public"),
           collect(b, "bench_logs"), 1.0, 1.15)


def rows_small(b):
    b.pair("collect 20,000 x 1 KiB : tar | lbzip2",
           collect(b, "bench_small"),
           "tar -C %s -c . | lbzip2 -n2 >{out}/x" % b.small, 1.0, 1.3)


def rows_growth(b):
    b.pair("collect of all logs : 10 x of a tenth", collect(b, "bench_logs"),
           collect(b, "bench_tenth"), 1.0, 1.05, scale=0.1)
    b.pair("collect of 100,000 small files : 5 x 20,000",
           collect(b, "bench_many"), collect(b, "bench_small"), 1.0, 1.05,
           scale=0.2, pairs=1)


def replay(b, count):
    host = os.path.join(b.stage, "domains-%d" % count)
    if not os.path.exists(host):
        corpus.make_domains(host, count)
    return "%s collect -y -q --replay %s -o {out}/ >/dev/null" % (b.xb, host)


def rows_domains(b):
    b.pair("1,000 recorded domains : 10 x 100", replay(b, 1000),
           replay(b, 100), 1.0, 1.0, scale=0.1)
    b.memory("memory, 1,000 recorded domains", replay(b, 1000))


def rows_commands(b):
    took = [b.wall(collect(b, "bench_sleep")) for _ in range(3)]
    b.add("ten sleeps of 2 s, one hang of 5 s", "s", statistics.median(took),
          min(took), max(took), 5.5, 5.5)


def rows_verify(b):
    bundle = os.path.join(b.stage, "verify.tar.bz2")
    if os.path.exists(bundle):
        os.unlink(bundle)
    b.wall(collect(b, "bench_logs").replace("{out}/", bundle))
    b.pair("verify : lbzip2 -d | sha256sum", "%s verify %s >/dev/null" % (
        b.xb, bundle), "lbzip2 -n2 -dc %s | sha256sum >/dev/null" % bundle,
        1.0, 1.2)
    b.pair("inspect : lbzip2 -d", "%s inspect %s >/dev/null" % (b.xb, bundle),
           "lbzip2 -n2 -dc %s >/dev/null" % bundle, 0.02, 0.02)
    os.unlink(bundle)


def rows_start(b):
    empty = os.path.join(b.stage, "empty")
    subprocess.run(["cc", "-O2", "-o", empty, "-x", "c", "-", "-larchive"],
                   input=b"#include <archive.h>\nint main(void) { return "
                   b"!archive_version_string(); }\n", check=True)
    loop = "for i in 1 2 3 4 5 6 7 8 9 10; do %s >/dev/null; done"
    b.pair("--help : an empty program with libarchive",
           loop % (b.xb + " --help"), loop % empty, 1.0, 3.0)
    took = []
    for _ in range(5):
        b.fresh()
        start = time.monotonic()
        run = subprocess.Popen(
            [b.xb, "collect", "-y", "--json", "--only", "sys_memory",
             "-o", b.out], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in run.stdout:
            if b'"item"' in line:
                took.append((time.monotonic() - start) * 1000)
                break
        run.stdout.read()
        run.wait()
    b.add("start to the first item's end", "ms", statistics.median(took),
          min(took), max(took), 100, 100)


def rows_memory(b):
    for fmt in ("tar.bz2", "tar.zst", "tar.gz", "tar.xz", "tar"):
        only = "bench_logs" if fmt != "tar.xz" else "bench_tenth"
        b.memory("memory, logs, " + fmt, collect(b, only, "-f " + fmt))
    b.memory("memory, --threads 64 --jobs 16",
             collect(b, "bench_logs", "--threads 64 --jobs 16"))
    b.memory("memory, 100,000 small files", collect(b, "bench_many"))
    b.memory("memory, one line of 1 GiB", collect(b, "bench_line"))
    b.memory("memory, first item hangs 5 s, all others wait",
             collect(b, "bench_behind"))


def rows_huge(b):
    """8 GiB: each of the logs under many names."""
    os.makedirs(b.huge, exist_ok=True)
    for name in sorted(os.listdir(b.logs)):
        for i in range(8192 // b.size):
            link = os.path.join(b.huge, "%d-%s" % (i, name))
            if name.endswith(".log") and not os.path.exists(link):
                os.link(os.path.join(b.logs, name), link)
    for fmt in ("tar.zst", "tar.bz2"):
        b.memory("memory, 8 GiB of logs, " + fmt,
                 collect(b, "bench_huge", "-f " + fmt))


def rows_sos(b):
    """sos report takes what is in /var/log, so it is given a root of its own.
    It is stopped after a minute: what counts is that it is not done."""
    root = os.path.join(b.stage, "sosroot")
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(os.path.join(root, "var"))
    os.symlink(b.tenth, os.path.join(root, "var/log"))
    b.pair("collect a tenth : sos report (60 s at most)",
           collect(b, "bench_tenth"),
           "timeout 60 sos report --batch -q --only-plugins logs --all-logs "
           "--sysroot %s --tmp-dir {out} --threads 2 >/dev/null 2>&1 || "
           "true" % root, 1.0, 1.15, pairs=1)


ROWS = (("logs", rows_logs), ("one", rows_logs_one), ("zstd", rows_zstd),
        ("pbzip2", rows_pbzip2), ("redaction", rows_redaction),
        ("diagnosis", rows_diagnosis), ("public", rows_public),
        ("small", rows_small), ("growth", rows_growth),
        ("domains", rows_domains), ("commands", rows_commands), ("verify", rows_verify),
        ("start", rows_start), ("memory", rows_memory), ("huge", rows_huge),
        ("sos", rows_sos))

PLUGIN = """name: %s
summary: what the bench collects
priority: system
max_size: 4G
items:
%s"""


def item(name, key, value, more=""):
    return "  - name: %s\n    %s: %s\n%s" % (name, key, value, more)


def write_plugins(b):
    folder = os.path.join(b.stage, "etc/xen-bugtool/plugins.d")
    os.makedirs(folder, exist_ok=True)
    sleeps = "".join(item("s%d" % i, "command", "[sleep, 2]")
                     for i in range(10))
    hang = item("hang", "command", "[sleep, 1000]", "    timeout: 5s\n")
    plugins = {
        "bench_logs": item("logs", "glob", b.logs + "/*.log"),
        "bench_tenth": item("logs", "glob", b.tenth + "/*.log"),
        "bench_huge": item("logs", "glob", b.huge + "/*.log"),
        "bench_small": item("small", "tree", b.small),
        "bench_many": "".join(item("many%d" % i, "tree", b.many + str(i))
                              for i in range(6)),
        "bench_line": item("line", "file", b.line + "/line.log"),
        "bench_sleep": sleeps + hang,
        "bench_behind": hang + item("logs", "glob", b.logs + "/*.log"),
    }
    for name, items in plugins.items():
        with open(os.path.join(folder, name + ".yaml"), "w") as f:
            f.write(PLUGIN % (name, items))


def make_line(folder):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "line.log")
    if os.path.exists(path):
        return
    text = b"".join(corpus.log_text(4 * MIB, 5)).replace(b"\n", b" ")
    with open(path + ".new", "wb") as f:
        for _ in range(256):
            f.write(text[:4 * MIB])
    os.rename(path + ".new", path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--stage", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("rows", nargs="*")
    args = parser.parse_args()
    b = Bench(args)
    corpus.make_logs(b.logs, args.size * MIB, 16)
    corpus.make_logs(b.tenth, args.size // 10 * MIB, 16)
    corpus.make_small(b.small, 20000, 1024)
    for i in range(6):
        corpus.make_small(b.many + str(i), 16667, 200, i)
    make_line(b.line)
    write_plugins(b)
    for folder in (b.logs, b.tenth, b.small):
        subprocess.run("cat %s/*.log %s/*/* >/dev/null 2>&1" % (
            folder, folder), shell=True)
    print("%-46s %8s %8s %8s %8s %6s   %5s %5s" % (
        "ours : theirs", "median", "min", "max", "cpu", "", "goal", "limit"))
    for name, row in ROWS:
        if not args.rows or any(part in name for part in args.rows):
            row(b)
    uname = os.uname()
    with open(args.out, "w") as f:
        json.dump(dict(time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                       cores=os.cpu_count(), machine=uname.machine,
                       kernel=uname.release, logs_mib=args.size,
                       rows=b.rows), f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
