# Shared settings of build-dom0.sh and run-in-dom0.sh (sourced, not run).
# shellcheck shell=bash disable=SC2034

# Where the lab lies.  Nothing is written outside of it but the Debian packages
# that build-dom0.sh installs on this machine.
XENLAB_HOME=${XENLAB_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/xen-bugtool-lab}

# Made by build-dom0.sh, used by run-in-dom0.sh.
XEN_ELF=$XENLAB_HOME/xen             # hypervisor, 32-bit multiboot ELF
OTHER_XEN_ELF=$XENLAB_HOME/xen.other # one of another release
DOM0_KERNEL=$XENLAB_HOME/vmlinux     # dom0 kernel, unpacked (boots faster)
DOM0_INITRD=$XENLAB_HOME/dom0-initrd # finds and mounts the root disk
DOM0_IMAGE=$XENLAB_HOME/dom0.img     # dom0's root file system, never written to
BUILD_STAMP=$XENLAB_HOME/stamp       # written last: the build is complete

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 125; }
