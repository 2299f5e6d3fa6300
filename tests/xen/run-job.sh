#!/bin/bash
# run-job.sh: builds xen-bugtool, installs it into a scratch tree, and runs one
# of our jobs with that tree in the lab's dom0.
#
# Usage: run-job.sh [options of run-in-dom0.sh] JOB OUT-DIR
#
#   JOB      a folder below jobs/; it finds the tree in stage.tar
#   OUT-DIR  see run-in-dom0.sh
#
# Environment: XENLAB_HOME (see lib.sh); STAGE: a tree made by "make install
# DESTDIR=... prefix=/usr", used instead of building one.
#
# Exit status: that of the job; 125 if it could not be run.  The lab is built
# first where it is missing, which needs root.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
# shellcheck source=lib.sh
. "$HERE/lib.sh"

[ $# -ge 2 ] || die "usage: ${0##*/} [options of run-in-dom0.sh] JOB OUT-DIR"
options=("${@:1:$#-2}")
job=${*: -2:1}
out=${*: -1}
[ -x "$HERE/jobs/$job/run" ] || die "no such job: $job"

TMP=$(mktemp -d "${TMPDIR:-/tmp}/xen-bugtool-lab.XXXXXX")
trap 'rm -rf "$TMP"' EXIT
if [ -z "${STAGE:-}" ]; then
    STAGE=$TMP/stage
    make -C "$TOP" --no-print-directory BUILD=build/xen prefix=/usr \
        DESTDIR="$STAGE" install || die "the build failed"
fi
mkdir "$TMP/job"
cp -a "$HERE/jobs/lib.sh" "$HERE/jobs/$job/." "$TMP/job/"
tar -C "$STAGE" --owner=0 --group=0 -cf "$TMP/job/stage.tar" .
"$HERE/build-dom0.sh"
rc=0
"$HERE/run-in-dom0.sh" "${options[@]}" "$TMP/job" "$out" || rc=$?
exit $rc
