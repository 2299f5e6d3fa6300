# Logs are read with the lowest priority, all else as we are; nice(1) prints its
# own.
# alone
fresh_etc
for priority in logs system; do
    drop_in "n_$priority.yaml" <<EOF
name: n_$priority
summary: how it is run
priority: $priority
items:
  - name: cpu
    command: [nice]
  - name: disk
    command: [ionice]
EOF
done

# says PLUGIN/ITEM WHAT
says() {
    run 0 "$XB" inspect "$bundle" "commands/${1%/*}/${1#*/}.txt"
    [ "$(cat out)" = "$2" ] || fail "$1 says $(cat out), not $2"
}

both="--only n_logs,n_system --jobs 1"
# shellcheck disable=SC2086
{
    collect $both -o a.tar.bz2
    says n_logs/cpu 19
    says n_system/cpu "$(nice)"
    says n_logs/disk "best-effort: prio 7"
    collect $both --nice none -o b.tar.bz2
    says n_logs/cpu "$(nice)"
    collect $both --nice all -o c.tar.bz2
    says n_logs/cpu 19
    says n_system/cpu 19
}

echo 'nice: none' >"$ETC/xen-bugtool/config.yaml"
collect --only n_logs -o e.tar.bz2
says n_logs/cpu "$(nice)"
run 2 "$XB" collect --nice some
one_line "expected.* logs"
