/* Lines of logs, configurations and prose that look like secrets and are
 * none: each must stay as it is. */
#ifndef XB_TEST_REDACT_KINDS_KEEP_H
#define XB_TEST_REDACT_KINDS_KEEP_H

#include "tests/redact/kinds.h"

static const struct secret_case xen_and_its_tools_kept[] = {
    K("(XEN) Speculative mitigation facilities:\n(XEN)   Xen settings: "
      "BTI-Thunk: RETPOLINE, SPEC_CTRL: IBRS- STIBP- SSBD-, Other: "
      "BRANCH_HARDEN\n"),
    K("[    0.100000] Spectre V2 : Mitigation: Retpolines\n[    0.1] "
      "Speculative Store Bypass: Mitigation: Speculative Store Bypass disabled "
      "via prctl\n"),
    K("(XEN) build-id: 4f3b2a1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a\n"),
    K("(XEN) Command line: placeholder dom0_mem=512M,max:512M loglvl=all "
      "guest_loglvl=all\n"),
    K("xen_changeset          : Wed Nov 1 2023 git:6a47ba2f78-dirty\n"),
    K("cc_compile_by          : pkg-xen-devel@lists.alioth.debian.org\n"),
    K("/local/domain/1/device/vif/0/mac = \"00:16:3e:11:22:33\"   (n1,r0)\n"),
    K("/local/domain/1/control/feature-poweroff = \"1\"   (n1)\n"),
    K("/vm/7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b/uuid = "
      "\"7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b\"   (n0,r1)\n"),
    K("   vnc = \"1\"\n   vnclisten = \"127.0.0.1\"\n   vncunused = \"1\"\n"),
    K("vncpasswd = \"\"\nvncpasswd=''\n"),
    K("D0           w event   backend/vfb/1/0/vncpasswd FFFFFFFF82BB0B60 \nA21 "
      "         w event   /local/domain/1/console/vnc-pass fe:0x557f3278c870 "
      "\n"),
    K("[20261122T22:22:14.132Z]  A8.4         write     "
      "/local/domain/0/backend/vbd/1/51712/params aio:/img\n"),
    K("[20261122T22:22:14Z]  D0           watch     /local/domain/0/backend "
      "backend-token-3\n"),
    K("IN 0x55e1 20261122 22:22:14 WATCH (/local/domain/1/device token3 )\nOUT "
      "0x55e1 20261122 22:22:14 WATCH_EVENT (/local token3 )\n"),
    K("-vnc 127.0.0.1:1,password=on,to=99 -display none\n"),
    K("-vnc none,password=off\n-vnc :1,password\n"),
    K("VM.start task=OpaqueRef:7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b "
      "vm=OpaqueRef:0a9b8c7d-1e2f-4a3b-9c4d-5e6f7a8b9c0d\n"),
    K("\"vm\": \"OpaqueRef:7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b\", \"host\": "
      "\"OpaqueRef:NULL\"\n"),
    K("('chappassword_secret'%.'7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b') "
      "('password_secret'%.'0a9b8c7d-1e2f-4a3b-9c4d-5e6f7a8b9c0d')\n"),
    K("/run/sr-mount/7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b/"
      "0a9b8c7d-1e2f-4a3b-9c4d-5e6f7a8b9c0d.vhd\n"),
    K("crashkernel=256M@64M nopti spectre_v2=off mitigations=off\n"),
    K("uuid ( RO)           : 7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b\n     "
      "name-label ( RW): key store\n"),
    K("Domain-0 0 1024 4 r----- 100.0\n"),
};

static const struct secret_case pam_nsswitch_passwd_kept[] = {
    K("passwd:         files systemd\ngroup:          files systemd\nshadow:   "
      "      files systemd\n"),
    K("passwd: compat\npasswd_compat: nis\n"),
    K("passwd:     sss files\n"),
    K("password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\n"),
    K("password   required     pam_deny.so\npassword include "
      "system-auth\npassword substack common-password\n"),
    K("-password optional pam_gnome_keyring.so use_authtok\n"),
    K("password    requisite     pam_pwquality.so retry=3\n"),
    K("root:x:0:0:root:/root:/bin/bash\nxen:x:100:65534::/run/xen:/usr/sbin/"
      "nologin\n"),
    K("root:*:19000:0:99999:7:::\nbob:!:19000::::::\n"),
    K("pam_unix(sshd:session): session opened for user root(uid=0) by "
      "(uid=0)\n"),
    K("pam_unix(passwd:chauthtok): password changed for root\n"),
    K("passwd[99]: password for 'root' changed by 'root'\n"),
    K("PASS_MAX_DAYS\t99999\nPASS_MIN_LEN 5\nPASS_WARN_AGE 7\nENCRYPT_METHOD "
      "YESCRYPT\n"),
    K("chage: user 'x' does not exist in /etc/passwd\n"),
    K("open(\"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3\n"),
};

static const struct secret_case sshd_kept[] = {
    K("PasswordAuthentication yes\nPermitEmptyPasswords "
      "no\nKbdInteractiveAuthentication no\n"),
    K("#PasswordAuthentication yes\nPermitRootLogin prohibit-password\n"),
    K("Failed password for root from 10.0.0.1 port 22 ssh2\n"),
    K("Accepted password for root from 10.0.0.1 port 5022 ssh2\n"),
    K("Failed password for invalid user admin from 10.0.0.1 port 22 ssh2\n"),
    K("Accepted publickey for root from 10.0.0.1 port 22 ssh2: RSA "
      "SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG\n"),
    K("HostKey /etc/ssh/ssh_host_rsa_key\nAuthorizedKeysFile "
      ".ssh/authorized_keys\n"),
    K("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7EXAMPLE root@h\n"),
    K("userauth_passwd: no\ndebug1: Authentications that can continue: "
      "publickey,password\n"),
};

static const struct secret_case kernel_kept[] = {
    K("[    1.0] Loaded X.509 cert 'Debian Secure Boot CA: "
      "6ccece7e4c6c0d1f6149f3dd27dfcc5cbb419ea1'\n"),
    K("[    1.0] Loading compiled-in X.509 certificates\n[    1.0] integrity: "
      "Platform Keyring initialized\n"),
    K("[    1.0] Key type asymmetric registered\n[    1.0] Key type .fscrypt "
      "registered\n[    1.0] Asymmetric key parser 'x509' registered\n"),
    K("[    1.0] Key type encrypted registered\n[    1.0] Key type "
      "dns_resolver registered\n"),
    K("[    1.0] integrity: Loaded X.509 cert 'Microsoft Windows Production "
      "PCA 2011: a92902398e16c49778cd90f99e4f9ae17c55af53'\n"),
    K("[    1.0] xen_blkfront: blkfront: xvda: flush diskcache: enabled; "
      "persistent grants: enabled\n"),
    K("[    1.0] xen: module verification failed: signature and/or required "
      "key missing - tainting kernel\n"),
    K("sig_key:        "
      "32:A0:28:7F:84:1A:03:6F:A3:93:C1:E0:65:C4:3A:E6:B2:42:26:43\nsig_"
      "hashalgo:   sha256\nsignature:      12:34:56:78:9A:BC\n"),
    K("[    1.0] audit: initializing netlink subsys (disabled)\n[    1.0] TCP: "
      "request_sock_TCP: Possible SYN flooding on port 22. Sending cookies.\n"),
    K("[    1.0] evm: security.selinux\n[    1.0] random: crng init done\n[    "
      "1.0] Freeing unused decrypted memory: 2028K\n"),
    K("[    1.0] usb 1-1: New USB device found, idVendor=046d, "
      "idProduct=c31c\n[    1.0] input: Keyboard as /devices/x\n"),
    K("[    1.0] systemd[1]: Started systemd-ask-password-console.path - "
      "Dispatch Password Requests to Console Directory Watch.\n"),
    K("systemd-ask-password-wall.path  loaded active waiting Forward Password "
      "Requests to Wall Directory Watch\n"),
    K("3e2c4a1f I------     1 perm 1f0b0000     0     0 asymmetri Debian: "
      "6ccece: X509.rsa 6ccece7e []\n"),
    K("kernel.keys.maxkeys = 200\nkernel.keys.root_maxkeys = "
      "1000000\nnet.ipv4.tcp_syncookies = 1\n"),
    K("cat: /proc/keys: Permission denied\n"),
    K("CONFIG_SYSTEM_TRUSTED_KEYS=\"\"\nCONFIG_KEYS=y\nCONFIG_SECURITY_DMESG_"
      "RESTRICT=y\nCONFIG_CRYPTO_USER_API_SKCIPHER=m\n"),
};

static const struct secret_case hardware_and_packages_kept[] = {
    K("00:02.0 VGA compatible controller [0300]: Cirrus Logic GD 5446 "
      "[1013:00b8] (prog-if 00 [VGA controller])\n"),
    K("\tCapabilities: [80] Power Management version 3\n\tDevSta: CorrErr- "
      "NonFatalErr- FatalErr- UnsupReq- AuxPwr- TransPend-\n"),
    K("\tUUID: 4c4c4544-0044-3510-8052-b4c04f4d3332\n\tSerial Number: "
      "J1ABC23\n\tBoot-up State: Safe\n\tSecurity Status: None\n"),
    K("Hardware Security\n\tPower-On Password Status: Disabled\n\tKeyboard "
      "Password Status: Not Implemented\n\tAdministrator Password Status: "
      "Enabled\n\tFront Panel Reset Status: Unknown\n"),
    K("d41d8cd98f00b204e9800998ecf8427e  usr/share/doc/xen/README\n"),
    K("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  "
      "xen.gz\n"),
    K("ii  passwd 1:4.13+dfsg1-1 amd64 change and administer password and "
      "group data\n"),
    K("ii  libsecret-1-0:amd64 0.20.5-3 amd64 Secret store\nii  keyutils "
      "1.6.3-2 amd64 Linux Key Management Utilities\n"),
    K("gpg-pubkey-7fac5991-4a2e2e8f\n"),
    K("link/ether 00:16:3e:01:02:03 brd ff:ff:ff:ff:ff:ff\n"),
    K("/dev/sda1: UUID=\"7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b\" TYPE=\"ext4\" "
      "PARTUUID=\"0a9b8c7d-01\"\n"),
    K("luks-7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b "
      "UUID=7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b none luks,discard\n"),
    K("0 2097152 crypt aes-xts-plain64 "
      ":64:logon:cryptsetup:7f1a3c52-9d1e-4b6a-8f00-2f6f0e1d2c3b-d0 0 8:3 "
      "32768\n"),
    K("iqn.1994-05.com.redhat:0123456789ab\nnode.session.auth.authmethod = "
      "CHAP\nnode.session.auth.username = u\n"),
    K("node.session.auth.chap_algs = MD5\n#node.session.auth.password = \n"),
    K("WEP: no\nkey_mgmt=WPA-PSK\nproto=RSN\n"),
};

static const struct secret_case prose_kept[] = {
    K("Enter the password: \nPassword: \r\n"),
    K("The password must be at least 8 characters long.\n"),
    K("This option sets the password for the VNC server.\n"),
    K("password is wrong\npassword has expired\n"),
    K("Use --password to give a password, or --password-file.\n"),
    K("       --password <password>\n"),
    K("if the passphrase is empty, the key is not encrypted\n"),
    K("(using password: YES)\n(using password: NO)\n"),
    K("su: Authentication failure\nsudo: a password is required\n"),
    K("WARNING: no password set for vnc\n"),
    K("error: password: Permission denied\n"),
    K("a shared-secret is needed\nkeep your secret keys secret\n"),
    K("token expired; a new token is needed\n"),
    K("Set-up the session; session closed\n"),
    K("the machine has no default login\n"),
    K("RSA keys are : RSA {\n"),
    K("usage: xl vncviewer [--autopass] [--vncviewer-autopass] DOMAIN\n"),
    K("xl-cfg(5): spicepasswd and vncpasswd are strings\n"),
    K("http://10.0.0.1:8080/a@b mailto:a@b.c ssh://git@h:22/x\n"),
    K("see https://wiki.xenproject.org/wiki/Xen_Project_4.17:_x@y\n"),
};

static const struct secret_case configuration_kept[] = {
    K("disable_vnc_password = yes\npassword = yes\npassword=\n"),
    K("//s/x /m cifs credentials=/etc/cifs.cred,rw 0 0\n"),
    K("[Peer]\nPublicKey = "
      "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\nAllowedIPs = 0.0.0.0/0\n"),
    K("rocommunity\nsyslocation here\nview systemonly included "
      ".1.3.6.1.2.1.1\n"),
    K("machine learning is not a password store\n"),
    K("gpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-x\n"),
    K("[Service]\nEnvironment=\"TERM=linux\" "
      "\"PATH=/bin\"\nEnvironment=LANG=C\n"),
    K("SSH_ASKPASS=/usr/lib/ssh/askpass\nXDG_SESSION_ID=3\nGPG_TTY=/dev/pts/"
      "0\n"),
    K("chpasswd: {expire: false}\nssh_pwauth: false\nlock_passwd: true\n"),
    K("usage: |\n  hello\nnext: 1\n"),
    K("key = value\nkeyboard=de\nkeymap = 'en-us'\nmonkey=3\n"),
    K("-----BEGIN "
      "CERTIFICATE-----"
      "\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL\n----"
      "-END CERTIFICATE-----\n"),
    K("-----BEGIN PUBLIC "
      "KEY-----"
      "\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEXAMPLEEXAMPL\n----"
      "-END PUBLIC KEY-----\n"),
    K("-----BEGIN RSA PRIVATE KEY-----\n[    1.0] login: root\n"),
    K("bypass=1 compass = 3\ntrespass: no\n"),
    K("menuentry 'Xen' --class xen --users \"\" {\n  set "
      "superusers=\"root\"\n}\n"),
    K("psk=\"\"\nspice_tls = 1\n"),
};

#endif
