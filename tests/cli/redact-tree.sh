# A folder with all below it: the same layout, all text redacted, and a word
# about everything that is not there.
umask 022
mkdir -p in/etc/xen in/log/deep/er in/empty
printf 'vncpasswd = "EXAMPLE-one"\n' >in/etc/xen/a.cfg
printf "vncpasswd='EXAMPLE-one'\n" >in/etc/xen/b.cfg
echo 'nothing here' >in/log/plain
touch -d '2026-01-02 03:04:05Z' in/log/plain
echo 'vncpasswd = "EXAMPLE-two"' | gzip >in/log/old.1.gz
cp in/log/old.1.gz in/log/both.gz
echo 'plain beside packed' >in/log/both
: >in/log/deep/er/none
echo 'name is enough' >'in/log/deep/vm-vncpasswd=EXAMPLE-name'
# what is left out
head -c 20000 "$LIBEXEC/xen-bugtool-worker" >in/log/program
ln -s /etc/hostname in/link
ln -s ../log in/etc/xen/folder
mkfifo in/fifo
printf -- '-----BEGIN KEY-----\n' >in/etc/id_rsa
mkdir -p in/etc/ssl/private
echo key >in/etc/ssl/private/x

run 0 "$XB" redact -r in -o made --stats
has err '^left out: log/program: binary content'
has err '^left out: link: a symbolic link'
has err '^left out: etc/xen/folder: a symbolic link'
has err '^left out: fifo: a device, FIFO or socket'
has err '^left out: etc/id_rsa: a private key'
has err '^left out: etc/ssl/private: '
has err '^vnc-password +4$'
find made -type f -printf '%P\n' | sed 's/[0-9a-f]\{12\}\]/TOKEN]/' |
    LC_ALL=C sort >names
cat >wanted <<'END'
etc/xen/a.cfg
etc/xen/b.cfg
log/both
log/both.gz
log/deep/er/none
log/deep/vm-vncpasswd=[REDACTED:vnc-password:TOKEN]
log/old.1
log/plain
END
diff wanted names || fail 'other files than expected'
[ -d made/empty ] || fail 'the empty folder is not there'
# Equal secrets have equal tokens over all files, whatever their quoting.
[ "$(cat made/etc/xen/*.cfg | grep -oE '[0-9a-f]{12}\]' | sort -u | wc -l)" = 1 ] ||
    fail 'equal secrets with different tokens'
cmp in/log/plain made/log/plain
cmp in/log/both made/log/both
has made/log/old.1 '^vncpasswd = "\[REDACTED:vnc-password:'
has made/log/both.gz '^vncpasswd = "\[REDACTED:vnc-password:'
[ "$(stat -c %Y made/log/plain)" = "$(stat -c %Y in/log/plain)" ] ||
    fail 'the time of the file is lost'
[ "$(find made ! -user root -o ! -perm -u=r -o -perm /077 | wc -l)" = 0 ] ||
    fail 'owner or mode of what was made'
! grep -rE 'EXAMPLE-(one|two|name)' made || fail 'a secret is left'

# --check names the files, writes nothing.
before=$(ls)
touch out err
run 4 "$XB" redact -r --check in
[ "$(grep -c ': 1$' out)" = 4 ] || fail 'not four files'
lacks out 'EXAMPLE'
lacks err 'EXAMPLE'
[ "$(ls)" = "$before" ] || fail 'something was made'
run 4 "$XB" redact -r --check --stats --json in
/usr/bin/python3 -c 'import json
lines = [json.loads(line) for line in open("out")]
assert len(lines) == 5 and lines[-1]["hidden"] == 4, lines
assert {"file": "etc/xen/a.cfg", "hidden": 1} in lines, lines'
run 0 "$XB" redact -r --check made

# The new folder may lie within the old one: it is not read.
run 0 "$XB" redact -r in -o in/out
[ ! -e in/out/out ] || fail 'the new folder was read'
[ -z "$(ls -A in | grep '^\.')" ] || fail 'left: a temporary folder'
rm -r in/out

# As a user: what may not be read is named, the rest is made; status 3.
mkdir users
chmod 777 users
chmod 600 in/log/plain
run 3 as_nobody "$XB" redact -r in -o users/made
has err "log/plain.*Permission denied"
[ "$(stat -c '%u %a' users/made)" = '65534 700' ] || fail 'owner of the folder'
[ -e users/made/etc/xen/a.cfg ] || fail 'the rest is missing'
[ ! -e users/made/log/plain ] || fail 'an unread file was made'

# Another user's file under a second name is not read for them.
mkdir -m 777 theirs
chown 65534 theirs
echo secret >roots
ln roots theirs/planted
run 0 "$XB" redact -r theirs -o planted
has err "left out: planted: another owner's file"

# A damaged log: what could be read is kept, and named; the rest goes on.
mkdir damaged
seq 1 100000 | gzip >whole.gz
head -c 60000 whole.gz >damaged/a.gz
echo fine >damaged/b
run 3 "$XB" redact -r damaged -o half
has err 'a\.gz: cannot be decompressed'
[ "$(wc -l <half/a)" -gt 1000 ] || fail 'what could be read is missing'
has half/b fine

# What cannot be: the new folder exists, there is no such folder, it is a file.
run 1 "$XB" redact -r in -o made
one_line 'exists'
run 1 "$XB" redact -r nosuch -o new
one_line 'cannot open nosuch'
run 1 "$XB" redact -r in/etc/xen/a.cfg -o new
one_line 'folder'
run 1 "$XB" redact -r in -o nosuch/new
one_line 'nosuch'
[ ! -e new ] || fail 'something was made'
