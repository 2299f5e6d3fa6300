# alone
# diagnose: a log, a pipe, a bundle, a folder; what collect found is found again
# in its bundle.
host=$TOP/tests/hosts/xen-4.17-debian12
panic='(XEN) Panic on CPU 3:'

# A healthy host: nothing, and the same by each way.
collect --replay "$host" -o healthy.tar.bz2
run 0 "$XB" diagnose healthy.tar.bz2
has out 'No known problem was found'
run 0 "$XB" diagnose "$host"
run 0 "$XB" inspect healthy.tar.bz2 diagnosis.json
cp out in-bundle
run 0 "$XB" diagnose --json healthy.tar.bz2
/usr/bin/python3 - in-bundle out <<'END' || fail 'bundle and diagnose differ'
import json, sys
a, b = (json.load(open(f)) for f in sys.argv[1:])
assert a == b
assert a["findings"] == [] and a["facts"]["xen"]["version"] == "4.17.7"
assert a["facts"]["memory"]["dom0_total_kb"] == 399024
assert [d["name"] for d in a["facts"]["domains"]] == [
    "Domain-0", "guest1", "guest2"]
END

# The same host after a crash: collect says so, and so does its bundle, with any
# number of threads.
cp -r "$host" ill
chmod -R u+w ill
printf '%s\n' "$panic" '(XEN) FATAL PAGE FAULT' '(XEN) password=S3cretEXAMPLE' \
    >>ill/xen/dmesg.txt
for jobs in 1 7; do
    run 0 "$XB" collect -y --replay ill --jobs $jobs -o ill$jobs.tar.bz2
    has out 'error xen-panic: The hypervisor crashed'
    "$XB" inspect ill$jobs.tar.bz2 diagnosis.json >ill$jobs.json
done
cmp ill1.json ill7.json || fail 'the diagnosis depends on the number of jobs'
lacks ill1.json S3cretEXAMPLE
run 4 "$XB" diagnose --json ill1.tar.bz2
/usr/bin/python3 - ill1.json out <<'END' || fail 'bundle and diagnose differ'
import json, sys
a, b = (json.load(open(f)) for f in sys.argv[1:])
assert a == b
one, = a["findings"]
assert one["id"] == "xen-panic" and one["count"] == 1, one
first = one["evidence"][0]
assert first["member"] == "xen/dmesg.txt", first
assert first["text"].startswith("(XEN) Panic on CPU 3:\n(XEN) FATAL"), first
END
# The block of a crash begins where Xen tells the place, before it panics.
printf '%s\n' '(XEN) RIP:    e008:[<ffff82d0>] place+0x1d/0x29' \
    '(XEN) Xen call trace:' '(XEN)    [<ffff82d0>] R caller+0x1/0x2' \
    "$panic" '(XEN) FATAL PAGE FAULT' '(XEN) Reboot in five seconds...' \
    '(XEN) what comes behind' >crash
run 4 "$XB" diagnose crash
sed -n '/RIP: /,/Reboot/p' out >block
for part in place caller "Panic on" FATAL; do
    has block "[|] .*$part"
done
lacks out 'what comes behind'
run 4 "$XB" diagnose ill
run 0 "$XB" inspect ill1.tar.bz2 summary.txt
has out 'hypervisor crashed'
run 0 "$XB" inspect ill1.tar.bz2 report.html
has out 'hypervisor crashed'

# Any log, from a pipe or a file, packed or not; its secrets are not shown.
status=0
printf '%s\n' x "$panic" 'password=S3cretEXAMPLE' | "$XB" diagnose >out ||
    status=$?
[ "$status" = 4 ] || fail "a pipe: exit status $status"
has out 'standard input:2'
lacks out S3cretEXAMPLE
printf 'one\r\n%s\r\n' "$panic" | gzip >log.gz
run 4 "$XB" diagnose log.gz
has out 'log.gz:2'
printf 'nothing here\n' >quiet
run 0 "$XB" diagnose quiet
: >empty
run 0 "$XB" diagnose empty
printf '\033[2J(XEN) Panic on CPU 3: \033]0;x\007\n' >escapes
run 4 "$XB" diagnose escapes
! grep -q "$(printf '\033')" out || fail 'terminal escapes were passed on'

# Whose kernel it was is told of a host, and not guessed of a log alone.
oops='[    9.1] BUG: unable to handle page fault for address: ffffc900001ab000'
echo "$oops" >oops
run 4 "$XB" diagnose oops
has out 'dom0-kernel-crash: The kernel of dom0 or a guest crashed'
cp -r "$host" oopsed
chmod -R u+w oopsed
echo "$oops" >>oopsed/commands/sys_kernel/dmesg.txt
run 4 "$XB" diagnose oopsed
has out 'dom0-kernel-crash: The kernel of dom0 crashed'

# Several logs: one diagnosis.
printf 'x\nxenconsole: Could not read tty from store: No such file\n' >second
run 4 "$XB" diagnose log.gz quiet second
has out 'log.gz:2'
has out 'second:2'
run 1 "$XB" diagnose second healthy.tar.bz2
one_line 'healthy.tar.bz2: a bundle stands alone'
# An archive of something else is not told to be without problems.
mkdir other
echo '(XEN) all is well' >other/log
tar cf other.tar other
run 4 "$XB" diagnose other.tar
one_line 'other.tar: it is no bundle: it has no manifest.json'
run 1 "$XB" diagnose "$host" second
one_line 'a bundle stands alone'
run 1 "$XB" diagnose second nosuch
one_line 'cannot open nosuch'

# Wrong words.
run 1 "$XB" diagnose nosuch
one_line 'nosuch: No such file'
run 2 "$XB" diagnose --explain nosuch
one_line "no rule 'nosuch'"
run 0 "$XB" diagnose --explain xen-panic
has out '^Remedy'
run 0 "$XB" diagnose --list
has out '^xen-panic +error'

# A rule of this host; a bad one is named with its line and left out.
fresh_etc
mkdir "$ETC/xen-bugtool/rules.d"
cat >"$ETC/xen-bugtool/rules.d/a.yaml" <<'END'
rules:
- id: site-rule
  severity: error
  title: 'Disk {disk} is dying, loop devices: {loop.used}'
  when:
  - match: ['dying disk (?<disk>\w+)']
  cause: 'c'
  remedy: 'r'
  examples:
    match: ['a dying disk sda']
    no-match: ['a disk']
END
sed 's/site-rule/bad-rule/; s/a dying disk sda/a dead disk/' \
    "$ETC/xen-bugtool/rules.d/a.yaml" >"$ETC/xen-bugtool/rules.d/b.yaml"
printf 'dying disk sdb\ndying disk sdc\n' >disks
run 4 "$XB" diagnose disks
has out 'site-rule: Disk sdb is dying'
has out 'also: Disk sdc is dying'
has err 'b.yaml:[0-9]+: rule bad-rule: this line does not match'

cp "$ETC"/xen-bugtool/rules.d/*.yaml .
rm "$ETC"/xen-bugtool/rules.d/*
run 0 "$XB" diagnose --check-rules a.yaml
has out '^a.yaml: 1 rules'
run 4 "$XB" diagnose --check-rules b.yaml
one_line '^xen-bugtool: b.yaml:[0-9]+: rule bad-rule: this line does not match'
run 4 "$XB" diagnose --check-rules a.yaml a.yaml
has err 'there is a rule of that name'
run 2 "$XB" diagnose --check-rules
run 1 "$XB" diagnose --check-rules nosuch.yaml

# The example of xen-bugtool-diagnosis(5), as it is printed.
/usr/bin/python3 - "$TOP/man/xen-bugtool-diagnosis.5" \
    >"$ETC/xen-bugtool/rules.d/man.yaml" <<'END'
import re, sys
block, = re.findall(r"^\.EX\n(.*?)^\.EE", open(sys.argv[1]).read(), re.M | re.S)
for old, new in ((r"\-", "-"), (r"\(aq", "'"), (r"\e", "\\")):
    block = block.replace(old, new)
print(block, end="")
END
run 0 "$XB" diagnose --explain site-array
has out 'handbook'
# Every class of logs that the page names is one, and it names all.
man -l -Tascii "$TOP/man/xen-bugtool-diagnosis.5" |
    sed 's/.\x08//g; s/\x1b\[[0-9;]*m//g' >page
for class in $(sed -n 's/^    {"\([a-z]*\)", C_.*/\1/p; s/.*}, *{"\([a-z]*\)", C_.*/\1/p' \
    "$TOP/collector/diagnose/classes.c"); do
    grep -qw "$class" page || fail "the class $class is not in the page"
done

# What the kernel of a guest says is not told of dom0; of a lone log it is.
cp -r "$TOP/tests/hosts/xen-4.17-in-domu" guest
chmod -R u+w guest
log=guest/commands/sys_kernel/dmesg.txt
echo '[ 99.1] Out of memory: Killed process 77 (web) total-vm:1kB' >>$log
run 4 "$XB" diagnose guest
has out 'dom0-oom: This guest ran out of memory'
run 4 "$XB" diagnose $log
has out 'dom0-oom: Dom0 ran out of memory'

# A line of a block is not shown once more beside it.
printf '%s\n' '(XEN) Xen BUG at common/page_alloc.c:12' '(XEN) Xen call trace:' \
    "$panic" '(XEN) Xen BUG at common/page_alloc.c:12' \
    '(XEN) Reboot in five seconds...' >crash
run 4 "$XB" diagnose --json crash
/usr/bin/python3 - out <<'END2' || fail 'a line is shown twice'
import json, sys
f, = (f for f in json.load(open(sys.argv[1]))["findings"]
      if "xen-panic" in [f["id"], *f.get("includes", [])])
assert len(f["evidence"]) == 1 and "Panic on CPU" in f["evidence"][0]["text"], f
END2

# What other programs log is no crash of the host, whatever words it has.
for words in 'x[1]: (XEN) Panic on CPU 0:' 'su: user=Kernel panic - not syncing: x' \
    "systemd[1]: Assertion 's' failed at src/a.c:1, function f(). Aborting." \
    'sshd[1]: Bad protocol version identification (XEN) Panic on CPU 0: from x' \
    'x[1]: Error reading configuration file /etc/x' \
    'x[1]: failed to open file /mnt/x' 'x[1]: Fatal error: Out of memory for x.'; do
    echo "Nov 27 10:00:00 host $words" >line
    run 0 "$XB" diagnose line
done

# One crash is one finding: its block, the closest rule, the others beside it.
cat >one <<'END'
(XEN) Xen BUG at common/page_alloc.c:1234
(XEN) ----[ Xen-4.17.7  x86_64  debug=n  Not tainted ]----
(XEN) RIP:    e008:[<ffff82d040211111>] free_heap_pages+0x40/0x500
(XEN) Xen call trace:
(XEN)    [<ffff82d040211111>] R free_heap_pages+0x40/0x500
(XEN) Panic on CPU 3:
(XEN) Xen BUG at common/page_alloc.c:1234
(XEN) Reboot in five seconds...
END
run 4 "$XB" diagnose --json one
/usr/bin/python3 - out <<'END' || fail 'one crash is no single finding'
import json, sys
f, = json.load(open(sys.argv[1]))["findings"]
assert f["id"] == "xen-memory-corruption" and f["count"] == 1, f
assert {"xen-panic", "xen-crash-where"} <= set(f["includes"]), f
assert len(f["evidence"]) == 1 and "Panic on CPU" in f["evidence"][0]["text"], f
END

# A log that no rule knows: what it says failed, and no more than that.
echo 'tool: the frobnicator could not be attached to bridge xenbr7' >log
run 0 "$XB" diagnose log
has out 'info unexplained-line: Unexplained: tool: the frobnicator could not'
cat log one >both
run 4 "$XB" diagnose --json both
/usr/bin/python3 - out <<'END' || fail 'not just the line that no rule knows'
import json, sys
known, other = json.load(open(sys.argv[1]))["findings"]
assert known["severity"] == "error" and other["id"] == "unexplained-line", other
assert [e["line"] for e in other["evidence"]] == [1], other
END

# Another event in the block of the first: counted, and its time is the last.
for t in 'Dec 31 23:59:59' 'Jan  1 00:00:10'; do
    echo "$t h kernel: INFO: task qemu:1 blocked for more than 120 seconds."
done >log
run 0 "$XB" diagnose log
has out 'seen 2 times, from Dec 31 23:59:59 to Jan  1 00:00:10'

# No braces of a template before people.
run 0 "$XB" diagnose --list
lacks out '[{}]'
has out '^dom0-hang-panic +warning +Dom0 went down'
run 0 "$XB" diagnose --explain kernel-crash-module
has out 'in the module \.\.\.$'
# A file named as a guest's console is the guest's.
printf '%s\n' '[    2.1] BUG: unable to handle kernel NULL pointer dereference' \
    >guest-web.log
run 4 "$XB" diagnose guest-web.log
has out '^error guest-kernel-crash'
lacks out dom0
# One full file system is one finding.
run 4 "$XB" diagnose "$TOP/tests/hosts/xen-4.17-disk-full"
has out '^error xenstore-disk-full'
lacks out '^error storage-full'
