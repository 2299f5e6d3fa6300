# The manual pages are well-formed, and name every option there is.
pages=0
for page in "$TOP"/man/*.[58]; do
    pages=$((pages + 1))
    name=${page##*/}
    run 0 env MANROFFSEQ= LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 \
        "$page"
    [ ! -s err ] || fail "$name: $(cat err)"
    [ "$(wc -l <out)" -gt 20 ] || fail "$name is empty"
done
[ "$pages" -ge 2 ] || fail "only $pages manual pages"
MANWIDTH=200 man --nh -l -Tascii "$TOP/man/xen-bugtool.8" |
    sed 's/.\x08//g; s/\x1b\[[0-9;]*m//g' >page
for command in collect inspect verify redact report key plugins upload; do
    run 0 "$XB" $command --help
    grep -oE -- '--[a-z-]+' out | sort -u >options
    while read -r option; do
        grep -qwE -- "$option" page || fail "$option is not in xen-bugtool.8"
    done <options
done
