# What verify demands of a manifest and what the schema says are one thing.
run 0 /usr/bin/python3 "$TOP/tests/schema_check.py" "$BUILD/unit/test_manifest" \
    "$TOP"/tests/hosts/*/manifest.json
