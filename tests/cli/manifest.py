#!/usr/bin/python3
"""manifest.py BUNDLE EXPRESSION...: each must be true of the bundle's manifest.

Names in expressions: m, the manifest; items, its items; names, the members
below the top folder; one(ITEM) and all_of(ITEM), the items called
"plugin/item"; status(ITEM), of the only one; text(MEMBER), its bytes as text.
"print:EXPRESSION" shows a value instead.
"""
import json
import os
import sys
import tarfile


def load(path):
    """Returns {name below the top: bytes}."""
    members = {}
    if os.path.isdir(path):
        for folder, _, files in os.walk(path):
            for name in files:
                full = os.path.join(folder, name)
                with open(full, "rb") as f:
                    members[os.path.relpath(full, path)] = f.read()
        return members
    with tarfile.open(path) as tar:
        for info in tar:
            if info.isfile():
                name = info.name.split("/", 1)[1]
                assert name not in members, "twice: " + name
                members[name] = tar.extractfile(info).read()
    return members


def main():
    members = load(sys.argv[1])
    m = json.loads(members["manifest.json"])
    items = m["items"]

    def all_of(name):
        return [i for i in items if i["plugin"] + "/" + i["item"] == name]

    def one(name):
        found = all_of(name)
        assert len(found) == 1, f"{len(found)} items are called {name}"
        return found[0]

    scope = {
        "m": m, "items": items, "names": list(members),
        "all_of": all_of, "one": one,
        "status": lambda name: one(name)["status"],
        "text": lambda name: members[name].decode("utf-8", "replace"),
    }
    bad = 0
    for expression in sys.argv[2:]:
        show = expression.startswith("print:")
        value = eval(expression[show * len("print:"):], scope)
        if show:
            print(value)
        elif not value:
            print("not so:", expression, file=sys.stderr)
            bad = 1
    return bad


sys.exit(main())
