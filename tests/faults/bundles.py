"""bundles.py: bundles that somebody made to hurt whoever opens them.

Each is given to every command that reads bundles: it must end in its time and
memory, refuse with 4 (or 1, what it cannot open), write nothing, and send no
control byte to a terminal."""
import bz2
import hashlib
import io
import json
import os
import random
import subprocess
import tarfile
import time

import bombs
import lib
from lib import BUILD, WORK, XB, Folder, Outcome, clean_env, many

TOP_FOLDER = "xen-bugtool-x-20260101T000000Z"
MAX_KIB = 96 * 1024
MANY_KIB = 68 * 1024
SECONDS = 900 if lib.FULL else 120
MAX_SMALL = 32 * 1024
BATCH = 1000
ESCAPE = "\x1b]0;owned\x07\x1b[2J\u009b31m\u202e<script>alert(1)</script>" \
         "<svg onload=alert(2)>'\"&"


def base():
    """(manifest, [(name, bytes)]) of a small sound bundle."""
    with Folder() as folder:
        subprocess.run([XB, "collect", "-y", "-q", "--only",
                        "sys_memory/meminfo", "-o", folder + "/"], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       env=clean_env())
        name = os.listdir(folder)[0]
        members = []
        with tarfile.open(f"{folder}/{name}") as tar:
            for info in tar:
                if info.isfile():
                    members.append((info.name.split("/", 1)[1],
                                    tar.extractfile(info).read()))
    return json.loads(members[-1][1]), members[:-1]


def manifest_bytes(m):
    """As the program writes it: one item a line, items last."""
    head = {k: v for k, v in m.items() if k != "items"}
    text = json.dumps(head)[:-1] + ',"items":[\n'
    return (text + ",\n".join(json.dumps(i) for i in m["items"])
            + "\n]}\n").encode()


def tar_of(members, top=TOP_FOLDER):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo(top)
        info.type, info.mode = tarfile.DIRTYPE, 0o700
        tar.addfile(info)
        for name, data, *more in members:
            info = tarfile.TarInfo(name if name.startswith(("/", "!"))
                                   else f"{top}/{name}")
            info.name = info.name.lstrip("!")
            info.mode, info.size = 0o600, len(data)
            if more:
                info.type, info.linkname = more
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def changed(m, **fields):
    m = json.loads(json.dumps(m))
    m.update(fields)
    return m


def every_string(value, text):
    if isinstance(value, str):
        return text
    if isinstance(value, list):
        return [every_string(v, text) for v in value]
    if isinstance(value, dict):
        return {k: v if k in ("status", "source", "sha256", "member", "started",
                              "start", "end", "role", "sync", "truncated",
                              "name") and k != "host" and not
                (k == "name" and "kernel" in value)
                else every_string(v, text) for k, v in value.items()}
    return value


def cases():
    """{name: (bytes, sound)}; sound: verify may say that all is well."""
    m, members = base()
    last = ("manifest.json", manifest_bytes(m))
    good = tar_of(members + [last])
    first = next(i for i in m["items"] if "member" in i)

    def with_manifest(raw):
        return tar_of(members + [("manifest.json", raw)])

    def lie(**fields):
        n = changed(m)
        n["items"][m["items"].index(first)].update(fields)
        return with_manifest(manifest_bytes(n))

    found = {
        "nothing": b"",
        "noise": os.urandom(100000),
        "an archive without a manifest": tar_of(members),
        "up and out": tar_of(members + [("../../../../tmp/owned", b"x"), last]),
        "an absolute name": tar_of(members + [("/tmp/owned", b"x"), last]),
        "out of the middle": tar_of(members + [("a/../../b", b"x"), last]),
        "another top folder": tar_of(members + [("!other/x", b"x"), last]),
        "a symbolic link": tar_of(members + [
            ("link", b"", tarfile.SYMTYPE, "/etc/shadow"), last]),
        "a link and a file behind it": tar_of(members + [
            ("d", b"", tarfile.SYMTYPE, "/tmp"), ("d/owned", b"x"), last]),
        "a hard link": tar_of(members + [
            ("link", b"", tarfile.LNKTYPE, "/etc/shadow"), last]),
        "a device": tar_of(members + [
            ("dev", b"", tarfile.CHRTYPE, ""), last]),
        "a FIFO": tar_of(members + [("fifo", b"", tarfile.FIFOTYPE, ""), last]),
        "a member twice": tar_of(members + [members[0], last]),
        "the manifest twice": tar_of(members + [last, last]),
        "one more member": tar_of(members + [("more", b"x"), last]),
        "one less": tar_of(members[1:] + [last]),
        "a wrong size": lie(bytes_stored=1 << 50),
        "a wrong sum": lie(sha256="0" * 64),
        "a member that is another's": lie(member="summary.txt"),
        "a status that is none": lie(status="fine"),
        "a number for a text": lie(plugin=7),
        "JSON that does not end": with_manifest(last[1][:200]),
        "JSON 100,000 deep": with_manifest(
            b'{"manifest":1,"x":' + b"[" * 100000 + b"]" * 100000 + b"}"),
        "a string of 8 MiB": with_manifest(
            b'{"manifest":1,"x":"' + b"a" * (8 << 20) + b'"}'),
        "a number of 1 MiB": with_manifest(
            b'{"manifest":' + b"1" * (1 << 20) + b"}"),
        "no UTF-8": with_manifest(last[1].replace(b"meminfo", b"mem\xff\xfeo")),
        "a NUL": with_manifest(last[1].replace(b"meminfo", b"mem\0info")),
        "something behind it": None,
        "a second stream": None,
    }
    n = changed(m)
    n["items"] += [{"plugin": "x", "item": "y", "source": "file",
                    "path": f"/p/{i}", "status": "absent"}
                   for i in range(200000)]
    found["200,000 items"] = with_manifest(manifest_bytes(n))
    packed = {k: bz2.compress(v, 1 if len(v) > 1 << 22 else 9)
              for k, v in found.items() if v is not None}
    packed["something behind it"] = bz2.compress(good) + b"tail"
    packed["a second stream"] = bz2.compress(good) + bz2.compress(b"x")
    out = {k: (v, k == "200,000 items") for k, v in packed.items()}
    shown = every_string(changed(m), ESCAPE)
    shown["tool"], shown["options"]["format"] = m["tool"], "tar.bz2"
    out["escapes and HTML in every field"] = (
        bz2.compress(with_manifest(manifest_bytes(shown))), True)
    inner = bz2.compress(bytes(50 << 20), 1)
    for name, size in (("an archive in it", inner),):
        n = changed(m)
        n["items"].insert(0, dict(first, item="inner", member="inner.tar.bz2",
                                  bytes_stored=len(size),
                                  sha256=hashlib.sha256(size).hexdigest()))
        out[name] = (bz2.compress(tar_of(
            [("inner.tar.bz2", size)] + members
            + [("manifest.json", manifest_bytes(n))])), True)
    return out


COMMANDS = {
    "inspect": lambda b, o: ["inspect", b],
    "verify": lambda b, o: ["verify", b],
    "diagnose": lambda b, o: ["diagnose", b],
    "report": lambda b, o: ["report", b, "-o", f"{o}/page.html"],
    "redact": lambda b, o: ["redact", b, "-o", f"{o}/new.tar.bz2"],
    "replay": lambda b, o: ["collect", "-y", "-q", "--replay", b, "-o",
                            f"{o}/new.tar.bz2"],
    # Nobody listens there: what would be sent ends with 5.
    "upload": lambda b, o: ["upload", "-y", b, "https://127.0.0.1:9/x"],
}


def most_memory(master):
    """KiB, of the largest process that it started."""
    most = 0
    try:
        with open(f"/proc/{master}/task/{master}/children") as f:
            pids = f.read().split()
        for pid in pids:
            with open(f"/proc/{pid}/status") as f:
                for line in f:
                    if line.startswith("VmHWM:"):
                        most = max(most, int(line.split()[1]))
    except OSError:
        pass
    return most


def figures(took):
    """The note of a row: what took longest, and most memory."""
    longest, most = max(took), max(took, key=lambda t: t[1])
    return (f"at most {longest[0]:.1f} s ({longest[2]}), {most[1] >> 10} MiB in "
            f"one process ({most[2]})")


def ends_of(command, sound, path):
    """The exit statuses that are true of it."""
    if command == "upload":
        return (4, 5) if sound else (4,)  # what cannot be looked through: 4
    if command == "replay":  # makes one of what is there, or none
        return (0, 3) if sound else (0, 1, 3)
    if sound:
        return (0,)
    if command == "inspect":  # without a check: it says so
        return (0, 4)
    # What is no archive at all is taken for a text.
    return (1, 4) if command == "redact" and os.path.getsize(path) and \
        not tar_begins(path) else (4,)


def tar_begins(path):
    try:
        with tarfile.open(path) as tar:
            return tar.next() is not None
    except (tarfile.TarError, OSError, EOFError):
        return False


def run(command, path, sound, max_kib=MAX_KIB, took=None):
    with Folder() as out, Folder() as aside:
        begun = time.monotonic()
        with open(f"{aside}/text", "wb") as text:
            child = subprocess.Popen(
                [XB] + COMMANDS[command](path, out), stdin=subprocess.DEVNULL,
                stdout=text, stderr=text, cwd=aside, env=clean_env(),
                start_new_session=True)
            end = begun + SECONDS
            kib = 0
            while child.poll() is None:
                kib = max(kib, most_memory(child.pid))
                if time.monotonic() > end:
                    lib.wait_session(child.pid, 0)
                    child.wait()
                    return Outcome("bad", False, f"{command}: hung")
                time.sleep(0.01)
        status = child.returncode
        if took is not None:
            took.append((time.monotonic() - begun, kib, command))
        with open(f"{aside}/text", "rb") as f:
            said = f.read()
        made = os.listdir(out)
        why = None
        bad = [c for c in said.decode(errors="replace")
               if (ord(c) < 32 and c not in "\n\t") or 0x7f <= ord(c) < 0xa0
               or c == "\u202e"]
        fine = ends_of(command, sound, path)
        if status not in fine:
            why = f"exit {status}, not {fine}"
        elif status not in (0, 3) and made and command != "report":
            why = f"exit {status}, and left {made}"
        elif os.listdir(aside) != ["text"]:
            why = f"left {os.listdir(aside)} where it stood"
        elif command == "inspect" and not status and not sound and (
                b"was not verified" not in said):
            why = "showed it without a word"
        elif bad:
            why = f"sent control characters: {bad[:5]!r}"
        elif kib > max_kib:
            why = f"took {kib} KiB"
        elif b"ended by signal" in said:
            why = "crashed"
        elif os.path.exists("/tmp/owned"):
            os.unlink("/tmp/owned")
            why = "wrote outside"
        elif command == "report" and made:
            with open(f"{out}/{made[0]}", errors="replace") as f:
                page = f.read()
            if "<script>alert" in page or "<svg onload" in page:
                why = "HTML of the bundle is in the page"
            elif status == 4 and "Not sound" not in page:
                why = "the page does not say that the bundle is not sound"
        if why:
            return Outcome("bad", False, f"{command}: {why}: "
                           + said[-300:].decode(errors="replace"))
        return Outcome("taken" if status == 0 else "refused", True, "")


def save(name, data):
    path = f"{WORK}/{name}"
    with open(path, "wb") as f:
        f.write(data)
    os.chmod(path, 0o644)
    return path


def cut_or_flipped(packed, tar):
    """Every byte (or a sample): cut there, and one bit of it changed."""
    rng = random.Random(7)
    wanted = lib.sample(len(packed) - 1, 120)

    def one(point):
        kind, at = point
        data = packed[:at] if kind == "cut" else packed[:at] + bytes(
            [packed[at] ^ (1 << rng.randrange(8))]) + packed[at + 1:]
        path = save(f"{kind}.{at}", data)
        seen = subprocess.run([XB, "verify", path], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, env=clean_env(),
                              stderr=subprocess.PIPE, timeout=SECONDS)
        os.unlink(path)
        if seen.returncode == 4:
            return Outcome("refused", True, "")
        same = False
        if seen.returncode == 0:
            try:
                same = bz2.decompress(data) == tar
            except (OSError, ValueError):
                pass
        return Outcome("nothing changed" if same else "bad", same,
                       f"{kind} at {at}: exit {seen.returncode} "
                       + seen.stderr.decode(errors="replace"))
    return (many(one, [("cut", n) for n in wanted]),
            many(one, [("flip", n) for n in wanted]))


def by_command(command, packed):
    """What verify refuses, whole, each command is given, at a few places."""
    rng = random.Random(8)

    def one(n):
        at = rng.randrange(1, len(packed)) if n else len(packed) - 1
        flipped = bytes([packed[at] ^ (1 << n % 8)])
        path = save(f"{command}.{n}", packed[:at] if n % 2 else
                    packed[:at] + flipped + packed[at + 1:])
        seen = subprocess.run([XB, "verify", path], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, env=clean_env(),
                              stderr=subprocess.DEVNULL, timeout=SECONDS)
        outcome = run(command, path, seen.returncode == 0)
        os.unlink(path)
        return outcome

    return many(one, range(12))


def in_process(packed):
    """Every cut and every flipped byte, through the reader's own harness."""
    assert len(packed) < MAX_SMALL, len(packed)
    out = []
    for first in range(0, len(packed), BATCH):
        with Folder() as folder:
            batch = range(first, min(first + BATCH, len(packed)))
            for at in batch:
                flipped = bytes([packed[at] ^ (1 << at % 8)])
                with open(f"{folder}/c{at}", "wb") as f:
                    f.write(packed[:at])
                with open(f"{folder}/f{at}", "wb") as f:
                    f.write(packed[:at] + flipped + packed[at + 1:])
            seen = subprocess.run([f"{BUILD}/fuzz/unpack", folder],
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=600)
        ok = seen.returncode == 0
        out += [Outcome("survived" if ok else "bad", ok,
                        seen.stdout[-400:].decode(errors="replace"))] * (
            2 * len(batch))
    return out


def with_log(content):
    """A sound bundle in which one source was of these bytes."""
    m, members = base()
    m = changed(m)
    item = next(i for i in m["items"] if "member" in i)
    item.update(bytes_stored=len(content),
                sha256=hashlib.sha256(content).hexdigest())
    members = [(name, content if name == item["member"] else data)
               for name, data in members]
    return bz2.compress(tar_of(members + [("manifest.json",
                                           manifest_bytes(m))]))


def bomb_rows(table):
    mib = 10240 if lib.FULL else 256

    def row(name, path, sound=False, most=MAX_KIB):
        took = []
        table.row(name, many(lambda c: run(c, path, sound, most, took),
                             COMMANDS))
        table.note(figures(took))
        os.unlink(path)

    for packer in ("zstd", "bzip2"):
        path = f"{WORK}/bomb.tar.{packer}"
        bombs.zeros(path, f"{TOP_FOLDER}/zeros", mib, packer)
        size = os.path.getsize(path)
        if packer == "bzip2":
            with open(path, "rb") as f:
                inner = f.read()
        row(f"bundle: {mib} MiB of zeros in {size} bytes, {packer}", path)
    row(f"bundle: a log that is {mib} MiB in {len(inner)} bytes",
        save("log.tar.bz2", with_log(inner)), True)
    # No more are taken than the largest run makes, and those need no more
    # memory than a run does.
    n = 1000000
    path = f"{WORK}/many.tar.zst"
    bombs.members(path, TOP_FOLDER, n)
    row(f"bundle: {n} members", path, most=MANY_KIB)
    for packer in ("zstd", "gzip"):
        nested = bombs.nested(packer)
        row(f"bundle: {packer} three times over, nothing in it",
            save(f"nested.tar.{packer}", nested))
        row(f"bundle: a log that is {packer} three times over",
            save("log.tar.bz2", with_log(nested)), True)
    log = b"a line of a log that says nothing\n" * (6 << 20)
    for packer in ("xz", "zstd"):
        row(f"bundle: {packer} with a window of 1 GiB or more",
            save(f"window.tar.{packer}", bombs.window(
                packer, tar_of([("log", log)]))))
        row(f"bundle: a log that is {packer} with such a window",
            save("log.tar.bz2", with_log(bombs.window(packer, log))), True)
    row("bundle: a bundle that is packed 25 times",
        save("packed.tar.bz2", bombs.packed(tar_of([("x", b"x")]), 25)))


def rows(table, only=None):
    def wanted(name):
        return not only or name in only
    made = cases()
    for name, (data, sound) in made.items():
        if wanted("cases") or wanted(name):
            path = save("hostile.tar.bz2", data)
            # A plan is held whole while it is replayed.
            most = MAX_KIB + (200000 if "items" in name else 0)
            table.row(f"bundle: {name}",
                      many(lambda c: run(c, path, sound, most), COMMANDS))
    if wanted("bombs"):
        bomb_rows(table)
    if wanted("bytes"):
        m, members = base()
        few = [x for x in members
               if x[0] not in ("report.html", "diagnosis.json")]
        keep = {x[0] for x in few}
        n = changed(m)
        n["items"] = [i for i in n["items"] if i.get("member") in keep]
        tar = tar_of(few + [("manifest.json", manifest_bytes(n))])
        packed = bz2.compress(tar)
        cut, flipped = cut_or_flipped(packed, tar)
        table.row(f"bundle of {len(packed)} bytes, cut", cut)
        table.row(f"bundle of {len(packed)} bytes, a bit flipped", flipped,
                  lambda c: None if c["nothing changed"] * 20 <= len(flipped)
                  else "too many went unnoticed")
        table.row("every byte cut and flipped, in one process",
                  in_process(packed))
        table.row("a few of these, by every command",
                  [o for c in COMMANDS for o in by_command(c, packed)])
