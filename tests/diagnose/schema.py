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
        lambda x: x["facts"].update(domains=[{"id": 1}])):
    again = copy.deepcopy(with_finding)
    spoil(again)
    if checker.is_valid(again):
        print("the schema lets a spoiled diagnosis pass")
        bad = 1
sys.exit(bad)
