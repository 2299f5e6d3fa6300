# alone
# Names that a file system cannot hold once they are encoded, and names that
# would be a file and a folder at once: each costs only itself, and no member
# ever holds another file's bytes.
fresh_etc
mkdir -p in/x
long=a$(printf 'é%.0s' $(seq 60))
head -c 1000000 /dev/zero | tr '\0' L >"in/$long"
for i in b c d e f; do printf 'this is %s\n' "$i" >"in/$i"; done
printf 'packed\n' | gzip -c >in/x.gz
printf 'inner\n' >in/x/y
drop_in names.yaml <<END
name: names
summary: odd names
items:
  - name: slow
    command: [sleep, "2"]
    priority: xen
  - name: files
    tree: $PWD/in
END
for format in dir tar.bz2; do
    collect --only names --jobs 2 -f "$format" -o "made.$format"
    run 0 "$XB" verify "made.$format"
    [ "$format" = dir ] && top=made.dir || {
        mkdir unpacked
        tar -xjf "made.$format" -C unpacked || fail 'tar cannot unpack it'
        top=unpacked
    }
    for i in b c d e f; do
        f=$(find "$top" -path "*/in/$i" -type f)
        [ "$(cat "$f")" = "this is $i" ] || fail "$format: $i holds $(head -c 80 "$f")"
    done
    [ "$(cat "$(find "$top" -path '*/in/x/y')")" = inner ] || fail "$format: x/y"
    [ "$(cat "$(find "$top" -path '*/in/x.gz')")" = packed ] || fail "$format: x.gz"
    find "$top" -name 'a%C3*' -size +900k | grep -q . || fail "$format: the long name"
done
