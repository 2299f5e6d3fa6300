#!/bin/sh
# demo.sh XEN-BUGTOOL FOLDER: makes two bundles, one of this machine and one
# replayed from a recorded Xen host, and shows where they lie and what they say.
set -eu
xb=$1
folder=$2
recorded=tests/hosts/xen-4.17-debian12

# Only root can read all there is; without sudo it collects what it may.
root=
if [ "$(id -u)" != 0 ]; then
    echo "demo: this machine is read as root: sudo $xb"
    if command -v sudo >/dev/null 2>&1 && sudo true; then
        root=sudo
    else
        echo "demo: neither root nor sudo: much will be denied"
    fi
fi

# A bundle never replaces a file, so every run has a folder of its own.
mkdir -p "$folder"
n=1
while ! mkdir "$folder/$n" 2>/dev/null; do
    n=$((n + 1))
    [ "$n" -lt 10000 ] || { echo "demo: cannot write $folder" >&2; exit 1; }
done

# show TITLE BUNDLE ROOT: where it lies, its page for a browser, its summary.
show() {
    printf '\n=== %s\n' "$1"
    printf '    %s\n' "$2"
    printf '    %s\n\n' "$($3 "$xb" report -q "$2" -o "${2%.tar.bz2}.html")"
    $3 "$xb" inspect "$2" summary.txt
}

printf '\ndemo: collecting from this machine (xen-bugtool collect -y)\n'
live=$($root "$xb" collect -y -q -o "$folder/$n/")
printf 'demo: replaying %s\n' "$recorded"
replayed=$("$xb" collect -y -q --replay "$recorded" -o "$folder/$n/")

show 'This machine' "$live" "$root"
show "A recorded Xen host ($recorded)" "$replayed" ''
printf '\nThe two bundles:\n    %s\n    %s\n' "$live" "$replayed"
echo "List one:   $xb inspect BUNDLE"
echo "Check one:  $xb verify BUNDLE"
