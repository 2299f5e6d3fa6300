# time: 180
# Bugzilla: attachments and new bugs, at a server that takes and refuses what
# the public API documents say, in the ways of its versions; each fault with its
# message and exit status.
. "$TOP/tests/send/lib.sh"
make_ca
cat server.pem server.key >both.pem
collect --replay "$TOP/tests/hosts/xen-4.17-debian12" --only xen_hypervisor \
    --note 'guest1 hangs' -o b.tar.bz2
size=$(stat -c %s b.tar.bz2)
sha=$(sha256sum b.tar.bz2 | cut -d' ' -f1)

# bugzilla OPTIONS...: a fresh server; sets at, and the key for it.
bugzilla() {
    stop_servers
    servers=()
    rm -f port log
    start_python bugzilla.py --log log --cert both.pem "$@"
    at=bugzilla+https://localhost:$port
    key GoodKey0123456789
}
key() {
    printf 'servers:\n  - host: localhost:%s\n    api-key: %s\n%s' \
        "$port" "$1" "${2:-}" >cred.yaml
    chmod 600 cred.yaml
}
send() {
    local want=$1
    shift
    run "$want" "$XB" upload -y --cacert ca.pem --credentials cred.yaml \
        b.tar.bz2 "$@"
}
# logged EXPRESSION...: Python over the requests (r) that the server has seen.
logged() {
    /usr/bin/python3 - "$@" <<'END'
import json, sys
r = [json.loads(line) for line in open("log")]
for e in sys.argv[1:]:
    if not eval(e):
        for line in r:
            print(json.dumps(line)[:600], file=sys.stderr)
        sys.exit("not so of the requests: " + e)
END
}

# Of today: the key in its header, in every request that needs one, no other.
bugzilla
send 0 "$at/42"
has out "^Sent to https://localhost:$port/show_bug.cgi\?id=42\$"
has err 'The server says: attachment 2797 of bug 42'
logged '[(x["method"], x["target"].split("?")[0]) for x in r] == [
        ("GET", "/rest/version"), ("GET", "/rest/bug/42"),
        ("GET", "/rest/parameters"), ("POST", "/rest/bug/42/attachment")]' \
    '"X-Bugzilla-Api-Key" not in r[0]["headers"]' \
    'all(x["headers"]["X-Bugzilla-Api-Key"] == "GoodKey0123456789"
         for x in r[1:])' \
    'not any("Key" in x["target"] for x in r)' \
    'r[3]["body"]["data_bytes"] == '"$size" \
    'r[3]["body"]["data_sha256"] == "'"$sha"'"' \
    'r[3]["body"]["content_type"] == "application/x-bzip2"' \
    'r[3]["body"]["file_name"] == "b.tar.bz2"' \
    'r[3]["body"]["summary"] == "xen-bugtool'"'"'s report, Xen 4.17.7"' \
    'r[3]["body"]["comment"].startswith("guest1 hangs\n\nxen-bugtool-")' \
    '"Problems found" in r[3]["body"]["comment"]' \
    '"api_key" not in r[3]["body"]' \
    'max(map(len, r[3]["body"]["comment"].split("\n"))) <= 72'
lacks b.tar.bz2.receipt GoodKey
has b.tar.bz2.receipt '"delivered"'
# By its alias, and the terminal is not driven by a title.
send 0 "$at/xen-hang"
logged 'r[-1]["target"] == "/rest/bug/42/attachment"'
send 0 "$at/44"

# What it refuses, in its own words.
send 5 "$at/4711"
has err 'localhost says: Bug #4711 does not exist. \(error 101\)'
send 5 "$at/no-such-alias"
has err "'no-such-alias' is not a valid bug number nor an alias.*error 100"
send 5 "$at/43"
has err 'not authorized to access bug #43. \(error 102\)'
send 5 "$at/45"
has err 'not permitted to edit bugs in product Frozen. \(error 109\)'
key WrongKey012345678
send 5 "$at/42"
has err 'The API key you specified is invalid.*error 306'
key RevokedKey0123456
send 5 "$at/42"
has err 'revoked by the user that created it.*error 306'
lacks err 'RevokedKey'
logged 'all(x["method"] == "GET" for x in r[-4:])'
rm cred.yaml
echo 'servers: []' >cred.yaml
chmod 600 cred.yaml
send 5 "$at/42"
has err 'no API key for localhost.*xen-bugtool-credentials\(5\)'
key GoodKey0123456789
send 5 "$at/bugs/42"
has err 'not JSON as Bugzilla.*is there a Bugzilla at|404 Not Found'
for url in bugzilla+http://localhost/1 "$at" "$at/1?x=y" \
    "$at/new?product=Xen" "$at/new?product=a&component=b&api_key=c"; do
    send 2 "$url"
done
# Nobody to ask, and no -y: nothing is sent.
logged 'open("n", "w").write(str(len(r)))'
run 5 "$XB" upload --cacert ca.pem --credentials cred.yaml b.tar.bz2 "$at/44"
has err 'no terminal to ask.*Bug 44, Xen / tools, CLOSED: "an .x1b\[31mescape'
logged 'not any(x["method"] == "POST" for x in r[int(open("n").read()):])'

# A new bug: filed, then the bundle attached.
send 0 "$at/new?product=Xen&component=tools&version=4.17&op_sys=Linux"
has err '^Filed as bug 101$'
has out 'show_bug.cgi\?id=101$'
logged 'r[-2]["body"]["product"] == "Xen"' \
    'r[-2]["body"]["version"] == "4.17"' \
    'r[-2]["body"]["op_sys"] == "Linux"' \
    'r[-2]["body"]["summary"] == "Xen 4.17.7: guest1 hangs"' \
    '"Problems found" in r[-2]["body"]["description"]' \
    'r[-1]["target"] == "/rest/bug/101/attachment"' \
    'r[-1]["body"]["comment"] == ""'
send 4 "$at/new?product=Xen&component=tools&summary=root+password+%3D+hunter22"
has err '^the URL:1: a secret is left'
send 5 "$at/new?product=Nope&component=tools"
has err "to try again: .* --credentials cred.yaml --cacert ca.pem b.tar.bz2 .*:$port/new\?product=Nope&component=tools'\$"
has err 'either the product Nope does not exist.*error 106'
send 5 "$at/new?product=Xen&component=nope"
has err "has no component named 'nope'.*error 105"
send 5 "$at/new?product=Xen&component=tools&version=9"
has err "There is no version named '9' in the 'Xen' product.*error 51"

# 5.0 knows no header: the key is asked for in the body, in a query only where
# a GET needs it, and not for a bug that anybody may read.
bugzilla --version 5.0.6 --path /bugs
at=$at/bugs
send 0 "$at/42"
logged '"Key" not in r[1]["target"]' 'r[2]["target"].endswith("Key0123456789")' \
    'r[3]["body"]["api_key"] == "GoodKey0123456789"' \
    'not any("X-Bugzilla-Api-Key" in x["headers"] for x in r)'
key OtherKey123456789
send 0 "$at/43"
logged '[x["target"].count("api_key") for x in r[-4:-1]] == [0, 1, 1]'
key WrongKey012345678
send 5 "$at/43"
has err 'key you specified is invalid'
lacks err WrongKey
# Red Hat's: bearer, by its version; elsewhere by the credentials file.
bugzilla --version 5.0.4.rh103
send 0 "$at/42"
logged 'r[3]["headers"]["Authorization"] == "Bearer GoodKey0123456789"'
bugzilla
key GoodKey0123456789 '    auth: bearer
'
send 5 "$at/42"
has err 'You must log in before using this part of Bugzilla. \(error 410\)'
logged 'r[1]["headers"]["Authorization"] == "Bearer GoodKey0123456789"'

# Too large: said before a byte of it is sent.
bugzilla --max-kb 2
send 5 "$at/42"
has err 'has [0-9.]+ KiB, but localhost takes attachments of 2.0 KiB at most'
has err '--link URL, or send a smaller one.*: xen-bugtool collect --replay '\
'b.tar.bz2 --max-size 2K -o smaller'
logged 'not any(x["method"] == "POST" for x in r)'

bugzilla --no-parameters
cp b.tar.bz2 "$(printf 'b\370.tar.bz2')"
run 0 "$XB" upload -y --cacert ca.pem --credentials cred.yaml \
    "$(printf 'b\370.tar.bz2')" "$at/42"
logged 'r[-1]["body"]["file_name"] == "b\\xf8.tar.bz2"'
bugzilla --max-kb 2

# A link in its place: a comment, or in the new bug's description.
send 0 --link https://host/b "$at/42"
logged 'r[-1]["target"] == "/rest/bug/42/comment"' \
    '"\n  https://host/b\n" in r[-1]["body"]["comment"]' \
    '"Problems found" in r[-1]["body"]["comment"]' \
    'not any(x["target"].endswith("attachment") for x in r)'
send 0 --link https://host/b --note 'it broke' \
    "$at/new?product=Xen&component=tools"
logged '"\n  https://host/b\n" in r[-1]["body"]["description"]' \
    'r[-1]["body"]["summary"] == "Xen 4.17.7: it broke"'
send 2 --link 'https://u@host/b' "$at/42"

# Faults.  What may pass is tried again; an attachment whose answer was lost is
# looked for first; a bug is never filed twice.
bugzilla --fault ok,429.1,ok,ok,500,500,ok,ok
send 0 "$at/42"
logged '[x["status"] for x in r].count("500") == 2' \
    'sum(x["status"] == 201 for x in r) == 1'
bugzilla --fault ok,ok,ok,lost
send 0 "$at/42"
has err 'trying again'
has err 'attachment 2797 of bug 42'
logged 'sum(x["status"] == 201 for x in r) == 1'
bugzilla --fault ok,ok,ok,cut
send 0 "$at/42"
logged 'sum(x["status"] == 201 for x in r) == 1'
bugzilla --fault ok,ok,lost
send 5 "$at/new?product=Xen&component=tools"
has err 'the bug may have been made or not, look for it before you try again'
lacks err 'trying again'
bugzilla --fault ok,ok,ok,413
send 5 "$at/new?product=Xen&component=tools"
has err "bug 101 was filed, but has no attachment .*bugzilla.https://localhost"
bugzilla --fault ok,away
send 5 "$at/42"
has err 'sends us elsewhere \(302\), which is not followed'
bugzilla --fault deep
send 5 "$at/42"
has err 'not JSON as'
bugzilla --fault ok,huge
send 5 "$at/42"
has err 'not JSON as|longer than 1 MiB'
lacks err 'server says: .*xxx'
bugzilla --fault ok,broken
send 5 "$at/42"
has err 'not JSON as'
bugzilla --fault ok,ok,ok,413
send 5 "$at/42"
has err '413 Payload Too Large'
lacks err "$(printf '\033')"
bugzilla --fault slow
send 5 --stall-timeout 1s --tries 1 "$at/42"
has err 'nothing moved for 1.0 s'
make_certificate server -days -1
cat server.pem server.key >both.pem
bugzilla
send 5 "$at/42"
has err 'certificate has expired.*cannot prove who it is'
