# alone
# The example of xen-bugtool-rules(5) is taken as it is printed, and hides what
# it says.
fresh_etc
/usr/bin/python3 - "$TOP/man/xen-bugtool-rules.5" >example.yaml <<'END'
import re, sys
text = open(sys.argv[1]).read()
for block in re.findall(r"^\.EX\n(.*?)^\.EE", text, re.M | re.S):
    for old, new in ((r"\-", "-"), (r"\(aq", "'"), (r"\e", "\\")):
        block = block.replace(old, new)
    if block.startswith("rules:"):
        print(block, end="")
        break
END
[ -s example.yaml ] || fail 'no example block starts with "rules:"'
rule_file example.yaml <example.yaml
echo 'Badge: badge no. 17-EXAMPLE, door code: "EXAMPLE"' >text
drop_in sample.yaml <<END
name: sample
summary: one line
items:
  - name: text
    file: $PWD/text
END
collect --only sample -o b.tar.bz2
run 0 "$XB" inspect b.tar.bz2 "files$PWD/text"
has out 'badge no\. \[REDACTED:site-badge:.*door code: "\[REDACTED:site-door:'
# Every form of a value that the page names is one, and it names all but ours.
man -l -Tascii "$TOP/man/xen-bugtool-rules.5" |
    sed 's/.\x08//g; s/\x1b\[[0-9;]*m//g' >page
for form in $(sed -n 's/^    X([A-Z_]*, "\([a-z-]*\)").*/\1/p' \
    "$TOP/redact/rule.h"); do
    [ "$form" != token ] || continue
    grep -qE "^ +$form( |$)" page || fail "the form $form is not in the page"
done
