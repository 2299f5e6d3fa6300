/* held_plain.h: lines without a secret.  The first after the false positives in
 * the rules of Gitleaks (github.com/gitleaks/gitleaks, MIT) and the fixtures of
 * Whispers (github.com/adeptex/whispers, BSD-3-Clause), values changed; then
 * our own, and lines of the recorded host. */
#ifndef XB_TEST_REDACT_HELD_PLAIN_H
#define XB_TEST_REDACT_HELD_PLAIN_H

static const char *const held_plain[] = {
    /* Gitleaks */
    "A3-XXXXXX-XXXXXXXXXXX-XXXXX-XXXXX-XXXXX",
    "TODAYINASIAASACKOFRICEFELLOVER",
    "├── "
    "R21A-A-V010SP13RC181024R16900-CN-B_250K-Release-OTA-"
    "97B6C6C59241976086FABDC41472150D.bfu",
    "curl -u \"myusername\" http://localhost:15130/api/check_user/",
    "curl -u \":\" https://localhost:9200",
    "discord=000000000000000000",
    "...6wqX6fNUXA/"
    "rYqRvfQ+EZAKGqQRiRyqAFRQshGPWOIAwNWGORfKHSBnVNFtVmWYoW6PH23lkqbbDWep95C/"
    "3VmWq/edti6...",
    "eaaaC0b75a9329fded2ffa9a02b47e0117831b82",
    "GWw4hjABFzZCGiRpmlDyDdo87Jn9BN9THUA47muVRNunLxsa82tMAdvmrhOqNkRKiYMEAFbTJA"
    "IzaTesb6Tscfcni8vIpWZqNCXFDFslJtVSvFDq",
    "\"accessor\":\"rA1wk0Y45YCufyfr\",",
    "report_access_id: e8e4df51-2054-49b0-ab1c-516ac95c691e",
    "accessibilityYesOptionId = \"0736f5ef-7e88-499a-80cc-90c85d2a5181\"",
    "this.ultraPictureBox1.Name = \"ultraPictureBox1\";",
    "rapidstring:marm64-uwp=fail",
    "event-bus-message-api:rc0.15.0_20231217_1420-SNAPSHOT'",
    "COMMUNICATION_API_VERSION=rc0.13.0_20230412_0712-SNAPSHOT",
    "MantleAPI_version=9a038989604e8da62ecddbe2094b16ce1b778be2",
    "[DEBUG]\t\torg.slf4j.slf4j-api:jar:1.7.8.:compile (version managed from "
    "default)",
    "apiUrl=apigee.corpint.com",
    "X-API-Name\": \"NRG0-Hermes-INTERNAL-API\",",
    "X-MS-Exchange-Organization-AuthSource: sm02915.int.contoso.com",
    "Authentication-Results: 5h.ca.iphmx.com",
    "credentialsId: 'ff083f76-7804-4ef1-80e4-fe975bb9141c'",
    "\"credentialId\": \"B9mTcFSck2LzJO2S3ols64\",",
    "dev.credentials.url=dev-lb1.api.f4ke.com:5215",
    "keyword: \"Befaehigung_P2\"",
    "public_key = \"9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWiu\"",
    "|| pIdxKey->default_rc==0",
    "monkeys-audio:mx64-uwp=fail",
    "<entry key=\"jetbrains.mps.v8_elimination\" value=\"executed\" />",
    "minisat-master-keying:x64-uwp=fail",
    "IceSSL.KeyFile=s_rsa1024_priv.pem",
    "\"bucket_key\": \"SalesResults-1.2\"",
    "<key tag=\"SecurityIdentifier\" name=\"SecurityIdentifier\" "
    "type=\"STRING\" />",
    "schemaKey = 'DOC_Vector_5_32'",
    "sequenceKey = \"18\"",
    "app.keystore.file=env/cert.p12",
    "-DKEYTAB_FILE=/tmp/app.keytab",
    "\"key_name\": \"prod5zyxlmy-cmk\",",
    "\"kms_key_id\": \"555ea4a3-d53a-4412-9c66-3a7cb667b0d7\",",
    "\"key_vault_name\": \"web21prqodx24022\",",
    "keyVaultToStoreSecrets: cmp2-qat-1208358311",
    "keyPressed = kVK_Return.u16",
    "<UserSecretsId>79a3edd0-2092-40a2-a04d-dcb46d5ca9ee</UserSecretsId>",
    "access_token_url='https://github.com/login/oauth/access_token',",
    "publicToken = \"9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWiu\"",
    "<SourceFile SourceLocation=\"F:\\Extracts\\\" "
    "TokenFile=\"RTL_INST_CODE.cer\">",
    "notes            = \"Maven - io.jsonwebtoken:jjwt-jackson-0.11.2\"",
    "clientId = \"73082700-1f09-405b-80d0-3131bfd6272e\"",
    "SRCREV_moby = \"43fc912ef59a83054ea7f6706df4d53a7dea4d81\"",
    "LIC_FILES_CHKSUM = "
    "\"file://${WORKDIR}/license.html;md5=5c94767cedb5d6987c902ac850ded2c7\"",
    "INFO 4 --- [           main] o.s.b.f.s.DefaultListableBeanFactory     : "
    "Overriding bean definition for bean",
    "s.xxxxxxxxxxxxxxxxxxxxxxxx",
    "- (id)hf_requiredCharacteristicTypesForDisplayMetadata;",
    "amazon.de#@#div[data-cel-widget=\"desktop-rhf_"
    "SponsoredProductsRemoteRHFSearchEXPSubsK2ClickPagination\"]",
    "http://assets.r7.com/assets/media_box_tv_tres_colunas/"
    "video_box.ico-7a388b69018576d24b59331fd60aab0d.png",
    "ReactNativeCameraKit: f15a5a04b0f6dc6073e6db0296e6ef2d8b8d2523",
    "msgstr \"GSSAPI-VIRHEKAPSELOINTIMERKKIJONO.\"",
    "https://sonarcloud.io/api/project_badges/"
    "measure?project=Garden-Coin_API-CalculadoraDeInvestimentos&metric=alert_"
    "status",
    "https://fog-ringer-f42.notion.site/API-BD80F56CDC1441E6BF6011AB6D852876",
    "rookTable = 0023452Lllk2KqjLBvaxANWEgTd7bqjsxjo8aZj0we",
    "https://docs.google.com/document/d/"
    "1W7KCxOxP-1Fy5EyF2lbJGE2WuKmu5v0suYqoHas1jRN",
    "BcAeb6640ad7DAD46AD73687946Ce85047d5C9Bc",
    "aws-cli@sha256:"
    "eaaa7b11777babe28e6133a8b19ff71cea687e0d7f05158dee95a71f76ce3d01",
    "sumOfExposures = sumOfExposures;",
    /* Whispers */
    "\"api_endpoint\": \"/apikey/\",",
    "aws_account01: '000000000000'",
    "commit_id: 912ec803b2ce49e4a541068d495ab57000000001",
    "role: arn:aws:iam::123456789000:role/role-name",
    "arn:aws:kms:{REGION}:{ACCOUNT}:key/{KEY_ID}",
    "CredstashKeyID: !ImportValue CredstashKeyID",
    "aws_key: \"${AWS_KEY}\"",
    "<aws_id>{{ AWS ID }}</aws_id>",
    "\"auth\": \"{{ AUTH_BASE64 }}\",",
    "//registry.npmjs.org/:_authToken=${NPM_TOKEN}",
    "ENV DRONE_TOKEN \"{{ DRONE_TOKEN }}\"",
    "passenger: \"ok1\"",
    "passthrough: \"ok3\"",
    "secretary: \"ok5\"",
    "PasswordResetUrl: \"ok7\"",
    "write_key: 's3://{bucket}/deduped_events/schema_type={schema}/dt={date}'",
    "gpgkey=https://artifacts.example.org/GPG-KEY-example",
    "key1: Ctrl+Shift+I",
    "\"getpass\": \"^1.2.3\"",
    "jdbc:mysql://localhost/authority?user=admin&userpass=",
    "Connect to https://localhost:8000/admin for full access",
    "this is not a privatekey",
    "timestamp_js: 1576692842734",
    "windows-path3: 'C:\\windows\\backward\\escaped'",
    "slack-webhook: https://hooks.slack.com/services/",
    /* our own */
    "d41d8cd98f00b204e9800998ecf8427e  /usr/lib/xen-4.17/bin/xl",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709 *vmlinuz-6.1.0-28-amd64",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  "
    "xen-4.17-amd64.gz",
    "SHA512 (xen.tar.gz) = "
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d"
    "85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
    "/usr/sbin/xl: ELF 64-bit LSB pie executable, "
    "BuildID[sha1]=0a1b2c3d4e5f60718293a4b5c6d7e8f901234567, stripped",
    "xen_build_id           : 3b9c8b6c1f2e4d5a69788796a5b4c3d2e1f00f1e",
    "xen_changeset          : Tue Dec 10 12:00:00 2024 +0100 "
    "git:6f6f13cd4b7f4a5e",
    "commit 8c06ef8d1f2a3b4c5d6e7f8091a2b3c4d5e6f708 (HEAD -> main, tag: "
    "v4.17.0)",
    "Loaded X.509 cert 'Build time autogenerated kernel key: "
    "9d1c1b1a191817161514131211100f0e0d0c0b0a'",
    "Loaded X.509 cert 'Debian Secure Boot CA: "
    "6ccece7e4c6c0d1f6149f3dd27dfcc5cbb419ea1'",
    "integrity: Loaded X.509 cert 'Microsoft Corporation UEFI CA 2011: "
    "13adbf4309bd82709c8cd54f316ed522988a1bd4'",
    "sig_id:         PKCS#7",
    "sig_key:        "
    "6C:CE:CE:7E:4C:6C:0D:1F:61:49:F3:DD:27:DF:CC:5C:BB:41:9E:A2",
    "sig_hashalgo:   sha256",
    "signature:      "
    "3A:0B:2B:AA:C9:9E:10:E8:67:25:1D:CE:EF:1B:52:01:F3:C4:9D:7A:",
    "evm: Key type encrypted registered",
    "Key type trusted registered",
    "Key type .fscrypt registered",
    "keyctl: add_key: Operation not permitted",
    "random: crng init done",
    "AppArmor: AppArmor Filesystem Enabled; capability: no secret handling",
    "systemd[1]: Started Forward Password Requests to Wall Directory Watch.",
    "systemd[1]: systemd-ask-password-wall.path: Deactivated successfully.",
    "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 "
    "tty=ssh ruser= rhost=192.0.2.1  user=root",
    "sshd[812]: Accepted publickey for root from 192.0.2.1 port 51234 ssh2: "
    "ED25519 SHA256:uNiVztksCsDhcc0u9e8BrqO3UeAZ2vWuJzsmtOVDHN4",
    "sshd[812]: Failed password for invalid user admin from 192.0.2.1 port "
    "40022 ssh2",
    "sudo:     root : TTY=pts/0 ; PWD=/root ; USER=root ; COMMAND=/usr/sbin/xl "
    "list",
    "PWD=/root OLDPWD=/var/log HOME=/root LOGNAME=root",
    "SSH_AUTH_SOCK=/run/user/0/ssh-agent.socket SSH_AGENT_PID=812",
    "ssh-ed25519 "
    "AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMP "
    "root@dom0",
    "256 SHA256:uNiVztksCsDhcc0u9e8BrqO3UeAZ2vWuJzsmtOVDHN4 root@dom0 "
    "(ED25519)",
    "PubkeyAuthentication yes",
    "HostKey /etc/ssh/ssh_host_ed25519_key",
    "PermitEmptyPasswords no",
    "ChallengeResponseAuthentication no",
    "password        [success=1 default=ignore]      pam_unix.so obscure "
    "yescrypt",
    "auth    required        pam_env.so readenv=1 envfile=/etc/default/locale",
    "passwd:         files systemd",
    "gshadow:        files systemd",
    "publickey:      nis",
    "root:x:0:0:root:/root:/bin/bash",
    "secretmem: disabled",
    "CONFIG_SECRETMEM=y",
    "CONFIG_ENCRYPTED_KEYS=y",
    "CONFIG_SYSTEM_TRUSTED_KEYS=\"debian/certs/debian-uefi-certs.pem\"",
    "CONFIG_MODULE_SIG_KEY=\"\"",
    "CONFIG_PKCS8_PRIVATE_KEY_PARSER=y",
    "CONFIG_CRYPTO_USER_API_SKCIPHER=m",
    "CONFIG_KEY_DH_OPERATIONS=y",
    "kernel.keys.maxkeys = 200",
    "kernel.keys.root_maxbytes = 25000000",
    "net.ipv4.tcp_syncookies = 1",
    "net.core.netdev_rss_key = 00:00:00:00:00:00",
    "fs.protected_hardlinks = 1",
    "[    0.000000] Command line: placeholder "
    "root=UUID=0d3a9b1c-2f4e-4a6b-8c7d-9e0f1a2b3c4d ro quiet console=hvc0",
    "(XEN) Command line: placeholder dom0_mem=1G,max:1G loglvl=all "
    "guest_loglvl=all com1=115200,8n1 console=com1",
    "(XEN)  Speculative mitigation facilities:",
    "(XEN)   Xen settings: BTI-Thunk: RETPOLINE, SPEC_CTRL: IBRS- STIBP- "
    "SSBD-, Other: SRB_LOCK+ IBPB-ctxt",
    "(XEN) grant_table.c:1882:d0v0 Expanding d0 grant table from 1 to 2 frames",
    "(XEN) d1v0: upcall vector f3",
    "libxl: debug: libxl_event.c:750:libxl__ev_xswatch_register: watch "
    "w=0x55d1a0b2c3d4 wpath=/local/domain/0/backend/vbd/1/51712/state "
    "token=3/0: register slotnum=3",
    "libxl: debug: libxl_event.c:673:watchfd_callback: watch w=0x55d1a0b2c3d4 "
    "wpath=/local/domain/0/backend/vif/1/0/state token=11/2b: event "
    "epath=/local/domain/0/backend/vif/1/0/state",
    "[20261122T22:22:14.157Z]  D0           w event   "
    "backend/vbd/1/51712/state FFFFFFFF82BB0B60 ",
    "[20261122T22:22:14.157Z]  D1           watch     control/shutdown "
    "FFFFFFFF82BAAE20",
    "/local/domain/1/device/vif/0/mac = \"00:16:3e:5c:2a:11\"",
    "/vm/267a761b-2850-4248-bed3-4e3030c802b3/uuid = "
    "\"267a761b-2850-4248-bed3-4e3030c802b3\"",
    "/local/domain/0/backend/vbd/1/51712/params = \"/dev/vg0/guest1-disk\"",
    "/local/domain/1/device/vbd/51712/ring-ref = \"8\"",
    "/local/domain/1/memory/target = \"262144\"",
    "uuid ( RO)                : 911e5508-906b-4d1e-b83d-04bac6f2184c",
    "other-config (MRW): mac_seed: 5d2a9f1b-3c4d-4e5f-8a9b-0c1d2e3f4a5b; "
    "install-methods: cdrom,nfs,http,ftp",
    "xapi: [debug||12 |task R:0a1b2c3d4e5f|xapi] VM.start "
    "OpaqueRef:911e5508-906b-4d1e-b83d-04bac6f2184c",
    "xapi: [ info||7 |dispatch:session.logout D:1f2e3d4c5b6a|session] "
    "Session.destroy trackid=9834f5af41c964e225f24279aefe4e49",
    "03:00.0 Ethernet controller [0200]: Intel Corporation I210 Gigabit "
    "Network Connection [8086:1533] (rev 03)",
    "\tCapabilities: [140] Device Serial Number a0-36-9f-ff-ff-12-34-56",
    "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq master "
    "xenbr0 link/ether 00:16:3e:00:00:01 brd ff:ff:ff:ff:ff:ff",
    "inet6 fe80::216:3eff:fe00:1/64 scope link proto kernel_ll",
    " cookie=0x0, duration=812.3s, table=0, n_packets=12, n_bytes=1024, "
    "priority=0 actions=NORMAL",
    "TCP: request_sock_TCP: Possible SYN flooding on port 443. Sending "
    "cookies.  Check SNMP counters.",
    "/dev/mapper/vg0-root / ext4 rw,relatime,errors=remount-ro,stripe=256 0 0",
    "//srv/share /mnt cifs credentials=/etc/cifs.cred,rw,_netdev 0 0",
    "vg0-guest1: 0 20971520 linear 8:2 2048",
    "luks-1: 0 204800 crypt aes-xts-plain64 :64:logon:cryptsetup:0d3a9b1c-d0 0 "
    "8:3 32768",
    "  LV   VG  Attr       LSize UUID kLmN0p-q1Rs-T2uV-w3Xy-Z4aB-c5De-F6gH7i",
    "md0 : active raid1 sda1[0] sdb1[1] UUID "
    "3aaa0122:29827cfa:5331ad66:ca767371",
    "ii  libpam-passwdqc 2.0.3-1 amd64 PAM module for password strength policy "
    "enforcement",
    "ii  python3-keyring 23.9.3-2 all store and access your passwords safely",
    "ii  libsecret-1-0:amd64 0.20.5-3 amd64 Secret store",
    "ii  golang-github-hashicorp-go-secure-stdlib-password-dev 0.1.1-1 all",
    "Filename: "
    "pool/main/x/xen/xen-utils-4.17_4.17.5+23-ga4e5191dc0-1_amd64.deb SHA256: "
    "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "gpg: using RSA key 4CB50190207B4758A3F73A796ED0E7B82643E132",
    "gpg: key 6ED0E7B82643E132: public key \"Debian Security Archive\" "
    "imported",
    "W: GPG error: http://deb.example.org stable InRelease: NO_PUBKEY "
    "648ACFD622F3D139",
    "signed-by=/usr/share/keyrings/debian-archive-keyring.gpg",
    "MIIDazCCAlOgAwIBAgIUYmFzZTY0Ym9keW9mYWNlcnRpZmljYXRlMA0GCSqGSIb3DQEBCwUAME"
    "Ux",
    "  X509v3 Subject Key Identifier: "
    "5D:4A:6B:7C:8D:9E:AF:B0:C1:D2:E3:F4:05:16:27:38:49:5A:6B:7C",
    "  Serial Number: 6c:ce:ce:7e:4c:6c:0d:1f:61:49:f3:dd:27:df:cc:5c",
    "subject=CN = dom0.example.org issuer=CN = Example CA notAfter=Nov 22 "
    "12:00:00 2030 GMT",
    "ssl_certificate_key /etc/ssl/private/nginx.key;",
    "SSLCertificateKeyFile /etc/apache2/ssl/server.key",
    "tls_key_file = \"/etc/xen/tls/server-key.pem\"",
    "private_key_file: /etc/stunnel/stunnel.pem",
    "keyfile=/etc/iscsi/key.pem certfile=/etc/iscsi/cert.pem",
    "keymap = \"en-us\"",
    "keyboard: 'de' model pc105",
    "max_tokens=4096 token_bucket_rate=100 tokens: 12",
    "unexpected token '}' in expression, line 12",
    "syntax error near unexpected token `done'",
    "error: access token: expired or revoked",
    "the secret to good performance: huge pages",
    "secret: no such file or directory",
    "api key: missing",
    "wrong password, try again",
    "password expired for user root",
    "The password is stored in /etc/xen/vnc.",
    "Enter passphrase for /dev/sda3: ",
    "session_id: none",
    "X-Token-Count: 5",
    "authorization required",
    "proxy_set_header Authorization $http_authorization;",
    "WWW-Authenticate: Basic realm=\"Restricted\"",
    "GET /api/v1/tokens?limit=20&author=somebody HTTP/1.1",
    "https://example.org/login?next=/account/password/reset",
    "https://[fe80::1]:443/xen?user=root#section",
    "postgresql://db.example.org:5432/app?sslmode=require",
    "redis://127.0.0.1:6379/0",
    "amqp://broker.example.org:5671/vhost",
    "mongodb://db1.example.org:27017,db2.example.org:27017/?replicaSet=rs0",
    "echo \"$1$2\" '$6' ${1} $$",
    "awk '{print $1$2$5}' /proc/meminfo",
    "sha256$ md5: {sha} {MD5}",
    "primary_key=id foreign_key=user_id sort_key = created_at_timestamp",
    "\"cacheKey\": \"node-modules-9f86d081884c7d659a2feaa0c55ad015\"",
    "\"idempotency_key\": \"267a761b-2850-4248-bed3-4e3030c802b3\"",
    "\"containerId\": "
    "\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
    "image: "
    "registry.example.org/"
    "app@sha256:"
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "\"etag\": \"\\\"33a64df551425fcc55e4d42a148795d9f25f89d4\\\"\"",
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "boot_id=0d3a9b1c2f4e4a6b8c7d9e0f1a2b3c4d "
    "machine_id=1a2b3c4d5e6f708192a3b4c5d6e7f809",
    "_BOOT_ID=0d3a9b1c2f4e4a6b8c7d9e0f1a2b3c4d "
    "_MACHINE_ID=1a2b3c4d5e6f708192a3b4c5d6e7f809",
    "XDG_SESSION_ID=3 XDG_RUNTIME_DIR=/run/user/0",
    "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/"
    "bus,guid=1a2b3c4d5e6f708192a3b4c5d6e7f809",
    "name_key: xen.example.org",
    "vcpu_key \"0x7f3c\"",
    "cert_fingerprint: SHA256:AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfG",
    "ETH_HASH_KEY=0",
    "-vnc 127.0.0.1:1,password=on,to=99 -display none",
    "iscsiadm: Login to [iface: default, target: "
    "iqn.2024-01.org.example:disk1, portal: 192.0.2.1,3260] successful.",
    "auth: mode=chap user=none",
    "auth_type = none",
    "authkeys: 0 loaded",
    "nodev,noexec,nosuid,hidepid=invisible",
    "Xen-4.17.5 (preserve-AD) efi: ACPI=0x7fb7e000 SMBIOS=0x7fb7c000",
    "acpi_mcfg_key_valid=0",
    "pcieport 0000:00:1c.0: PME: Signaling with IRQ 24",
    "nvme0: Identify NQN "
    "nqn.2014-08.org.nvmexpress:uuid:267a761b-2850-4248-bed3-4e3030c802b3",
    "wwn-0x5000c500a1b2c3d4 -> ../../sda",
    "ata1.00: ATA-10: Samsung SSD 860 EVO 500GB, RVT04B6Q, S3Z2NB0KA12345X",
    "efivars: SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
    /* tests/hosts/xen-4.17-debian12 */
    "[<0>] do_sys_poll+0x535/0x610",
    "virtio_net 73728 0 - Live 0xffffffffc0373000",
    "qdisc noqueue 0: dev xenbr0 root refcnt 2 ",
    " 31:          0   xen-dyn    -virq      mce",
    "nr_cpus                : 1",
    "Cpupool Pool-0: ratelimit=1000us",
    "[20261123T00:32:02.815Z]  D1.6         write     device/vkbd/0/page-ref "
    "127113",
    "HOME_URL=\"https://www.debian.org/\"",
    "Node 0, zone    DMA32           57          184            8            0 "
    "           0 ",
    "      if nbd-client $2 $3 $dev; then",
    "# xenstore_read_default <path> <default>",
    "    for dev in /dev/nd*; do",
    "Node 0 Writeback:             0 kB",
    "nonvoluntary_ctxt_switches:\t8",
    "Mitigation: Retpolines; STIBP: disabled; RSB filling; PBRSB-eIBRS: Not "
    "affected; BHI: Not affected",
    "      nr_inactive_anon 7874",
    "fec0::/64 dev xenbr0 proto kernel metric 256 expires 86384sec pref medium",
    "# This library is free software; you can redistribute it and/or",
    "kernel = \"/usr/local/lib/xenlab/domu-vmlinux\"",
    "xenstored-port = /proc/xen/xsd_port",
    "# Usage: block-nbd [bind server ctl_port |unbind node]",
    "LIBEXEC_BIN=\"/usr/lib/xen-4.17/bin\"",
    "127.0.0.1 localhost xenlab",
    "/dev/loop1: [65024]:8829 (/var/lib/xen/images/guest2.img)",
    "[<0>] __x64_sys_poll+0xb7/0x140",
    "[<0>] xenwatch_thread+0x16b/0x1b0",
    "/dev/loop0: [65024]:8820 (/var/lib/xen/images/guest1.img)",
    "-type <device type>    : the type of device that is migrating",
    "Max locked memory         8388608              8388608              bytes "
    "    ",
    "\t\t-host)\t\thost=$2; shift; shift;;",
    "-rw-r--r-- 1 root root    2613 Nov 23 00:03 xen-4.17-amd64.config",
    "full avg10=0.00 avg60=0.37 avg300=0.20 total=795170",
    "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority",
    "IpExt: 0 0 0 2 0 0 0 80 0 80 0 0 0 0 0 0 0 0",
    "      296      4 -rw-r--r--   1 root     root         1250 Nov  3 12:08 "
    "/etc/xen/xlexample.pvlinux",
    "Xen Storage Daemon, version 1.0",
    "SpeculationIndirectBranch:\talways enabled",
    "            fd_stat=${stat%",
    "console=hvc0 panic=1 xenlab.timeout=600 ",
    "-rw-r--r-- 1 root root 1178795 Nov 23 00:03 xen-4.17-amd64.gz",
    "                \"name\": \"Domain-0\"",
    "dev            devtmpfs    193060      0    193060   0% /dev",
    "sysctl: reading key \"vm.nr_hugepages_mempolicy\"",
    "Waiting for domain guest2 (domid 2) to die [pid 467]",
    "NAME  FSTYPE FSVER LABEL  UUID                                 FSAVAIL "
    "FSUSE% MOUNTPOINTS",
    "voluntary_ctxt_switches:\t1869",
    "# bridge  bridge to add the vif to (optional).  Defaults to searching for "
    "the",
    "some avg10=73.12 avg60=33.73 avg300=10.35 total=36197911",
    "            \"msr_relaxed\": \"False\"",
    "Node 0, zone      DMA            1            7            0            0 "
    "           0 ",
    "Wed Nov  4 16:52:28 UTC 2026",
    "      256      0 brw-rw----   1 root     disk       7,   5 Nov 23 00:31 "
    "/dev/loop5",
    "[    0.212492] p2m virtual area at (____ptrval____), size is 40000000",
    "    inet 10.77.0.1/24 scope global xenbr0",
    "00000000-0000-0000-0000-000000000000",
    "   [ \"$command\" != \"offline\" ] &&",
    "guest2                               2    256    0",
    "tmpfs          tmpfs       199512      0    199512   0% /dev/shm",
    "# License along with this library; If not, see "
    "<http://www.gnu.org/licenses/>.",
    "SpeculationIndirectBranch:\talways enabled",
};

#endif
