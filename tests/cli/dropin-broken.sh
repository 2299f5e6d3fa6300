# alone
# A drop-in that is wrong is named with line and reason, and left out; the run
# goes on and the bundle is whole.
fresh_etc
drop_in good.yaml <<'END'
name: good
summary: a good one
items:
  - name: hello
    command: [printf, hello]
END
drop_in bad-syntax.yaml <<'END'
name: bad
summary: [unclosed
items:
  - name: x
END
drop_in bad-key.yaml <<'END'
name: badkey
summary: a key that there is not
items:
  - name: x
    fille: /etc/hostname
END
drop_in bad-value.yaml <<'END'
name: badvalue
summary: a time without its unit
items:
  - name: x
    file: /etc/hostname
    timeout: "5"
END
drop_in bad-empty.yaml </dev/null
drop_in bad-name.yaml <<'END'
name: sys_memory
summary: the name of a built-in plugin
items:
  - name: x
    file: /etc/hostname
END
# Others could have written these.
drop_in bad-mode.yaml <"$ETC/xen-bugtool/plugins.d/good.yaml"
chmod 666 "$ETC/xen-bugtool/plugins.d/bad-mode.yaml"
drop_in bad-owner.yaml <"$ETC/xen-bugtool/plugins.d/good.yaml"
chown 65534 "$ETC/xen-bugtool/plugins.d/bad-owner.yaml"

run 0 "$XB" collect -y --only good,sys_memory/meminfo -o b.tar.bz2
for file in bad-syntax bad-key bad-value bad-empty bad-name bad-mode \
    bad-owner; do
    [ "$(grep -c "$file.yaml" err)" = 1 ] ||
        fail "not exactly one line about $file.yaml"
done
has err 'bad-syntax.yaml:[23]'
has err 'bad-key.yaml:5.*fille'
has err 'bad-value.yaml:6.*timeout.*"?5'
lacks err 'good.yaml'
run 0 "$XB" verify b.tar.bz2
holds b.tar.bz2 'm["complete"]' 'status("good/hello") == "ok"' \
    'status("sys_memory/meminfo") == "ok"' \
    'any("bad-syntax.yaml" in json for json in map(str, items))'
run 0 "$XB" plugins
has out 'good'

# The configuration file is a statement of will: one that is wrong ends the run.
cat >"$ETC/xen-bugtool/config.yaml" <<'END'
jobs: 0
END
run 2 "$XB" collect -y --only good -o c.tar.bz2
[ "$(grep -c 'config.yaml' err)" = 1 ] || fail 'config.yaml is not named'
[ ! -e c.tar.bz2 ] || fail 'a bundle was made with a wrong configuration'
cat >"$ETC/xen-bugtool/config.yaml" <<'END'
item-timeout: 7s
skip: [sys_net]
END
rm "$ETC"/xen-bugtool/plugins.d/bad-*
collect --only good -o d.tar.bz2
holds d.tar.bz2 'm["limits"]["item_timeout_ms"] == 7000' \
    'm["options"]["skip"] == ["sys_net"]'
