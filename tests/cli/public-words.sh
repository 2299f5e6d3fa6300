# alone
# A user or a host may be called like a word that this program writes: their
# bundle is sound, its texts are whole, and where it counts the name is replaced.
fresh_etc
run 0 "$XB" key --init
cp /etc/passwd passwd
id=2000
for name in max plugin probe argv timeout findings severity evidence title \
    duration absent loop summaries kernels hinterseer; do
    id=$((id + 1))
    echo "$name:x:$id:$id:,,,:/home/$name:/bin/sh" >>passwd
done
# there COMMAND...: where these users are, on a host called bytes.
there() {
    unshare -m -u sh -c 'mount --bind passwd /etc/passwd && hostname bytes &&
        exec "$@"' there "$@"
}
run 0 there "$XB" collect -y -q --privacy public -f dir -o "$PWD/made" \
    --only sys_memory,sys_storage,sys_net --note 'ask hinterseer'
run 0 there "$XB" verify --deep made
has out 'Names, addresses and serial numbers of this host were looked for'
for file in manifest diagnosis; do
    run 0 /usr/bin/python3 -m json.tool made/$file.json
done
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" made
holds made 'm["options"]["note"].startswith("ask user-")' \
    'm["host"]["name"].startswith("host-")' \
    'any(i["plugin"] == "sys_memory" for i in items)'
run 0 "$XB" diagnose made
run 0 "$XB" report made -o page.html

# The keys of what the probe tells, numbers and headings stay, what they tell of
# goes, in each of its parts; and it can still be read.
cat >probe.py <<'END'
import os, sys
sys.path.append(os.path.join(sys.argv[1], "tests/hosts"))
from synthetic import write
info = '''{
  "xen": {
    "version": "4.17.7",
    "command_line": "console=numa free=cpu_khz 4711",
    "features": "0x4711"
  },
  "physinfo": {
    "nr_cpus": 4711,
    "cpu_khz": 2600000,
    "virt_caps": [
      "numa",
      "hvm"
    ]
  },
  "numa_nodes": [
    {
      "node": 0,
      "memory_kib": 1048412,
      "free_kib": 248020
    }
  ]
}
'''
write("probed", {"name": "zugspitze", "kernel": "6.1.0", "machine": "x86_64",
                 "xen": "4.17.7"}, [
    (("probe", "info"), info),
    (("file", "/etc/passwd"), "".join(
        "%s:x:%d:%d::/home/%s:/bin/sh\n" % (n, 1001 + i, 1001 + i, n)
        for i, n in enumerate(["virt_caps", "cpu_khz", "numa_nodes", "memory_kib",
                               "numa", "pages"])))])
END
/usr/bin/python3 probe.py "$TOP"
run 0 "$XB" collect -y -q --replay probed --privacy public --keyword 4711 \
    -f dir -o probed-public
/usr/bin/python3 - probed-public/xen/info.json <<'END'
import json, re, sys
o = json.load(open(sys.argv[1]))
assert o["physinfo"]["nr_cpus"] == 4711 and o["physinfo"]["cpu_khz"] == 2600000
assert re.match(r"user-\w{8}$", o["physinfo"]["virt_caps"][0]), o
assert o["numa_nodes"][0] == {"node": 0, "memory_kib": 1048412, "free_kib": 248020}
line = o["xen"]["command_line"]
assert re.match(r"console=user-\w{8} free=user-\w{8} keyword-\w{8}$", line), line
END
has probed-public/xen/info.txt '^NUMA nodes'
has probed-public/xen/info.txt 'Node +MiB +Free'
run 0 "$XB" collect -y -q --replay probed -f dir -o probed-secrets
run 0 "$XB" redact probed-secrets --privacy public -f dir -o probed-later
/usr/bin/python3 - probed-later/xen/info.json <<'END'
import json, sys
o = json.load(open(sys.argv[1]))
assert o["numa_nodes"][0]["node"] == 0 and "cpu_khz" in o["physinfo"]
END

# What is no word of ours is found in our own texts, and all in the others.
cp -r made wrong
echo 'told by hinterseer' >>wrong/summary.txt
run 4 there "$XB" verify --deep wrong
has out '^summary.txt:[0-9]+: a name, address or serial number of this host'
rm -r wrong
cp -r made wrong
echo "up to the max" >>wrong/files/proc/meminfo
run 4 there "$XB" verify --deep wrong
has out '^files/proc/meminfo:[0-9]+: a name, address or serial number of this host'
