# alone
# A host seeded with a secret of every kind that a dom0 has, each in the syntax
# of its file or command: none of them is anywhere in the bundle.
fresh_etc
here=$PWD
h=$here/host
key=MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjSd21aEXAMPLEEXAMPLEEXA

# seed FILE <TEXT: a file of the host, its folders with it.
seed() {
    mkdir -p "$(dirname "$h/$1")"
    cat >"$h/$1"
}

seed etc/xen/guest.cfg <<'END'
name = "guest"
vncpasswd = "Sd01cfg"
vfb = [ 'type=vnc,vncunused=1,
        keymap=de', "type=vnc,vncpasswd=Sd02vfb,keymap=en-us" ]
spicepasswd='Sd03 spice'
disk = [ 'vdev=xvda,target=rbd:pool/img:id=u:key=Sd30rbdkey==:auth_supported=none' ]
END
seed var/lib/xen/userdata-d.1.x.libxl-json <<'END'
{"vfbs": [{"vnc": {"enable": "True", "passwd": "Sd04 \"json"}}], "spice": {"passwd":"Sd04b"}}
END
seed var/lib/xen/userdata-d.1.x.xl <<'END'
vncpasswd='Sd04c'
END
seed xenstore-ls <<'END'
console = ""
 vnc-pass = "Sd05tree"   (n0,r1)
  vncpasswd = "Sd06tree"   . . . . (n0,r1)
 vm-data = ""
  admin-password = "Sd41a"
  api-token = "Sd41b"
END
seed xenstore-ls-f <<'END'
/local/domain/1/console/vnc-pass = "Sd05full"   (n0,r1)
/local/domain/0/backend/vfb/1/0/vncpasswd = "Sd06 "full"   (n0,r1)
/local/domain/1/data/set_clipboard = "Sd40 first\nSd40second"
/local/domain/1/vm-data/root-password = "Sd41c"
END
seed var/log/xen/xenstored-access.log <<'END'
[20261122T22:22:14.132Z]  A8.4         write     /local/domain/0/backend/vfb/1/0/vncpasswd Sd06log x
[20261122T22:22:14.132Z]  A8.4         write     /local/domain/1/data/report_clipboard Sd40log x
END
seed var/log/xen/xenstored-trace.log <<'END'
IN 0x55e1c0 20261122 22:22:14 READ (/vm/1/vncpasswd )
OUT 0x55e1c0 20261122 22:22:14 READ (Sd06trace)
END
seed var/log/xen/xl-guest.log <<'END'
libxl: debug: libxl_dm.c:2957:libxl__spawn_local_dm: Domain 1:  port=6000,tls-port=0,password=Sd07log,agent-mouse=on
next qmp command: '{"execute":"change-vnc-password","arguments":{"password":"Sd39qmp"}}'
qmp: {"execute":"change","arguments":{"device":"vnc","target":"password","arg":"Sd39change"}}
END
seed etc/xen/xend-config.sxp <<'END'
(vncpasswd 'Sd08a b')
(device (vfb (type vnc) (vncpasswd Sd08c)))
END
seed etc/libvirt/libxl/guest.xml <<'END'
<graphics type='vnc' port='-1' passwd='Sd09&apos;a'/>
<graphics passwd="Sd10b"
   type="spice"/>
END
seed etc/libvirt/qemu.conf <<'END'
vnc_password = "Sd11a"
spice_password = "Sd11b"
END
seed etc/iscsi/iscsid.conf <<'END'
node.session.auth.password = Sd12 a
node.session.auth.password_in=Sd12b
discovery.sendtargets.auth.password = Sd13c
END
seed etc/drbd.d/r0.res <<'END'
resource r0 { net { cram-hmac-alg sha1; shared-secret "Sd14 a"; } }
    shared-secret Sd15b;
END
seed boot/grub/grub.cfg <<'END'
	linux /vmlinuz ro rd.iscsi.password=Sd16a rd.iscsi.in.password=Sd16b ks=http://u:Sd16c@h/k
	linux /vmlinuz inst.vncpassword=Sd16d rootpw=Sd16e systemd.set_credential=n:Sd16f
	linux /vmlinuz netroot=iscsi:u:Sd17a:v:Sd17b@10.0.0.1::3260::iqn.x:y
password_pbkdf2 root grub.pbkdf2.sha512.10000.Sd22AB.Sd22CD
password root Sd22plain
password --md5 $1$Sd23ab$EXAMPLEEXAMPLEEXAMPLE1
END
seed var/xapi/state.db <<'END'
<row device_config="(('chappassword'%.'Sd18a\'b') ('cifspassword'%.'Sd18%.c'))" x="(&apos;password&apos;%.&apos;Sd18d&apos;)"/>
<table name="secret"><row ref="OpaqueRef:1" _ref="OpaqueRef:1" uuid="911e5508" value="Sd19&amp;a"/></table>
<row NVRAM="(('EFI-variables'%.'Sd19efi'))" cluster_token="Sd19cluster"/>
END
seed var/opt/xapi-clusterd/db.json <<'END'
{"token": "Sd19-token", "cluster_config": {"pems": {"blobs": "Sd19-blobs"}, "authkey": "Sd19-authkey"}}
END
seed ptoken-copy <<'END'
5d20aaaa-9d1e-4b6a-8f00-2f6f0e1d2c3b/5d20bbbb-1e2f-4a3b-9c4d-5e6f7a8b9c0d/5d20cccc-3333-4444-8555-666677778888
END
seed keys.txt <<END
-----BEGIN RSA PRIVATE KEY-----
$key
Sd21b==
-----END RSA PRIVATE KEY-----
{"pem": "-----BEGIN PRIVATE KEY-----\\n$key\\nSd21b==\\n-----END PRIVATE KEY-----\\n"}
Nov 24 10:00:00 h xapi: -----BEGIN PRIVATE KEY-----
Nov 24 10:00:00 h xapi: $key
Nov 24 10:00:00 h xapi: Sd21b==
Nov 24 10:00:00 h xapi: -----END PRIVATE KEY-----
END
seed var/lib/cloud/user-data.txt <<'END'
#cloud-config
password: Sd24 a
chpasswd:
  expire: false
  list: |
    root:Sd25a
    user:Sd25b
users:
  - name: x
    plain_text_passwd: 'Sd25 c'
    passwd: |
      Sd25d
      Sd25e
END
seed etc/fstab <<'END'
//s/x /m cifs username=U,password=Sd26,,a,_netdev 0 0
//s/x /m cifs pass=Sd26b,rw 0 0
END
seed urls.log <<'END'
GET https://u:Sd27%40a:b@h/x and ftp://:Sd27c@h/
END
seed etc/snmp/snmpd.conf <<'END'
rocommunity Sd28a default
rwcommunity6 Sd28b
com2sec notConfigUser default Sd28c
createUser u SHA Sd29a AES Sd29b
usmUser 1 3 0x80001f88 "u" "u" NULL .1.3.6.1.6.3.10.1.1.2 0x5d29aaaa0123456789abcdef01234567 .1.3.6.1.6.3.10.1.2.2 0x5d29bbbb0123456789abcdef01234567 ""
END
seed etc/ceph/admin.keyring-copy <<'END'
[client.admin]
	key = AQSd31DB7ZpZAAAAABAAexampleexampleexamA==
END
seed root/history <<'END'
xe -u root -pw Sd32a vm-list
xe sr-create device-config:chappassword=Sd32b
foo --password 'Sd32 c' --password=Sd32d
mysql -u root -p Sd32e x
mysqldump -u root -pSd32f x
ipmitool -H h -U u -P Sd32g sel
sshpass -p Sd32h ssh h
curl -u root:Sd32i https://h/
END
seed var/log/xensource.log <<'END'
[info] session_id=OpaqueRef:5d33aaaa-9d1e-4b6a-8f00-2f6f0e1d2c3b x
{"session_id": "OpaqueRef:5d33bbbb-9d1e-4b6a-8f00-2f6f0e1d2c3b"}
Authorization: Bearer Sd45abcdefgh0123456789
Authorization: Basic U2Q0NTpTZDQ1YmFzaWM=
Cookie: pool_secret=Sd46a/Sd46b/Sd46c; session_id=OpaqueRef:5d46aaaa-9d1e
END
seed ks.cfg <<'END'
rootpw --iscrypted $6$Sd34salt$EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE
rootpw Sd44plain
user --name=a --password=Sd44user
root:$6$Sd34shad$EXAMPLEEXAMPLEEXAMPLEEXAMPLE:19000:0:99999:7:::
<root-password type="plaintext">Sd44xml</root-password>
END
seed ovs.txt <<'END'
options             : {psk=Sd35a, remote_ip="1.1.1.1"}
["map",[["psk","Sd35b"],["remote_ip","1.1.1.1"]]]
END
seed ipsec.txt <<'END'
A B : PSK "Sd36 a"
: RSA {
	Modulus: 0x01
	PrivateExponent: 0x5d36bbbb
	Prime1: 0x5d36cccc
	}
PrivateKey = Sd36d1z5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3f=
PresharedKey = Sd36e1z5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3f=
END
seed auth-copy.conf <<'END'
machine h login U password Sd37a
machine i
  login U
  password Sd37b
END
seed nvme.txt <<'END'
nvme connect -t tcp --dhchap-secret=DHHC-1:00:Sd38aGodOr4SEG0Zzaw398rpY0wqipUWj4jWjUh4HWUz6aQ2n:
NVMeTLSkey-1:01:Sd38bnN9AQb2WXW3c9wEfDRLz0QuLdbYvEhwtdWwNf9LrZ:
END
seed unit.service <<'END'
Environment="X_SECRET=Sd42 a"
Environment=XE_PASSWORD=Sd42b
END
printf 'PATH=/bin\0XE_PASSWORD=Sd42 c\0DB_TOKEN=Sd42 d\0' | seed environ
printf 'qemu\0-spice\0port=1,password=Sd07 nul,x=on\0--password\0Sd32 nul\0' |
    seed cmdline
seed etc/yum.repos.d/x.repo <<'END'
password=Sd43 a
proxy_password=Sd43b
system_token=Sd43c
baseurl=https://u:Sd43d@h/
END
mkdir -p "$h/etc/xensource" "$h/etc/corosync"
echo "Sd20denied" >"$h/etc/xensource/ptoken"
echo "Sd48denied" >"$h/etc/corosync/authkey"
echo x >"$h/note password=Sd49name.txt"

# What must not be found; of a secret that is cut by a blank or an escape, each
# part that stands for itself.
sed -n 's/.*/&/p' >secrets <<'END'
Sd[0-9][0-9]
Sd21b
5d20[abc]{4}
5d29[ab]{4}
5d33[ab]{4}
5d36[bc]{4}
5d46a{4}
U2Q0NTpTZDQ1YmFzaWM
AQSd31
EXAMPLEEXAMPLE
END
grep -raqE -f secrets "$h" || fail 'the host is not seeded'
n_seeded=$(grep -raoE -f secrets "$h" | wc -l)
[ "$n_seeded" -ge 120 ] || fail "only $n_seeded secrets are seeded"

drop_in seeded.yaml <<END
name: seeded
summary: a host full of secrets
items:
  - name: host
    tree: $h
  - name: command
    command: [printf, '%s ', --password, Sd50argument, 'password=Sd51 argument']
  - name: fails
    command: [ls, '$here/gone password=Sd52argument']
  - name: compressed
    file: $here/old.log.gz
END
printf 'x\npassword=Sd53packed\n' | gzip >old.log.gz
collect --only seeded -o b.tar --format tar --note 'my password=Sd54note'
run 0 "$XB" verify b.tar
mkdir out.d
tar -xf b.tar -C out.d
find out.d >names
[ "$(grep -c "/host/" names)" -ge 35 ] || fail 'files of the host are missing'
! grep -nE -f secrets names >&2 || fail 'a secret is in a name'
! grep -ranE -f secrets out.d >&2 || fail 'a secret is in the bundle'
! grep -anE -f secrets b.tar >&2 || fail 'a secret is in the archive'
! grep -nE -f secrets out err >&2 || fail 'a secret was printed'
run 0 "$XB" inspect b.tar
! grep -nE -f secrets out err >&2 || fail 'inspect shows a secret'
holds b.tar 'sum(sum(i.get("redactions", {}).values()) for i in all_of("seeded/host")) >= 100' \
    'any(i["status"] == "refused" for i in all_of("seeded/host"))' \
    '"gold" not in text(one("seeded/command")["member"])'
