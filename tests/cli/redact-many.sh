# time: 120
# Thousands of small files go through one process, in a few seconds.
/usr/bin/python3 - <<'END'
import os
line = b"Nov 24 10:00:00 host xl[123]: nothing about domain 5 and its vif\n"
for i in range(20000):
    folder = f"many/d{i // 100:03}"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/f{i}.log", "wb") as f:
        f.write(line * 10 + b'vncpasswd="EXAMPLE%d"\n' % (i % 100))
END
started=$(date +%s)
run 0 "$XB" redact -r many -o made --stats --json
took=$(($(date +%s) - started))
/usr/bin/python3 -c 'import json
s = json.load(open("out"))
assert s["files"] == s["hidden"] == 20000 and not s["failed"], s'
[ "$(find made -type f | wc -l)" = 20000 ] || fail 'files are missing'
[ "$(grep -rhoE '[0-9a-f]{12}\]' made | sort -u | wc -l)" = 100 ] ||
    fail 'not a hundred tokens for a hundred secrets'
# A process for each would take minutes.
[ "$took" -le $((30 * SLOW)) ] || fail "20000 small files took $took s"
