#!/bin/sh
# layers.sh: holds every #include "..." against the layers of docs/HACKING.md.
#
#   layers.sh [TOP]
#
# Each rule below says, for the files whose path fits, what they may include.
# A file that fits no rule is an error: a new folder needs its place in here.
set -eu
export LC_ALL=C
cd "${1:-$(dirname "$0")/..}"

# All C files, with their includes, as "FILE:LINE:INCLUDED".
find . \( -path ./build -o -path ./.git \) -prune -o -name '*.[ch]' -exec \
    grep -HnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' {} + |
    sed -E 's/^\.\/([^:]*:[0-9]+:).*include[[:space:]]*"([^"]*)".*/\1\2/' |
    sort -t: -k1,1 -k2,2n |
    awk -F: '
    # What a path may include, as a regular expression over included paths.
    # The first rule that fits counts.
    function rule(files, may) { n++; pattern[n] = files; allowed[n] = may }
    BEGIN {
        core = "collector/base/core/"
        base = "collector/base/"
        # libc alone: what runs as root
        rule("^collector/base/core/", core)
        rule("^collector/front/", core "|collector/front/")
        rule("^collector/base/", base)
        rule("^collector/probe/", base "|collector/probe/")
        rule("^collector/send/", base "|collector/(mail|send)/")
        # layer 2: siblings do not know each other, but for these
        rule("^collector/gather/(replay|recorded)\\.[ch]$", base \
            "|collector/gather/|collector/pack/(unpack|manifest)\\.h$")
        rule("^collector/gather/", base "|collector/gather/")
        rule("^collector/pack/", base "|collector/pack/")
        rule("^collector/diagnose/", base "|collector/diagnose/")
        rule("^collector/report/", base "|collector/report/")
        rule("^collector/mail/", base "|collector/mail/")
        rule("^collector/session/", base "|collector/session/")
        rule("^plugins/", base "|plugins/|collector/gather/gather\\.h$")
        rule("^redact/", base "|redact/")
        # layers 3 and 4: conductor, plan, config, view, then the commands
        rule("^collector/cmd_[a-z]+\\.c$|^collector/worker\\.c$", base \
            "|collector/[a-z_]+\\.h$" \
            "|collector/(gather|pack|diagnose|mail|report|session)/" \
            "|plugins/|redact/")
        rule("^collector/[a-z_]+\\.[ch]$", base "|collector/[a-z_]+\\.h$" \
            "|collector/(gather|pack|diagnose|mail|report|session)/" \
            "|plugins/|redact/")
        rule("^tests/", ".")
        bad = 0
    }
    {
        file = $1; line = $2; inc = $3
        if (inc == "config.h") next     # made by the Makefile
        for (i = 1; i <= n; i++) if (file ~ pattern[i]) break
        if (i > n) {
            printf "%s:%s: no layer is known for this file; " \
                "add it to tests/layers.sh\n", file, line
            bad = 1
        } else if (inc !~ ("^(" allowed[i] ")")) {
            printf "%s:%s: this layer may not include \"%s\"\n", \
                file, line, inc
            bad = 1
        }
    }
    END { exit bad }'

# Only cmd.h knows the commands; nothing below them may.
if grep -lE '#include "collector/cmd\.h"' -r collector plugins redact \
    --include='*.[ch]' | grep -vE '^collector/(cmd_[a-z]+|worker)\.c$'; then
    echo 'the files above may not include "collector/cmd.h"'
    exit 1
fi
