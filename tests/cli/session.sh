# time: 90
# The session on a terminal, from the questions to the menu.  Its answers are
# options like any other: the same options give the same bytes.
host=$TOP/tests/hosts/xen-4.17-debian12
export SLOW TERM=vt100 LC_ALL=C.UTF-8

# on_terminal STATUS ARGUMENTS...: the steps of ./steps; see pty.py.
on_terminal() {
    local want=$1 got=0
    shift
    ran="$* on a terminal"
    /usr/bin/python3 "$TOP/tests/cli/pty.py" "$@" >out || got=$?
    [ "$got" = "$want" ] || fail "exit status $got instead of $want from: $ran"
    [ "$VARIANT" = plain ] || ! grep -qaE 'runtime error:|Sanitizer' shown ||
        fail "a sanitizer found something in: $ran"
}

# What is off, a note, and a look at everything that is offered afterwards.
cat >steps <<'END'
expect three|one file
expect Nothing leaves this machine
expect xen_hypervisor .*-- Enter: more
send 
expect sys_logs .*or Enter: $
send nonsense
expect nothing here is called 'nonsense'
expect or Enter: $
send ?
expect switches these
expect or Enter: $
send none
expect 2. of them are switched.*or Enter: $
send all
expect or Enter: $
send l
expect \[x\] xen_hypervisor .*-- Enter: more
send 
expect or Enter: $
send sys_boot,pkgs
expect \[ \] sys_boot .*\[ \] sys_pkgs .*or Enter: $
send o xen_logs
expect what is read.*go back: $
send 1
expect 1 \[ \] .*go back: $
send 
expect \[-\] xen_logs .*or Enter: $
send 
expect Level .1 secrets.: $
send 
expect What happened
send the guest hung, password=hunter2
expect > $
send at noon
expect > $
send 
expect Ctrl-C once
expect Host .*-- Enter: more
send 
expect Items: .*Bundle .*Choose \[1 keep\]: $
send 2
expect Host .*-- Enter: more
send q
expect Choose
send problems
expect Choose
send review
expect redacted: .*-- Enter: more
send q
expect Choose
send 77
expect there is no number 77
expect Choose
send 
expect The bundle stays at
END
mkdir asked
on_terminal 0 steps "$XB" --replay "$host" -o asked/b.tar.bz2
[ "$(ls -A asked)" = b.tar.bz2 ] || fail "left: $(ls -A asked)"
run 0 "$XB" verify asked/b.tar.bz2
item=$("$XB" plugins --json | sed -n \
    's/.*"plugin":"xen_logs","item":"\([^"]*\)".*/\1/p' | head -n 1)
holds asked/b.tar.bz2 \
    "m['options']['skip'] == ['xen_logs/$item', 'sys_boot', 'sys_pkgs']" \
    'm["options"]["note"].endswith(" at noon")' \
    '"hunter2" not in m["options"]["note"]' \
    'status("sys_memory/meminfo") == "ok"'
mkdir told
collect --replay "$host" -o told/b.tar.bz2 \
    --skip "xen_logs/$item,sys_boot,sys_pkgs" \
    --note 'the guest hung, password=hunter2 at noon'
cmp asked/b.tar.bz2 told/b.tar.bz2
lacks shown hunter2.*hunter2

# Nothing is wider than the terminal: lines, and what takes the place of one.
# A long word, such as a path, is not broken.
wide() {
    tr '\r' '\n' <shown | sed 's/\x1b\[K//g' | grep -av "$PWD" |
        grep -avE '^ *[^ ]*$' | grep -aE "^.{$1,}" >wide || :
    [ ! -s wide ] || fail "more than $(($1 - 1)) columns: $(head -n 3 wide)"
}
wide 81

# Enter alone.  A dumb terminal gets no escape sequence, the C locale no byte
# that is not ASCII, and a serial line no more than 80 columns.
cat >steps <<'END'
expect more; q
send 
expect Enter: $
send 
expect Level
send 
expect > $
send 
expect more; q
send 
expect Choose
send 
END
export TERM=dumb LC_ALL=C
on_terminal 0 -s 0x0 steps "$XB" --replay "$host" -o dumb.tar.bz2
! grep -qa $'\x1b' shown || fail 'an escape sequence on a dumb terminal'
! grep -qaP '[^\x00-\x7f]' shown || fail 'not ASCII in the C locale'
wide 81
collect --replay "$host" -o plain.tar.bz2
cmp dumb.tar.bz2 plain.tar.bz2

# The other level: the host's name is nowhere.
cat >steps <<'END'
expect more; q
send q
expect Enter: $
send 
expect Level .1 secrets.: $
send public
expect > $
send 
expect more; q
send q
expect Choose
send 
END
mkdir public
on_terminal 0 steps "$XB" --replay "$host" -o public/
holds public/* 'm["options"]["privacy"] == "public"' \
    '"xenlab" not in m["host"]["name"]'
case $(ls public) in *xenlab*) fail 'the name names the host' ;; esac
tail -n 20 shown | grep -qa xenlab && fail 'the host is named' || :

# A small one: nothing is lost, but comes in smaller pages.
cat >steps <<'END'
expect more; q
send q
expect Enter: $
send q
END
on_terminal 1 -s 10x40 steps "$XB" --replay "$host" -o small.tar.bz2
wide 41
grep -qa 'no bundle' shown
[ ! -e small.tar.bz2 ]

# What never asks, on a terminal too.
: >steps
for option in -y -q --json --dry-run; do
    on_terminal 0 steps "$XB" --replay "$host" -o "never$option.tar.bz2" \
        --only xen_store $option
    ! grep -qa 'Enter' shown || fail "$option asks"
done
on_terminal 0 steps sh -c '"$0" --replay "$1" -o pipe.tar.bz2 | cat' "$XB" \
    "$host"
! grep -qa 'Enter' shown || fail 'asks though its output is no terminal'
