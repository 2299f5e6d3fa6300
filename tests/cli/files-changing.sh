# alone
# time: 120
# Files that grow, shrink, are replaced and vanish while they are read: every
# bundle is whole, and none of them holds the run up.
fresh_etc
mkdir logs made
cat >spoil-logs.py <<'END'
import os, random, sys
rng = random.Random(1)
line = b"Nov 26 10:00:00 dom0 kernel: vif1.0: a line that goes on and on, %d\n"
while not os.path.exists("enough"):
    path = "logs/%02d.log" % rng.randrange(24)
    way = rng.randrange(5)
    try:
        if way == 0:  # it vanishes
            os.unlink(path)
        elif way == 1:  # it is cut
            os.truncate(path, rng.randrange(os.path.getsize(path) + 1))
        elif way == 2:  # another one stands there
            with open("logs/new", "wb") as f:
                f.write(line % 7 * rng.randrange(15000))
            os.rename("logs/new", path)
        else:  # it grows
            with open(path, "ab") as f:
                for i in range(6000):
                    f.write(line % i)
    except FileNotFoundError:
        pass
    if os.path.exists(path) and os.path.getsize(path) > 3 << 20:
        os.truncate(path, 0)
print("done")
END
/usr/bin/python3 - <<'END'
for i in range(24):
    with open("logs/%02d.log" % i, "w") as f:
        f.write("Nov 26 10:00:00 dom0 xenstored: line of file %d\n" % i * 15000)
END
/usr/bin/python3 spoil-logs.py >changes 2>&1 &
changer=$!
drop_in changing.yaml <<END
name: changing
summary: logs that are written to
items:
  - name: log
    glob: $PWD/logs/*.log
    max_size: 64M
END
for round in 1 2 3; do
    for format in tar.bz2 tar; do
        rm -rf made/*
        collect --only changing -f "$format" -o made/
        run 0 "$XB" verify "$bundle"
        holds "$bundle" \
            'all(i["status"] in ("ok", "partial", "absent") for i in items)' \
            'sum(i["status"] == "ok" for i in items if i["plugin"] == "changing") > 4'
        tar -xOf "$bundle" >all || fail "tar cannot read it all ($format)"
        # A hole, or what lay on the disk before, would show as bytes that no
        # log has.
        ! tar -xOf "$bundle" --wildcards '*.log' | grep -aqP '\x00' ||
            fail "a member was filled up ($format, round $round)"
    done
done
kill -0 "$changer" || fail "the changer ended by itself: $(cat changes)"
touch enough
wait "$changer"
has changes '^done$'
