#!/usr/bin/python3
"""spoil.py BUNDLE FOLDER: writes copies of a bundle that verify must refuse."""
import bz2
import io
import os
import sys
import tarfile

with open(sys.argv[1], "rb") as f:
    packed = f.read()
plain = bz2.decompress(packed)
folder = sys.argv[2]
members = []
with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
    for info in tar:
        members.append(
            (info, tar.extractfile(info).read() if info.isfile() else b""))
top = members[0][0].name.split("/")[0]


def save(name, data):
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def pack(name, change):
    """Saves the members as they are after change(list)."""
    changed = [(tarfile.TarInfo.frombuf(i.tobuf(tarfile.PAX_FORMAT)[-512:],
                                        "utf-8", "surrogateescape"), d)
               for i, d in members]
    for (new, _), (old, _) in zip(changed, members):
        new.name = old.name
    changed = change(changed) or changed
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in changed:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    save(name, bz2.compress(out.getvalue()))


def find(items, end):
    for n, (info, _) in enumerate(items):
        if info.name.endswith(end):
            return n
    raise KeyError(end)


def replaced(items, end, data):
    n = find(items, end)
    items[n] = (items[n][0], data)


def named(items, end, name, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    items.insert(find(items, end), (info, b""))


def moved_last(items):
    items.append(items.pop(0))


manifest = members[find(members, "/manifest.json")][1]
meminfo = members[find(members, "/proc/meminfo")][1]

# The stream
save("empty", b"")
save("not-bzip2", b"BZh9" + b"\0" * 400)
save("cut", packed[:len(packed) // 2])
save("cut-by-one", packed[:-1])
save("tail-zeros", packed + b"\0" * 512)
save("tail-text", packed + b"hello\n")
save("two-streams", packed + bz2.compress(b"more"))
save("twice", packed + packed)
# The archive
save("tar-tail", bz2.compress(plain + b"x" * 512))
save("tar-cut", bz2.compress(plain[:len(plain) // 2]))
save("tar-no-end", bz2.compress(plain.rstrip(b"\0")))
save("tar-second", bz2.compress(plain + plain))
pack("duplicate", lambda i: i.insert(1, i[find(i, "/proc/meminfo")]))
pack("member-changed",
     lambda i: replaced(i, "/proc/meminfo", meminfo.replace(b"k", b"K")))
pack("member-missing", lambda i: i.pop(find(i, "/proc/meminfo")) and None)
pack("member-more",
     lambda i: named(i, "/manifest.json", top + "/files/not-listed"))
pack("no-manifest", lambda i: i.pop(find(i, "/manifest.json")) and None)
pack("manifest-not-last", lambda i: i.insert(0, i.pop()))
pack("manifest-twice", lambda i: i.append(i[-1]))
pack("name-absolute", lambda i: named(i, "/manifest.json", "/etc/passwd"))
pack("name-dotdot",
     lambda i: named(i, "/manifest.json", top + "/../../etc/passwd"))
pack("name-other-top", lambda i: named(i, "/manifest.json", "other/file"))
pack("link-symbolic", lambda i: named(i, "/manifest.json", top + "/link",
                                      tarfile.SYMTYPE, "/etc/passwd"))
pack("link-hard", lambda i: named(i, "/manifest.json", top + "/link",
                                  tarfile.LNKTYPE, top + "/manifest.json"))
pack("device", lambda i: named(i, "/manifest.json", top + "/null",
                               tarfile.CHRTYPE))
pack("fifo", lambda i: named(i, "/manifest.json", top + "/fifo",
                             tarfile.FIFOTYPE))
# The manifest
for name, data in (
        ("manifest-cut", manifest[:len(manifest) // 2]),
        ("manifest-tail", manifest + b"{}"),
        ("manifest-empty", b""),
        ("manifest-no-object", b"[]\n"),
        ("manifest-field-gone", manifest.replace(b'"key_id"', b'"key_jd"')),
        ("manifest-mistyped", manifest.replace(b'"complete":true',
                                               b'"complete":"yes"')),
        ("manifest-status", manifest.replace(b'"status":"ok"',
                                             b'"status":"fine"', 1)),
        ("manifest-deep", b'{"manifest":' + b"[" * 100000),
        ("manifest-escape", manifest.replace(b'"status":"ok"',
                                             b'"status":"\\u001b[2J"', 1))):
    assert data != manifest, name
    pack(name, lambda i, d=data: replaced(i, "/manifest.json", d))
