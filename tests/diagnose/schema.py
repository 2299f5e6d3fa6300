#!/usr/bin/python3
"""schema.py FILE...: each is a diagnosis.json that docs/diagnosis.schema.json
lets pass; what is spoiled it does not."""
import copy
import json
import os
import sys

import jsonschema

with open(os.path.join(os.environ["TOP"], "docs/diagnosis.schema.json")) as f:
    schema = json.load(f)
# What is no fact itself: the way that others came.
WAYS = "xen.from", "xen.domains_from"


def leaves(o, name=""):
    """The facts of o, by their names; a list is one."""
    if not isinstance(o, dict):
        return [name]
    return [n for key in o for n in leaves(o[key], f"{name}.{key}".strip("."))]


def origins(path, doc):
    """What is wrong with the members that facts are said to be from."""
    told = doc["facts_from"]
    host = os.path.join(os.environ["TOP"], "tests/hosts",
                        os.path.basename(path).removesuffix(".json"))
    names = leaves(doc["facts"])
    for name in names:
        if name not in WAYS and name not in told and \
                name.split(".")[0] not in told:
            yield f"nobody told {name}"
    for fact, members in told.items():
        if fact not in names and fact not in doc["facts"]:
            yield f"{fact} is from {members}, and not there"
        for member in members:
            if os.path.isdir(host) and \
                    not os.path.isfile(os.path.join(host, member)):
                yield f"{fact} is from {member}, which is not in the bundle"


kind = jsonschema.validators.validator_for(schema)
kind.check_schema(schema)
checker = kind(schema)
bad = 0
with_finding = None
for path in sys.argv[1:]:
    with open(path) as f:
        doc = json.load(f)
    for error in checker.iter_errors(doc):
        print(path, "/".join(str(p) for p in error.path), error.message[:300])
        bad = 1
    for text in origins(path, doc):
        print(path, text)
        bad = 1
    if doc["findings"] and doc["not_checked"]:
        with_finding = doc
assert with_finding, "none has a finding and something that was not checked"
for spoil in (
        lambda x: x.pop("findings"),
        lambda x: x.update(format=2),
        lambda x: x["rules"].update(digest="0"),
        lambda x: x["findings"][0].update(severity="bad"),
        lambda x: x["findings"][0].update(evidence=[]),
        lambda x: x["findings"][0]["evidence"][0].clear(),
        lambda x: x["findings"][0].update(count=0),
        lambda x: x["not_checked"][0].pop("because"),
        lambda x: x["facts"].update(loop={"used": "many"}),
        lambda x: x["facts"].update(domains=[{"id": 1}]),
        lambda x: x.update(facts_from={"disks": "df"})):
    again = copy.deepcopy(with_finding)
    spoil(again)
    if checker.is_valid(again):
        print("the schema lets a spoiled diagnosis pass")
        bad = 1
sys.exit(bad)
