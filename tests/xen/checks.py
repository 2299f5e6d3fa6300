"""What the checks of all boots share: a recorded host, and the count of checks."""
import glob
import hashlib
import json
import os
import re

SECRET = b"s3cret-vnc-guest1"
PSS_LIMIT_KB = 64 * 1024
passed = failed = 0


def check(what, good, found=""):
    global passed, failed
    if good:
        passed += 1
        print("ok    " + what)
    else:
        failed += 1
        text = found if isinstance(found, str) else repr(found)
        print("FAIL  %s: %s" % (what, text[:600]))


def read(path):
    with open(path, "rb") as f:
        return f.read()


def text(path):
    try:
        return read(path).decode("utf-8", "replace")
    except OSError:
        return ""


class Host:
    """A recorded host, as jobs/lib.sh's collect leaves it."""

    def __init__(self, out, name):
        self.out, self.name = out, name
        self.dir = os.path.join(out, "hosts", name)
        self.exit = text(self.dir + "/exit-status").strip()
        self.err = text(self.dir + "/stderr")
        tops = glob.glob(self.dir + "/xen-bugtool-*/manifest.json")
        self.top = os.path.dirname(tops[0]) if tops else ""
        self.manifest = json.loads(read(tops[0])) if tops else {"items": []}
        self.items = self.manifest["items"]

    def say(self, what, good, found=""):
        check("%s: %s" % (self.name, what), good, found)

    def member(self, name):
        return text(os.path.join(self.top, name))

    def json(self, name):
        try:
            return json.loads(read(os.path.join(self.top, name)))
        except (OSError, ValueError):
            return {}

    def find(self, plugin, item=None, **fields):
        return [i for i in self.items
                if i["plugin"] == plugin and item in (None, i["item"]) and
                all(i.get(k) == v for k, v in fields.items())]

    def status(self, plugin, item):
        return {i["status"] for i in self.find(plugin, item)}

    def count(self):
        n = {}
        for i in self.items:
            n[i["status"]] = n.get(i["status"], 0) + 1
        return ", ".join("%d %s" % (n[s], s) for s in sorted(n))

    def whole(self, exit_status="0"):
        """What holds for every bundle, whatever the host was like."""
        self.say("exit status " + exit_status, self.exit == exit_status,
                 "%s: %s" % (self.exit, self.err[-400:]))
        self.say("a bundle came out", self.top != "", self.err[-400:])
        if not self.top:
            return False
        print("      %s: %s; %s" % (self.name, self.count(), took(self.dir)))
        self.say("complete", self.manifest.get("complete") is True,
                 self.manifest.get("cut"))
        wrong = [i["member"] for i in self.items if "sha256" in i and
                 hashlib.sha256(read(os.path.join(self.top, i["member"])))
                 .hexdigest() != i["sha256"]]
        self.say("every member is what its SHA-256 says", not wrong, wrong)
        modules = self.manifest["modules"]
        self.say("modules of the manifest are the same before and after",
                 modules["before"] == modules["after"] and modules["before"],
                 modules)
        leaks = [p for p in files(self.top) if SECRET in read(p) or
                 SECRET in os.fsencode(p)]
        self.say("no password", not leaks, leaks)
        for name in ("summary.txt", "xen-bugtool.log"):
            self.say(name + " is there", self.member(name) != "")
        return True


def files(top):
    return [os.path.join(d, f) for d, _, fs in os.walk(top) for f in fs]


def took(path):
    t = text(path + "/time")
    wall = re.search(r"Elapsed.*\): *(.*)", t)
    rss = re.search(r"Maximum resident.*: *(\d+)", t)
    return "took %s, largest process %s kB" % (
        wall[1] if wall else "?", rss[1] if rss else "?")


def same_state(out, a, b):
    for what in ("modules", "ring", "xenstore"):
        x = text("%s/state/%s.%s" % (out, what, a))
        y = text("%s/state/%s.%s" % (out, what, b))
        changed = sorted(set(x.splitlines()) ^ set(y.splitlines()))
        check("%s: unchanged from %s to %s" % (what, a, b),
              not changed and x != "", changed[:8])
