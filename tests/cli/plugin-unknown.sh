# A plugin or item that does not exist is a usage error, not an empty bundle.
for words in '--only nosuch' '--skip nosuch' '--only sys_memory/nosuch' \
    '--only sys_memory,nosuch'; do
    run 2 "$XB" collect -y $words -o .
    one_line 'nosuch'
    rm -f out err
    nothing_left .
done
