# alone
# On the host that made it verify --deep looks for guests in a bundle that hides
# them, and tells what could not be hidden when it was made.
fresh_etc
run 0 "$XB" key --init
cat >guest.cfg <<'END'
name = "bergbahn"
END
# beside FOLDER COMMAND...: with that configuration
beside() {
    mkdir -p "$1"
    unshare -m -u sh -c 'mkdir -p /etc/xen && mount -t tmpfs none /etc/xen &&
        cp "$1"/* /etc/xen/ 2>/dev/null; hostname alpha && shift && exec "$@"' \
        beside "$@"
}
mkdir none one
cp guest.cfg one/
for hide in '' --hide-domains; do
    run 0 beside none "$XB" collect -y -q --privacy public $hide -f dir \
        -o "$PWD/guests$hide" --only sys_memory
    echo 'a line of bergbahn' >>"guests$hide/files/proc/meminfo"
done
run 4 beside one "$XB" verify --deep guests--hide-domains
has out '^files/proc/meminfo:[0-9]+: a name, address or serial number of this'
run 4 beside one "$XB" verify --deep guests
lacks out '^files/proc/meminfo:[0-9]+: a name'
# What could not be hidden when it was made is told again.
echo 'name = "x"' >one/guest.cfg # too short
run 0 beside one "$XB" collect -y -q --privacy public --hide-domains -f dir \
    -o "$PWD/left" --only sys_memory
has err 'names may stay that were not learned: a guest: its name'
! grep -rn 'guest x' left || fail 'the bundle names a guest'
run 0 beside one "$XB" verify --deep left
has out '^When it was made, names could not be learned from these'
