# alone
# A user or a host may be called like a word that this program writes: their
# bundle is sound, its texts are whole, and where it counts the name is replaced.
fresh_etc
run 0 "$XB" key --init
cp /etc/passwd passwd
id=2000
for name in max plugin probe argv timeout findings severity evidence title \
    duration absent loop summaries kernels hinterseer; do
    id=$((id + 1))
    echo "$name:x:$id:$id:,,,:/home/$name:/bin/sh" >>passwd
done
# there COMMAND...: where these users are, on a host called bytes.
there() {
    unshare -m -u sh -c 'mount --bind passwd /etc/passwd && hostname bytes &&
        exec "$@"' there "$@"
}
run 0 there "$XB" collect -y -q --privacy public -f dir -o "$PWD/made" \
    --only sys_memory,sys_storage,sys_net --note 'ask hinterseer'
run 0 there "$XB" verify --deep made
has out 'Names, addresses and serial numbers of this host were looked for'
for file in manifest diagnosis; do
    run 0 /usr/bin/python3 -m json.tool made/$file.json
done
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" made
holds made 'm["options"]["note"].startswith("ask user-")' \
    'm["host"]["name"].startswith("host-")' \
    'any(i["plugin"] == "sys_memory" for i in items)'
run 0 "$XB" diagnose made
run 0 "$XB" report made -o page.html

# What is no word of ours is found in our own texts, and all in the others.
cp -r made wrong
echo 'told by hinterseer' >>wrong/summary.txt
run 4 there "$XB" verify --deep wrong
has out '^summary.txt:[0-9]+: a name, address or serial number of this host'
rm -r wrong
cp -r made wrong
echo "up to the max" >>wrong/files/proc/meminfo
run 4 there "$XB" verify --deep wrong
has out '^files/proc/meminfo:[0-9]+: a name, address or serial number of this host'
