# --help and --version need neither root nor anything else, and end at once.
for words in --help -h 'collect --help' 'inspect --help' 'verify --help' \
    'plugins --help' 'report --help' 'inspect a b c --help'; do
    run 0 as_nobody "$XB" $words
    has out '^Usage: xen-bugtool|^usage: xen-bugtool'
    has out '--help'
    [ ! -s err ] || fail "--help wrote on stderr"
done
run 0 as_nobody "$XB" --help
for command in collect inspect verify report plugins; do
    has out "^ *$command "
done
run 0 as_nobody "$XB" --version
has out '^xen-bugtool [0-9]+\.[0-9]+'
# Without its worker and without any library but libc.
cp "$XB" alone
run 0 ./alone --help
# An output that cannot be written is an error.
status=0
"$XB" --help >/dev/full 2>err || status=$?
[ "$status" != 0 ] || fail "--help to a full device succeeded"
