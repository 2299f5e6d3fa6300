# alone
# --privacy public: nothing that names the host, its people or its machine is
# left in a bundle, what a reader needs is, and two runs agree.
fresh_etc
h=$PWD/host

# seed FILE <TEXT: a file of the host, its folders with it.
seed() {
    mkdir -p "$(dirname "$h/$1")"
    cat >"$h/$1"
}

seed etc/hostname <<<'zugspitze'
seed etc/hosts <<'END'
127.0.0.1 localhost
198.51.100.17 zugspitze.berg.example zugspitze
198.51.100.18 watzmann.berg.example watzmann
2001:db8:77::5 zugspitze.berg.example
END
seed etc/resolv.conf <<'END'
search tal.example
nameserver 198.51.100.1
END
seed etc/passwd <<'END'
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
hinterseer:x:1001:1001:Hansi Hinterseer,,,:/home/hinterseer:/bin/bash
END
seed root/.ssh/known_hosts <<'END'
hochkalter,198.51.100.19 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample
[schneibstein.berg.example]:2222 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample
END
seed etc/machine-id <<<'8f3b2c1d0e9f48a7b6c5d4e3f2a1b0c9'
seed etc/xen/zugspitze-web.cfg <<'END'
name = "web1"
uuid = "8f2e1a3c-1122-3344-5566-778899aabbcc"
vif = [ 'mac=00:16:3e:4d:5e:6f,bridge=xenbr0,ip=198.51.100.40' ]
disk = [ 'phy:/dev/vg0/zugspitze-web,xvda,w', 'iqn.2003-01.example.berg.san:vol7' ]
extra = "ip=198.51.100.40::198.51.100.1:255.255.255.0:web1:eth0 version 4.17.7.13"
END
seed var/log/messages <<'END'
Nov 25 10:00:00 zugspitze kernel: [    1.0] igb 0000:03:00.0 eth0: (PCIe:5.0Gb/s) d4:3d:7e:a1:b2:c3
Nov 25 10:00:00 zugspitze kernel: [    1.0] 0000:03:00.0: 127.0.0.1 fe:ff:ff:ff:ff:ff Xen 4.17.7.13 1.3.6.1.4.1
Nov 25 10:00:01 zugspitze sshd[9]: Accepted publickey for luis from 203.0.113.200 port 5022 ssh2
Nov 25 10:00:02 zugspitze xl: migrate to watzmann: project edelweiss
Nov 25 10:00:03 kehlstein kernel: from a relay; mail luis.trenker@berg.example
Nov 25 10:00:04 zugspitze kernel: fe80::d63d:7eff:fea1:b2c3 2001:0db8:0077:0000:0000:0000:0000:0005
Nov 25 10:00:05 zugspitze systemd: machine 8f3b2c1d0e9f48a7b6c5d4e3f2a1b0c9 of Hansi Hinterseer
END
seed var/log/xen/xl-zugspitze-web.log <<'END'
Waiting for domain web1 on zugspitze (198.51.100.17), kehlstein was before
END
# The system's authorities, by another name as on Alpine, are too many to learn.
for _ in $(seq 1 3000); do
    echo '-----BEGIN CERTIFICATE----- of some authority'
done | seed etc/ssl/certs/ca-certificates.crt
ln -s certs/ca-certificates.crt "$h/etc/ssl/cert.pem"
run 0 "$XB" key --init

# public NAME ARGUMENTS...: a bundle of that host.
public() {
    local name=$1
    shift
    collect --sysroot "$h" --privacy public --case zugspitze-7 \
        --skip-file '/nowhere/zugspitze-*' --skip sys_time \
        --note 'web1 of zugspitze hangs at 198.51.100.17' -o "$PWD/$name/" "$@"
}
mkdir one two three
public one --keyword Edelweiss --format dir
lacks err 'names may stay'
gone='zugspitze|watzmann|hochkalter|schneibstein|kehlstein|berg\.example'
gone="$gone|tal\.example|hinterseer|Hansi|luis|trenker|edelweiss"
gone="$gone|198\.51\.100|203\.0\.113|2001:0?db8|d4:3d:7e|d63d|a1:b2:c3|4d:5e:6f"
gone="$gone|8f3b2c1d0e9f48a7|example\.berg"
if (cd one && grep -rniE "$gone" .) || (cd one && find . | grep -iE "$gone"); then
    fail 'something that names the host is left'
fi
run 0 "$XB" verify --deep "$bundle"
run 0 /usr/bin/python3 "$TOP/tests/cli/schema.py" "$bundle"
log=files/var/log/messages
for kept in '0000:03:00\.0' '127\.0\.0\.1' fe:ff:ff:ff:ff:ff '4\.17\.7\.13' \
    '1\.3\.6\.1\.4\.1' '^Nov 25 10:00:01 host-[0-9a-f]{8} sshd\[9\]' \
    'user-[0-9a-f]{8} from [0-9.]+ port 5022' 'project keyword-[0-9a-f]{8}' \
    'user-[0-9a-f]{8}@domain-[0-9a-f]{8}'; do
    has "$bundle/$log" "$kept"
done
cfg=$(echo "$bundle"/files/etc/xen/*.cfg)
has "$cfg" 'name = "web1"'
has "$cfg" '8f2e1a3c-1122-3344-5566-778899aabbcc'
has "$cfg" 'mac=00:16:3e:'
has "$cfg" ':255\.255\.255\.0:web1'
has "$cfg" 'iqn\.2003-01\.invalid:target-'
has "$bundle/summary.txt" '^Privacy: public, [0-9]+ pseudonyms'
holds "$bundle" 'm["options"]["privacy"] == "public"' \
    'm["options"]["keywords"] == 1' 'm["host"]["name"].startswith("host-")' \
    'any(i.get("pseudonyms") for i in items)' \
    'm["options"]["case"].startswith("host-")'
id=$("$XB" key --show-id)
holds "$bundle" "m['key_id'] == '$id'"
[[ ${bundle##*/} == xen-bugtool-host-????????-* ]] || fail "its name: $bundle"

# The subnet is one, and its first address stays the first.
/usr/bin/python3 - "$cfg" "$bundle/files/etc/resolv.conf" <<'END'
import re, sys
guest, gate = re.search(r"ip=([\d.]+)::([\d.]+):", open(sys.argv[1]).read()).groups()
server = re.search(r"nameserver ([\d.]+)", open(sys.argv[2]).read()).group(1)
assert gate == server and gate.endswith(".1"), (gate, server)
assert guest.rsplit(".", 1)[0] == gate.rsplit(".", 1)[0], (guest, gate)
END

# A later run with the same key agrees; one with another key does not.
first=$bundle
public two --keyword edelweiss --format dir
cmp "$first/$log" "$bundle/$log"
rm "$ETC/xen-bugtool/key"
printf '# ours\nedelweiss\n' >words
public three --keyword-file "$PWD/words" --format dir
lacks "$bundle/$log" edelweiss
! cmp -s "$first/$log" "$bundle/$log" || fail 'two keys give the same pseudonyms'

# Guests stay unless asked; what is public already is left on replay.
rm -rf two/*
public two --hide-domains --format dir
if (cd two && grep -rnE 'web1|8f2e1a3c' .); then
    fail 'a guest is named in spite of --hide-domains'
fi
holds "$bundle" 'm["options"]["hide_domains"]'
run 0 "$XB" collect -y -q --replay "$bundle" --privacy public -o again.tar.bz2
holds again.tar.bz2 'm["options"]["privacy"] == "public"'
run 0 "$XB" inspect again.tar.bz2 "$log"
cmp out "$bundle/$log"

# Keywords go at level secrets, too; a file that is not there ends the run.
collect --sysroot "$h" --keyword edelweiss -o key.tar.bz2
run 0 "$XB" inspect key.tar.bz2 "$log"
has out 'project keyword-[0-9a-f]{8}'
has out '198\.51\.100|zugspitze'
run 1 "$XB" collect -y --sysroot "$h" --keyword-file "$PWD/none" -o no.tar.bz2
one_line 'keyword-file: cannot read .*none'

# Names that xenstored does not tell are those that libxl keeps: hidden as well,
# in patterns of files too.
collect --replay "$TOP/tests/hosts/xen-4.17-xenstored-stopped" --format dir \
    --privacy public --hide-domains -o kept
if grep -rn guest1 kept; then
    fail 'a guest is named in spite of --hide-domains'
fi
has kept/xen/domain-names-libxl.txt '^name 1 guest-[0-9a-f]{8}$'
