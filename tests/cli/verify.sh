# verify takes a sound bundle and refuses (exit 4) whatever was done to one.
collect --only sys_memory,sys_kernel -o b.tar.bz2
run 0 "$XB" verify b.tar.bz2
run 0 "$XB" verify -q b.tar.bz2
[ ! -s err ] || fail 'verify -q complains of a sound bundle'

mkdir bad
/usr/bin/python3 "$TOP/tests/cli/spoil.py" b.tar.bz2 bad
[ "$(ls bad | wc -l)" -ge 15 ] || fail 'too few spoiled bundles'
for one in bad/*; do
    run 4 "$XB" verify "$one"
    cat out err >both
    [ -s both ] || fail "verify refuses $one without a word"
    lacks both "$(printf '\033')"
done
# The bytes that were flipped are found wherever they are.
size=$(stat -c %s b.tar.bz2)
for part in 1 2 3 4 5 6 7 8 9 10 11 12; do
    /usr/bin/python3 - b.tar.bz2 flipped $((size * part / 13)) <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[int(sys.argv[3])] ^= 0x10
open(sys.argv[2], "wb").write(data)
END
    run 4 "$XB" verify flipped
done
# JSON for programs: the answer is in the exit status, too.
run 0 "$XB" verify --json b.tar.bz2
/usr/bin/python3 -c 'import json, sys
[json.loads(line) for line in open("out")]'
