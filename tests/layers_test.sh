#!/bin/sh
# layers_test.sh: layers.sh must be able to fail.  Each line below is a file
# and one include of it; "no" must be refused and "yes" let pass.
set -eu
layers=$(dirname "$0")/layers.sh
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
bad=0
while read -r want file inc; do
    rm -rf "$top/x"
    mkdir -p "$top/x/collector" "$top/x/plugins" "$top/x/redact" \
        "$top/x/tests" "$top/x/${file%/*}"
    printf '#include "%s"\n' "$inc" >"$top/x/$file"
    got=no
    ! sh "$layers" "$top/x" >/dev/null || got=yes
    [ "$got" = "$want" ] || {
        echo "$file including $inc: $got, wanted $want"
        bad=1
    }
done <<'END'
yes collector/front/master.c collector/base/core/frame.h
no  collector/front/master.c collector/base/digest.h
no  collector/base/core/str.c collector/base/sink.h
no  collector/base/yaml.c redact/redact.h
no  collector/gather/live.c collector/pack/unpack.h
yes collector/gather/replay.c collector/pack/unpack.h
no  collector/gather/replay.c collector/pack/bundle.h
yes plugins/xen_logs.c collector/gather/gather.h
no  plugins/xen_logs.c collector/gather/control.h
no  redact/stream.c collector/pack/bundle.h
yes collector/conductor.c redact/redact.h
no  collector/conductor.c collector/cmd.h
yes collector/cmd_collect.c collector/cmd.h
no  collector/conductor.c collector/front/master.h
no  collector/probe/main.c collector/gather/gather.h
no  somewhere/new.c collector/base/sink.h
yes tests/unit/test_str.c collector/front/reader.h
END
exit "$bad"
