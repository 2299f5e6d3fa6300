#!/usr/bin/python3
"""expected.py BUNDLE: what of its manifest a test holds fast, as text.

All but what changes with every version or machine: the tool's version, the
rules' digests, the engines; and the log's, summary's and report's sums, which follow from them."""
import json
import sys
import tarfile

with tarfile.open(sys.argv[1]) as tar:
    m = json.load(tar.extractfile(tar.getmembers()[-1]))
m["tool"].pop("version")
m.pop("rules")
m.pop("diagnosis", None)
items = m.pop("items")
for i in items:
    if i["source"] == "own":
        i.pop("sha256", None)
        i.pop("bytes_stored", None)
print(json.dumps(m, indent=1, ensure_ascii=True))
for i in items:
    print(json.dumps(i, ensure_ascii=True))
