# alone
# plain
# --hide-domains: names and UUIDs of guests go whoever knows them, running or
# not, and nothing is warned of.
fresh_etc
run 0 "$XB" key --init

# Each with a name that one source alone knows, and a UUID by the same number.
names='payrolldb orchard rundemo susevm autovm cfgvm xendvm longvm listvm
    oldxmvm dbonlyvm snapofdb topvm jsonvm uservm keptvm talkvm
    gonevm gonemodel gonetalk gonevirt ownstart oldsxp'
cat >make.py <<'END'
import sys
sys.path.append(sys.argv[1])
from synthetic import write
names = sys.argv[2].split()
u = lambda name: "%08x-e0c2-d6a4-3c51-0f6fd0a1c0de" % (
    0x1b0f7a00 + names.index(name))
file, run = (lambda p, t: (("file", p), t)), (lambda c, t: (("command", c), t))
cfg = lambda name: 'name="%s"\nuuid = "%s"\n' % (name, u(name))
xml = lambda name: ("<domain type='xen'>\n  <name>%s</name>\n  <uuid>%s</uuid>\n"
                    "</domain>\n" % (name, u(name)))
json = lambda name: '{\n "c_info": {\n  "name": "%s",\n  "uuid": "%s"\n }\n}\n' % (
    name, u(name))
row = lambda name, snap, template: (
    '<row ref="OpaqueRef:%s" is_a_snapshot="%s" is_a_template="%s" '
    'name__label="%s" uuid="%s"/>' % (name, snap, template, name, u(name)))
sxp = lambda name: ("(domain\n    (uuid %s)\n    (name_label '%s')\n)\n" %
                    (u(name), name))
lists = "%-40s %5s  1024     1     -b----      14.9"
write("host", {"name": "zugspitze", "kernel": "6.1.0", "machine": "x86_64",
               "xen": "4.17.2"}, [
    file("/etc/hostname", "zugspitze\n"),
    run("xe vm-list params=all",
        "uuid ( RO)                          : %s\n"
        "                    name-label ( RW): payrolldb\n"
        "             power-state ( RO): halted\n\n"
        "uuid ( RO)        : 99999999-e0c2-d6a4-3c51-0f6fd0a1c0de\n"
        "    name-label ( RW): Control domain on host: zugspitze\n" %
        u("payrolldb")),
    run("xe vbd-list params=all",
        "           vm-name-label ( RO): payrolldb\n"),
    run("list_domains -all", "id |                                 uuid |\n"
        " 7 | %s |   R\n" % u("talkvm")),
    file("/var/xapi/state.db", '<database><table name="VM">' +
         row("dbonlyvm", "false", "false") + row("snapofdb", "true", "true") +
         '<row ref="OpaqueRef:x" is_a_snapshot="false" is_a_template="true" '
         'name__label="Alpine 3.19"/></table></database>'),
    file("/etc/libvirt/libxl/orchard.xml", xml("orchard")),
    file("/etc/libvirt/libxl/autostart/ownstart.xml", xml("ownstart")),
    file("/etc/xen/oldsxp.sxp", "(vm (name oldsxp) (uuid %s))\n" % u("oldsxp")),
    file("/run/libvirt/libxl/rundemo.xml", xml("rundemo")),
    file("/etc/xen/vm/susevm", cfg("susevm")),
    file("/etc/xen/auto/autovm.cfg", cfg("autovm")),
    file("/etc/xen/guests/cfgvm.cfg", cfg("cfgvm")),
    file("/etc/xen/topvm.cfg", cfg("topvm")),
    file("/var/lib/xen/userdata-d.5.%s.libxl-json" % u("jsonvm"), json("jsonvm")),
    file("/var/lib/xen/userdata-d.6.%s.xl" % u("uservm"), cfg("uservm")),
    file("/var/lib/xen/userdata-d.6.%s.libvirt-xml" % u("keptvm"), xml("keptvm")),
    file("/var/lib/xend/domains/%s/config.sxp" % u("xendvm"), sxp("xendvm")),
    run("xm list --long", "(domain (domid 8) (uuid %s) (name longvm))\n" %
        u("longvm")),
    run("xm list", "Name  ID Mem VCPUs State Time(s)\n" +
        lists % ("oldxmvm", 9) + "\n"),
    run("xl list -v", "Name  ID Mem VCPUs State Time(s) UUID\n" +
        lists % ("Domain-0", 0) + " 00000000-0000-0000-0000-000000000000 - -\n" +
        lists % ("listvm 2 of us", 3) + " %s - -\n" % u("listvm") +
        lists % ("(null)", 4) + " - - -\n"),
    file("/var/log/xen/xl-gonevm.log.1", "Waiting for domain gonevm\n"),
    file("/var/log/xen/qemu-dm-gonemodel--incoming.log", "gonemodel\n"),
    file("/var/log/xen/console/guest-gonetalk.log", "gonetalk\n"),
    file("/var/log/libvirt/libxl/gonevirt.log", "gonevirt\n"),
    file("/var/log/libvirt/libxl/libxl-driver.log", "libxl-driver\n"),
    file("/var/log/messages", "".join(
        "Nov 25 10:00:00 zugspitze note: of %s and %s, not Alpine 3.19\n" %
        (n, u(n)) for n in names
        if n not in ("talkvm", "oldxmvm", "gonevm", "gonemodel", "gonetalk",
                     "gonevirt")) + "".join(
        "Nov 25 10:00:00 zugspitze note: of %s\n" % n for n in names
        if n not in ("talkvm", "listvm")) +
        "Nov 25 10:00:00 zugspitze note: listvm 2 of us " + u("talkvm") + "\n"),
])
END
run 0 /usr/bin/python3 make.py "$TOP/tests/hosts" "$(echo $names)"

collect --replay host --privacy public --hide-domains --format dir -o hidden
gone=$(echo $names | tr ' ' '|' | sed 's/listvm/listvm 2 of us/')
if grep -rnE "$gone|1b0f7a[0-9a-f]{2}-" hidden ||
    find hidden | grep -E "$gone|1b0f7a"; then
    fail 'a guest is named in spite of --hide-domains'
fi
has hidden/files/var/log/messages 'not Alpine 3\.19'
has hidden/files/var/log/messages 'of guest-[0-9a-f]{8}$'
lacks err 'names may stay'

# Names that are no words, in each spelling of theirs: one pseudonym each.
cat >marks.py <<'END'
import sys
sys.path.append(sys.argv[1])
from synthetic import write
file = lambda p, t: (("file", p), t)
write("marks", {"name": "zugspitze", "kernel": "6.1.0", "machine": "x86_64",
                "xen": "4.17.2"}, [
    file("/etc/hostname", "zugspitze\n"),
    file("/etc/xen/w.cfg", 'name = "Windows 11 (2)"\n'),
    file("/etc/xen/z.cfg", 'name = "Zo\u00eb"\n'),
    file("/var/xapi/state.db", '<database><row ref="a" is_a_template="false" '
         'name__label="Payroll%.DB" uuid="1"/></database>'),
    file("/etc/libvirt/libxl/q.xml",
         "<domain type='xen'><name>tea &amp; cake</name></domain>\n"),
    file("/var/log/xen/xl-bahnhof.log", "x\n"),
    file("/var/log/xen/xl-\u00c4rzte (2).log", "x\n"),
    # what a guest wrote names nobody
    (("probe", "xenstore"), '/local/domain/7/name = "talstation"\n'
     '/local/domain/7/data/z/name = "murmeltier"\n'),
    (("command", "xl list -v"), "Name  ID Mem VCPUs State Time(s)\n"
     "bahnhof--migratedaway   7  1024     1     -b----      14.9\n"),
    file("/var/log/messages",
         "1 of Windows 11 (2) x\n1 of Windows%.11%.(2) x\n"
         "2 of Zo\u00eb x\n2 of Zo\\xc3\\xab x\n2 of Zo\\303\\253 x\n"
         "2 of Zo\\195\\171 x\n3 of Payroll DB x\n3 of Payroll%.DB x\n"
         "4 of tea & cake x\n4 of tea &amp; cake x\n"
         "5 of bahnhof x\n6 of talstation x\n7 of murmeltier x\n"),
])
END
run 0 /usr/bin/python3 marks.py "$TOP/tests/hosts"
collect --replay marks --privacy public --hide-domains --format dir -o marked
lacks err 'names may stay'
log=marked/files/var/log/messages
lacks $log 'Windows|Zo|Payroll|cake|bahnhof|talstation'
has $log '^7 of murmeltier x$'
[ "$(sed 's/ x$//; s/[()]*$//; s/%\.*$//' $log | sort -u | wc -l)" = 7 ] ||
    fail "a guest has two pseudonyms: $(cat $log)"
[ "$(grep -c 'of guest-[0-9a-f]\{8\}' $log)" = 12 ] || fail 'a guest is no guest'
# So do members named after one.
[ "$(find marked | grep -c '/xl-guest-[0-9a-f]*\(%29\)*\.log$')" = 2 ] ||
    fail "a member's name: $(find marked)"
guest=$(sed -n 's/^5 of \(guest-[0-9a-f]*\).*/\1/p' $log)
has marked/commands/xen_toolstack/xl-list-v.txt "^$guest--migratedaway "

collect --replay host --privacy public --format dir -o shown
has shown/commands/xen_xapi/xe-vm.txt ': payrolldb$'
