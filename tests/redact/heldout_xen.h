/* Secrets in the syntax of Xen, its toolstacks and their neighbours, written
 * from the manuals, sources and tests of these programs, after the rules; what
 * the rules missed at first was mended for the whole class.  The secrets are
 * made up. */
#ifndef XB_TEST_REDACT_HELDOUT_XEN_H
#define XB_TEST_REDACT_HELDOUT_XEN_H

#include "tests/redact/kinds.h"

/* xenserver/status-report's tests, xe's manual */
static const struct secret_case heldout_xapi_and_xe[] = {
    K("        \"community\": \"«S3cret»\",\n"),
    K("        \"authentication_key\": \"«S3cret»\",\n"),
    K("        \"privacy_key\": \"«S3cret»\",\n"),
    K("{\n    \"token\": \"«secret-token»\",\n    \"cluster_config\": {\n"),
    K("\"pems\": {\n            \"blobs\": \"«secret-blob»\"\n        },\n"),
    K("        \"authkey\": \"«secret-key»\"\n"),
    K("<table name=\"secret\">\n        <row id=\"1\">\n            "
      "<value>«mysecretpassword»</value>\n"),
    K("<cluster_token>«cluster_password»</cluster_token>\n"),
    K("<row id=\"1\" NVRAM=\"(('EFI-variables'%.'«myprivatedata»'))\"\n"),
    K("snapshot_metadata=\"('NVRAM'%.'((\\'EFI-variables\\'%.\\'«mydata»\\'))')"
      "\"\n"),
    K("xenstore_data=\"(('vm-data/admin-password'%.'«S3%.cret»'))\"\n"),
    K("other_config=\"(('auto_poweron'%.'true') ('password'%.'«S3cret»'))\"\n"),
    K("<row ref=\"OpaqueRef:8\" __ctime=\"1\" _ref=\"OpaqueRef:8\" "
      "cluster_token=\"«c1-u5-t0»\" cluster_stack=\"corosync\"/>\n"),
    K("# xe sr-create name-label=slSr type=cslg device-config:username=root "
      "device-config:password=«xenroot» "
      "device-config:storageSystemId=NETAPP\n"),
    K("xe sr-create type=iso device-config:location=//h/s "
      "device-config:type=cifs device-config:username=u "
      "device-config:cifspassword=«S3cret»\n"),
    K("xe sr-probe type=lvmoiscsi device-config:chapuser=u "
      "device-config:incoming_chappassword=«S3cret» device-config:target=1\n"),
    K("xe pool-join master-address=h master-username=root "
      "master-password=«S3cret»\n"),
    K("xe pool-enable-external-auth auth-type=AD service-name=x "
      "config:user=admin config:pass=«S3cret»\n"),
    K("xe vm-migrate vm=x remote-master=h remote-username=root "
      "remote-password=«S3cret» --live\n"),
    K("xe vm-param-set uuid=7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b "
      "xenstore-data:vm-data/password=«S3cret»\n"),
    K("xe host-call-plugin host-uuid=x plugin=p fn=f args:password=«S3cret»\n"),
    K("xe -s h -u root -pw '«S3 cret»' host-list\n"),
    K("XE_EXTRA_ARGS=\"server=h,port=443,username=root,password=«S3cret»\"\n"),
    K("GET "
      "/import?session_id=OpaqueRef:«7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b»&"
      "task_id=OpaqueRef:0a9b8c7d-1e2f-4a3b-9c4d-5e6f7a8b9c0d HTTP/1.0\n"),
    K("xapi: [debug|h|12 |x] Session.login_with_password uname=root "
      "pwd=«S3cret»\n"),
    K("<root-password "
      "type=\"hash\">«$1$abcdefgh$EXAMPLEEXAMPLEEXAMPLE/»</root-password>\n"),
    K("device-config (MRO): target: 10.0.0.1; chappassword: «S3cret»; "
      "chapuser: u\n"),
};

/* xl.cfg(5), libxl's sources */
static const struct secret_case heldout_xl_xm_and_libxl[] = {
    K("vfb = [ 'type=vnc,vnclisten=0.0.0.0,vncdisplay=1,vncpasswd=«S3cret»' "
      "]\n"),
    K("vfb=[\"vnc=1,vncpasswd=«S3cret»,vncunused=0\",]\n"),
    K("vncpasswd = '«S3cret»'\nkeymap = 'de'\n"),
    K("vncpasswd=''\n"),
    K("device_model_args=[\"-spice\",\"port=5930,password=«S3cret»\"]\n"),
    K("device_model_args_hvm = [ '-object', 'secret,id=s,data=«S3cret»' ]\n"),
    K("xl create /dev/null name='\"x\"' "
      "vfb='[\"type=vnc,vncpasswd=«S3cret»\"]'\n"),
    K("spicehost=\"0.0.0.0\"\nspicepasswd = "
      "\"«S3cret»\"\nspicedisable_ticketing=0\n"),
    K("{\"c_info\":{\"name\":\"x\"},\"vfbs\":[{\"devid\":0,\"vnc\":{\"enable\":"
      "\"True\",\"listen\":\"::\",\"passwd\":\"«S3cret»\"}}]}\n"),
    K("            \"spice\": {\n                \"enable\": \"True\",\n       "
      "         \"passwd\": \"«S3\\u0022cret»\",\n"),
    K("(device (vfb (vncunused 1) (type vnc) (vncpasswd «S3cret») (uuid "
      "x)))\n"),
    K("(image (hvm (kernel '') (vnc 1) (vncpasswd «S3cret») (serial pty)))\n"),
    K("[2010-01-01 10:00:00 1234] DEBUG (XendDomainInfo:95) "
      "XendDomainInfo.create(['vm', ['device', ['vfb', ['vncpasswd', "
      "'«S3cret»']]]])\n"),
    K("[2010-01-01 10:00:00] DEBUG (DevController:95) {'vncpasswd': "
      "'«S3cret»', 'type': 'vnc'}\n"),
    K("xenstore-write /local/domain/3/vm-data/passwd «S3cret»\n"),
    K("xenstore-write vm-data/api-token «S3cret»\n"),
    K("xenstore write /local/domain/3/console/vnc-pass «S3cret»\n"),
    K("    passwd = \"«S3cret»\"   (n3,r0)\n"),
    K("/local/domain/5/vm-data/mysql/root_password = \"«S3cret»\"\n"),
    K("/local/domain/5/vm-data/instance-secret = \"«S3cret»\"\n"),
    K("/local/domain/5/data/report_clipboard = \"«copied text»\"   (n5)\n"),
    K("libxl: debug: libxl_dm.c:2959:libxl__spawn_local_dm: Domain 3:   "
      "port=6000,tls-port=0,addr=0.0.0.0,password=«S3cret»\n"),
};

/* qemu(1), virsh(1), libvirt.org */
static const struct secret_case heldout_qemu_and_libvirt[] = {
    K("-object '{\"qom-type\":\"secret\",\"id\":\"s0\",\"data\":\"«S3cret»\"}' "
      "-vnc :0,password-secret=s0\n"),
    K("-iscsi id=i,user=u,password=«S3cret»,initiator-name=iqn.x\n"),
    K("-drive file=ssh://u:«S3cret»@h/d,format=raw\n"),
    K("{\"execute\":\"object-add\",\"arguments\":{\"qom-type\":\"secret\","
      "\"id\":\"s\",\"data\":\"«S3cret»\"}}\n"),
    K("{\"execute\": \"set_password\", \"arguments\": {\"password\": "
      "\"«S3cret»\", \"protocol\": \"spice\", \"connected\": \"keep\"}}\n"),
    K("virsh qemu-monitor-command dom --hmp 'set_password vnc «S3cret»'\n"),
    K("virsh secret-set-value --secret 7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b "
      "--base64 «UzNjcmV0»\n"),
    K("virsh secret-set-value 7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b "
      "«UzNjcmV0»\n"),
    K("virt-install --graphics vnc,listen=0.0.0.0,password=«S3cret» -n x\n"),
    K("virt-install --graphics spice,password=«S3cret»,listen=0.0.0.0\n"),
    K("<graphics type='spice' autoport='yes' listen='0.0.0.0' "
      "passwd='«S3cret»' passwdValidTo='2027-01-01T00:00:00' "
      "connected='keep'>\n"),
    K("<graphics type=\"vnc\" port=\"5900\" sharePolicy=\"allow-exclusive\" "
      "passwd=\"«S3&quot;cret»\">\n"),
    K("iscsiadm -m node --target \"iqn.2013-05.test:x\" --name "
      "\"node.session.auth.password\" -v \"«S3cret»\" --op update\n"),
    K("iscsiadm --mode node --op update --name node.session.auth.password_in "
      "--value «S3cret»\n"),
    K("[credentials-test]\nauthname=fred\npassword=«S3 cret»\n"),
    K("spice_password = \"«XYZ12345»\"\n"),
};

/* iscsid.conf, ietd.conf, targets.conf, drbd.conf(5), nvme(1), ceph */
static const struct secret_case heldout_storage[] = {
    K("IncomingUser joe «S3cret»\n"),
    K("OutgoingUser jack «S3cret»\n"),
    K("    incominguser user «S3cret»\n"),
    K("\"chap_password\": \"«S3cret»\",\n\"chap_mutual_password\": "
      "\"«T4»\",\n"),
    K("/iscsi/iqn.x/tpg1> set auth userid=u password=«S3cret» "
      "mutual_password=«T4»\n"),
    K("net { cram-hmac-alg sha1; shared-secret \"«S3cret»\"; }\n"),
    K("drbdsetup new-peer r0 1 --_name=b --shared-secret=«S3cret» "
      "--cram-hmac-alg=sha1\n"),
    K("    shared-secret   \t\"«S3 cret with blanks»\"; # x\n"),
    K("nvme connect-all --hostnqn=nqn.x "
      "--dhchap-secret=«DHHC-1:00:c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0:» "
      "--tls\n"),
    K("nvme connect -t tcp -S "
      "DHHC-1:01:«c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0»: -n nqn\n"),
    K("\"dhchap_ctrl_key\": \"DHHC-1:02:«c2VjcmV0c2VjcmV0c2VjcmV0»:\"\n"),
    K("client.admin\n\tkey: "
      "«AQDB7ZpZAAAAABAAexampleexampleexampleA==»\n\tcaps: [mds] allow *\n"),
    K("mount -t ceph 10.0.0.1:/ /m -o "
      "name=u,secret=«AQDB7ZpZAAAAABAAexampleexampleexampleA==»\n"),
    K("rbd map pool/img --id u --key "
      "«AQDB7ZpZAAAAABAAexampleexampleexampleA==»\n"),
    K("disk = [ "
      "'vdev=xvda,format=raw,target=rbd:rbd/"
      "x:id=u:key=«AQDB7ZpZAAAAABAAexampleexampleexampleA==»' ]\n"),
    K("//h/s /m cifs vers=3.0,user=u,pass=«S3cret»,domain=D 0 0\n"),
    K("mount.cifs //h/s /m -o user=u,password=«S3cret»\n"),
    K("mount -t cifs //h/s /m -ousername=u,password=«S3,,cret»,ro\n"),
    K("node.session.auth.username = u\nnode.session.auth.password=«a b=c#d»\n"),
};

/* dracut.cmdline(7), pykickstart's manual, preseed, answer files */
static const struct secret_case heldout_boot_and_installation[] = {
    K("cifspass=«S3cret» root=cifs://h/s\n"),
    K("root=cifs://u:«S3cret»@h/s ro\n"),
    K("root=iscsi:u:«S3cret»@10.0.0.1::3260:1:iqn.x\n"),
    K("netroot=iscsi:u:«p:iu:ip»@h::::iqn.x\n"),
    K("inst.ks=https://u:«S3cret»@h/k.ks inst.proxy=http://p:«T4»@h:3128\n"),
    K("auto url=http://h/p passwd/root-password=«S3cret» quiet\n"),
    K("linux /v ds=nocloud-net;s=http://u:«S3cret»@h/\n"),
    K("systemd.set_credential_binary=firstboot.passwd:«UzNjcmV0» rw\n"),
    K("rootpw --lock --plaintext «secrethandshake»\n"),
    K("rootpw --iscrypted --lock --allow-ssh «secrethandshake»\n"),
    K("rootpw --plaintext \"«comment#inpassword»\"\n"),
    K("sshpw --username=bob --plaintext «S3cret»\n"),
    K("vnc --host=h --port=5901 --password=«S3cret»\n"),
    K("iscsi --target=tar --ipaddr=1.1.1.1 --user=name --password=«secret» "
      "--reverse-user=x --reverse-password=«T4»\n"),
    K("part / --fstype=ext4 --encrypted --passphrase=«S3cret» --size=1\n"),
    K("autopart --encrypted --passphrase=\"«S3 cret»\"\n"),
    K("realm join --one-time-password=«S3cret» example.org\n"),
    K("rhsm --organization=1 --activation-key=«S3cret»\n"),
    K("url --url=https://h/ --proxy=http://u:«S3cret»@p:3128\n"),
    K("user --name=a --password=«$6$abcdefgh$EXAMPLEEXAMPLEEXAMPLE» "
      "--iscrypted\n"),
    K("d-i passwd/user-password password «S3cret»\n"),
    K("d-i passwd/root-password-crypted password "
      "«$1$abcdefgh$EXAMPLEEXAMPLEEXAMPLE/»\n"),
    K("d-i partman-crypto/passphrase password «S3 cret»\n"),
    K("d-i grub-installer/password password «S3cret»\n"),
    K("  <user_password>«S3cret»</user_password>\n  <encrypted "
      "config:type=\"boolean\">false</encrypted>\n"),
    K("password_pbkdf2 admin «grub.pbkdf2.sha512.10000.C0FFEE.ABCDEF0123»\n"),
    K("password admin «S3cret»\n"),
    K("GRUB_CMDLINE_XEN=\"dom0_mem=1G\"\nGRUB_CMDLINE_LINUX=\"rd.iscsi.in."
      "password=«S3cret»\"\n"),
};

/* cloud-init's documentation, netplan's */
static const struct secret_case heldout_cloud_init_and_netplan[] = {
    K("#cloud-config\npassword: «passw0rd»\nchpasswd: { expire: False "
      "}\nssh_pwauth: True\n"),
    K("chpasswd:\n  expire: false\n  users:\n  - name: cosmo\n    password: "
      "«mypassword12345»\n    type: text\n  - {name: u, password: "
      "«$6$abcdefgh$EXAMPLEEXAMPLEEXAMPLE», type: hash}\n"),
    K("chpasswd:\n  list: |\n    «root:123456\n    u:RANDOM»\n  expire: "
      "False\n"),
    K("chpasswd:\n  list:\n    «- root:123456»\n  expire: False\n"),
    K("    lock-passwd: false\n    passwd: "
      "«$6$abcdefgh$EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE/»\n"),
    K("    plain_text_passwd: '«S3 cret»'\n    home: /home/x\n"),
    K("rh_subscription:\n  username: joe@foo.bar\n  password: '«1234abcd»'\n"),
    K("rh_subscription:\n  activation-key: «foobar»\n  org: 12345\n"),
    K("ubuntu_advantage:\n  token: «C1abcdefghijklmnop2345»\n"),
    K("landscape:\n  client:\n    registration_key: «S3cret»\n"),
    K("wireguard:\n  interfaces:\n    - name: wg0\n      content: |\n        "
      "[Interface]\n        PrivateKey = "
      "«yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=»\n"),
    K("ssh_keys:\n  ecdsa_private: |\n    -----BEGIN EC PRIVATE KEY-----\n    "
      "«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL»\n    "
      "-----END EC PRIVATE KEY-----\n"),
    K("chef:\n  validation_key: |\n    -----BEGIN RSA PRIVATE KEY-----\n    "
      "«MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL»\n    "
      "-----END RSA PRIVATE KEY-----\n"),
    K("      auth:\n        password: \"«an8021xpassword»\"\n        "
      "client-key-password: \"«aclientkeypass»\"\n"),
    K("    wg0:\n      mode: wireguard\n      key: "
      "\"«yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=»\"\n"),
    K("            shared: "
      "\"«yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=»\"\n"),
    K("      access-points:\n        \"home\":\n          password: \"«S3 "
      "cret»\"\n"),
    K("{\"user-data\": \"#cloud-config\\nchpasswd:\\n  list: |\\n    "
      "«root:S3cret\\n    u:T4»\\n  expire: false\\n\"}\n"),
    K("password: |-\n  «S3cret»\nusers: []\n"),
    K("apt:\n  proxy: http://u:«S3cret»@h:3128\n"),
};

/* snmpd.conf(5), ipsec.secrets(5), swanctl.conf(5), wpa_supplicant.conf(5),
 * ovs-vsctl(8) */
static const struct secret_case heldout_network_services[] = {
    K("createUser authSHA224PrivDES SHA224 «testingpass9876543210 DES»\n"),
    K("createUser u MD5 \"«password»\"\n"),
    K("createUser u SHA-512 «S3cret AES256 T4»\n"),
    K("rwcommunity  «private»\n"),
    K("rocommunity6 «S3cret»  default\n"),
    K("com2sec notConfigUser default «S3cret»\n"),
    K("usmUser 1 3 0x80001f8880f369b576d8b2a46500000000 0x7872 0x7872 NULL "
      ".1.3.6.1.6.3.10.1.1.3 «0x0123456789abcdef0123456789abcdef01234567 "
      ".1.3.6.1.6.3.10.1.2.2 0x0123456789abcdef0123456789abcdef 0x»\n"),
    K("snmpwalk -v3  -l authPriv -u v3testuser -a SHA -A \"«1234567890»\"  -x "
      "AES -X \"«1234567890»\" 127.0.0.1 system\n"),
    K("net-snmp-create-v3-user -A «mypassword» -a MD5 myusername\n"),
    K("trapsess -v 3 -u U -a SHA -A «S3cret» -l authNoPriv h\n"),
    K("proxy -v 2c -c «S3cret» h .1.3\n"),
    K("trapsink h «S3cret»\n"),
    K("%any  %any  : PSK \"«S3cret»\"\n"),
    K(" : PSK '«S3cret»'\n"),
    K("10.0.0.1 %any : PSK «0x6abc»\n"),
    K("carol@x : XAUTH \"«S3 cret»\"\n"),
    K("secrets {\n  ike-1 {\n    id = h\n    secret = "
      "«0sFpZAZqEN6Ti9sqt4ZP5EWcqx»\n  }\n}\n"),
    K("  eap-carol { id = carol; secret = \"«Ar3etTnp»\" }\n"),
    K("network={\n  ssid=\"x\"\n  #psk=\"«plain text»\"\n  "
      "psk="
      "«0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef»\n}"
      "\n"),
    K("[Security]\nPassphrase=«S3 "
      "cret»\nPreSharedKey="
      "«0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef»\n"),
    K("[802-1x]\nidentity=u\npassword=«S3 cret»\nphase2-auth=mschapv2\n"),
    K("ovs-vsctl add-port br0 t0 -- set interface t0 type=gre "
      "options:remote_ip=1.2.3.4 options:psk=«S3cret»\n"),
    K("options             : {certificate=\"\", psk=\"«S3cret»\", "
      "remote_ip=\"1.2.3.4\"}\n"),
    K("\"options\":[\"map\",[[\"psk\",\"«S3cret»\"],[\"remote_ip\",\"1.1.1.1\"]"
      "]]\n"),
    K("machine packages.example.org/x login u password «S3cret»\n"),
    K("machine h\nlogin u\naccount a\npassword «S3cret»\n"),
    K("wpa-psk «S3cret»\n"),
    K("PresharedKey = «yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=»\nEndpoint "
      "= h:51820\n"),
};

/* scripts and logs found in public */
static const struct secret_case heldout_shell_and_logs[] = {
    K("sshpass -p '«S3»' ssh h\n"),
    K("sshpass -p \"«!@m-guard»\" ssh -tt u@h\n"),
    K("sshpass -p«x9y» ssh h\n"),
    K("ipmitool -I lanplus -H h -U ADMIN -P «ADMIN» chassis power status\n"),
    K("ipmitool user set password 2 «S3cret»\n"),
    K("curl --proxy-user u:«S3cret» -u 'a:«b c»' https://h\n"),
    K("wget --http-user=u --http-password=«S3cret» h\n"),
    K("wget --user u --password '«S3 cret»' h\n"),
    K("smbclient '//h/s' -U 'u%«S3cret»'\n"),
    K("mysql --user=root --password='«S3 cret»' -e 'x'\n"),
    K("Environment=XE_PASSWORD=«S3cret»\n"),
    K("SetCredential=foo:«S3 cret»\n"),
    K("ExecStart=/usr/bin/x --password=«S3cret» --foo\n"),
    K("export HTTP_PROXY=\"http://u:«S3%40cret»@p:3128\"\n"),
    K("docker login -u u -p «S3cret» h\n"),
    K("docker login --username u --password «S3cret»\n"),
    K("'credentials': "
      "{'ovn_metadata_proxy_shared_secret':\n'«09CO4paLQ4NY»'}\n"),
    K("'identity': {'password':\n'«SV9LMoHU4XDq»', 'x': 1}\n"),
    K("    \"proxy_password\": '«my_SECRET_password»',\n"),
    K("connection = "
      "mysql+pymysql://keystone:«2zx9jZZtxdn4»@127.0.0.1/keystone\n"),
    K("<nvpair id=\"a\" name=\"passwd\" value=\"«Qx7~vB2m»\"/>\n"),
    K("<nvpair name = \"passwd\"  value = \"«Qx7~vB2m»\" />\n"),
    K("params ipaddr=10.0.0.5 login=app passwd=\"«Qx7~vB2m»\" ssl=1\n"),
    K("vars.password = «S3cret»\n"),
    K("Proxy-Authorization: Basic «dTpTM2NyZXQ=»\n"),
    K("{\"status\":200,\"authorization\":\"Basic «dTpTM2NyZXQ=»\"}\n"),
    K("Nov 24 10:00:00 h sudo: root : COMMAND=/usr/bin/xe -u root -pw «S3cret» "
      "vm-list\n"),
    K("type=PROCTITLE msg=x: proctitle=xe password=«S3cret»\n"),
    K("Nov 24 10:00:00 h x[1]: connecting with password='«S3 cret»' to h\n"),
    K("DEBUG password is \"«x»\"; passwd: «S3cret»\n"),
};

/* the same, after the first round was mended */
static const struct secret_case heldout_second_round[] = {
    K("vncpasswd=\"«Zx01»\" # guest console\n"),
    K("\tvncpasswd\t=\t'«Zx02»'\n"),
    K("vfb = ['type=vnc,keymap=de,vncpasswd=«Zx03;x»']\n"),
    K("spicepasswd = '«it\\'s»'\n"),
    K("      \"passwd\": \"«Zx05\\ttab»\",\n"),
    K("xl: config: vncpasswd=\"«Zx06»\" in /etc/xen/a.cfg\n"),
    K("/libxl/5/device/vfb/0/vncpasswd = \"«Zx07»\"   (n0,r5)\n"),
    K("   0 = \"\"\n    vncpasswd = \"«Zx08»\"\n"),
    K("/local/domain/0/backend/vfb/5/0/vncpasswd = \"«Zx09»\"   . . . . . . . "
      ". . . . . . .  (n0,r5)\n"),
    K("[20261122T22:22:16.049Z]  A12.1        write     "
      "/vm/7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b/vncpasswd «Zx10»\n"),
    K("IN 0x5581d2 20261122 22:22:14 WRITE (/local/domain/4/console/vnc-pass "
      "«Zx11 )»\n"),
    K("(vfb (vncpasswd «Zx12») (vncdisplay 1) (type vnc))\n"),
    K("INFO (image:520) spawning device models: /usr/lib/xen/bin/qemu-dm "
      "['-vnc', '0.0.0.0:1,password', '-vncpasswd', '«Zx13»']\n"),
    K("<graphics type='spice' passwd='«Zx14»' port='-1' tlsPort='-1' "
      "autoport='yes'>\n"),
    K("<graphics type=\"vnc\" socket=\"/x\" passwd = \"«Zx15»\"/>\n"),
    K("('cifspassword'%.'«p@ss%.w0rd!»')\n"),
    K("device-config (MRO): target: 1; incoming_chappassword: «Zx17»; SCSIid: "
      "x\n"),
    K("<row ref=\"OpaqueRef:a\" _ref=\"OpaqueRef:a\" "
      "device_config=\"(('password'%.'«Zx18»') ('username'%.'u'))\"/>\n"),
    K("xe pbd-create device-config:chappassword=\"«Zx 19»\" host-uuid=x\n"),
    K("xe -u root -pw «Zx20!$» vm-start vm=x\n"),
    K("[20261122T10:00:00.000Z|debug|h|1 HTTP x|session.login|xapi] "
      "session_id=OpaqueRef:«5d21aaaa-9d1e-4b6a»\n"),
    K("\"auth\": {\"session\": \"OpaqueRef:«5d22aaaa-9d1e»\"}\n"),
    K("https://h/rrd_updates?session_id=OpaqueRef:«5d23aaaa»&start=1\n"),
    K("node.session.auth.password = «Zx24\"quote»\n"),
    K("discovery.sendtargets.auth.password_in=«Zx25»\n"),
    K("shared-secret \"«Zx26»\" ;\n"),
    K("\tshared-secret  «Zx27» ;\n"),
    K("rd.iscsi.in.password=«Zx28» rd.iscsi.in.username=x\n"),
    K("kernel: Command line: BOOT_IMAGE=/v inst.rootpw=«Zx29»\n"),
    K("options kernel x=\"rootpw=«Zx30»\"\n"),
    K("netroot=iscsi:u:«Zx31»@h::3260:0:iqn\n"),
    K("ks=ftp://a:«Zx32»@h/x\n"),
    K("password_pbkdf2 root «grub.pbkdf2.sha256.10000.AABB.CCDD»\n"),
    K("root:«$y$j9T$abcdefgh$EXAMPLEEXAMPLEEXAMPLEEXAMPLE»:19700:0:99999:7:::"
      "\n"),
    K("rootpw --plaintext --lock «Zx35»\n"),
    K("user --groups=wheel --name=u --password=«$6$aa$EXAMPLEEXAMPLEEXAMPLE» "
      "--iscrypted\n"),
    K("chpasswd: {\"list\": \"«root:Zx37»\"}\n"),
    K("  - name: u\n    passwd: \"«Zx 38»\"\n"),
    K("password: >\n   «Zx39\n   b»\nnext: 1\n"),
    K("root_password: |-\n    «Zx40»\n"),
    K("//h/s on /m type cifs (rw,relatime,username=u,password=«Zx41»,uid=0)\n"),
    K("mount error: //h/s password=«Zx42»,user=u\n"),
    K("wget ftp://u:«Zx43»@h/f\n"),
    K("rwcommunity \"«Zx 44»\" 10.0.0.0/8\n"),
    K("com2sec  readonly  10.0.0.0/8  «Zx45»\n"),
    K("createUser initial SHA \"«Zx46 AES»\"\n"),
    K("defPrivPassphrase \"«Zx 47»\"\n"),
    K("key=«AQBZx048DB7ZpZAAAAABAAexampleexampexA==»\n"),
    K("mysqladmin -u root -p«Zx50» status\n"),
    K("sshpass -p '«Zx 51»' scp a b\n"),
    K("mysqldump --password=«Zx52» x\n"),
    K("ipmitool -H h -U u -P \"«Zx 53»\" power on\n"),
    K("curl --user \"u:«Zx54»\" h\n"),
    K("Authorization: Basic «WngyNTU6WngyNTU=»\n"),
    K("> Cookie: PHPSESSID=«x; pool_secret=Zx56/Zx56/Zx56»\n"),
    K("options : {ipsec_cert=\"x\", psk=«Zx57}»\n"),
    K("%any : PSK \"«Zx 58»\"\n"),
    K("[Peer]\nPresharedKey=«yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=»\n"),
    K("machine h\n\tlogin u\n\tpassword «Zx60»\n"),
    K("nvme connect "
      "--dhchap-ctrl-secret=«DHHC-1:03:c2VjcmV0c2VjcmV0c2VjcmV0:»\n"),
    K("{\"execute\":\"set_password\",\"arguments\":{\"protocol\":\"vnc\","
      "\"password\":\"«Zx62»\"},\"id\":3}\n"),
    K("/local/domain/9/data/set_clipboard = \"«Zx63»\"\n"),
    K("/local/domain/9/vm-data/svc_password = \"«Zx64»\"   (n0,r9)\n"),
    K("XE_PASSWORD=«Zx65 b»\0x=y\n"),
    K("Environment=DB_PASSWORD=«Zx66»\n"),
    K("proxy_password=«Zx67»\n"),
    K("<root-password type='plaintext'>«Zx68»</root-password>\n"),
    K("<admin-interface "
      "name=\"eth0\"/><root-password>«Zx69»</root-password>\n"),
    K("set_password spice «Zx70 keep»\n"),
};

static const struct secret_case heldout_kept[] = {
    K("ksm_password_policy is not set\n"),
    K("node.session.auth.password_policy is unknown\n"),
    K("root@h:~# passwd -S root\nroot P 2024-01-01 0 99999 7 -1\n"),
    K("WWW-Authenticate: Basic realm=\"artifactory\"\n"),
    K("Basic INSTALLATION steps are described below\n"),
    K("baseurl=https://repo.corp.invalid/x/\n"),
    K("git clone https://git@github.com/foo/bar\n"),
    K("https://repo.corp.invalid/api/v1/user@example/list\n"),
    K("<nvpair name=\"resourceGroup\" value=\"rg-prod-01\"/><nvpair "
      "name=\"pcmk_host_list\" value=\"node1 node2\"/>\n"),
    K("(vnc-listen '0.0.0.0') (vncpasswd '')\n"),
    K("spicehost=\"0.0.0.0\"\nspicedisable_ticketing=1\n"),
    K("<secret ephemeral='no' private='yes'>\n   "
      "<uuid>0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f</uuid>\n   <usage "
      "type='volume'>\n"),
    K("<auth username='myname'>\n  <secret type='iscsi' "
      "usage='libvirtiscsi'/>\n</auth>\n"),
    K("-vnc :0,password-secret=sec0 -k de\n"),
    K("<graphics type='vnc' port='-1' autoport='yes'/>\n"),
    K("[token]\nexpiration = 3600\n"),
    K("[auth]\nmethods = external,password,token,oauth1\n"),
    K("memcache_servers = inet6:[::1]:11211\n"),
    K("      key-management: \"eap\"\n        identity: \"an8021xidentity\"\n"),
    K("client-certificate: /etc/ssl/certs/client.pem\n        client-key: "
      "/etc/ssl/private/client.key\n"),
    K("  public: \"yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\"\n"),
    K("rouser noAuthNoPrivUser noauth\nrwuser u auth\nview systemview included "
      ".1.3.6.1.2.1.1\n"),
    K("createUser noAuthNoPrivUser\n"),
    K("conn %default\n  authby=psk\n  leftauth = psk\n  keyexchange=ikev2\n"),
    K("Authentication Suites (1) : PSK  \n"),
    K("key_mgmt=WPA-EAP\nieee80211w=1\n"),
    K("rootpw --lock\nfirewall --enabled\n"),
    K("keyboard --vckeymap=us\nkey --skip\n"),
    K("rd.iscsi.initiator=iqn.1994-05.com.x:y "
      "rd.luks.uuid=7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b\n"),
    K("ssh_authorized_keys:\n  - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLE "
      "u@h\n"),
    K("ssh_pwauth: true\ndisable_root: false\n"),
    K("sudo: ALL=(ALL) NOPASSWD:ALL\n"),
    K("GRUB_DISABLE_RECOVERY=\"true\"\nGRUB_ENABLE_CRYPTODISK=y\n"),
    K("set superusers=\"root\"\nexport superusers\n"),
    K("ovs_version: \"2.17.0\"\nexternal_ids : "
      "{attached-mac=\"00:16:3e:11:22:33\", "
      "iface-id=\"7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b\"}\n"),
    K("\"secret_ref\": \"OpaqueRef:7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b\"\n"),
    K("('password_secret'%.'7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b')\n"),
    K("VDI.create D:5f9e8d7c6b5a\nSR.scan R:0123456789ab\n"),
    K("[debug|h|0 |task R:5f9e|x] trackid=abc\n"),
    K("xe vm-list params=uuid,name-label\nxe host-list\n"),
    K("nvme list-subsys\nnvme-subsys0 - "
      "NQN=nqn.2014-08.org.nvmexpress:uuid:7f1a3c52-9d1e-4b6a-8f00-"
      "2f6f0e1d2c3b\n"),
    K("HostNQN: "
      "nqn.2014-08.org.nvmexpress:uuid:7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b\n"),
    K("[    0.0] Command line: BOOT_IMAGE=/vmlinuz "
      "root=UUID=7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b ro console=hvc0 "
      "earlyprintk=xen nomodeset\n"),
    K("(XEN) Xen version 4.17.3 (Debian 4.17.3+10-g091466ba55-1~deb12u1)\n"),
    K("xen_caps               : xen-3.0-x86_64 hvm-3.0-x86_32\n"),
    K("gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-EPEL-8\n"),
    K("sslclientkey=/etc/pki/entitlement/123-key.pem\n"),
    K("Sep 1 x sshd[1]: pam_unix(sshd:auth): authentication failure; logname= "
      "uid=0 euid=0 tty=ssh ruser= rhost=10.0.0.1  user=root\n"),
    K("Sep 1 x login[1]: FAILED LOGIN (1) on '/dev/tty1' FOR 'root', "
      "Authentication failure\n"),
    K("Sep 1 x passwd[1]: password changed for root\n"),
    K("Key: 0x00000001 owner 0 perms 600\n------ Shared Memory Segments "
      "--------\nkey        shmid      owner      perms\n0x00000000 32768      "
      "root       600\n"),
    K("openssl: SHA256 Fingerprint=AB:CD:EF:01:23\n"),
    K("keyctl: add_key: Operation not permitted\n"),
};

static const struct secret_kind heldout_hidden[] = {
    KIND("xapi and xe", heldout_xapi_and_xe),
    KIND("xl, xm and libxl", heldout_xl_xm_and_libxl),
    KIND("QEMU and libvirt", heldout_qemu_and_libvirt),
    KIND("storage", heldout_storage),
    KIND("boot and installation", heldout_boot_and_installation),
    KIND("cloud-init and netplan", heldout_cloud_init_and_netplan),
    KIND("network services", heldout_network_services),
    KIND("shell and logs", heldout_shell_and_logs),
    KIND("second round", heldout_second_round),
};

static const struct secret_kind heldout_kept_kinds[] = {
    KIND("what looks alike", heldout_kept),
};

#endif
