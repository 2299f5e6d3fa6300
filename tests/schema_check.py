#!/usr/bin/python3
"""schema_check.py TEST_MANIFEST [MANIFEST...]

Holds verify's own table of fields (printed by TEST_MANIFEST --fields, the unit
test's program) against docs/manifest.schema.json, both ways; then validates the
sample and each MANIFEST, in which no field may be unknown to the schema.
"""
import json
import os
import subprocess
import sys

import jsonschema

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
bad = 0


def complain(text):
    global bad
    bad += 1
    print(text)


def load(path):
    with open(path, "rb") as f:
        return json.load(f)


def resolve(schema, node):
    while "$ref" in node:
        part = schema
        for key in node["$ref"].lstrip("#/").split("/"):
            part = part[key]
        node = part
    return node


def fields(schema):
    """{"head.host.name": (type, required, words)} out of the schema."""
    found = {}

    def walk(prefix, node, required):
        node = resolve(schema, node)
        for key, sub in node.get("properties", {}).items():
            sub = resolve(schema, sub)
            name = prefix + "." + key
            if name == "head.items":
                walk("item", sub["items"], True)
                continue
            kind = sub["type"]
            if isinstance(kind, list):
                kind = "|".join(kind)
            is_required = required and key in node.get("required", ())
            if name == "item.stderr" or kind != "object" or \
                    "properties" not in sub:
                found[name] = (kind, is_required,
                               "|".join(sub.get("enum", ())))
            if "properties" in sub:
                walk(name, sub, True)

    walk("head", schema, True)
    return found


def table(program):
    found = {}
    text = subprocess.run([program, "--fields"], check=True,
                          stdout=subprocess.PIPE).stdout.decode()
    for line in text.splitlines():
        name, kind, need, *words = line.split(" ", 3)
        found[name] = (kind, need == "required", words[0] if words else "")
    return found


def compare(schema, program):
    theirs, ours = fields(schema), table(program)
    if len(ours) < 50:
        complain("the table has too few fields: %d" % len(ours))
    for name in sorted(set(ours) | set(theirs)):
        if ours.get(name) != theirs.get(name):
            complain("%s: the table says %s, the schema %s" %
                     (name, ours.get(name), theirs.get(name)))


def strict(node):
    """The schema with unknown fields refused, where fields are named."""
    if isinstance(node, list):
        return [strict(n) for n in node]
    if not isinstance(node, dict):
        return node
    node = {k: strict(v) for k, v in node.items()}
    if node.get("type") == "object" and "properties" in node:
        node.setdefault("additionalProperties", False)
    return node


def main():
    schema = load(os.path.join(TOP, "docs/manifest.schema.json"))
    kind = jsonschema.Draft202012Validator
    kind.check_schema(schema)
    compare(schema, sys.argv[1])
    checker = kind(strict(schema))
    sample = os.path.join(TOP, "docs/samples/manifest.json")
    for path in [sample] + sys.argv[2:]:
        for error in checker.iter_errors(load(path)):
            complain("%s: %s: %s" % (path, "/".join(map(str, error.path)),
                                     error.message[:300]))
    # The schema can fail.
    spoiled = load(sample)
    spoiled["items"][0]["source"] = "own"
    if checker.is_valid(spoiled):
        complain("the schema lets a spoiled item pass")
    return 1 if bad else 0


sys.exit(main())
