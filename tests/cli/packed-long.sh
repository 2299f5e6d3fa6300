# alone
# A compressed log longer than its item's limit: its end could not be opened, so
# nothing in it could be hidden. What is kept must be text with its secrets gone.
fresh_etc
/usr/bin/python3 - <<'END'
import bz2, os
text = b"".join(b"line %d %s password=s3cret%dS3cret\n"
                % (i, os.urandom(24).hex().encode(), i) for i in range(90000))
packed = bz2.compress(text)
assert len(packed) > 2 << 20
open("a.log.1.bz2", "wb").write(packed)
open("b.log", "wb").write(packed)  # no suffix tells what it is
END
drop_in long.yaml <<END
name: long
summary: long logs
items:
  - name: log
    glob: $PWD/*.log*
    max_size: 1M
END
collect --only long -f dir -o made
for name in a.log.1 b.log; do
    f=$(find made -name "$name")
    [ -s "$f" ] || fail "$name is not there"
    grep -q 'password=\[REDACTED:' "$f" || fail "$name was not read through"
    ! grep -aq 's3cret' "$f" || fail "a secret is in $name"
done
holds made 'all(i["status"] == "partial" for i in items if i["plugin"] == "long")'
