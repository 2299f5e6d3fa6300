# alone
# A file whose server has stopped answering: status timeout, the run ends in
# time, and the reader that cannot die is left behind and named.
. "$TOP/tests/fuse/fuse.sh"
hang_possible || fail 'this test needs root, /dev/fuse and libfuse3'
fresh_etc
trap 'hang_end || :; rm -rf "$ETC/xen-bugtool"' EXIT
hang_mount "$PWD/mnt" || fail 'cannot mount'
drop_in hang.yaml <<END
name: hang
summary: files of a dead server
items:
  - name: answers
    file: $PWD/mnt/ok
  - name: hangs
    file: $PWD/mnt/hang
  - name: opens
    file: $PWD/mnt/no-open
  - name: behind
    glob: $PWD/behind*
  - name: after
    command: [printf, still here]
END
for i in 1 2 3; do echo "behind $i" >"behind$i"; done
mkdir made
start=$SECONDS
"$XB" collect -y --item-timeout 2s --jobs 2 --only hang,sys_memory -o made/ \
    >out 2>err </dev/null || fail "exit status $?"
took=$((SECONDS - start))
[ "$took" -lt $((20 * SLOW)) ] || fail "the run took $took s"
# Killed, but they cannot die before the connection is aborted.
ours >left
[ -s left ] || fail 'no reader was left behind: does the file hang at all?'
while read -r pid; do
    hang_waiting "$pid" || fail "$pid is left behind, but not in state D"
done <left
bundle=$(echo made/*.tar.bz2)
run 0 "$XB" verify "$bundle"
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" "$bundle"
holds "$bundle" 'm["complete"]' \
    'status("hang/answers") == "ok"' \
    'status("hang/hangs") == "timeout"' \
    'status("hang/opens") == "timeout"' \
    'status("hang/after") == "ok"' \
    'all(i["status"] == "ok" for i in items if i["item"] == "behind")' \
    'status("sys_memory/meminfo") == "ok"' \
    '"state D" in one("hang/hangs")["left"] or "D (" in one("hang/hangs")["left"]'
# The reader had been told of these files together with the one that hangs.
for i in 1 2 3; do
    member=$(tar -tf "$bundle" | grep "/behind$i$")
    [ "$(tar -xOf "$bundle" "$member")" = "behind $i" ] ||
        fail "behind$i holds another file's text"
done
for pid in $(cat left); do
    holds "$bundle" "any('$pid' in i.get('left', '') for i in items)"
done
# With the whole server stopped, names can no longer be looked up either.
hang_stop
start=$SECONDS
collect --item-timeout 2s --jobs 2 --only hang,sys_memory -o made/second.tar.bz2
took=$((SECONDS - start))
[ "$took" -lt $((30 * SLOW)) ] || fail "the second run took $took s"
run 0 "$XB" verify made/second.tar.bz2
holds made/second.tar.bz2 'status("hang/hangs") == "timeout"' \
    'status("hang/after") == "ok"' 'status("sys_memory/meminfo") == "ok"'
hang_end || :
wait_for 10 eval '[ -z "$(ours)" ]'
