# docs/COLLECTED.md promises no item that is not there: each name or pattern it
# has behind a plugin's fits one that is listed, or that a recorded host has.
run 0 "$XB" plugins --json
/usr/bin/python3 - "$TOP" out <<'END'
import fnmatch, glob, itertools, json, re, sys
top, listed = sys.argv[1:]
names = {(i["plugin"], i["item"]) for i in map(json.loads, open(listed))}
for manifest in glob.glob(top + "/tests/hosts/xen-*/manifest.json"):
    names |= {(i["plugin"], i["item"]) for i in json.load(open(manifest))["items"]}
plugins = {plugin for plugin, _ in names}


def spellings(text):
    parts = [re.split(",", p[1:-1]) if p[0] == "{" else [p]
             for p in re.findall(r"\{[^}]*\}|[^{]+", text)]
    return map("".join, itertools.product(*parts))


found, wrong = 0, []
for plugin, rest in re.findall(r"`(\w+)/([^`]+)`", open(
        top + "/docs/COLLECTED.md").read()):
    if plugin not in plugins:
        continue
    for pattern in spellings(rest):
        found += 1
        if not any(p == plugin and fnmatch.fnmatchcase(i, pattern)
                   for p, i in names):
            wrong.append(plugin + "/" + pattern)
if wrong or found < 150:
    sys.exit("COLLECTED.md names %d, not there: %s" % (found, wrong))
END
