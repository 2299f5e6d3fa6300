#!/usr/bin/python3
"""plant.py FOLDER MEMBER TEXT [NEW-NAME]: appends TEXT (\\n and the like are
read) to a member of a bundle that lies as a folder, and makes the manifest fit,
so that nothing but the text is wrong.  MEMBER manifest.json: TEXT becomes the
note.  With NEW-NAME the member gets that name."""
import hashlib
import json
import os
import sys

folder, member, text = sys.argv[1:4]
name = sys.argv[4] if len(sys.argv) > 4 else member
added = text.encode("ascii").decode("unicode_escape").encode("latin-1")
where = os.path.join(folder, "manifest.json")
with open(where, "rb") as f:
    lines = f.read().decode().split("\n")
if member == "manifest.json":
    lines = [l.replace('"note":"EXAMPLE"', '"note":' + json.dumps(text))
             for l in lines]
else:
    path = os.path.join(folder, member)
    with open(path, "rb") as f:
        data = f.read()
    old = hashlib.sha256(data).hexdigest()
    size = len(data)
    data += added
    os.remove(path)
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)
    done = 0
    for i, line in enumerate(lines):
        if f'"{member}"' in line and old in line:
            lines[i] = (line.replace(old, hashlib.sha256(data).hexdigest())
                        .replace(f'"{member}"', f'"{name}"')
                        .replace(f'"bytes_stored":{size}', f'"bytes_stored":{len(data)}'))
            done += 1
    assert done == 1, (member, done)
with open(where, "wb") as f:
    f.write("\n".join(lines).encode())
