#!/bin/sh
# setup.sh: installs what building (and testing) needs.
#
#   setup.sh build    what "make demo" needs
#   setup.sh check    that, and what "make check" needs
#
# Says what is missing and what it will run before it runs it.  Silent, and
# without touching the network, once everything is there.  Only on Debian and
# its descendants does it install; elsewhere it names the packages.
set -eu
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C

# "a|b": either will do; the first is what gets installed.
debian_build='gcc libc6-dev make pkg-config|pkgconf libarchive-dev
libjson-c-dev libpcre2-dev libvectorscan-dev|libhyperscan-dev libcyaml-dev
libyaml-dev libssl-dev zlib1g-dev libbz2-dev libdivsufsort-dev libxen-dev
libcurl4-openssl-dev'
debian_check='bash libcmocka-dev clang clang-format python3 python3-jsonschema
bzip2 lbzip2 zstd p7zip-full xz-utils libarchive-tools busybox libfuse3-dev fuse3
strace cppcheck clang-tidy valgrind btrfs-progs util-linux procps man-db groff-base chromium nodejs openssl nginx
openssh-server openssh-client vsftpd
msmtp mutt python3-aiosmtpd'

dnf_build='gcc make pkgconf-pkg-config libarchive-devel json-c-devel pcre2-devel
vectorscan-devel libcyaml-devel libyaml-devel openssl-devel zlib-devel
bzip2-devel libdivsufsort-devel xen-devel libcurl-devel'
dnf_check='libcmocka-devel clang clang-tools-extra libasan libubsan libtsan
python3-jsonschema bzip2 lbzip2 zstd p7zip-plugins xz bsdtar busybox fuse3-devel
fuse3 strace cppcheck valgrind btrfs-progs util-linux procps-ng man-db groff-base chromium nodejs npm openssl nginx
openssh-server openssh-clients vsftpd
msmtp mutt python3-aiosmtpd'

zypper_build='gcc make pkgconf-pkg-config libarchive-devel libjson-c-devel
pcre2-devel vectorscan-devel libcyaml-devel libyaml-devel libopenssl-devel
zlib-devel libbz2-devel
libdivsufsort-devel xen-devel libcurl-devel'
zypper_check='libcmocka-devel clang clang-tools python3-jsonschema bzip2 lbzip2
zstd p7zip-full xz bsdtar busybox fuse3-devel fuse3 strace cppcheck valgrind btrfsprogs util-linux procps man groff
chromium nodejs npm openssl nginx openssh vsftpd
msmtp mutt python3-aiosmtpd'

apk_build='gcc musl-dev linux-headers make pkgconf libarchive-dev json-c-dev
pcre2-dev vectorscan-dev libcyaml-dev yaml-dev openssl-dev zlib-dev
bzip2-dev libdivsufsort-dev xen-dev curl-dev'
apk_check='bash cmocka-dev clang clang-extra-tools py3-jsonschema bzip2 lbzip2
zstd 7zip xz libarchive-tools busybox fuse3-dev fuse3 strace cppcheck valgrind btrfs-progs util-linux procps mandoc
chromium nodejs npm openssl nginx openssh vsftpd
msmtp mutt py3-aiosmtpd'

# What stands for the packages where dpkg cannot be asked.
modules_build='libarchive json-c libpcre2-8 libhs libcyaml yaml-0.1 libcrypto
zlib xencontrol xenstore libcurl'
modules_check='cmocka fuse3'
commands_build='gcc make pkg-config'
commands_check='bash clang clang-format python3 bzip2 lbzip2 zstd 7z xz bsdtar
busybox fusermount3 setpriv strace cppcheck clang-tidy valgrind btrfs chromium node npm openssl nginx msmtp mutt sshd vsftpd'

die() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

what=${1:-}
case $what in
build | check) ;;
*) die 'usage: setup.sh build|check' ;;
esac

# pick VAR: the words of VAR_build, and for "check" those of VAR_check too.
pick() {
    eval "printf '%s\n' \"\$${1}_build\""
    if [ "$what" = check ]; then
        eval "printf '%s\n' \"\$${1}_check\""
    fi
}

# installed PACKAGE...: the names among them that dpkg holds as installed.
installed() {
    dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null |
        sed -n 's/^.i //p'
}

# npm comes with some builds of nodejs and not with Debian's.
if ! command -v npm >/dev/null 2>&1; then
    debian_check="$debian_check npm"
fi

debian_missing() {
    have=" $(installed $(pick debian | tr '|' ' ') | tr '\n' ' ') "
    for one in $(pick debian); do
        found=
        for name in $(printf '%s' "$one" | tr '|' ' '); do
            case $have in *" $name "*) found=1 ;; esac
        done
        [ -n "$found" ] || printf ' %s' "${one%%|*}"
    done
}

# known PACKAGE...: apt's lists offer every one of them.
known() {
    for name in "$@"; do
        apt-cache policy "$name" 2>/dev/null |
            grep -q '^  Candidate: [^(]' || return 1
    done
}

# root COMMAND...: says it, then runs it.
root() {
    printf 'setup: running: %s%s\n' "${sudo:+$sudo }" "$*"
    $sudo "$@"
}

debian() {
    missing=$(debian_missing)
    [ -n "$missing" ] || return 0
    printf 'setup: these packages are missing:%s\n' "$missing"
    sudo=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 ||
            die "run this as root, or: apt-get install$missing"
        sudo=sudo
    fi
    wanted=$missing
    install="env DEBIAN_FRONTEND=noninteractive apt-get install -y
        --no-install-recommends"
    known $missing || root apt-get update
    # Lists that are too old name files that the mirrors no longer have.
    if ! root $install $missing; then
        root apt-get update
        root $install $missing || die "could not install:$missing"
    fi
    missing=$(debian_missing)
    [ -z "$missing" ] || die "still missing after the installation:$missing"
    quiet_servers
}

# The tests start their own servers, on loopback: what was installed for them
# must not serve this machine.
quiet_servers() {
    [ -d /run/systemd/system ] || return 0
    for name in nginx:nginx vsftpd:vsftpd openssh-server:ssh; do
        case " $wanted " in
        *" ${name%:*} "*) root systemctl disable --now "${name#*:}" || : ;;
        esac
    done
}

elsewhere() {
    missing=
    for name in $(pick commands); do
        command -v "$name" >/dev/null 2>&1 || missing="$missing $name"
    done
    for name in $(pick modules); do
        pkg-config --exists "$name" 2>/dev/null ||
            missing="$missing $name.pc"
    done
    [ -n "$missing" ] || return 0
    printf 'setup: missing here:%s\n' "$missing" >&2
    for tool in dnf zypper apk; do
        command -v $tool >/dev/null 2>&1 || continue
        case $tool in apk) add='apk add' ;; *) add="$tool install" ;; esac
        die "not tested on this distribution; install what is missing with:" \
            "$add" $(pick $tool)
    done
    die "not tested on this distribution; README.md lists the packages"
}

# What the tests in a browser need of npm, in the versions of the lock file.
browser_modules() {
    modules=build/npm
    cmp -s tests/browser/package-lock.json $modules/done && return
    printf 'setup: running: npm ci (tests/browser/package.json)\n'
    rm -rf $modules
    mkdir -p $modules
    cp tests/browser/package.json tests/browser/package-lock.json $modules
    (cd $modules && npm ci --ignore-scripts --no-audit --no-fund \
        --cache "$PWD/cache") || die 'npm could not install the browser tests'
    cp tests/browser/package-lock.json $modules/done
}

if command -v dpkg-query >/dev/null 2>&1 &&
    command -v apt-get >/dev/null 2>&1; then
    debian
else
    elsewhere
fi
if [ "$what" = check ]; then
    browser_modules
fi
