# --only, --skip and --skip-file; what was not taken is in the manifest.
collect --only sys_memory/meminfo,sys_net -o one.tar.bz2
holds one.tar.bz2 'status("sys_memory/meminfo") == "ok"' \
    'm["options"]["only"] == ["sys_memory/meminfo", "sys_net"]' \
    'not [n for n in names if n == "files/proc/vmstat"]' \
    'all(i["status"] == "skipped" for i in all_of("sys_memory/vmstat"))'
collect --only sys_memory --skip sys_memory/vmstat \
    --skip-file '/proc/buddy*' -o two.tar.bz2
holds two.tar.bz2 'status("sys_memory/meminfo") == "ok"' \
    'status("sys_memory/vmstat") == "skipped"' \
    'status("sys_memory/buddyinfo") == "skipped"' \
    '"files/proc/vmstat" not in names' \
    '"files/proc/buddyinfo" not in names'
collect --only sys_memory/meminfo --case 'bug 7' --note 'it hung' \
    -o three.tar.bz2
holds three.tar.bz2 'm["options"]["case"] == "bug 7"' \
    'm["options"]["note"] == "it hung"'
