# verify --review shows what was hidden: member, rule, line and context.
host=$TOP/tests/hosts/xen-4.17-debian12
run 0 "$XB" collect -y -q --replay "$host" -f dir -o b
run 0 "$XB" verify --review b
cp out plain
has plain '^domains/1-guest1/etc/xen/guest1.cfg: 2 redacted: .*vnc-password-item 1'
has plain '^ +12  vfb = .*,vncpasswd=\[REDACTED:vnc-[a-z-]+:[0-9a-f]{12}\]'
has plain ': sound, '
# The counts of all members come first.
/usr/bin/python3 - <<'END'
lines = open("plain").read().split("\n")
counts = [i for i, l in enumerate(lines) if " redacted: " in l]
assert counts == list(range(len(counts))), counts
END
run 0 "$XB" verify --review --json b
/usr/bin/python3 - <<'END'
import json
r = {m["member"]: m for m in json.load(open("out"))["review"]}
m = r["domains/1-guest1/etc/xen/guest1.cfg"]
text = open("b/domains/1-guest1/etc/xen/guest1.cfg", "rb").read().split(b"\n")
assert m["redacted"] == sum(m["rules"].values())
for line in m["lines"]:
    assert line["text"].encode() in text[line["line"] - 1], line
END
# Many lines, long ones, and such as a terminal would obey; the last token
# stands across what is held at once.
log=files/var/log/xen/xenstored.log
token='[REDACTED:password:0123456789ab]'
before=$(wc -l <b/$log)
/usr/bin/python3 - "b/$log" "$token" <<'END'
import sys
log, t = sys.argv[1:]
with open(log, "a") as f:
    f.write("x" * 300000 + t + "y" * 300000 + "\n"
            + "\x1b[31mred " + t + "\n" + (t + t + "\n") * 100)
END
run 4 "$XB" verify --review b # its sum is another
has out "^$log: 202 redacted: password 202\$"
has out "^ +$((before + 1))  x{60}\\[REDACTED:password:0123456789ab\\]y{40}\$"
has out "^ +$((before + 2))  .x1b\\[31mred \\[REDACTED"
has out '^ +and 82 more lines$'
lacks out "$(printf '\033')"
[ "$(wc -L <out)" -lt 900 ] || fail 'lines are too long'
# Nothing was hidden.
run 0 "$XB" collect -y -q --replay "$host" --only sys_memory -f dir -o none
run 0 "$XB" verify --review none
has out '^nothing was redacted$'
