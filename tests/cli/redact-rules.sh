# alone
# Rules of the host and of the command line hide more, in a run as in a replay;
# what they override of the built-in ones is told everywhere.
fresh_etc
mkdir -p sample
drop_in sample.yaml <<END
name: sample
summary: two lines to be hidden, one not
items:
  - name: text
    file: $PWD/sample/text
END
cat >sample/text <<'END'
badge no. EXAMPLE-0001 of the operator
door code=EXAMPLE4321; open
vncpasswd = "EXAMPLEvnc"
END
rule_file 10-site.yaml <<'END'
rules:
- name: site-badge
  why: The badges of our operators.
  anchor: 'badge no\. '
  form: blank
  match:
  - text: 'badge no. EXAMPLE-1 of'
    goes: 'EXAMPLE-1'
  keep:
  - 'badge number unknown'
END
cat >named.yaml <<'END'
rules:
- name: site-door
  why: The code of a door.
  anchor: '\bdoor code='
  form: auto
  match:
  - text: 'door code=EXAMPLE; open'
    goes: 'EXAMPLE'
  keep:
  - 'indoor code=x'
END
collect --only sample --redact-rules named.yaml -o b.tar.bz2
run 0 "$XB" inspect b.tar.bz2 "files$PWD/sample/text"
has out '^badge no\. \[REDACTED:site-badge:[0-9a-f]{12}\] of the operator$'
has out '^door code=\[REDACTED:site-door:[0-9a-f]{12}\]; open$'
has out '^vncpasswd = "\[REDACTED:[a-z-]*vnc[a-z-]*:[0-9a-f]{12}\]"$'
run 0 "$XB" verify b.tar.bz2
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" b.tar.bz2
holds b.tar.bz2 'len(m["rules"]["files"]) == 2' \
    'm["rules"]["files"][0] == "named.yaml"' \
    'm["rules"]["files"][1].endswith("/redact.d/10-site.yaml")' \
    '"overrides" not in m["rules"]'
with=$(/usr/bin/python3 "$TOP/tests/cli/manifest.py" b.tar.bz2 \
    'print:m["rules"]["count"]' 'print:m["rules"]["digest"]' | xargs)

# Without them the same bundle has other rules, and says so by the digest.
rm "$ETC/xen-bugtool/redact.d/10-site.yaml"
collect --only sample -o plain.tar.bz2
holds plain.tar.bz2 '"files" not in m["rules"]'
run 0 "$XB" inspect plain.tar.bz2 "files$PWD/sample/text"
has out 'EXAMPLE-0001'
without=$(/usr/bin/python3 "$TOP/tests/cli/manifest.py" plain.tar.bz2 \
    'print:m["rules"]["count"]' 'print:m["rules"]["digest"]' | xargs)
[ "${with% *}" = $((${without% *} + 2)) ] || fail "$with, but $without"
[ "${with#* }" != "${without#* }" ] || fail 'two rule sets with one digest'

# A recorded host has no redact.d of ours, but a named file holds.
host=$TOP/tests/hosts/xen-4.17-debian12
cat >lab.yaml <<'END'
rules:
- name: site-lab
  why: The name of the laboratory.
  anchor: '/local/lib/'
  form: blank
  match:
  - text: 'at /usr/local/lib/EXAMPLE there'
    goes: 'EXAMPLE'
  keep:
  - '/usr/lib/xen'
END
rule_file 10-site.yaml <lab.yaml
run 0 "$XB" collect -y -q --only xen_config --replay "$host" -o again.tar.bz2
run 0 "$XB" inspect again.tar.bz2 files/etc/xen/guest1.cfg
has out '/local/lib/xenlab'
run 0 "$XB" collect -y -q --only xen_config --replay "$host" \
    --redact-rules lab.yaml -o hidden.tar.bz2
run 0 "$XB" inspect hidden.tar.bz2 files/etc/xen/guest1.cfg
has out '/local/lib/\[REDACTED:site-lab:'
lacks out '/local/lib/xenlab'
holds hidden.tar.bz2 'm["rules"]["files"] == ["lab.yaml"]'
rm "$ETC/xen-bugtool/redact.d/10-site.yaml"

# An override: in the message, the manifest, the summary and the log.
rule=$("$XB" inspect plain.tar.bz2 "files$PWD/sample/text" |
    sed -n 's/^vncpasswd = "\[REDACTED:\([a-z-]*\):.*/\1/p')
printf 'disable:\n- %s\n' "$rule" | rule_file 20-less.yaml
run 0 "$XB" collect -y --only sample -o less.tar.bz2
has err "built-in redaction rule $rule switched off by .*/20-less.yaml"
holds less.tar.bz2 'len(m["rules"]["overrides"]) == 1' \
    "m['rules']['overrides'][0].startswith('$rule switched off by ')"
run 0 "$XB" inspect less.tar.bz2
has out "Hides less.*rule $rule switched off by"
run 0 "$XB" inspect less.tar.bz2 summary.txt
has out "^HIDES LESS rule $rule switched off by"
run 0 "$XB" inspect less.tar.bz2 xen-bugtool.log
has out "built-in redaction rule $rule switched off by"
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" less.tar.bz2
run 0 "$XB" verify less.tar.bz2

# The command redact goes by the same rules, and lists them.
run 0 "$XB" redact sample/text
lacks out "REDACTED:$rule:"
has err "built-in redaction rule $rule switched off"
run 0 "$XB" redact --list-rules
has out "^$rule +[a-z-]+ +[0-9]+-[a-z]+\.yaml \(switched off\)$"
rule_file 20-less.yaml <<END
rules:
- name: $rule
  why: Only in capitals.
  anchor: '\bVNCPASSWD = '
  form: auto
  match:
  - text: 'VNCPASSWD = "EXAMPLE"'
    goes: 'EXAMPLE'
  keep:
  - 'VNCPASSWDS = "x"'
END
run 0 "$XB" redact --list-rules
has out "^$rule .*20-less\.yaml \(overrides a built-in rule\)$"
has err "built-in redaction rule $rule replaced by .*20-less.yaml"
run 0 "$XB" redact --list-rules --json
/usr/bin/python3 -c 'import json
rules = [json.loads(line) for line in open("out")]
assert sum(r["switched_off"] for r in rules) == 0
assert sum(r["overrides"] for r in rules) == 1'
echo 'VNCPASSWD = "EXAMPLEvnc"' >capitals
run 0 "$XB" redact capitals
has out "^VNCPASSWD = \"\[REDACTED:$rule:"
echo 'rules: [' | rule_file 30-bad.yaml
run 2 "$XB" redact capitals
one_line '30-bad\.yaml:[12]: '
rm "$ETC"/xen-bugtool/redact.d/*
run 0 "$XB" redact --redact-rules named.yaml sample/text
has out '^door code=\[REDACTED:site-door:'
