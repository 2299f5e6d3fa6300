# -q: the path and nothing else; --json: one object a line.
run 0 "$XB" collect -y -q --only sys_memory -o .
[ "$(wc -l <out)" = 1 ] || fail '-q says more than the path'
[ ! -s err ] || fail '-q says something on stderr'
[ -f "$(cat out)" ] || fail 'the path is not there'
rm -f ./*.tar.bz2
run 0 "$XB" collect -y --json --only sys_memory,sys_net -o .
/usr/bin/python3 - <<'END'
import glob, json, os
events = [json.loads(line) for line in open("out")]
assert all(isinstance(e, dict) for e in events)
assert len(events) > 5
made = os.path.realpath(glob.glob("*.tar.bz2")[0])
assert any(isinstance(v, str) and v.endswith(".tar.bz2") and
           os.path.realpath(v) == made for v in events[-1].values())
END
lacks out "$(printf '\033')"
# In words: the last lines say where it is, how large, and what is missing.
rm -f ./*.tar.bz2
run 0 "$XB" collect -y --only sys_memory,xen_hypervisor -o .
has out "$(echo ./*.tar.bz2 | sed 's|^\./||')"
has out '[0-9] ?(KiB|MiB|B|bytes)'
