# Counters are read twice, at once with everything else, and what was recorded
# of them replays as it is.
collect -o one --format dir --only sys_rates,sys_memory --interval 300ms
[ "$(head -n 1 "$bundle/samples/proc/stat" | tr -d 0-9)" = \
    '# two samples,  ms apart, and the difference' ] || fail "no first line"
for part in first second 'difference, of the lines that changed'; do
    has "$bundle/samples/proc/stat" "^--- $part\$"
done
/usr/bin/python3 - "$bundle" <<'END'
import json, sys
items = json.load(open(sys.argv[1] + "/manifest.json"))["items"]
s = {i["item"]: i for i in items if i["plugin"] == "sys_rates"}
assert s["stat"]["status"] == "ok", s["stat"]
assert 290 <= s["stat"]["interval_ms"] < 60000, s["stat"]
text = open(sys.argv[1] + "/samples/proc/stat").read()
first, rest = text.split("--- first\n")[1].split("--- second\n")
second, diff = rest.split("--- difference, of the lines that changed\n")
rows = lambda t: {l.split()[0]: l.split()[1:] for l in t.splitlines()}
a, b, d = rows(first), rows(second), rows(diff)
assert int(d["ctxt"][0]) == int(b["ctxt"][0]) - int(a["ctxt"][0]) > 0
# One wait for all of them.
at = [i["started"] for i in s.values() if "started" in i]
assert max(at)[:16] == min(at)[:16], at
END
collect -o two --format dir --replay "$bundle"
cmp one/samples/proc/stat two/samples/proc/stat
collect -o three --format dir --replay two
cmp one/samples/proc/stat three/samples/proc/stat
collect -o three1 --format dir --replay one --jobs 1
cmp two/manifest.json three1/manifest.json
# In the plan they stand as what they are, and a plain reading is another item.
collect -o four --format dir --only sys_net/softnet-stat,sys_rates/softnet-stat
[ -e "$bundle/samples/proc/net/softnet_stat" ] || fail "no sample"
[ -e "$bundle/files/proc/net/softnet_stat" ] || fail "no plain file"
# xentop reads twice by itself, whole seconds apart.
run 0 "$XB" collect -y --dry-run --only xen_tools/xentop --interval 4100ms
has out 'xentop -b -f -i 2 -d 5$'
run 2 "$XB" collect -y --interval 2
one_line 'interval'
# What was read once is kept where the run ends before the second reading.
run 3 "$XB" collect -y -q --only sys_rates -o cut --format dir \
    --interval 120s --max-time 3s
for part in '# one sample: the run ended before the second' '--- first'; do
    has cut/samples/proc/stat "^$part\$"
done
has cut/samples/proc/stat '^ctxt '
lacks cut/samples/proc/stat '^--- second|difference'
/usr/bin/python3 - <<'END'
import json
s = {i["item"]: i for i in json.load(open("cut/manifest.json"))["items"]}
i = s["stat"]
assert i["status"] == "partial" and i["interval_ms"] < 60000, i
assert i["error"].startswith("only the first of two readings: the time"), i
END
run 0 "$XB" verify cut
collect -o cut1 --format dir --replay cut
cmp cut/samples/proc/stat cut1/samples/proc/stat
