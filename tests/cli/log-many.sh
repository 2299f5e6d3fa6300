# plain
# The log stays short where an item has many files: the first eight that went
# well have a line each, the others share one; what went wrong has its own.
mkdir -p disk/var/log
for i in 01 02 03 04 05 06 07 08 09 10 11 12; do
    echo "line $i" >disk/var/log/syslog.$i
done
run 0 "$XB" collect -y -q --sysroot "$PWD/disk" -o many.tar.bz2
run 0 "$XB" inspect many.tar.bz2 xen-bugtool.log
has out 'ok      sys_logs/syslog /var/log/syslog.01 '
has out 'ok      sys_logs/syslog /var/log/syslog.08 '
lacks out 'syslog.09'
has out 'ok      sys_logs/syslog and 4 more files: [0-9]+ ms, 32 bytes$'
run 0 "$XB" inspect --json many.tar.bz2
has out 'files/var/log/syslog.12'
run 0 "$XB" verify many.tar.bz2
