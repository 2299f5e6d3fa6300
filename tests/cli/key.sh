# alone
# The host's key: made once, never replaced, shown or collected; bundles that
# were made with the same one have equal tokens for equal secrets.
fresh_etc
key=$ETC/xen-bugtool/key
cat >text <<'END'
vncpasswd = "EXAMPLE-one"
vncpasswd = 'EXAMPLE-two'
END
drop_in sample.yaml <<END
name: sample
summary: secrets, and the key
items:
  - name: text
    file: $PWD/text
  - name: key
    file: $key
  - name: keys
    glob: $ETC/xen-bugtool/*
END
# tokens NAME: of a bundle made now, with its key's id.
tokens() {
    collect --only sample -o "$1.tar.bz2"
    run 0 "$XB" inspect "$1.tar.bz2" "files$PWD/text"
    grep -oE '[0-9a-f]{12}\]' out >"$1"
    [ "$(sort -u "$1" | wc -l)" = 2 ] || fail 'not two tokens'
    id=$(/usr/bin/python3 "$TOP/tests/cli/manifest.py" "$1.tar.bz2" \
        'print:m["key_id"]')
}

# Without a key, each run has one of its own.
run 1 "$XB" key --show-id
one_line 'there is no key .*key --init'
tokens one
first=$id
tokens two
[ "$first" != "$id" ] || fail 'two runs have one key'
! cmp -s one two || fail 'two keys give the same tokens'

run 0 "$XB" key --init
has out '^[0-9a-f]{16}$'
has err "made $key"
[ "$(stat -c '%a %u %g %s' "$key")" = '600 0 0 65' ] ||
    fail "the key is $(stat -c '%a %u %g %s' "$key")"
grep -qE '^[0-9a-f]{64}$' "$key" || fail 'not 64 digits'
[ "$(ls "$ETC/xen-bugtool" | grep -c key)" = 1 ] || fail 'something is left'
made=$(cat out)
run 0 "$XB" key --show-id
[ "$(cat out)" = "$made" ] || fail 'another id'
run 0 "$XB" key --show-id --json
[ "$(cat out)" = "{\"key\":1,\"key_id\":\"$made\"}" ] || fail "$(cat out)"
tokens three
[ "$id" = "$made" ] || fail "key_id is $id, not $made"
tokens four
cmp three four || fail 'one key, other tokens'
run 0 "$XB" redact text
grep -oE '[0-9a-f]{12}\]' out | cmp - three ||
    fail 'redact and collect give other tokens under one key'

# Never shown, never collected, whoever asks for it.
holds four.tar.bz2 'status("sample/key") == "refused"' \
    'all(i["status"] != "ok" for i in all_of("sample/keys"))' \
    "not any('$(cat "$key")' in text(n) for n in names)"
run 1 "$XB" collect -y --only sample --config "$key" -o c.tar.bz2
lacks err "$(cat "$key")"
run 1 "$XB" collect -y --only sample --redact-rules "$key" -o c.tar.bz2
lacks err "$(cat "$key")"

run 1 "$XB" redact "$key"
one_line "$key is never read: a private key"

# It is never replaced, and the message says what to do.
before=$(cat "$key")
run 1 "$XB" key --init
one_line "$key exists.*remove it first"
[ "$(cat "$key")" = "$before" ] || fail 'the key was replaced'
mv "$key" kept
ln -s "$PWD/elsewhere" "$key"
run 1 "$XB" key --init
one_line 'exists'
[ ! -e elsewhere ] || fail 'written through a link'
rm "$key"

# A key that others could have read or written is none, and is named.
for mode in 640 604 620; do
    install -m "$mode" kept "$key"
    run 1 "$XB" key --show-id
    one_line "$key.*others"
    run 0 "$XB" collect -y -q --only sample -o "mode$mode.tar.bz2"
    has err "$key.*others.*key of its own"
    holds "mode$mode.tar.bz2" "m['key_id'] != '$made'"
done
install -m 600 -o 65534 kept "$key"
run 1 "$XB" key --show-id
one_line "$key.*uid 65534"
echo short | install -m 600 /dev/stdin "$key"
run 1 "$XB" key --show-id
one_line '64 hexadecimal'
lacks err short
# The same key on another host of the pool gives the same tokens again.
install -m 600 kept "$key"
tokens five
cmp three five || fail 'a copied key is another one'
rm "$key"
chmod 777 "$ETC/xen-bugtool"
run 1 "$XB" key --init
one_line "$ETC/xen-bugtool can be written by others"
[ ! -e "$key" ] || fail 'a key in a folder of others'
chmod 755 "$ETC/xen-bugtool"

# Without root there is nothing to make, nor to read.
run 1 as_nobody "$XB" key --init
one_line 'Permission denied'
install -m 600 kept "$key"
run 1 as_nobody "$XB" key --show-id
one_line "$key: Permission denied|Permission denied"
# The folder is made where there is none.
rm -r "$ETC/xen-bugtool"
run 0 "$XB" key --init -q
[ ! -s err ] || fail '-q says something'
[ "$(stat -c '%a' "$ETC/xen-bugtool" "$key" | xargs)" = '755 600' ] ||
    fail 'modes of what was made'
run 2 "$XB" key
one_line 'needs one of --init and --show-id'
run 2 "$XB" key --init --show-id
one_line 'needs one of'
run 2 "$XB" key --init extra
one_line 'takes no operand'
