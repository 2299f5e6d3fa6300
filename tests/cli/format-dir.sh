# --format dir makes a recorded host: replayed, it gives the same items.
run 0 "$XB" collect -y -q --only sys_memory,sys_kernel,sys_net -f dir -o host
host=$(cat out)
[ -d "$host" ] || fail "no folder at $host"
[ "$(stat -c %a "$host")" = 700 ] || fail "mode $(stat -c %a "$host")"
find "$host" ! -user root -o -type f ! -perm 600 -o -type d ! -perm 700 >wrong
[ ! -s wrong ] || fail "owner or mode: $(cat wrong)"
run 0 "$XB" verify "$host"
run 0 "$XB" inspect "$host" summary.txt

collect --replay "$host" -o again.tar.bz2
run 0 "$XB" verify again.tar.bz2
/usr/bin/python3 - "$host" <<'END'
import json, sys, tarfile
old = json.load(open(sys.argv[1] + "/manifest.json"))
tar = tarfile.open("again.tar.bz2")
new = json.load(tar.extractfile(tar.getmembers()[-1]))
assert new["replayed"] and not old["replayed"]
assert new["host"] == old["host"]
assert new["key_id"] == old["key_id"]


def seen(m):
    return {(i["plugin"], i["item"], i.get("path"), tuple(i.get("argv", ()))):
            (i["status"], i.get("exit"), i.get("member"), i.get("sha256"))
            for i in m["items"]
            if i["status"] != "skipped" and i["source"] != "own"}


a, b = seen(old), seen(new)
assert len(a) > 20
for key in a:
    if key in b and a[key] != b[key]:
        sys.exit(f"{key}: recorded {a[key]}, replayed {b[key]}")
    if key not in b:
        sys.exit(f"{key}: recorded, not replayed")
END
# A packed bundle is a recorded host as well, and a replay of a replay is equal.
collect --replay again.tar.bz2 -o third.tar.bz2
/usr/bin/python3 - <<'END'
import tarfile
def members(path):
    tar = tarfile.open(path)
    return {t.name.split("/", 1)[1]: tar.extractfile(t).read()
            for t in tar if t.isfile()}
a, b = members("again.tar.bz2"), members("third.tar.bz2")
assert a.keys() == b.keys(), a.keys() ^ b.keys()
for name in a:
    assert a[name] == b[name], name
END
