# Options and commands that are reserved but not there yet say so: exit 2.
try() {
    run 2 "$XB" "$@"
    one_line 'not there yet'
}
try diff a b
# XenServer's own spelling stays free.
for option in --output=tar --entries --capabilities --silent --yestoall --all \
    --debug; do
    run 2 "$XB" $option
    one_line 'unknown option'
done
