#include "collector/learn.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/cert.h"
#include "collector/base/core/buf.h"
#include "collector/base/core/log.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/learn_lines.h"

#define TIMEOUT_MS 5000u
#define SMALL (64u * 1024u)
#define LARGE (1024u * 1024u)
#define MAX_FILES 256u

static void each_line(struct learn *l, const struct buf *text,
                      learn_line_fn *fn)
{
    const char *p = buf_str(text), *end = p + text->len;

    memset(&l->net, 0, sizeof(l->net));
    l->named = false;
    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        const char *stop = nl ? nl : end;

        fn(l, p, stop > p && stop[-1] == '\r' ? stop - 1 : stop);
        p = stop + 1;
    }
}

/* ---- the sources --------------------------------------------------------- */

enum when { ALWAYS, GUESTS, RECORDED, GUESTS_RECORDED };

struct source {
    enum request_kind kind;
    const char *name; /* a file, a pattern, a probe; a file for a command */
    const char *argv[10];
    learn_line_fn *line; /* NULL: certificates */
    unsigned max_bytes;
    enum when when;
};

#define FILE_OF(path, line)                                                    \
    {                                                                          \
        REQ_READ, path, {NULL}, line, LARGE, ALWAYS                            \
    }
#define LOG_OF(path)                                                           \
    {                                                                          \
        REQ_READ, path, {NULL}, learn_line_log, LARGE, ALWAYS                  \
    }
#define CERTS_OF(pattern)                                                      \
    {                                                                          \
        REQ_GLOB, pattern, {NULL}, NULL, SMALL, ALWAYS                         \
    }
/* Where the private key stands in the same file, which is never read: openssl
 * prints what is public of it, if it is there. */
#define CERT_BESIDE_KEY(path)                                                  \
    {                                                                          \
        REQ_RUN, path, {"openssl", "x509", "-noout", "-text", "-in", path},    \
            learn_line_x509, SMALL, ALWAYS                                     \
    }
#define GLOB_OF(pattern, line)                                                 \
    {                                                                          \
        REQ_GLOB, pattern, {NULL}, line, 4096, ALWAYS                          \
    }
/* As a plugin names it, for replay. */
#define NETS_OF(pattern)                                                       \
    {                                                                          \
        REQ_GLOB, pattern, {NULL}, learn_line_net, SMALL, ALWAYS               \
    }

/* Of hosts that this one works with. */
#define PEERS_OF(pattern, line)                                                \
    {                                                                          \
        REQ_GLOB, pattern, {NULL}, line, SMALL, ALWAYS                         \
    }

#define GUESTS_OF(pattern, line)                                               \
    {                                                                          \
        REQ_GLOB, pattern, {NULL}, line, LARGE, GUESTS                         \
    }
/* What a command says. */
#define SAYS(line, max_bytes, when, ...)                                       \
    {                                                                          \
        REQ_RUN, NULL, {__VA_ARGS__}, line, max_bytes, when                    \
    }
#define GUESTS_SAY(line, ...) SAYS(line, 8 * LARGE, GUESTS, __VA_ARGS__)
#define XAPI_DB(path, line, when)                                              \
    {                                                                          \
        REQ_READ, path, {NULL}, line, 8 * LARGE, when                          \
    }
#define LOGS_OF(pattern)                                                       \
    {                                                                          \
        REQ_GLOB, pattern, {NULL}, learn_path_of_log, 0, GUESTS                \
    }

/* Own names first: which kind a name has is decided by who has it first. */
static const struct source sources[] = {
    FILE_OF("/etc/hostname", learn_line_hostname),
    FILE_OF("/etc/HOSTNAME", learn_line_hostname),
    FILE_OF("/etc/mailname", learn_line_domain),
    FILE_OF("/etc/hosts", learn_line_hosts),
    FILE_OF("/etc/resolv.conf", learn_line_resolv),
    FILE_OF("/etc/ssh/ssh_known_hosts", learn_line_known_hosts),
    FILE_OF("/root/.ssh/known_hosts", learn_line_known_hosts),
    CERTS_OF("/etc/xen/*.crt"),
    CERTS_OF("/etc/xensource/*.crt"),
    CERTS_OF("/etc/pki/libvirt/*.pem"),
    CERTS_OF("/etc/pki/qemu/*.pem"),
    CERTS_OF("/etc/pki/CA/*.pem"),
    CERTS_OF("/etc/pki/tls/certs/*.crt"),
    CERTS_OF("/etc/ssl/*.pem"),
    CERTS_OF("/etc/ssl/*.crt"),
    CERTS_OF("/etc/ssl/certs/*.crt"),
    CERTS_OF("/etc/ssl/certs/ssl-cert-*.pem"),
    CERTS_OF("/etc/letsencrypt/live/*/cert.pem"),
    CERT_BESIDE_KEY("/etc/xensource/xapi-ssl.pem"),
    CERT_BESIDE_KEY("/etc/xensource/xapi-pool-tls.pem"),
    FILE_OF("/etc/passwd", learn_line_passwd),
    FILE_OF("/etc/machine-id", learn_line_serial),
    FILE_OF("/var/lib/dbus/machine-id", learn_line_serial),
    GLOB_OF("/sys/class/dmi/id/*_serial", learn_line_dmi),
    GLOB_OF("/sys/class/dmi/id/*_uuid", learn_line_dmi),
    GLOB_OF("/sys/class/dmi/id/*_asset_tag", learn_line_dmi),
    SAYS(learn_line_dmidecode, LARGE, ALWAYS, "dmidecode"),
    SAYS(learn_line_lspci, 4 * LARGE, ALWAYS, "lspci", "-nnvv"),
    GLOB_OF("/sys/class/net/*/address", learn_line_mac),
    GLOB_OF("/sys/class/fc_host/*/port_name", learn_line_serial),
    GLOB_OF("/sys/class/fc_host/*/node_name", learn_line_serial),
    GLOB_OF("/sys/block/*/device/serial", learn_line_serial),
    GLOB_OF("/sys/block/*/device/wwid", learn_line_serial),
    GLOB_OF("/sys/block/*/serial", learn_line_serial),
    GLOB_OF("/sys/block/*/wwid", learn_line_serial),
    SAYS(learn_line_lsblk, LARGE, ALWAYS, "lsblk", "-a", "-b", "-O", "-P"),
    SAYS(learn_line_last, LARGE, ALWAYS, "last", "-w", "-x", "-n", "200"),
    /* As older bundles have it, with names cut off. */
    SAYS(learn_line_last, LARGE, RECORDED, "last", "-x", "-n", "200"),
    SAYS(learn_line_xe_host, LARGE, ALWAYS, "xe", "host-list", "params=all"),
    XAPI_DB("/var/xapi/state.db", learn_line_xapi_hosts, ALWAYS),
    XAPI_DB("/var/lib/xcp/state.db", learn_line_xapi_hosts, ALWAYS),
    FILE_OF("/etc/xensource-inventory", learn_line_inventory),
    PEERS_OF("/etc/drbd.conf", learn_line_drbd),
    PEERS_OF("/etc/drbd.d/*", learn_line_drbd),
    PEERS_OF("/etc/corosync/corosync.conf", learn_line_corosync),
    PEERS_OF("/etc/fstab", learn_line_mount),
    FILE_OF("/proc/mounts", learn_line_mount),
    PEERS_OF("/etc/rsyslog.conf", learn_line_rsyslog),
    PEERS_OF("/etc/rsyslog.d/*.conf", learn_line_rsyslog),
    LOG_OF("/var/log/auth.log"),
    LOG_OF("/var/log/secure"),
    LOG_OF("/var/log/messages"),
    LOG_OF("/var/log/syslog"),
    LOG_OF("/var/log/kern.log"),
    LOG_OF("/var/log/daemon.log"),
    SAYS(learn_line_log, 2 * LARGE, ALWAYS, "journalctl", "--no-pager", "-q",
         "-o", "short-precise", "-n", "5000"),
    /* What a bundle has of it; live, it would be ten times the work. */
    SAYS(learn_line_log, 2 * LARGE, RECORDED, "journalctl", "--no-pager", "-q",
         "-o", "short-precise", "-b", "0", "-n", "200000"),
    {REQ_PROBE, "xenstore", {NULL}, learn_line_xenstore, 8 * LARGE, GUESTS},
    {REQ_PROBE, "domain-names", {NULL}, learn_line_domain_names, LARGE, GUESTS},
    GUESTS_SAY(learn_line_list, "xl", "list", "-v"),
    GUESTS_SAY(learn_line_list, "xm", "list"),
    GUESTS_SAY(learn_line_sxp, "xm", "list", "--long"),
    GUESTS_SAY(learn_line_list, "list_domains", "-all"),
    /* Of all parameters some are what a guest says. */
    GUESTS_SAY(learn_line_xe, "xe", "vm-list", "params=uuid,name-label"),
    SAYS(learn_line_xe, 8 * LARGE, GUESTS_RECORDED, "xe", "vm-list",
         "params=all"),
    XAPI_DB("/var/xapi/state.db", learn_line_xapi_db, GUESTS),
    XAPI_DB("/var/lib/xcp/state.db", learn_line_xapi_db, GUESTS),
    GUESTS_OF("/etc/xen/*", learn_line_cfg),
    GUESTS_OF("/etc/xen/auto/*", learn_line_cfg),
    GUESTS_OF("/etc/xen/vm/*", learn_line_cfg),
    GUESTS_OF("/etc/xen/*/*.cfg", learn_line_cfg),
    GUESTS_OF("/etc/xen/*/*.conf", learn_line_cfg),
    GUESTS_OF("/var/lib/xen/userdata-d.*.libxl-json", learn_line_cfg),
    GUESTS_OF("/var/lib/xen/userdata-d.*.xl", learn_line_cfg),
    GUESTS_OF("/var/lib/xen/userdata-d.*.libvirt-xml", learn_line_libvirt),
    GUESTS_OF("/etc/libvirt/libxl/*.xml", learn_line_libvirt),
    GUESTS_OF("/etc/libvirt/libxl/autostart/*.xml", learn_line_libvirt),
    GUESTS_OF("/run/libvirt/libxl/*.xml", learn_line_libvirt),
    GUESTS_OF("/etc/xen/*.sxp", learn_line_sxp),
    GUESTS_OF("/var/lib/xend/domains/*/config.sxp", learn_line_sxp),
    LOGS_OF("/var/log/xen/xl-*.log*"),
    LOGS_OF("/var/log/xen/qemu-dm-*.log*"),
    LOGS_OF("/var/log/xen/console/guest-*.log*"),
    LOGS_OF("/var/log/libvirt/libxl/*.log*"),
    SAYS(learn_line_addr, LARGE, ALWAYS, "ip", "addr", "show"),
    FILE_OF("/proc/net/route", learn_line_route),
    FILE_OF("/etc/network/interfaces", learn_line_net),
    NETS_OF("/etc/network/interfaces.d/*"),
    NETS_OF("/etc/sysconfig/network-scripts/ifcfg-*"),
    NETS_OF("/etc/sysconfig/network/ifcfg-*"),
    NETS_OF("/etc/netplan/*.yaml"),
    NETS_OF("/etc/systemd/network/*"),
    NETS_OF("/etc/NetworkManager/system-connections/*"),
};

/* Whether it is there and was not read, or not to its end.  Of a log the newest
 * part is enough, by intention; a command that ended by itself has said all. */
static bool was_missed(const struct source *s, const struct outcome *o)
{
    switch (o->status) {
    case ST_TIMEOUT:
    case ST_DENIED:
        return true;
    case ST_PARTIAL:
        return s->line != learn_line_log;
    case ST_FAILED:
        return s->kind != REQ_RUN || o->signal;
    case ST_REFUSED: /* of a pattern, what is no file for it */
        return s->kind == REQ_READ;
    default:
        return o->lost;
    }
}

static void check_outcome(struct learn *l, const struct source *s,
                          const char *what)
{
    const struct outcome *o = gather_outcome(l->g);

    if (was_missed(s, o))
        learn_miss(l, what,
                   o->lost    ? "the reader was lost"
                   : *o->text ? o->text
                              : status_name(o->status));
}

static int read_one(struct learn *l, const struct source *s, const char *path,
                    struct err *err)
{
    struct request rq = {
        .kind = s->kind == REQ_GLOB ? REQ_READ : s->kind,
        .name = path,
        .argv = *s->argv ? s->argv : NULL,
        .max_bytes = s->max_bytes,
        .timeout_ms = TIMEOUT_MS,
    };
    struct buf text = BUF_INIT;
    int r;

    if (path && (str_starts(path, "/sys/") || str_starts(path, "/proc/")))
        rq.flags |= READ_VIRTUAL;
    if (s->line == learn_line_log)
        rq.flags |= READ_TAIL;
    r = gather_slurp(l->g, &rq, &text, err);
    if (!r)
        check_outcome(l, s, path ? path : *s->argv);
    if (!r && s->line)
        each_line(l, &text, s->line);
    else if (!r)
        cert_names(buf_str(&text), text.len, learn_cert_name, l);
    if (text.data)
        explicit_bzero(text.data, text.cap);
    buf_done(&text);
    return r;
}

/* Those that come with the system, which name nobody here. */
static bool known_authorities(const char *path)
{
    const char *name = strrchr(path, '/');

    return name && (str_starts(name, "/ca-certificates") ||
                    str_starts(name, "/ca-bundle") ||
                    str_starts(name, "/tls-ca-bundle"));
}

/* Also by another name: /etc/ssl/cert.pem is a link to them on Alpine. */
static int are_authorities(struct learn *l, const char *path, bool *out,
                           struct err *err)
{
    struct request rq = {
        .kind = REQ_READ,
        .name = path,
        .max_bytes = 1,
        .timeout_ms = TIMEOUT_MS,
    };
    struct chunk c;
    int r;

    *out = known_authorities(path);
    if (*out)
        return 0;
    r = gather_start(l->g, &rq, err);
    while (!r && (r = gather_next(l->g, &c, err)) > 0) {
        r = 0;
        if (c.kind == CHUNK_META && *c.path)
            *out = known_authorities(c.path);
    }
    return r;
}

/* *paths is set in any case. */
static int list_files(struct learn *l, const struct source *s, char ***paths,
                      struct err *err)
{
    struct request rq = {
        .kind = REQ_GLOB,
        .name = s->name,
        .timeout_ms = TIMEOUT_MS,
        .max_entries = MAX_FILES,
    };
    struct chunk c;
    size_t n = 0;
    int r = gather_start(l->g, &rq, err);

    *paths = xcalloc(1, sizeof(**paths));
    while (!r && (r = gather_next(l->g, &c, err)) > 0) {
        r = 0;
        if (c.kind != CHUNK_ENTRY || n == MAX_FILES)
            continue;
        *paths = xreallocarray(*paths, n + 2, sizeof(**paths));
        (*paths)[n++] = xstrdup(c.path);
        (*paths)[n] = NULL;
    }
    if (!r)
        check_outcome(l, s, s->name);
    return r;
}

static int read_glob(struct learn *l, const struct source *s, struct err *err)
{
    char **paths;
    int r = list_files(l, s, &paths, err);

    for (size_t i = 0; !r && paths[i]; i++) {
        bool skip = false;

        if (s->line == learn_path_of_log) { /* the path is enough */
            s->line(l, paths[i], paths[i] + strlen(paths[i]));
            continue;
        }
        if (!s->line)
            r = are_authorities(l, paths[i], &skip, err);
        if (!r && !skip)
            r = read_one(l, s, paths[i], err);
    }
    str_list_free(paths);
    return r;
}

static bool is_recorded(const struct learn *l)
{
    return !strcmp(l->g->ops->name, "replay");
}

/* Of a recorded host there is the output, and never such a file. */
static int read_command(struct learn *l, const struct source *s,
                        struct err *err)
{
    char **paths = NULL;
    int r = 0;

    if (s->name && !is_recorded(l))
        r = list_files(l, s, &paths, err);
    if (!r && (!paths || *paths))
        r = read_one(l, s, NULL, err);
    str_list_free(paths);
    return r;
}

/* What stays because it cannot be taken must not look as if it went. */
static int take_keywords(const struct learn_opts *o, struct pseudonyms *p,
                         struct err *err)
{
    for (size_t i = 0; o->words && o->words[i]; i++)
        if (!pseudonyms_learn(p, PSEUDONYM_KEYWORD, o->words[i],
                              strlen(o->words[i])))
            return err_set(err, -EINVAL,
                           "keyword '%s' cannot be replaced: it needs 3 to 253 "
                           "bytes from its first letter or digit to the last, "
                           "on one line, and must be no pseudonym; there may "
                           "be 10000 keywords",
                           o->words[i]);
    return 0;
}

int learn_host(struct gather *g, const struct learn_opts *o,
               struct pseudonyms *p, struct err *err)
{
    struct learn l = {.g = g, .o = o, .p = p, .missed = o->missed};
    int r = take_keywords(o, p, err);

    if (r || !pseudonyms_public(p))
        return r;
    if (o->host)
        learn_host_name(&l, o->host, strlen(o->host));
    for (size_t i = 0; !r && i < sizeof(sources) / sizeof(sources[0]); i++) {
        const struct source *s = &sources[i];

        bool guests = s->when == GUESTS || s->when == GUESTS_RECORDED;
        bool recorded = s->when == RECORDED || s->when == GUESTS_RECORDED;

        if ((guests && !o->domains) || (recorded && !is_recorded(&l)))
            continue;
        if (o->guests) {
            l.p = guests ? o->guests : p;
            l.missed = guests ? o->guests_missed : o->missed;
        }
        r = s->kind == REQ_GLOB  ? read_glob(&l, s, err)
            : s->kind == REQ_RUN ? read_command(&l, s, err)
                                 : read_one(&l, s, s->name, err);
        if (pseudonyms_full(l.p))
            learn_miss(&l, "those behind the 10000th",
                       "no more names are learned");
    }
    learn_own_spellings(&l);
    free(l.ips);
    return r;
}

void learn_warn(char *const *missed)
{
    for (char *const *m = missed; m && *m; m++)
        log_msg(LOG_WARN,
                "names may stay that were not learned: %s (see --keyword-file)",
                *m);
}

void learn_keywords(const char *text, char ***words)
{
    size_t n = 0;

    while (*words && (*words)[n])
        n++;
    while (*text) {
        const char *end = strchrnul(text, '\n'), *stop = end;

        while (text < stop && isspace((unsigned char)*text))
            text++;
        while (stop > text && isspace((unsigned char)stop[-1]))
            stop--;
        if (stop > text && *text != '#') {
            *words = xreallocarray(*words, n + 2, sizeof(**words));
            (*words)[n++] = xstrndup(text, (size_t)(stop - text));
            (*words)[n] = NULL;
        }
        text = *end ? end + 1 : end;
    }
}

int learn_keyword_file(struct gather *g, const char *path, char ***words,
                       struct err *err)
{
    struct request rq = {
        .kind = REQ_READ,
        .name = path,
        .flags = READ_NAMED,
        .max_bytes = LARGE,
        .timeout_ms = TIMEOUT_MS,
    };
    struct buf text = BUF_INIT;
    const struct outcome *o;
    int r = gather_slurp(g, &rq, &text, err);

    o = gather_outcome(g);
    if (!r && o->status != ST_OK)
        r = err_set(err, -EIO, "--keyword-file: cannot read %s: %s", path,
                    *o->text ? o->text : status_name(o->status));
    if (!r)
        learn_keywords(buf_str(&text), words);
    buf_done(&text);
    return r;
}
