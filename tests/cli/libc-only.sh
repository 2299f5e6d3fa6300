# What runs as root is linked with libc alone, and hardened.
case $VARIANT in
plain) allowed='linux-vdso|libc\.so|ld-linux' ;;
*) allowed='linux-vdso|libc\.so|ld-linux|lib(a|ub|t)san|libm\.so|libgcc_s|libstdc' ;;
esac
run 0 ldd "$XB"
grep -vE "$allowed" out >more || :
[ ! -s more ] || fail "xen-bugtool needs more than libc: $(cat more)"
for library in archive json-c pcre hs cyaml crypto xen curl; do
    lacks out "lib$library"
done
run 0 ldd "$LIBEXEC/xen-bugtool-worker"
lacks out 'libxen|libcurl|not found'
# Only its module is of one release of Xen.
run 0 ldd "$LIBEXEC/xen-bugtool-probe"
has out 'libxencall'
lacks out 'libxenctrl|not found'
run 0 ldd "$LIBEXEC/xen-bugtool-probe-ctrl.so"
has out 'libxenctrl'
[ "$VARIANT" = plain ] || exit 0
for program in "$XB" "$LIBEXEC"/xen-bugtool-*; do
    run 0 readelf -hldW "$program"
    has out 'Type: +DYN'
    has out 'BIND_NOW'
    has out 'GNU_RELRO'
    has out 'GNU_STACK.* RW +0x'
    run 0 readelf --dyn-syms -W "$program"
    has out '__stack_chk_fail'
done
