# alone
# As root from a checkout below a folder that only root may enter: the worker
# has no right to its own path, and must run all the same.
top=$(dirname "$(dirname "$XB")")
chmod 700 "$top"
trap 'chmod 755 "$top"' EXIT
run 126 as_nobody "$XB" --version
collect --only sys_memory,sys_net -o "$top/work/private.tar.bz2"
mv "$bundle" b.tar.bz2
run 0 "$XB" verify b.tar.bz2
run 0 "$XB" inspect b.tar.bz2 summary.txt
run 0 "$XB" plugins
run 0 "$XB" collect -y -q -f dir --only sys_memory -o host
run 0 "$XB" collect -y -q --replay host -o again.tar.bz2
run 0 "$XB" verify again.tar.bz2
