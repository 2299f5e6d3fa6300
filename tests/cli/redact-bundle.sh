# A bundle redacted again, into a new one: sound, marked, and by the rules and
# the key of now.
# time: 180
host=$TOP/tests/hosts/xen-4.17-debian12
run 0 "$XB" collect -y -q --replay "$host" -o old.tar.bz2
cat >more.yaml <<'END'
rules:
- name: site-lab
  why: The name of the laboratory.
  anchor: '/local/lib/'
  form: blank
  match:
  - text: 'at /usr/local/lib/EXAMPLE there'
    goes: 'EXAMPLE'
  keep:
  - '/usr/lib/xen'
END
run 0 "$XB" redact --redact-rules more.yaml old.tar.bz2 -o new.tar.bz2 --stats
has err '^site-lab +[1-9]'
run 0 "$XB" verify new.tar.bz2
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" new.tar.bz2
old_key=$(/usr/bin/python3 "$TOP/tests/cli/manifest.py" old.tar.bz2 \
    'print:m["key_id"]')
old_digest=$(/usr/bin/python3 "$TOP/tests/cli/manifest.py" old.tar.bz2 \
    'print:m["rules"]["digest"]')
old_items=$(/usr/bin/python3 "$TOP/tests/cli/manifest.py" old.tar.bz2 \
    'print:len(items)')
holds new.tar.bz2 'm["redacted_again"]["time"] >= m["time"]["end"]' \
    "m['redacted_again']['key_id'] == '$old_key' != m['key_id']" \
    "m['redacted_again']['rules_digest'] == '$old_digest'" \
    "m['rules']['digest'] != '$old_digest'" \
    'm["rules"]["files"] == ["more.yaml"]' \
    "len(items) == $old_items" \
    'sum(i.get("redactions", {}).get("site-lab", 0) for i in items) >= 2' \
    'not any("/local/lib/xenlab" in text(n) for n in names)' \
    '"[REDACTED:site-lab:" in text("domains/1-guest1/etc/xen/guest1.cfg")' \
    '"Redacted again 20" in text("summary.txt")'
run 0 "$XB" inspect new.tar.bz2
has out 'Redacted +again 20'
# The old tokens are others now, but still say what they stand for.
run 0 "$XB" inspect old.tar.bz2 domains/1-guest1/etc/xen/guest1.cfg
cp out before
run 0 "$XB" inspect new.tar.bz2 domains/1-guest1/etc/xen/guest1.cfg
token=$(grep -oE '\[REDACTED:vnc-[a-z-]+:[0-9a-f]{12}\]' before)
lacks out "$(printf '%s' "$token" | sed 's/[][]/\\&/g')"
has out 'vncpasswd=\[REDACTED:vnc-'
# The members of our own keep their structure, whatever is hidden in them; the page
# is the one that is made of the new bundle.
cat >page.yaml <<'END'
rules:
- name: site-guest
  why: What stands behind the name of a guest.
  anchor: '\bguest1'
  form: line
  match:
  - text: 'domain guest1 EXAMPLE of'
    goes: ' EXAMPLE of'
  keep:
  - 'guest2 x'
END
run 0 "$XB" redact --redact-rules page.yaml --privacy public --keyword findings \
    --keyword title --keyword class --keyword plugin --keyword bridges \
    old.tar.bz2 -o page.tar.bz2
run 0 "$XB" verify --deep page.tar.bz2
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" page.tar.bz2
"$XB" inspect old.tar.bz2 diagnosis.json >old.json
"$XB" inspect page.tar.bz2 diagnosis.json >new.json
/usr/bin/python3 - <<'END'
import json
def shape(o):
    if isinstance(o, dict):
        return {k: shape(v) for k, v in o.items()}
    return [shape(v) for v in o] if isinstance(o, list) else type(o).__name__
old, new = json.load(open("old.json")), json.load(open("new.json"))
assert shape(old) == shape(new), "the diagnosis has another structure"
assert old != new, "nothing is hidden in the diagnosis"
END
run 0 "$XB" inspect page.tar.bz2 report.html
has out REDACTED:site-guest
run 0 "$XB" redact --privacy public old.tar.bz2 -o public.tar.bz2
run 0 "$XB" inspect public.tar.bz2 report.html
cp out page.html
run 0 "$XB" report public.tar.bz2 -o made.html
cmp page.html made.html || fail 'the page is not that of the new bundle'
lacks page.html xenlab

# Whatever way it is packed, and into whatever.
run 0 "$XB" redact old.tar.bz2 -f dir -o folder
run 0 "$XB" verify folder
run 0 "$XB" redact folder -f tar.gz -o again.tar.gz
run 0 "$XB" verify again.tar.gz
mkdir place
run 0 "$XB" redact -q old.tar.bz2 -o place
[ "$(cat out)" = "$PWD/place/$(ls place)" ] || fail 'not the path of the bundle'
run 0 "$XB" verify place/*
# As anybody.
chmod 644 old.tar.bz2
mkdir -m 777 users
run 0 as_nobody "$XB" redact old.tar.bz2 -o users/new.tar.bz2
run 0 "$XB" verify users/new.tar.bz2

# --check: the tokens in it are hidden already.
run 0 "$XB" redact --check old.tar.bz2
run 4 "$XB" redact --check --redact-rules more.yaml old.tar.bz2
has out '^domains/1-guest1/etc/xen/guest1.cfg: [1-9]'

# Damaged bundles give no new one.
mkdir bad
/usr/bin/python3 "$TOP/tests/cli/spoil.py" old.tar.bz2 bad
refused=0
for one in bad/*; do
    got=0
    ran="redact $one"
    "$XB" redact "$one" -o out.tar.bz2 >out 2>err || got=$?
    [ -s err ] || fail "no word about $one"
    if [ "$got" = 0 ]; then # no archive any more: a file like any other
        run 4 "$XB" verify out.tar.bz2
        rm out.tar.bz2
    else
        refused=$((refused + 1))
    fi
    [ ! -e out.tar.bz2 ] || fail "a bundle was made of $one"
done
[ "$refused" -ge 12 ] || fail "only $refused damaged bundles were refused"
run 2 "$XB" redact old.tar.bz2
one_line 'is a bundle; say with --outfile'
run 1 "$XB" redact old.tar.bz2 -o new.tar.bz2
one_line 'exists'
tar cf other.tar more.yaml
run 4 "$XB" redact other.tar -o out.tar.bz2
[ ! -e out.tar.bz2 ] || fail 'a bundle was made of an archive that is none'
