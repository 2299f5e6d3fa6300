#include "collector/front/deny.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "collector/base/core/path.h"
#include "collector/base/core/str.h"
#include "config.h"

enum deny_kind {
    DENY,
    DENY_OWN, /* but not what the command line names */
    ALLOW,    /* an exception to what stands below it */
};

struct deny_row {
    const char *pattern; /* of path_match(); "**" first: in a chroot too */
    const char *why;
    enum deny_kind kind;
};

/* Why texts, where they repeat. */
#define EATS "reading it takes what others wait for"
#define RAM "a memory image"
#define KEY "a private key"
#define SECRET "a file of secrets"
#define HASHES "password hashes"
#define DEVICE "a device"

/* The first row that fits decides. */
static const struct deny_row rows[] = {
    /* the kernel's own doors: no files, whatever they look like */
    {"/dev/**", DEVICE, DENY},
    {"**/proc/kmsg", EATS, DENY},
    {"**/proc/acpi/event", EATS, DENY},
    {"**/trace_pipe", EATS, DENY},
    {"**/trace_pipe_raw", EATS, DENY},
    {"**/snapshot_raw", EATS, DENY},
    {"**/proc/kcore", RAM, DENY},
    {"**/proc/vmcore", RAM, DENY},
    {"**/proc/*/mem", RAM, DENY},
    {"**/proc/*/task/*/mem", RAM, DENY},
    {"**/proc/sysrq-trigger", DEVICE, DENY},
    {"**/proc/xen/privcmd", DEVICE, DENY},
    {"**/proc/xen/xenbus", DEVICE, DENY},
    {"**/proc/xen/xenbus_backend", DEVICE, DENY},

    /* memory of guests, of the hypervisor, of programs */
    {"**/var/lib/xen/save", RAM, DENY},
    {"**/var/lib/xen/save.*", RAM, DENY},
    {"**/var/lib/xen/save/**", RAM, DENY},
    {"**/var/lib/xen/qemu-save.*", RAM, DENY},
    {"**/var/lib/xen/qemu-resume.*", RAM, DENY},
    {"**/var/lib/xen/dump/**", RAM, DENY},
    {"**/var/xen/dump/**", RAM, DENY},
    {"**/var/lib/libvirt/*/save/**", RAM, DENY},
    {"**/var/lib/libvirt/*/dump/**", RAM, DENY},
    {"**/var/lib/systemd/coredump/**", RAM, DENY},
    {"**/vmcore-dmesg*", "", ALLOW},
    {"**/var/crash/**/vmcore*", RAM, DENY},
    {"**/var/crash/**/coredump.bin", RAM, DENY},
    {"**/*.core", RAM, DENY},
    {"**/core.[0-9]*", RAM, DENY},
    {"**/*.vmcore", RAM, DENY},

    /* our own: what is needed of it is asked for by its own request */
    {SYSCONFDIR "/xen-bugtool/key*", KEY, DENY},
    {SYSCONFDIR "/xen-bugtool/**", "our own configuration", DENY_OWN},
    {"**/etc/xen-bugtool/**", "our own configuration", DENY_OWN},

    /* accounts */
    {"**/etc/shadow*", HASHES, DENY},
    {"**/etc/gshadow*", HASHES, DENY},
    {"**/etc/security/opasswd*", HASHES, DENY},
    {"**/var/backups/*shadow*", HASHES, DENY},

    /* keys by their names */
    {"**/ssh_host_*_key", KEY, DENY},
    {"**/id_rsa*", KEY, DENY},
    {"**/id_dsa*", KEY, DENY},
    {"**/id_ecdsa*", KEY, DENY},
    {"**/id_ed25519*", KEY, DENY},
    {"**/id_xmss*", KEY, DENY},
    {"**/.ssh/id_*", KEY, DENY},
    {"**/identity.key*", KEY, DENY},
    {"**/privkey*.pem", KEY, DENY},
    {"**/*private*key*.pem", KEY, DENY},
    {"**/*private*.key", KEY, DENY},
    {"**/*[-_.]key.pem", KEY, DENY},
    {"**/key.pem", KEY, DENY},
    {"**/serverkey.pem", KEY, DENY},
    {"**/clientkey.pem", KEY, DENY},
    {"**/cakey.pem", KEY, DENY},
    {"**/*.p12", KEY, DENY},
    {"**/*.pfx", KEY, DENY},
    {"**/*.jks", KEY, DENY},
    {"**/*.ppk", KEY, DENY},
    {"**/.gnupg/**", KEY, DENY},

    /* keys by their folders */
    {"**/etc/**/*.key", KEY, DENY},
    {"**/ssl/**/*.key", KEY, DENY},
    {"**/pki/**/*.key", KEY, DENY},
    {"**/tls/**/*.key", KEY, DENY},
    {"**/etc/ssl/private/**", KEY, DENY},
    {"**/pki/**/private/**", KEY, DENY},
    {"**/etc/letsencrypt/**/privkey*", KEY, DENY},
    {"**/etc/stunnel/**/*.pem", KEY, DENY},
    {"**/etc/stunnel/**/*psk*", KEY, DENY},
    {"**/etc/xen/**/*.pem", KEY, DENY},
    {"**/etc/xensource/**/*pem", KEY, DENY},
    {"**/var/lib/swtpm-localca/**/*.pem", KEY, DENY},
    {"**/etc/wireguard/**", KEY, DENY},
    {"**/etc/ipsec.d/private/**", KEY, DENY},
    {"**/etc/swanctl/private/**", KEY, DENY},
    {"**/etc/swanctl/rsa/**", KEY, DENY},
    {"**/etc/swanctl/ecdsa/**", KEY, DENY},
    {"**/etc/swanctl/pkcs8/**", KEY, DENY},
    {"**/etc/swanctl/pkcs12/**", KEY, DENY},

    /* disk encryption */
    {"**/etc/keys/**", KEY, DENY},
    {"**/etc/luks/**", KEY, DENY},
    {"**/cryptsetup-keys.d/**", KEY, DENY},
    {"**/crypto_keyfile*", KEY, DENY},
    {"**/*luks*key*", KEY, DENY},
    {"**/etc/**/*keyfile*", KEY, DENY},

    /* credentials of services */
    {"**/etc/xensource/ptoken*", SECRET, DENY},
    {"**/var/lib/xcp/ptoken*", SECRET, DENY},
    {"**/ptoken", SECRET, DENY},
    {"**/authkey", SECRET, DENY},
    {"**/var/opt/xapi-clusterd/db*", SECRET, DENY},
    {"**/*.keytab", SECRET, DENY},
    {"**/krb5.tab", SECRET, DENY},
    {"**/var/lib/likewise/**", SECRET, DENY},
    {"**/etc/samba/*secrets*", SECRET, DENY},
    {"**/var/lib/samba/private/**", SECRET, DENY},
    {"**/etc/ipsec*.secrets", SECRET, DENY},
    {"**/etc/ipsec.d/**/*.secrets", SECRET, DENY},
    {"**/etc/strongswan/**/*.secrets", SECRET, DENY},
    {"**/etc/ppp/*-secrets", SECRET, DENY},
    {"**/etc/apt/auth.conf*", SECRET, DENY},
    {"**/etc/apt/auth.conf.d/**", SECRET, DENY},
    {"**/.netrc", SECRET, DENY},
    {"**/.pgpass", SECRET, DENY},
    {"**/.git-credentials", SECRET, DENY},
    {"**/.aws/credentials", SECRET, DENY},
    {"**/.docker/config.json", SECRET, DENY},
    {"**/.kube/config", SECRET, DENY},
    {"**/etc/ceph/*keyring*", SECRET, DENY},
    {"**/var/lib/libvirt/**/master-key.aes", SECRET, DENY},
    {"**/etc/libvirt/secrets/**", SECRET, DENY},
    {"**/var/lib/libvirt/secrets/**", SECRET, DENY},
    {"**/run/libvirt/secrets/**", SECRET, DENY},
    {"**/etc/libvirt/passwd.db*", SECRET, DENY},
    {"**/etc/xen/**/*passw*", SECRET, DENY},
    {"**/etc/xen/**/*vncpw*", SECRET, DENY},
    {"**/vncpasswd", SECRET, DENY},
    {"**/vncpasswd.*", SECRET, DENY},
    {"**/.vnc/passwd", SECRET, DENY},
    {"**/*.secret", SECRET, DENY},
    {"**/var/lib/swtpm*/**", "the state of a TPM", DENY},
    {"**/var/lib/libvirt/swtpm/**", "the state of a TPM", DENY},
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

/* Which pairs of neighbouring bytes a text has, each as one of 256 bits. */
struct pairs {
    uint64_t bits[4];
};

static void pairs_add(struct pairs *p, const char *text, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        unsigned bit =
            ((unsigned char)text[i - 1] * 31u + (unsigned char)text[i]) & 255;

        p->bits[bit / 64] |= 1ull << (bit % 64);
    }
}

static bool pairs_within(const struct pairs *part, const struct pairs *all)
{
    uint64_t more = 0;

    for (size_t i = 0; i < 4; i++)
        more |= part->bits[i] & ~all->bits[i];
    return !more;
}

/* The longest text of a row's pattern that a path must hold to match; it spares
 * most paths most of the matching, and its pairs most of the searching for it.
 * No slash: there may be more in the path. */
static struct needle {
    const char *text;
    size_t len;
    struct pairs pairs;
} needles[N_ROWS];

static struct needle longest_text(const char *pattern)
{
    struct needle best = {.text = pattern};

    while (*pattern) {
        size_t n = strcspn(pattern, "/*?[");

        if (n > best.len) {
            best.text = pattern;
            best.len = n;
        }
        pattern += n;
        if (*pattern == '[')
            pattern += strcspn(pattern, "]");
        if (*pattern)
            pattern++;
    }
    pairs_add(&best.pairs, best.text, best.len);
    return best;
}

static bool may_match(size_t row, const char *path, size_t len,
                      const struct pairs *pairs)
{
    const struct needle *n = &needles[row];

    if (!n->text)
        needles[row] = longest_text(rows[row].pattern);
    return pairs_within(&n->pairs, pairs) && memmem(path, len, n->text, n->len);
}

/* The first row that fits; folders: of those that leave out all of a folder. */
static const struct deny_row *find(const char *path, bool folders)
{
    const size_t len = strlen(path);
    struct pairs pairs = {{0}};

    pairs_add(&pairs, path, len);
    for (size_t i = 0; i < N_ROWS; i++) {
        if (folders &&
            (rows[i].kind == ALLOW || !str_ends(rows[i].pattern, "/**")))
            continue;
        if (may_match(i, path, len, &pairs) &&
            path_match(rows[i].pattern, path, false))
            return &rows[i];
    }
    return NULL;
}

const char *deny_file(const char *path, bool named)
{
    const struct deny_row *row = find(path, false);

    if (!row || row->kind == ALLOW || (row->kind == DENY_OWN && named))
        return NULL;
    return row->why;
}

const char *deny_folder(const char *path)
{
    const struct deny_row *row = find(path, true);

    return row ? row->why : NULL;
}
