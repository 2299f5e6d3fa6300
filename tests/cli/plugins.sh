# plugins lists what there is and what each would collect here.
run 0 "$XB" plugins
for plugin in $(sed -n 's/^PLUGIN(\(.*\))$/\1/p' "$TOP/plugins/plugins.def"); do
    has out "$plugin"
done
run 0 as_nobody "$XB" plugins
has out 'sys_memory'
run 0 "$XB" plugins --json
/usr/bin/python3 - <<'END'
import json
lines = [json.loads(line) for line in open("out")]
assert len(lines) > 5
assert any(line.get("plugin") == "sys_memory" or
           line.get("name") == "sys_memory" for line in lines)
END
/usr/bin/python3 - <<'END'
import json
items = [json.loads(line) for line in open("out")]
loads = {i["item"]: i for i in items if i["plugin"] == "sys_storage"}
assert loads["losetup-l"]["modules"] == ["loop"], loads["losetup-l"]
assert "modules" not in loads["lsblk-f"], loads["lsblk-f"]
END
run 0 "$XB" plugins -v
has out "sys_net/ss-tcp .*needs the kernel's inet_diag, tcp_diag"
