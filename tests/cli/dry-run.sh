# --dry-run shows the plan with sizes and makes nothing.
mkdir made
run 0 "$XB" collect -y --dry-run -o made/
has out 'sys_memory'
has out '/proc/meminfo'
has out '[0-9] ?(B|KiB|MiB|bytes)'
nothing_left made
run 0 "$XB" collect -y --dry-run --only sys_memory
has out '/proc/meminfo'
lacks out 'sys_net'
run 0 "$XB" collect -y --dry-run --json --only sys_memory
/usr/bin/python3 -c 'import json
assert [json.loads(line) for line in open("out")]'
run 0 as_nobody "$XB" collect -y --dry-run
has out 'sys_memory'
