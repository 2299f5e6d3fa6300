#!/bin/bash
# build-dom0.sh: makes a Xen with a Debian dom0 that QEMU can boot, from the
# packages of this machine's own Debian release:
#
#   $XENLAB_HOME/xen          the hypervisor, unpacked
#   $XENLAB_HOME/xen.other    one of another Debian release
#   $XENLAB_HOME/vmlinux      the dom0 kernel, unpacked
#   $XENLAB_HOME/dom0-initrd  mounts the root disk and switches to it
#   $XENLAB_HOME/dom0.img     dom0's root file system (ext4)
#
# Usage: build-dom0.sh [-f]
#   -f   builds again even if nothing has changed
#
# Environment:
#   XENLAB_HOME      where they go              (~/.cache/xen-bugtool-lab)
#   EXTRA_PACKAGES   more packages for dom0     (none)
#   XEN_VERSION      Xen version                (what apt offers)
#
# Needs root (apt-get install and a chroot), but no KVM, no loop device and no
# change to the boot loader: kernel and hypervisor are only unpacked.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$HERE/lib.sh"

force=
while getopts f opt; do
    case $opt in
    f) force=1 ;;
    *) sed -n '2,21s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done

# What the image is made of; the stamp carries it.
inputs=$( (cd "$HERE" && cat build-dom0.sh dom0-*.txt &&
    find guest -type f | sort | while read -r f; do
        stat -c '%n %a' "$f"; cat "$f"
    done
    echo "${EXTRA_PACKAGES:-} ${XEN_VERSION:-}") | sha256sum | cut -c1-16)
if [ -z "$force" ] && grep -qs "inputs=$inputs" "$BUILD_STAMP"; then
    say "already built in $XENLAB_HOME (-f builds again)"
    exit 0
fi
[ "$(id -u)" = 0 ] || die "must run as root to build $XENLAB_HOME"

umask 022
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
SECONDS=0
mkdir -p "$XENLAB_HOME"
WORK=$(mktemp -d "$XENLAB_HOME/build.XXXXXX")
chmod 755 "$WORK"
trap 'rm -rf "$WORK"' EXIT

step() { say "[${SECONDS}s] $*"; }

# --- 1. host tools -------------------------------------------------------
# apt_get ARGUMENTS...: tried again with new lists, for those of this machine
# may be missing, or name files that the mirrors no longer have.
apt_get() {
    apt-get -q "$@" >"$WORK/apt.log" 2>&1 && return
    step "apt-get failed: trying again with new lists"
    apt-get -q update >"$WORK/apt.log" 2>&1 && apt-get -q "$@" >>"$WORK/apt.log" 2>&1 ||
        { tail -20 "$WORK/apt.log" >&2; die "apt-get $* failed"; }
}
# Only what is missing, so that nothing on the host is upgraded for us.
missing=()
while read -r cmd pkg; do
    [ -n "$(PATH=$PATH:/usr/sbin:/sbin type -P "$cmd")" ] || missing+=("$pkg")
done <<'END'
qemu-system-x86_64 qemu-system-x86
mmdebstrap mmdebstrap
cpio cpio
modprobe kmod
mke2fs e2fsprogs
xz xz-utils
END
if [ ${#missing[@]} -gt 0 ]; then
    step "installing host packages: ${missing[*]}"
    apt_get install -y --no-install-recommends "${missing[@]}"
fi
PATH=$PATH:/usr/sbin:/sbin

# --- 2. kernel and hypervisor: fetch and unpack, never install -----------
# linux-image-cloud-amd64 will not do: it has no CONFIG_XEN_DOM0.
pkg_dep() { # PACKAGE PATTERN: the first dependency that matches
    apt-cache depends "$1" | sed -n "s/^ *Depends: *\\($2\\)\$/\\1/p" | head -n1
}
[ -n "$(apt-cache pkgnames xen-system-amd64)" ] || apt-get -q update >"$WORK/apt.log" 2>&1 ||
    { tail -20 "$WORK/apt.log" >&2; die "apt-get update failed"; }
XEN_VERSION=${XEN_VERSION:-$(pkg_dep xen-system-amd64 'xen-hypervisor-[0-9].*' | sed 's/^xen-hypervisor-//; s/-amd64$//')}
KERNEL_PKG=$(pkg_dep linux-image-amd64 'linux-image-[0-9].*-amd64')
[ -n "$XEN_VERSION" ] && [ -n "$KERNEL_PKG" ] || die "apt knows no Xen or no kernel (apt-get update needed?)"
KVER=${KERNEL_PKG#linux-image-}

step "fetching $KERNEL_PKG and xen-hypervisor-$XEN_VERSION-amd64"
cd "$WORK"
apt_get -o APT::Sandbox::User=root download "$KERNEL_PKG" "xen-hypervisor-$XEN_VERSION-amd64"
# Unpacked by the job that starts it: any other dom0 has plain bridges only.
apt_get -o APT::Sandbox::User=root download openvswitch-switch openvswitch-common
cd - >/dev/null
mkdir "$WORK/kernel" "$WORK/xen" "$WORK/ovs"
for deb in "$WORK"/openvswitch-*.deb; do
    dpkg-deb -x "$deb" "$WORK/ovs"
done
dpkg-deb -x "$WORK/$KERNEL_PKG"_*.deb "$WORK/kernel"
dpkg-deb -x "$WORK/xen-hypervisor-$XEN_VERSION-amd64"_*.deb "$WORK/xen"
rm -f "$WORK"/*.deb
grep -q '^CONFIG_XEN_DOM0=y' "$WORK/kernel/boot/config-$KVER" || die "$KERNEL_PKG cannot be a dom0"

# QEMU's multiboot loader wants the plain ELF file, not the gzipped one.
gzip -dc "$WORK/xen/boot/xen-$XEN_VERSION-amd64.gz" >"$WORK/xen.elf"

# Take the ELF kernel out of the bzImage (Linux boot protocol: setup_sects at
# 0x1f1, payload_offset at 0x248, payload_length at 0x24c; the payload ends
# with four bytes that are no part of the compressed stream).  Xen could do
# this itself, but unpacking xz in an emulated CPU is slow.
unpack_kernel() { # BZIMAGE OUTPUT
    local sects off len
    sects=$(od -An -tu1 -j $((0x1f1)) -N1 "$1" | tr -d ' ')
    off=$(od -An -tu4 -j $((0x248)) -N4 "$1" | tr -d ' ')
    len=$(od -An -tu4 -j $((0x24c)) -N4 "$1" | tr -d ' ')
    tail -c +$(((sects + 1) * 512 + off + 1)) "$1" | head -c $((len - 4)) >"$WORK/payload" || true
    case $(od -An -tx1 -N4 "$WORK/payload" | tr -d ' ') in
        fd377a58) xz -dc "$WORK/payload" ;;
        28b52ffd) zstd -dc "$WORK/payload" ;;
        1f8b*) gzip -dc "$WORK/payload" ;;
        02214c18) lz4 -dc "$WORK/payload" ;;
        *) die "unknown compression of $1" ;;
    esac >"$2"
    rm -f "$WORK/payload"
}
step "unpacking the kernel"
unpack_kernel "$WORK/kernel/boot/vmlinuz-$KVER" "$WORK/vmlinux"

# --- 3. kernel modules -----------------------------------------------------
# copy_modules DEST MODULE...: the modules and all they depend on.
depmod -b "$WORK/kernel" "$KVER"
copy_modules() {
    local dest=$1 m; shift
    for m in "$@"; do
        modprobe -d "$WORK/kernel" -S "$KVER" --show-depends "$m"
    done | sed -n "s#^insmod $WORK/kernel/\\([^ ]*\\).*#\\1#p" | sort -u >"$WORK/modules"
    (cd "$WORK/kernel" && cpio -pdm --quiet "$dest" <"$WORK/modules")
    cp "$WORK/kernel/lib/modules/$KVER"/modules.{order,builtin,builtin.modinfo} "$dest/lib/modules/$KVER/"
    depmod -b "$dest" "$KVER"
}
mapfile -t DOM0_MODULES < <(grep -v '^ *\(#\|$\)' "$HERE/dom0-modules.txt")

# --- 4. dom0 root file system -----------------------------------------------
# Mirror, suites and keys are those of this machine's own apt: take from its
# source lists, of either style, the entries of the running Debian release.
SUITE=$(. /etc/os-release && echo "$VERSION_CODENAME")
shopt -s nullglob
mirrors=()
lists=(/etc/apt/sources.list.d/*.sources)
if [ ${#lists[@]} -gt 0 ]; then
    for f in "${lists[@]}"; do cat "$f"; echo; done |
        awk -v RS= -v ORS='\n\n' -v s="$SUITE" \
            '$0 ~ ("(^|\n)Suites:[^\n]*[ \t]" s "([- \t\n]|$)") && !/\nEnabled: *no/' >"$WORK/sources.sources"
    [ ! -s "$WORK/sources.sources" ] || mirrors+=("$WORK/sources.sources")
fi
cat /dev/null /etc/apt/sources.list.d/*.list "$([ -e /etc/apt/sources.list ] && echo /etc/apt/sources.list || echo /dev/null)" |
    grep -E "^deb .*[ ]$SUITE([- ]|\$)" >"$WORK/sources.list" && mirrors+=("$WORK/sources.list") || true
[ ${#mirrors[@]} -gt 0 ] || die "apt has no sources for $SUITE"

# --- 4a. a hypervisor of another release ----------------------------------------
# Tools and hypervisor that do not fit each other.  apt gets lists and a cache
# of its own, so that this machine's know nothing of the other release.
OTHER_SUITE=trixie
[ "$SUITE" != trixie ] || OTHER_SUITE=bookworm
mirror=$(cat "${mirrors[@]}" | grep -oE '\b(http|https|file):[^ ]*/debian/?( |$)' | head -n1)
[ -n "$mirror" ] || die "apt's sources name no Debian mirror"
other=$WORK/other
mkdir -p "$other"/{lists/partial,cache/archives/partial}
echo "deb $mirror $OTHER_SUITE main" >"$other/sources.list"
other_apt=(-q -o "Dir::Etc::sourcelist=$other/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$other/lists" -o "Dir::Cache=$other/cache" -o APT::Sandbox::User=root)
apt-get "${other_apt[@]}" update >"$WORK/apt.log" 2>&1 ||
    { tail -20 "$WORK/apt.log" >&2; die "apt-get update for $OTHER_SUITE failed"; }
OTHER_VERSION=$(apt-cache "${other_apt[@]}" depends xen-system-amd64 |
    sed -n 's/^ *Depends: *xen-hypervisor-\([0-9.]*\)-amd64$/\1/p' | head -n1)
[ -n "$OTHER_VERSION" ] && [ "$OTHER_VERSION" != "$XEN_VERSION" ] ||
    die "$OTHER_SUITE has no Xen of another version ($OTHER_VERSION)"
step "fetching xen-hypervisor-$OTHER_VERSION-amd64 of $OTHER_SUITE"
(cd "$other" && apt-get "${other_apt[@]}" download "xen-hypervisor-$OTHER_VERSION-amd64") >"$WORK/apt.log" 2>&1 ||
    { tail -20 "$WORK/apt.log" >&2; die "apt-get download failed"; }
dpkg-deb -x "$other/xen-hypervisor-$OTHER_VERSION-amd64"_*.deb "$other/xen"
gzip -dc "$other/xen/boot/xen-$OTHER_VERSION-amd64.gz" >"$WORK/xen.other"

# How apt reaches the mirror (proxy, certificates, clock checks) is taken over
# too, and so are passwords for the mirror, if any; neither stays in the image.
apt-config dump | grep -E '^Acquire::(https?|ftp|Check-|Retries|ForceIP|Max-FutureTime)' >"$WORK/apt.conf" || true
auth=()
if compgen -G '/etc/apt/auth.conf*' >/dev/null; then
    auth=(--setup-hook='mkdir -p "$1/etc/apt" && cp -a /etc/apt/auth.conf* "$1/etc/apt/"'
          --customize-hook='rm -rf "$1"/etc/apt/auth.conf*')
fi

# What one job unpacks: put beside the image with what it needs, not installed,
# so that no other dom0 has its udev rules.
mapfile -t LATER < <(sed -e 's/#.*//' "$HERE/dom0-storage.txt" | tr -s ' \n' '\n' | grep .)
mkdir -p "$WORK/storage" "$WORK/storage-debs/partial"
cat >"$WORK/fetch-storage" <<END
#!/bin/sh
APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG exec apt-get -q -y --download-only \\
    --no-install-recommends -o APT::Sandbox::User=root \\
    -o Dir::Cache::archives="$WORK/storage-debs" install ${LATER[*]}
END
chmod 755 "$WORK/fetch-storage"

packages=$(sed -e 's/#.*//' -e "s/@XEN@/$XEN_VERSION/" "$HERE/dom0-packages.txt" | tr -s ' \n' ',')
[ -z "${EXTRA_PACKAGES:-}" ] || packages+=",$(tr -s ' ' ',' <<<"$EXTRA_PACKAGES")"
packages=${packages#,}
packages=${packages%,}

step "building the dom0 root file system ($SUITE, Xen $XEN_VERSION, Linux $KVER)"
ROOT=$WORK/rootfs
mmdebstrap --quiet --mode=root --variant=minbase --format=dir \
    --include="$packages" \
    --aptopt="$WORK/apt.conf" \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --customize-hook="$WORK/fetch-storage" \
    "${auth[@]}" \
    "$SUITE" "$ROOT" "${mirrors[@]}" >"$WORK/mmdebstrap.log" 2>&1 ||
    { tail -40 "$WORK/mmdebstrap.log" >&2; die "mmdebstrap failed"; }

step "adding the kernel, its modules and the lab's own files"
copy_modules "$ROOT" "${DOM0_MODULES[@]}"
cp "$WORK/kernel/boot"/* "$WORK/xen/boot"/xen-*.gz "$WORK/xen/boot"/xen-*.config "$ROOT/boot/"
cp -a --no-preserve=ownership "$HERE/guest/overlay/." "$ROOT/"
for deb in "$WORK"/storage-debs/*.deb; do
    dpkg-deb -x "$deb" "$WORK/storage"
done
for name in ovs storage; do
    rm -rf "$WORK/$name/usr/share"/{man,doc,locale,bash-completion}
    tar -C "$WORK/$name" --owner=0 --group=0 -cf "$ROOT/usr/local/lib/xenlab/$name.tar" .
done
ln -sf /bin/busybox "$ROOT/sbin/init"
# Let xenconsoled log the consoles of Xen and of the guests.
echo 'XENCONSOLED_ARGS="--log=all --log-dir=/var/log/xen/console"' >>"$ROOT/etc/default/xen"
mkdir -p "$ROOT/var/log/xen/console"
rm -f "$ROOT/etc/resolv.conf" "$ROOT/etc/apt/apt.conf.d/99mmdebstrap"
echo xenlab >"$ROOT/etc/hostname"
printf '127.0.0.1 localhost xenlab\n' >"$ROOT/etc/hosts"
printf '/dev/vda / ext4 defaults 0 1\n' >"$ROOT/etc/fstab"

# --- 5. the two initramfs images ---------------------------------------------
mkinitrd() { # OUTPUT INIT-SCRIPT MODULE...
    local out=$1 init=$2 tree=$WORK/initrd; shift 2
    rm -rf "$tree"
    mkdir -p "$tree"/{bin,dev,proc,sys,mnt}
    cp "$ROOT/bin/busybox" "$tree/bin/busybox"
    copy_modules "$tree" "$@"
    install -m 755 "$init" "$tree/init"
    (cd "$tree" && find . | LC_ALL=C sort | cpio -o -H newc --quiet -R 0:0) >"$out"
}
# For dom0: just enough to mount the root disk.
mkinitrd "$WORK/dom0-initrd" "$HERE/guest/dom0-initrd-init" virtio_pci virtio_blk ext4 crc32c_generic
# For the PV guests that dom0 starts: their whole system.  Kernel and initrd
# go into the dom0 image, where a guest's config file names them.
mkdir -p "$ROOT/usr/local/lib/xenlab"
mkinitrd "$ROOT/usr/local/lib/xenlab/domu-initrd" "$HERE/guest/domu-init" xen-blkfront xen-netfront xen-netback
cp "$WORK/vmlinux" "$ROOT/usr/local/lib/xenlab/domu-vmlinux"

# --- 6. the disk image ----------------------------------------------------------
size=$(($(du -sm "$ROOT" | cut -f1) + 512))
step "making dom0.img (${size} MB, sparse)"
mke2fs -q -t ext4 -O ^has_journal -L xenlab -d "$ROOT" "$WORK/dom0.img" "${size}M" >"$WORK/mke2fs.log" ||
    die "mke2fs failed"

rm -f "$BUILD_STAMP"
mv "$WORK/xen.elf" "$XEN_ELF"
mv "$WORK/xen.other" "$OTHER_XEN_ELF"
mv "$WORK/vmlinux" "$DOM0_KERNEL"
mv "$WORK/dom0-initrd" "$DOM0_INITRD"
mv "$WORK/dom0.img" "$DOM0_IMAGE"
printf 'suite=%s xen=%s other=%s linux=%s built=%s inputs=%s\n' "$SUITE" \
    "$XEN_VERSION" "$OTHER_VERSION" "$KVER" "$(date -u +%FT%TZ)" "$inputs" >"$BUILD_STAMP"
step "done: $(du -sh --apparent-size "$DOM0_IMAGE" | cut -f1) image, $(du -sh "$XENLAB_HOME" --exclude='build.*' | cut -f1) on disk in $XENLAB_HOME"
