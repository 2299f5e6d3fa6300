# time: 120
# A collection as root mounts nothing: no point of automount is looked into, by
# our readers and by no command of theirs.  systemd makes one of
# /proc/sys/fs/binfmt_misc, and of /boot where it finds an EFI partition.
in_namespace() {
    unshare --mount --propagation private bash -c '
        mount -t tmpfs none /run && mount -t tmpfs none /opt &&
        mkdir -p /run/xen /run/libvirt/libxl /run/sr-mount/a /opt/xensource &&
        exec /usr/bin/python3 "$0" "$@"' \
        "$TOP/tests/cli/automount.py" "$@"
}
points=(/proc/sys/fs/binfmt_misc /boot /home /srv /run/xen /run/libvirt
    /run/sr-mount/a /opt/xensource)

# The test sees what it is there for.
run 1 in_namespace "${points[@]}" -- sysctl -a
has err 'to be mounted: /proc/sys/fs/binfmt_misc, for sysctl'
run 1 in_namespace "${points[@]}" -- df -a
has err 'to be mounted: /boot, for df'

run 0 in_namespace "${points[@]}" -- \
    "$XB" collect -y -q -o made --format dir --interval 100ms
lacks err 'to be mounted'
bundle=$(cat out)
has "$bundle/commands/sys_kernel/sysctl.txt" '^kernel\.ostype = Linux'
has "$bundle/commands/sys_kernel/sysctl.txt" '^fs\.file-nr = '
has "$bundle/commands/sys_storage/df.txt" ' /run$'
