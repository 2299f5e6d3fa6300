# A bundle of another release of ours, which gave a command other arguments,
# replays all the same: the item is known by its name, then.
collect -o one --format dir --only sys_kernel/version,sys_storage/lsblk
sed -i 's/"argv":\["lsblk","-a","-i"\]/"argv":["lsblk","--formerly"]/' \
    one/manifest.json
has one/manifest.json formerly
collect -o two --format dir --replay one
holds two 'status("sys_storage/lsblk") == "ok"' \
    'status("sys_storage/lsblk-f") == "absent"'
cmp one/commands/sys_storage/lsblk.txt two/commands/sys_storage/lsblk.txt
