# verify --deep takes what was redacted and names each secret that is left, by
# member, line and rule, and never its value.
host=$TOP/tests/hosts/xen-4.17-debian12
log=files/var/log/xen/xenstored.log
run 0 "$XB" collect -y -q --replay "$host" --note EXAMPLE -f dir -o clean
run 0 "$XB" verify --deep clean
has out 'sound'
run 0 "$XB" collect -y -q --replay "$host" -o clean.tar.bz2
run 0 "$XB" verify --deep clean.tar.bz2
run 0 "$XB" verify --deep --json clean.tar.bz2
has out '"ok":true'
# This host, with what its own logs and processes hold.
collect -o live.tar.bz2
run 0 "$XB" verify --deep live.tar.bz2

# planted REGEX PLANT-ARGUMENTS...: the one problem of a changed bundle.
planted() {
    local want=$1
    shift
    rm -rf bad
    cp -a clean bad
    /usr/bin/python3 "$TOP/tests/cli/plant.py" bad "$@"
    run 0 "$XB" verify bad
    run 4 "$XB" verify --deep bad
    has out "$want"
    has out '[12] problems?$'
    lacks out S3cretEXAMPLE
    lacks err S3cretEXAMPLE
}
lines=$(wc -l <clean/$log)
planted "^$log:$((lines + 1)): .*vnc-password\$" $log 'vncpasswd="S3cretEXAMPLE"\n'
# The number is right behind a value of several lines, too, and behind a token.
key='-----BEGIN RSA PRIVATE KEY-----\nEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE00\n'
planted "^$log:$((lines + 3)): .*vnc-password\$" $log \
    'vncpasswd="[REDACTED:vnc-password:0123456789ab]"\n\nvncpasswd="S3cretEXAMPLE"\n'
rm -rf bad
cp -a clean bad
/usr/bin/python3 "$TOP/tests/cli/plant.py" bad $log \
    "$key$key"'-----END RSA PRIVATE KEY-----\nvncpasswd="S3cretEXAMPLE"\n'
run 4 "$XB" verify --deep bad
has out "^$log:$((lines + 6)): .*vnc-password\$"
planted '^xen-bugtool.log:[0-9]+: .*vnc-password' xen-bugtool.log \
    'vncpasswd="S3cretEXAMPLE"\n'
planted '^summary.txt:[0-9]+: .*vnc-password' summary.txt \
    'vncpasswd="S3cretEXAMPLE"\n'
planted '^manifest.json:[0-9]+: .*vnc-password' manifest.json \
    'vncpasswd=S3cretEXAMPLE'
planted '^the name .*/vncpasswd=.* holds a secret' $log '' \
    "${log%/*}/vncpasswd=EXAMPLE"
run 4 "$XB" verify --deep --json bad
has out '"ok":false'

# What only looks like a token is as secret as anything else.
planted "^$log:.*vnc-password" $log 'vncpasswd="[REDACTED:x:notHex]"\n'
planted "^$log:.*vnc-password" $log \
    'vncpasswd="[REDACTED:vnc-password:0123456789abS3cretEXAMPLE]"\n'
planted "^$log:.*vnc-password" $log \
    'vncpasswd="[REDACTED:vnc-password:0123456789ab]S3cretEXAMPLE"\n'
rm -rf bad
cp -a clean bad
/usr/bin/python3 "$TOP/tests/cli/plant.py" bad $log \
    'say [REDACTED:x:notHex] and [REDACTED:x:0123456789ab]\n'
run 0 "$XB" verify --deep bad

# The bundle's own name and the one of its top folder.
cp clean.tar.bz2 'vncpasswd=EXAMPLE.tar.bz2'
run 4 "$XB" verify --deep 'vncpasswd=EXAMPLE.tar.bz2'
has out '^the name .* holds a secret'
mkdir top
mv clean 'top/vncpasswd=EXAMPLE'
(cd top && find * -type f ! -name manifest.json | sort >../list &&
    find * -type f -name manifest.json >>../list &&
    tar --owner=0 --group=0 -cf ../top.tar -T ../list)
run 4 "$XB" verify --deep top.tar
has out '^the name vncpasswd=EXAMPLE holds a secret'

# Rules of the site count; wrong ones are an error before anything is read.
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
run 4 "$XB" verify --deep --redact-rules more.yaml clean.tar.bz2
has out ': a secret is left, of the rule site-lab$'
has out 'xen-bugtool redact .* -o NEW'
echo 'rules: 7' >more.yaml
run 2 "$XB" verify --deep --redact-rules more.yaml clean.tar.bz2
has err 'more.yaml:1'

# What the user says is hidden in the manifest, where its quotes are escaped.
collect --replay "$TOP/tests/hosts/xen-4.17-debian12" \
    --case 'vncpasswd="S3cret"' --note '{"passwd":"S3cret"}' -o said.tar.bz2
run 0 "$XB" verify --deep said.tar.bz2
