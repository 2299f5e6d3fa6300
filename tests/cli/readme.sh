# time: 120
# alone
# README.md's examples run as they stand: every indented line that starts with
# "# " (as root) or "$ " (as anyone) in its section "Examples".
/usr/bin/python3 - "$TOP/README.md" >lines <<'END'
import re, sys
text = open(sys.argv[1]).read()
section = re.search(r"^## Examples\n(.*?)^## ", text, re.M | re.S).group(1)
for line in re.findall(r"^    [#$] (.*)$", section, re.M):
    print(line)
END
[ "$(wc -l <lines)" -ge 5 ] || fail 'README.md has fewer than five examples'
PATH=$(dirname "$XB"):$PATH
# The recorded host, where its example looks for it
mkdir tests
ln -s "$TOP/tests/hosts" tests/hosts
while read -r line; do
    echo "example: $line"
    run 0 sh -c "$line"
done <lines
