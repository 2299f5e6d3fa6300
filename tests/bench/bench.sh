#!/bin/sh
# bench.sh MAKE [ARGUMENT...]: installs the peers and the builds, then runs
# bench.py with the arguments.
#
# All lies in /var/lib, where a folder is root's alone: drop-ins count only so.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
make=$1
shift
[ "$(id -u)" = 0 ] || { echo 'bench: run this as root' >&2; exit 1; }
missing=
for one in lbzip2:lbzip2 pbzip2:pbzip2 zstd:zstd sos:sosreport; do
    command -v "${one%:*}" >/dev/null || missing="$missing ${one#*:}"
done
if [ -n "$missing" ]; then
    echo "bench: installing$missing"
    # shellcheck disable=SC2086
    apt-get install -y --no-install-recommends $missing >/dev/null
fi
stage=/var/lib/xen-bugtool-bench
mkdir -p -m 755 "$stage"
cd "$top"
$make BUILD=build/bench prefix="$stage" sysconfdir="$stage/etc" install
$make BUILD=build/bench-raw prefix="$stage/raw" sysconfdir="$stage/etc" \
    REDACT_RULES=tests/bench/norules.yaml install
$make BUILD=build/bench-nodiag prefix="$stage/nodiag" \
    sysconfdir="$stage/etc" DIAG_RULES=tests/bench/nodiagnosis.yaml install
exec python3 -B tests/bench/bench.py --stage "$stage" \
    --out build/bench/bench.json "$@"
