# alone
# Without the probe the rest is collected; without the worker one line says so.
trap 'mv worker "$LIBEXEC/xen-bugtool-worker" 2>/dev/null
    mv probe "$LIBEXEC/xen-bugtool-probe" 2>/dev/null || :' EXIT
mv "$LIBEXEC/xen-bugtool-probe" probe
collect --only xen_hypervisor,sys_memory -o b.tar.bz2
holds b.tar.bz2 'status("sys_memory/meminfo") == "ok"' \
    '[i for i in items if "probe" in i and i["status"] == "absent"]'
mv "$LIBEXEC/xen-bugtool-worker" worker
run 1 "$XB" collect -y -o c.tar.bz2
one_line 'xen-bugtool-worker.*No such file'
[ ! -e c.tar.bz2 ] || fail 'a bundle without a worker'
