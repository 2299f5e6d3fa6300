# A domain's folder has that domain's files, whatever it is called, and no other
# domain's.
PYTHONPATH=$TOP/tests/hosts /usr/bin/python3 - <<'EOF'
from synthetic import write

FILES = ["/etc/xen/a (1) [b]*.cfg", "/etc/xen/a (1) bx.cfg",
         "/var/log/xen/console/guest-a (1) [b]*.log",
         "/var/log/xen/xl-a (1) [b]*.log.1", "/etc/xen/auto/guest1.cfg",
         "/etc/xen/auto/guest10.cfg", "/etc/xen/vm/guest1",
         "/etc/xen/vm/guest1.old"]

write("host", {"name": "odd", "kernel": "6.1.0-21-amd64", "machine": "x86_64",
               "xen": "4.17.2"},
      [(("probe", "domain-names"), "name 3 a (1) [b]*\nname 4 guest1\n")] +
      [(("file", path), path + "\n") for path in FILES])
EOF
collect --replay host -o made --format dir
(cd made/domains && find . -type f | sort) >found
diff -u - found <<'EOF' || fail 'not the files of these domains'
./3-a%20%281%29%20%5Bb%5D%2A/etc/xen/a%20%281%29%20%5Bb%5D%2A.cfg
./3-a%20%281%29%20%5Bb%5D%2A/var/log/xen/console/guest-a%20%281%29%20%5Bb%5D%2A.log
./3-a%20%281%29%20%5Bb%5D%2A/var/log/xen/xl-a%20%281%29%20%5Bb%5D%2A.log.1
./4-guest1/etc/xen/auto/guest1.cfg
./4-guest1/etc/xen/vm/guest1
EOF
