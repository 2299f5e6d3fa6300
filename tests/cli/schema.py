#!/usr/bin/python3
"""schema.py BUNDLE: its manifest against docs/manifest.schema.json."""
import json
import os
import sys
import tarfile

import jsonschema

TOP = os.environ["TOP"]


def manifest(path):
    if os.path.isdir(path):
        with open(os.path.join(path, "manifest.json"), "rb") as f:
            return f.read()
    with tarfile.open(path) as tar:
        last = tar.getmembers()[-1]
        assert last.name.endswith("/manifest.json"), "it is not last"
        return tar.extractfile(last).read()


with open(os.path.join(TOP, "docs/manifest.schema.json"), "rb") as f:
    schema = json.load(f)
kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
checker = kind(schema, format_checker=jsonschema.FormatChecker())
raw = manifest(sys.argv[1])
m = json.loads(raw)
bad = 0
for error in checker.iter_errors(m):
    print("/".join(str(p) for p in error.path), error.message[:200])
    bad = 1

# One item a line, so that nobody must hold it whole.
lines = raw.decode().split("\n")
first = lines.index('"items":[') + 1
for line, item in zip(lines[first:], m["items"]):
    assert json.loads(line.rstrip(",")) == item, line

# The schema can fail: each of these must be refused.
for spoil in (
        lambda x: x.pop("items"),
        lambda x: x.update(manifest="1"),
        lambda x: x["host"].pop("name"),
        lambda x: x.update(complete="yes"),
        lambda x: x["items"][0].update(status="fine"),
        lambda x: x["items"][0].pop("plugin"),
        lambda x: x["items"][0].update(source="hearsay"),
        lambda x: x["time"].update(start="today")):
    again = json.loads(raw)
    spoil(again)
    if checker.is_valid(again):
        print("the schema lets a spoiled manifest pass")
        bad = 1
sys.exit(bad)
