# A xenstored that runs in a domain of its own, whatever that is called, is not
# taken for one that is dead.
/usr/bin/python3 -B - "$TOP/tests" <<'END'
import json, sys
sys.path[:0] = [sys.argv[1] + "/diagnose", sys.argv[1] + "/hosts"]
import states, synthetic
head = {"name": "synthetic", "kernel": "6.1.0", "machine": "x86_64",
        "xen": "4.17.3"}
for name, flag, pid in (("dead", False, "811\n"), ("flag", True, "811\n"),
                        ("pid", False, "domid:1\n")):
    domains = [{"domid": 0, "running": True},
               {"domid": 1, "blocked": True, "xenstore_domain": flag}]
    names = {"domains": [{"domid": 1, "name": "store-4711"}]}
    synthetic.write(name, head, [
        (("probe", "domains"), json.dumps({"domains": domains})),
        (("probe", "devices"), json.dumps(names)),
        (("file", "/run/xen/xenstored.pid"), pid),
        states.ps((0, "/usr/sbin/xenconsoled"))])
END
for host in dead flag pid; do
    collect --replay "$host" --format dir -o "$host.bundle"
done
has dead.bundle/diagnosis.json '"id": *"xenstored-not-running"'
for host in flag pid; do
    lacks "$host.bundle/diagnosis.json" '"id": *"xenstored-not-running"'
done
