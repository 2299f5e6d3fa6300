# alone
# What stands round the contents goes through the redactor, too: names of files,
# arguments of commands, error texts, the log, the case and the note, the name
# of the bundle.  And a guest that prints the begin of a key hides no log.
fresh_etc
here=$PWD
mkdir logs
printf 'one\n' >'logs/vncpasswd=SdFileName'
{
    printf 'before\n-----BEGIN RSA PRIVATE KEY-----\n'
    for i in $(seq 20000); do
        printf '[%d.000] xenbr0: port 1 entered the forwarding state\n' "$i"
    done
} >logs/console.log
drop_in site.yaml <<END
name: site
summary: what this site wants besides
items:
  - name: logs
    glob: $here/logs/*
  - name: command
    command: [printf, 'x\n', '--password=SdArgument']
  - name: fails
    command: [ls, '$here/password=SdError']
END
run 0 "$XB" collect -y --only site --case 'password=SdCase' \
    --note 'it broke after vncpasswd="SdNote" was set' \
    -o "$here/token=SdOutput0EXAMPLE.tar" --format tar
cp out said
cat err >>said
bundle=$(ls -- *.tar)
holds "$bundle" 'len([i for i in items if i["plugin"] == "site"]) >= 4' \
    'str(items).count("[REDACTED:") >= 3' \
    'str(m["options"]).count("[REDACTED:") == 2'
run 0 tar -xf "$bundle"
find . -name 'xen-bugtool-*' -type d -prune >tops
top=$(head -1 tops)
[ -d "$top" ] || fail 'no top folder'
for secret in SdFileName SdArgument SdError SdCase SdNote SdOutput; do
    ! grep -rlF "$secret" "$top" >found || fail "$secret is in $(cat found)"
    ! find "$top" | grep -F "$secret" || fail "$secret is in a name"
done
log=$(find "$top" -name console.log)
[ "$(grep -c 'entered the forwarding state' "$log")" = 20000 ] ||
    fail 'a begin of a key hides lines that are no key'
mv -- "$bundle" plain.tar
run 0 "$XB" verify --deep plain.tar
