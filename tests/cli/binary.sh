# alone
# Binary files are stored byte for byte, or left out: a token in one would be
# damage.  Text that only looks odd is never left out.
fresh_etc
printf '\211PNG\r\n\032\n rows and rows, nothing secret' >clean.png
printf '\211PNG\r\n\032\n vncpasswd="EXAMPLE-db" in a row' >secret.png
head -c 100000 "$LIBEXEC/xen-bugtool-probe" >program
# a guest's console: garbage first, as firmware prints it
printf '\001\002\003\004\005\006\007\377\376\375\n' >console
echo 'boot: vncpasswd="EXAMPLE-console" and more' >>console
# an archive in a compressed file
echo 'vncpasswd="EXAMPLE-tar"' >inner
tar cf - inner | gzip >logs.tar.gz
drop_in bin.yaml <<END
name: bin
summary: files that are no text
items:
  - name: clean
    file: $PWD/clean.png
  - name: secret
    file: $PWD/secret.png
  - name: program
    file: $PWD/program
  - name: console
    file: $PWD/console
  - name: archive
    file: $PWD/logs.tar.gz
END
for format in tar.bz2 dir; do
    collect --only bin -f $format -o b.$format
    run 0 "$XB" verify b.$format
    run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" b.$format
    holds b.$format 'status("bin/clean") == "ok"' \
        'status("bin/program") == "ok"' \
        'status("bin/console") == "ok"' \
        'status("bin/secret") == "refused"' \
        '"binary content" in one("bin/secret")["error"]' \
        '"member" not in one("bin/secret")' \
        'status("bin/archive") == "refused"' \
        'not any("EXAMPLE-" in text(n) for n in names)' \
        '"and more" in text(one("bin/console")["member"])'
    run 0 "$XB" inspect b.$format "files$PWD/program"
    cmp out program
    run 0 "$XB" inspect b.$format "files$PWD/clean.png"
    cmp out clean.png
done
left=$(find b.dir -name secret.png)
[ -z "$left" ] || fail 'the file that was left out lies in the folder'
