# A plugin or item that does not exist is a usage error, not an empty bundle.
mkdir made
for words in '--only nosuch' '--skip nosuch' '--only sys_memory/nosuch' \
    '--only sys_memory,nosuch'; do
    run 2 "$XB" collect -y $words -o made/
    one_line 'nosuch'
    nothing_left made
done
