#!/usr/bin/python3
"""coverage.py BUILD [-v]: which lines the tests ran, folder by folder, after the
programs of a build with --coverage; -v lists those that none ran."""
import collections
import json
import os
import subprocess
import sys

build = os.path.abspath(sys.argv[1])
ran = collections.defaultdict(dict)
for folder, _, files in os.walk(build):
    data = [os.path.join(folder, f) for f in files if f.endswith(".gcda")]
    if not data:
        continue
    out = subprocess.run(["gcov", "--json-format", "--stdout"] + data,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         check=True).stdout
    for text in out.splitlines():
        for f in json.loads(text)["files"]:
            name = os.path.relpath(f["file"]) if f["file"][0] == "/" \
                else f["file"]
            for line in f["lines"]:
                n = line["line_number"]
                ran[name][n] = ran[name].get(n, 0) + line["count"]
total = collections.defaultdict(lambda: [0, 0])
for name, lines in sorted(ran.items()):
    if name.startswith(("tests/", "build/", "/", "..")):
        continue
    for key in (os.path.dirname(name), "all"):
        total[key][0] += sum(1 for c in lines.values() if c)
        total[key][1] += len(lines)
    if "-v" in sys.argv:
        for n in sorted(n for n, c in lines.items() if not c):
            print(f"{name}:{n}")
if not total:
    sys.exit("coverage: nothing has run")
for name, (hit, lines) in sorted(total.items()):
    print(f"{name:<28} {hit:>6} of {lines:>6} lines {100 * hit / lines:>6.1f} %")
