# Problems that only the state of a host shows: a recorded host for each, made
# up, on which collect finds it, and diagnose in the bundle.
run 0 /usr/bin/python3 -B "$TOP/tests/diagnose/states.py"
while read -r id; do
    collect --replay "$id" -o "$id.tar.bz2"
    run 0 "$XB" inspect "$id.tar.bz2" diagnosis.json
    cp out "$id.json"
    "$XB" diagnose --json "$id.tar.bz2" >second.json || [ $? = 4 ]
    /usr/bin/python3 - "$id" "$id.json" second.json <<'END' ||
import json, sys
a, b = (json.load(open(f)) for f in sys.argv[2:])
assert a == b, "collect and diagnose differ"
found = {f["id"]: f for f in a["findings"]}
assert sys.argv[1] in found, (sys.argv[1], sorted(found), a["facts"])
assert found[sys.argv[1]]["evidence"], found
assert not [f for f in found.values()
            if f["severity"] == "error" and f["id"] != sys.argv[1]], found
END
        fail "$id is not found, or not alone"
done <ids
for host in "$TOP"/tests/hosts/*/manifest.json; do
    host=${host%/manifest.json}
    "$XB" diagnose --json "$host" >"$(basename "$host").json" || [ $? = 4 ]
done
rm second.json
run 0 /usr/bin/python3 "$TOP/tests/diagnose/schema.py" ./*.json
[ "$(wc -l <ids)" -ge 20 ] || fail 'there are too few states'
