# alone
# A command that hangs costs its own time limit and nothing else, even one that
# ignores SIGTERM; nothing of it is left.
fresh_etc
drop_in hang.yaml <<'END'
name: hang
summary: commands that do not end
items:
  - name: sleeps
    command: [sleep, "1000.25"]
  - name: stubborn
    command: [sh, -c, "trap '' TERM; echo first; sleep 1000.5; sleep 1000.75"]
  - name: talks
    command: ["yes"]
    max_size: 1M
  - name: daemon
    command: [sh, -c, "sleep 1000.125 & echo parent is done"]
  - name: after
    command: [printf, still here]
END
start=$SECONDS
collect --only hang,sys_memory/meminfo --item-timeout 2s -o b.tar.bz2
took=$((SECONDS - start))
[ "$took" -lt $((15 * SLOW)) ] || fail "the run took $took s"
run 0 "$XB" verify b.tar.bz2
holds b.tar.bz2 'm["complete"]' \
    'status("hang/sleeps") == "timeout"' \
    'status("hang/stubborn") == "timeout"' \
    'text(one("hang/stubborn")["member"]) == "first\n"' \
    'status("hang/talks") == "partial"' \
    'one("hang/talks")["truncated"] == "head"' \
    'text(one("hang/after")["member"]) == "still here"' \
    'status("sys_memory/meminfo") == "ok"'
! sleeping 1000. || fail 'a command still runs'
run 0 "$XB" inspect b.tar.bz2 summary.txt
has out 'timeout.*hang/sleeps|hang/sleeps.*timeout'
