# alone
# Plugins from outside: every kind of item, and what becomes of bad sources.
fresh_etc
here=$PWD
mkdir -p logs/tree/deep
printf 'vncpasswd = "s3cretS3cret"\nmemory = 512\n' >logs/guest.cfg
printf 'one\n' >logs/a.log
printf 'two\n' | gzip -c >logs/b.log.gz
printf 'deep\n' >logs/tree/deep/file
mkfifo logs/fifo
ln -s /etc/shadow logs/link.log
ln -s "$here/logs/a.log" logs/good-link.log
drop_in site.yaml <<END
name: site
summary: what this site wants besides
items:
  - name: config
    file: $here/logs/guest.cfg
  - name: logs
    glob: $here/logs/*.log*
  - name: tree
    tree: $here/logs/tree
  - name: fifo
    file: $here/logs/fifo
  - name: gone
    file: $here/logs/gone
  - name: hello
    command: [printf, 'hello\npassword=s3cretS3cret\n']
  - name: fails
    command: [ls, $here/logs/gone]
  - name: not-installed
    command: [no-such-program-of-ours, -v]
  - name: shadow
    file: /etc/shadow
  - name: needs-module
    command: [printf, loaded]
    modules: [no_such_module_of_ours]
  - name: fallback
    command: [printf, second]
    instead_of: gone
END
run 0 "$XB" plugins
has out 'site'
collect --only site -o b.tar.bz2
run 0 "$XB" verify b.tar.bz2
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" b.tar.bz2
holds b.tar.bz2 'status("site/config") == "ok"' \
    'status("site/gone") == "absent"' \
    'status("site/fifo") == "refused"' \
    'status("site/shadow") == "refused"' \
    'status("site/hello") == "ok" and one("site/hello")["exit"] == 0' \
    'status("site/fails") == "failed" and one("site/fails")["exit"] == 2' \
    '"gone" in text(one("site/fails")["stderr"]["member"])' \
    'status("site/not-installed") == "absent"' \
    'status("site/needs-module") == "skipped"' \
    'status("site/fallback") == "ok"' \
    '[i for i in all_of("site/logs") if i.get("decoded") == "gzip"
      and text(i["member"]) == "two\n"]' \
    '[i for i in all_of("site/tree") if text(i["member"]) == "deep\n"]'
# Nothing secret, by whichever way it came.
bzip2 -dc b.tar.bz2 >plain.tar
! grep -aob 's3cretS3cret' plain.tar >&2 || fail 'a secret is in the bundle'
holds b.tar.bz2 '"[REDACTED:" in text(one("site/config")["member"])' \
    '"memory = 512" in text(one("site/config")["member"])' \
    'sum(one("site/config")["redactions"].values()) == 1'
shadow=$(sed -n 's/^root:\(.\{8\}[^:]*\).*/\1/p' /etc/shadow)
[ -z "$shadow" ] || ! grep -qF -- "$shadow" plain.tar ||
    fail 'a line of /etc/shadow is in the bundle'
# The newest part of what has no line in it: from a word on, or said so.
fresh_etc
head -c 400000 <(yes 'copied some' | tr '\n' '\r') >logs/progress
head -c 400000 /dev/zero | tr '\0' x >logs/solid
drop_in site.yaml <<END
name: site
summary: no lines
max_size: 128K
items:
  - name: progress
    file: $here/logs/progress
  - name: solid
    file: $here/logs/solid
END
collect --only site -o c.tar.bz2
holds c.tar.bz2 'status("site/progress") == "partial"' \
    'one("site/progress")["bytes_stored"] > 60000' \
    'text(one("site/progress")["member"]).endswith("\rcopied some\rcopi")' \
    'status("site/solid") == "partial"' \
    'one("site/solid")["error"].endswith("so nothing is kept")'
