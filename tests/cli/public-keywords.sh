# Words of the user's own go whatever they look like; what cannot be taken ends
# the run, named, instead of being counted as if it went.
fresh_etc
host=$TOP/tests/hosts/xen-4.17-debian12
words=('rz1' 'R2D2' '4711' 'a.b' '(Kunde)' 'Überlingen' 'server')
args=()
for word in "${words[@]}"; do
    args+=(--keyword "$word")
    echo "to $word and back" >>text
done
run 0 "$XB" key --init
run 0 "$XB" redact "${args[@]}" text
for word in "${words[@]}"; do
    ! grep -qF -e "$word" out || fail "$word stays"
done
# Numbers of the manifest stay numbers.
collect --replay "$host" --only sys_net --privacy public "${args[@]}" \
    --keyword 100 -o all.tar.bz2
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" all.tar.bz2
holds all.tar.bz2 'm["options"]["keywords"] == 8'
run 0 "$XB" verify --deep all.tar.bz2

printf '# ours\n#4711\nab\n' >few
for args in '--keyword (ab)' "--keyword-file $PWD/few"; do
    # shellcheck disable=SC2086
    run 2 "$XB" redact $args text
    one_line "keyword '(\(ab\)|ab)' cannot be replaced"
    # shellcheck disable=SC2086
    run 2 "$XB" collect -y --replay "$host" $args -o no.tar.bz2
    one_line "keyword '(\(ab\)|ab)' cannot be replaced"
done

# What is longer than what is learned of it is said, and what no name is for a
# guest.
mkdir -p disk/etc/xen
seq -f '192.0.2.1 few-%06.0f' 80000 >disk/etc/hosts
echo 'name = "mail"' >disk/etc/xen/mail.cfg
echo zugspitze >disk/etc/hostname
run 0 "$XB" collect -y --sysroot "$PWD/disk" --privacy public --hide-domains \
    --only sys_net -o cut.tar.bz2
has err 'warning: names may stay that were not learned: /etc/hosts: '
has err 'not learned: those behind the 10000th'
holds cut.tar.bz2 'm["names"]["missed"][0].startswith("/etc/hosts: ")' \
    'm["names"]["missed"][1].startswith("those behind the 10000th")' \
    '"a guest: its name is too short, or a word that half of all hosts have" in m["names"]["missed"]'
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" cut.tar.bz2
has <("$XB" inspect cut.tar.bz2 xen-bugtool.log) '^names were not learned from a guest: '
has <("$XB" inspect cut.tar.bz2 summary.txt) \
    '^HIDES LESS names were not learned from 3 sources'
has <("$XB" inspect cut.tar.bz2) 'Hides less +names were not learned from /etc/hosts: '
has <("$XB" inspect cut.tar.bz2 report.html) 'Names were not learned from'
# It is still said of a bundle that is made from this one.
run 0 "$XB" redact cut.tar.bz2 --privacy public -o again.tar.bz2
holds again.tar.bz2 'm["names"]["missed"][0].startswith("/etc/hosts: ")'
run 0 "$XB" collect -y -q --replay cut.tar.bz2 -o replayed.tar.bz2
holds replayed.tar.bz2 'm["names"]["missed"][0].startswith("/etc/hosts: ")'
sed -i 2,9000d disk/etc/hosts
sed -i 5000q disk/etc/hosts
run 0 "$XB" collect -y --sysroot "$PWD/disk" --privacy public --hide-domains \
    --only sys_net -o few.tar.bz2
holds few.tar.bz2 'len(m["names"]["missed"]) == 1'
lacks err '/etc/hosts|10000'
has err 'warning: names may stay that were not learned: a guest: '
