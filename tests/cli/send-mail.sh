# time: 180
# Mail: a draft beside the bundle, SMTP with STARTTLS and with TLS from the
# start, the local sendmail; each fault with its message and exit status.
. "$TOP/tests/send/lib.sh"
make_ca
cat server.pem server.key >both.pem
host=$TOP/tests/hosts/xen-4.17-debian12
collect --replay "$host" --only xen_hypervisor,sys_pkgs \
    --note 'guest1 hängt' -o b.tar.bz2
sha=$(sha256sum b.tar.bz2 | cut -d' ' -f1)
to=mailto:xen-users@lists.example
send() {
    local want=$1
    shift
    run "$want" "$XB" upload -y --cacert ca.pem b.tar.bz2 "$@"
}
# mail FILE EXPRESSION...: Python over the message m as a mail program sees it,
# its text t (lines) and attachments a.
mail() {
    /usr/bin/python3 - "$@" <<'END' || fail "not so of the mail $1"
import email, email.policy, hashlib, sys
raw = open(sys.argv[1], "rb").read()
m = email.message_from_bytes(raw, policy=email.policy.default)
t = m.get_body().get_content()
a = list(m.iter_attachments())
rules = ['max(map(len, t.split("\\n"))) <= 72', 'not m.defects',
         'max(map(len, raw.split(b"\\n"))) <= 78', 'raw.isascii()',
         'not any(p.defects for p in m.walk())'] + sys.argv[2:]
for e in rules:
    if not eval(e):
        print(raw[:3000].decode(), file=sys.stderr)
        sys.exit("not so: " + e)
END
}

# A list is public; a bundle with true names goes there only by will.
send 5 "$to"
has err 'privacy level is "secrets".*--privacy public.*--private-ok'
[ ! -e b.tar.bz2.eml ] || fail 'a draft was left'

# A draft, to be filled in.
send 0 --private-ok "$to"
has out "^The draft of a mail: $PWD/b.tar.bz2.eml\$"
has out "^  mutt -H $PWD/b.tar.bz2.eml\$"
[ "$(stat -c %a b.tar.bz2.eml)" = 600 ] || fail 'the draft is readable'
mail b.tar.bz2.eml 'm["To"] == "xen-users@lists.example"' \
    'm["Subject"] == "Xen 4.17.7: guest1 hängt"' 'm["From"] is None' \
    'm["X-Unsent"] == "1"' 'm["Message-ID"] is None' \
    '"\nWhat happened:\n\n  guest1 hängt\n" in t' \
    '"\nWhat was expected:\n\n  [ And whether" in t' \
    '"\nWhat was tried:\n\n  [ " in t' '"  Xen          4.17.7\n" in t' \
    '"\nProblems found\n" in t' '"names are the true ones" in " ".join(t.split())' \
    "hashlib.sha256(a[0].get_content()).hexdigest() == '$sha'" "'$sha' in t" \
    'a[0].get_filename() == "b.tar.bz2"' \
    'a[0].get_content_type() == "application/x-bzip2"' \
    'a[0].get_content_disposition() == "attachment"'
has b.tar.bz2.receipt '"drafted"'
# Nothing is replaced; what its fields say, in its fields.
run 0 "$XB" upload -q -y --private-ok --in-reply-to '1.2@host' --debbugs \
    --expected 'no hang' --tried 'xl destroy' --link https://host/b \
    b.tar.bz2 'mailto:submit@lists.example?cc=a@lists.example&subject=%C3%A4%0Ab'
[ "$(cat out)" = "$PWD/b.tar.bz2.1.eml" ] || fail 'not the second draft'
mail b.tar.bz2.1.eml 'm["In-Reply-To"] == "<1.2@host>"' \
    'm["References"] == "<1.2@host>"' 'm["Cc"] == "a@lists.example"' \
    'm["Subject"] == "ä\\x0ab"' 'a == []' '"\n  https://host/b\n" in t' \
    't.startswith("Package: src:xen\nVersion: 4.17.")' \
    '"\n  no hang\n" in t and "\n  xl destroy\n" in t'
# Too large to be attached: the draft has a blank for the link.
send 0 --private-ok --max-mail 4K "$to"
has err 'more than --max-mail 4.0 KiB, so it is not attached'
mail b.tar.bz2.2.eml 'a == []' '"[ The link to it, once it is uploaded. ]" in t'

# Wrong, and why.
for url in mailto: mailto:a 'mailto:a@b%0ABcc:c@d' 'mailto:a@b?bcc=c@d' \
    'mailto:a@b?attach=/etc/passwd'; do
    send 2 --private-ok "$url"
done
send 2 --private-ok --from 'a@b>' "$to"
has err '--from: expected an address'
send 2 --private-ok --in-reply-to 'a b' "$to"
send 2 --private-ok --link 'https://u@h/' "$to"
has err '--link: expected https://.*without a user'
send 4 --private-ok --link 'https://u:p@h/' "$to"
send 2 --private-ok --smtp https://localhost/ --from a@b "$to"
send 2 --private-ok --smtp smtp://localhost/ "$to"
has err 'SMTP needs the address of who sends: --from'

send 2 --private-ok --smtp 'smtp://u:geheim@localhost/' --from a@b "$to"
has err 'password in a URL'
# What is typed is looked through as well; a collection's note is redacted.
send 4 --private-ok --tried 'root password=hunter22' "$to"
has err '^--tried:1: a secret is left'
# What the URL says ends in the mail too.
rm -f b.tar.bz2.eml
send 4 --private-ok "$to?subject=root%20password%3Dhunter22"
has err '^the URL:1: a secret is left'
lacks err hunter22
send 4 --private-ok --link 'https://h.example/x?pass%77ord=hunter22' "$to"
has err '^--link:1: a secret is left'
send 4 --private-ok --in-reply-to '<password=hunter22@h.example>' "$to"
has err '^--in-reply-to:1: a secret is left'
send 4 --private-ok --from 'password=hunter22@h.example' "$to"
has err '^--from:1: a secret is left'
lacks b.tar.bz2.receipt hunter22
[ ! -e b.tar.bz2.eml ] || fail 'a draft was written'
lacks err hunter22
run 0 "$XB" collect -y -q --only sys_memory -o c.tar \
    -f tar --note 'root password=hunter22' --private-ok --upload "$to"
mail c.tar.eml '"root password=[REDACTED:" in " ".join(t.split())' \
    '"hunter22" not in raw.decode()'

# smtp OPTIONS...: a fresh server; sets port.
smtp() {
    stop_servers
    servers=()
    rm -rf log mails
    start_python smtp.py --log log --mails mails "$@"
}
by_smtp() {
    local want=$1 scheme=$2
    shift 2
    send "$want" --private-ok --smtp "$scheme://localhost:$port" \
        --from me@sender.example "$@" "$to"
}
# Without a user, to this host itself, even in plain.
smtp
by_smtp 0 smtp
has out "^Sent to $to\$"
has err 'The server says: 250 2.0.0 queued as 1'
mail mails/1.eml 'm["From"] == "me@sender.example"' '"[ " not in t' \
    'm["Message-ID"].endswith("@sender.example>")' 'm["X-Unsent"] is None' \
    '"What was tried" not in t' 'b"\r\n" in raw' \
    "hashlib.sha256(a[0].get_content()).hexdigest() == '$sha'"
# Our own host's name is nobody's business.
has log '"ehlo": "sender.example"'
# But not with one, and not to another host.
printf 'servers:\n  - host: localhost:%s\n    user: xen\n    password: %s\n' \
    "$port" 'geheim 1' >cred.yaml
chmod 600 cred.yaml
by_smtp 5 smtp --credentials cred.yaml
has err 'offers no STARTTLS; mail is handed over without TLS only to'
lacks err geheim

# A mail program opens the draft and sends what is in it.
send 0 --private-ok "$to"
printf '#!/bin/sh\ncat >"%s/mutt.eml"\n' "$PWD" >as-sendmail
chmod 755 as-sendmail
mutt -n -F /dev/null -e "set sendmail=$PWD/as-sendmail" -e 'set copy=no' \
    -e 'set from=me@sender.example' -H b.tar.bz2.eml </dev/null
mail mutt.eml 'm["To"] == "xen-users@lists.example"' '"[ " in t' \
    "hashlib.sha256(a[0].get_content()).hexdigest() == '$sha'"
rm -f b.tar.bz2.eml

# STARTTLS, and TLS from the start.
smtp --cert both.pem --auth
by_smtp 5 smtp
has err 'does not take the mail: 530'
sed -i "s/localhost:[0-9]*/localhost:$port/" cred.yaml
by_smtp 0 smtp --credentials cred.yaml
has log '"tls": true, "user": "xen"'
sed -i 's/geheim 1/falsch/' cred.yaml
by_smtp 5 smtp --credentials cred.yaml
has err '535 .*see xen-bugtool-credentials'
sed -i 's/falsch/geheim 1/' cred.yaml
run 5 "$XB" upload -y --private-ok --smtp "smtp://localhost:$port" \
    --from me@sender.example --credentials cred.yaml b.tar.bz2 "$to"
has err 'cannot prove who it is.*--cacert'
[ "$(wc -l <log)" = 1 ] || fail 'a mail went through that should not have'
smtp --cert both.pem --auth --implicit
sed -i "s/localhost:[0-9]*/localhost:$port/" cred.yaml
by_smtp 0 smtps --credentials cred.yaml
has log '"tls": true, "user": "xen"'
by_smtp 5 smtps --max-mail 4K
has err 'more than --max-mail 4.0 KiB'
has err '--link URL, or send a smaller one.*: xen-bugtool collect --replay '\
'b.tar.bz2 --max-size [0-9]+K -o smaller'

make_certificate server -days -1
cat server.pem server.key >both.pem
smtp --cert both.pem --auth
sed -i "s/localhost:[0-9]*/localhost:$port/" cred.yaml
by_smtp 5 smtp --credentials cred.yaml
has err 'certificate has expired.*cannot prove who it is'

# Faults: what may pass is tried again, what may not is not.
smtp --fault '451 4.7.1 later,cut,ok,550 5.7.1 not a subscriber,full,slow'
by_smtp 0 smtp --link https://host/b
[ "$(grep -c 'trying again' err)" = 2 ] || fail 'not tried again twice'
has err '451 4.7.1 later; trying again'
by_smtp 5 smtp --link https://host/b
has err 'does not take the mail: 550 5.7.1 not a subscriber'
lacks err 'trying again'
by_smtp 5 smtp --link https://host/b
has err '552 5.3.4 the message is too big for this list'
by_smtp 5 smtp --link https://host/b --stall-timeout 1s --tries 1
has err 'nothing moved for 1.0 s'
send 5 --private-ok --smtp "smtp://localhost:$port" --from me@sender.example \
    mailto:nobody@elsewhere.example
has err '550 5.1.1 no such .x1b\[31mlist here'

# The local sendmail: msmtp, which has that interface, to such a server.
smtp
mkdir -m 755 "$ETC/mail-$$"
trap 'stop_servers; rm -rf "$ETC/mail-$$"' EXIT
printf 'defaults\nhost localhost\nport %s\naccount default\nfrom r@h.example\n' \
    "$port" >"$ETC/mail-$$/rc"
printf '#!/bin/sh\nexec msmtp -C %s "$@"\n' "$ETC/mail-$$/rc" \
    >"$ETC/mail-$$/sendmail"
chmod 755 "$ETC/mail-$$/sendmail"
local_mail() {
    local want=$1
    shift
    send "$want" --private-ok --sendmail "$ETC/mail-$$/sendmail" "$@"
}
local_mail 0 "$to"
mail mails/1.eml 'm["To"] == "xen-users@lists.example"' '"[ " not in t' \
    "hashlib.sha256(a[0].get_content()).hexdigest() == '$sha'"
local_mail 5 mailto:x@elsewhere.example
has err 'took no mail \(exit status 65\): .*no such'
send 5 --private-ok --sendmail "$PWD/none" "$to"
has err "sendmail: there is no $PWD/none"
send 5 --private-ok --sendmail sendmail "$to"
has err '--sendmail: expected a full path'
chmod 777 "$ETC/mail-$$/sendmail"
local_mail 5 "$to"
has err 'others can write it|can be written'
chmod 755 "$ETC/mail-$$/sendmail"
send 2 --private-ok --sendmail "$ETC/mail-$$/sendmail" mailto:a%7Cb@lists.example
local_mail 5 mailto:a%23b@lists.example
has err 'a#b@lists.example: such an address is not handed to sendmail'
[ "$(ls -A | grep -c 'eml')" = 4 ] || fail 'a mail that was sent was left'
