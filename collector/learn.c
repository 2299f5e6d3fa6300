#include "collector/learn.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define TIMEOUT_MS 5000u
#define SMALL (64u * 1024u)
#define LARGE (1024u * 1024u)
#define MAX_FILES 256u

struct learn {
    struct gather *g;
    const struct learn_opts *o;
    struct pseudonyms *p;
};

static void take(struct learn *l, enum pseudonym_kind kind, const char *text,
                 size_t n)
{
    pseudonyms_learn(l->p, kind, text, n);
}

/* ---- names of hosts ------------------------------------------------------ */

static bool one_label(const char *s, size_t n)
{
    return !memchr(s, '.', n);
}

/* A domain of one label, such as "lan" or "net", is a word of its own right. */
static void take_domain(struct learn *l, const char *s, size_t n)
{
    while (n && s[n - 1] == '.')
        n--;
    if (n && !one_label(s, n))
        take(l, PSEUDONYM_DOMAIN, s, n);
}

static void take_host(struct learn *l, const char *s, size_t n)
{
    const char *dot = memchr(s, '.', n);
    size_t letters = 0;

    for (size_t i = 0; i < n; i++)
        letters += isalpha((unsigned char)s[i]) != 0;
    if (!letters || memchr(s, ':', n)) /* an address */
        return;
    take(l, PSEUDONYM_HOST, s, dot ? (size_t)(dot - s) : n);
    if (dot)
        take_domain(l, dot + 1, n - (size_t)(dot + 1 - s));
}

/* ---- words and lines ----------------------------------------------------- */

static size_t word(const char **s, const char *end)
{
    const char *p = *s;

    while (p < end && isspace((unsigned char)*p))
        p++;
    *s = p;
    while (p < end && !isspace((unsigned char)*p))
        p++;
    return (size_t)(p - *s);
}

/* A line of a source, without its end. */
typedef void line_fn(struct learn *l, const char *line, const char *end);

static void each_line(struct learn *l, const struct buf *text, line_fn *fn)
{
    const char *p = buf_str(text), *end = p + text->len;

    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        const char *stop = nl ? nl : end;

        fn(l, p, stop > p && stop[-1] == '\r' ? stop - 1 : stop);
        p = stop + 1;
    }
}

static void line_hostname(struct learn *l, const char *p, const char *end)
{
    size_t n = word(&p, end);

    if (n && *p != '#')
        take_host(l, p, n);
}

/* A list of hosts that must not be reached names none of ours. */
static void line_hosts(struct learn *l, const char *p, const char *end)
{
    const char *hash = memchr(p, '#', (size_t)(end - p));
    size_t n;

    end = hash ? hash : end;
    n = word(&p, end);
    if (!n || (n == 7 && !memcmp(p, "0.0.0.0", 7)))
        return;
    if (l->o->addresses && memcmp(p, "127.", 4) && memchr(p, '.', n))
        take(l, PSEUDONYM_ADDRESS, p, n);
    for (p += n; (n = word(&p, end)); p += n)
        take_host(l, p, n);
}

static void line_resolv(struct learn *l, const char *p, const char *end)
{
    size_t n = word(&p, end);

    if (!(n == 6 && (!memcmp(p, "search", 6) || !memcmp(p, "domain", 6))))
        return;
    for (p += n; (n = word(&p, end)); p += n) {
        if (one_label(p, n))
            take(l, PSEUDONYM_DOMAIN, p, n);
        take_domain(l, p, n);
    }
}

static void line_domain(struct learn *l, const char *p, const char *end)
{
    take_domain(l, p, word(&p, end));
}

/* "alpha,10.0.0.5 ssh-ed25519 ...", "[alpha]:2222 ..."; |1|...: hashed. */
static void line_known_hosts(struct learn *l, const char *p, const char *end)
{
    size_t n = word(&p, end);

    if (n && *p == '@') {
        p += n;
        n = word(&p, end);
    }
    end = p + n;
    if (!n || *p == '#' || *p == '|')
        return;
    while (p < end) {
        const char *comma = memchr(p, ',', (size_t)(end - p));
        const char *stop = comma ? comma : end, *next = stop + 1;
        const char *close = memchr(p, ']', (size_t)(stop - p));

        if (*p == '[' && close) {
            p++;
            stop = close;
        }
        take_host(l, p, (size_t)(stop - p));
        p = next;
    }
}

/* ---- people -------------------------------------------------------------- */

/* NAME:x:UID:GID:WHO,...: people have numbers from 1000 on. */
static void line_passwd(struct learn *l, const char *p, const char *end)
{
    const char *field[5];
    size_t len[5];

    for (unsigned i = 0; i < 5; i++) {
        const char *colon = memchr(p, ':', (size_t)(end - p));

        if (!colon)
            return;
        field[i] = p;
        len[i] = (size_t)(colon - p);
        p = colon + 1;
    }
    unsigned long uid = strtoul(field[2], NULL, 10);
    const char *comma = memchr(field[4], ',', len[4]);

    if (uid < 1000 || (uid >= 65533 && uid <= 65535))
        return;
    take(l, PSEUDONYM_USER, field[0], len[0]);
    if (comma)
        len[4] = (size_t)(comma - field[4]);
    /* One word may be anything. */
    if (memchr(field[4], ' ', len[4]))
        take(l, PSEUDONYM_USER, field[4], len[4]);
}

static void line_last(struct learn *l, const char *p, const char *end)
{
    size_t n = word(&p, end);
    const char *tty = p + n;
    size_t k = word(&tty, end);

    if (n && k > 3 && (!memcmp(tty, "pts", 3) || !memcmp(tty, "tty", 3)))
        take(l, PSEUDONYM_USER, p, n);
}

/* ---- machines ------------------------------------------------------------ */

static void trim(const char **p, const char **end)
{
    while (*p < *end && isspace((unsigned char)**p))
        ++*p;
    while (*end > *p && isspace((unsigned char)(*end)[-1]))
        --*end;
    if (*end - *p > 2 && !memcmp(*p, "0x", 2))
        *p += 2;
}

static void line_serial(struct learn *l, const char *p, const char *end)
{
    trim(&p, &end);
    /* "naa.5000c500a1b2c3d4", "t10.ATA     MODEL    SERIAL" */
    if (end - p > 4 && (!memcmp(p, "naa.", 4) || !memcmp(p, "eui.", 4) ||
                        !memcmp(p, "t10.", 4)))
        p += 4;
    for (const char *q; (q = memrchr(p, ' ', (size_t)(end - p)));)
        p = q + 1;
    if (end > p)
        take(l, PSEUDONYM_SERIAL, p, (size_t)(end - p));
}

static void line_dmidecode(struct learn *l, const char *p, const char *end)
{
    static const char *const keys[] = {
        "\tSerial Number: ", "\tUUID: ", "\tAsset Tag: "};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        size_t n = strlen(keys[i]);

        if ((size_t)(end - p) > n && !memcmp(p, keys[i], n)) {
            p += n;
            trim(&p, &end);
            take(l, PSEUDONYM_SERIAL, p, (size_t)(end - p));
            return;
        }
    }
}

/* NAME="sda" ... SERIAL="X" WWN="0x..." */
static void line_lsblk(struct learn *l, const char *p, const char *end)
{
    static const char *const keys[] = {" SERIAL=\"", " WWN=\""};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *v = memmem(p, (size_t)(end - p), keys[i], strlen(keys[i]));
        const char *q;

        if (!v)
            continue;
        v += strlen(keys[i]);
        q = memchr(v, '"', (size_t)(end - v));
        if (q)
            line_serial(l, v, q);
    }
}

static void line_mac(struct learn *l, const char *p, const char *end)
{
    char bare[12];
    size_t n = 0;

    for (const char *q = p; q < end && n < sizeof(bare); q++)
        if (isxdigit((unsigned char)*q))
            bare[n++] = *q;
    if (n != sizeof(bare) || !memcmp(bare, "feffffffffff", 12) ||
        !memcmp(bare, "000000000000", 12))
        return;
    take(l, PSEUDONYM_MAC, bare, n);
    trim(&p, &end);
    if (l->o->addresses && end - p == 17)
        take(l, PSEUDONYM_ADDRESS, p, 17);
}

/* ---- logs ---------------------------------------------------------------- */

/* "sudo:    alice : TTY=" */
static void take_sudo(struct learn *l, const char *p, const char *end)
{
    const char *q = memmem(p, (size_t)(end - p), " : TTY=", 7), *from;

    if (!q)
        return;
    for (from = q; from > p && !isspace((unsigned char)from[-1]); from--)
        ;
    take(l, PSEUDONYM_USER, from, (size_t)(q - from));
}

static void line_log(struct learn *l, const char *p, const char *end)
{
    size_t n;
    const char *host = pseudonyms_log_host(p, (size_t)(end - p), &n);

    if (host)
        take_host(l, host, n);
    if (memmem(p, (size_t)(end - p), "sudo", 4))
        take_sudo(l, p, end);
}

/* ---- guests -------------------------------------------------------------- */

/* /local/domain/3/name = "web1"; /vm/UUID... */
static void line_xenstore(struct learn *l, const char *p, const char *end)
{
    static const char vm[] = "/vm/", domain[] = "/local/domain/";
    const char *v = memmem(p, (size_t)(end - p), " = \"", 4), *q;

    if ((size_t)(end - p) > sizeof(vm) + 36 && !memcmp(p, vm, 4) &&
        p[12] == '-')
        take(l, PSEUDONYM_SERIAL, p + 4, 36);
    if (!v || v - p < 5 || memcmp(v - 5, "/name", 5) ||
        memcmp(p, domain, sizeof(domain) - 1))
        return;
    v += 4;
    q = memrchr(v, '"', (size_t)(end - v));
    if (q)
        take(l, PSEUDONYM_GUEST, v, (size_t)(q - v));
}

/* name = "web1" and uuid = "..." of a domain's configuration. */
static void line_cfg(struct learn *l, const char *p, const char *end)
{
    enum pseudonym_kind kind = PSEUDONYM_GUEST;
    const char *q;

    trim(&p, &end);
    if (end - p < 6 || (memcmp(p, "name", 4) && memcmp(p, "uuid", 4)))
        return;
    if (*p == 'u')
        kind = PSEUDONYM_SERIAL;
    p += 4;
    while (p < end && (*p == ' ' || *p == '='))
        p++;
    if (p == end || (*p != '"' && *p != '\''))
        return;
    q = memchr(p + 1, *p, (size_t)(end - p - 1));
    if (q)
        take(l, kind, p + 1, (size_t)(q - p - 1));
}

/* ---- addresses of this host ---------------------------------------------- */

/* "2: eth0    inet 10.0.0.5/24 brd ..." of ip -o addr. */
static void line_addr(struct learn *l, const char *p, const char *end)
{
    size_t n;

    for (; (n = word(&p, end)); p += n) {
        const char *slash;

        if (!(n == 4 && !memcmp(p, "inet", 4)) &&
            !(n == 5 && !memcmp(p, "inet6", 5)))
            continue;
        p += n;
        n = word(&p, end);
        slash = memchr(p, '/', n);
        if (slash)
            n = (size_t)(slash - p);
        if (memcmp(p, "127.", 4) && !(n == 3 && !memcmp(p, "::1", 3)))
            take(l, PSEUDONYM_ADDRESS, p, n);
        return;
    }
}

/* ---- the sources --------------------------------------------------------- */

enum when { ALWAYS, GUESTS, OWN };

struct source {
    enum request_kind kind;
    const char *name; /* a file, a pattern, a probe */
    const char *argv[10];
    line_fn *line;
    unsigned max_bytes;
    enum when when;
};

#define FILE_OF(path, line)                                                    \
    {                                                                          \
        REQ_READ, path, {NULL}, line, SMALL, ALWAYS                            \
    }
#define LOG_OF(path)                                                           \
    {                                                                          \
        REQ_READ, path, {NULL}, line_log, LARGE, ALWAYS                        \
    }
#define GLOB_OF(pattern, line)                                                 \
    {                                                                          \
        REQ_GLOB, pattern, {NULL}, line, 4096, ALWAYS                          \
    }

/* Own names first: which kind a name has is decided by who has it first. */
static const struct source sources[] = {
    FILE_OF("/etc/hostname", line_hostname),
    FILE_OF("/etc/HOSTNAME", line_hostname),
    FILE_OF("/etc/mailname", line_domain),
    FILE_OF("/etc/hosts", line_hosts),
    FILE_OF("/etc/resolv.conf", line_resolv),
    FILE_OF("/etc/ssh/ssh_known_hosts", line_known_hosts),
    FILE_OF("/root/.ssh/known_hosts", line_known_hosts),
    FILE_OF("/etc/passwd", line_passwd),
    FILE_OF("/etc/machine-id", line_serial),
    FILE_OF("/var/lib/dbus/machine-id", line_serial),
    GLOB_OF("/sys/class/dmi/id/*_serial", line_serial),
    GLOB_OF("/sys/class/dmi/id/*_uuid", line_serial),
    GLOB_OF("/sys/class/dmi/id/*_asset_tag", line_serial),
    {REQ_RUN, NULL, {"dmidecode"}, line_dmidecode, LARGE, ALWAYS},
    GLOB_OF("/sys/class/net/*/address", line_mac),
    GLOB_OF("/sys/class/fc_host/*/port_name", line_serial),
    GLOB_OF("/sys/class/fc_host/*/node_name", line_serial),
    GLOB_OF("/sys/block/*/device/serial", line_serial),
    GLOB_OF("/sys/block/*/device/wwid", line_serial),
    GLOB_OF("/sys/block/*/serial", line_serial),
    GLOB_OF("/sys/block/*/wwid", line_serial),
    {REQ_RUN,
     NULL,
     {"lsblk", "-a", "-b", "-O", "-P"},
     line_lsblk,
     LARGE,
     ALWAYS},
    {REQ_RUN, NULL, {"last", "-x", "-n", "200"}, line_last, LARGE, ALWAYS},
    LOG_OF("/var/log/auth.log"),
    LOG_OF("/var/log/secure"),
    LOG_OF("/var/log/messages"),
    LOG_OF("/var/log/syslog"),
    LOG_OF("/var/log/kern.log"),
    LOG_OF("/var/log/daemon.log"),
    {REQ_PROBE, "xenstore", {NULL}, line_xenstore, 8 * LARGE, GUESTS},
    {REQ_GLOB, "/etc/xen/*", {NULL}, line_cfg, SMALL, GUESTS},
    {REQ_RUN, NULL, {"ip", "-o", "addr"}, line_addr, LARGE, OWN},
};

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

    if (path && str_starts(path, "/sys/"))
        rq.flags |= READ_VIRTUAL;
    if (s->line == line_log)
        rq.flags |= READ_TAIL;
    r = gather_slurp(l->g, &rq, &text, err);
    if (!r)
        each_line(l, &text, s->line);
    if (text.data)
        explicit_bzero(text.data, text.cap);
    buf_done(&text);
    return r;
}

static int read_glob(struct learn *l, const struct source *s, struct err *err)
{
    struct request rq = {
        .kind = REQ_GLOB,
        .name = s->name,
        .timeout_ms = TIMEOUT_MS,
        .max_entries = MAX_FILES,
    };
    char **paths = xcalloc(1, sizeof(*paths));
    struct chunk c;
    size_t n = 0;
    int r = gather_start(l->g, &rq, err);

    while (!r && (r = gather_next(l->g, &c, err)) > 0) {
        r = 0;
        if (c.kind != CHUNK_ENTRY || n == MAX_FILES)
            continue;
        paths = xreallocarray(paths, n + 2, sizeof(*paths));
        paths[n++] = xstrdup(c.path);
        paths[n] = NULL;
    }
    for (size_t i = 0; !r && i < n; i++)
        r = read_one(l, s, paths[i], err);
    str_list_free(paths);
    return r;
}

int learn_host(struct gather *g, const struct learn_opts *o,
               struct pseudonyms *p, struct err *err)
{
    struct learn l = {g, o, p};
    int r = 0;

    for (size_t i = 0; o->words && o->words[i]; i++)
        take(&l, PSEUDONYM_KEYWORD, o->words[i], strlen(o->words[i]));
    if (!pseudonyms_public(p))
        return 0;
    if (o->host)
        take_host(&l, o->host, strlen(o->host));
    for (size_t i = 0; !r && i < sizeof(sources) / sizeof(sources[0]); i++) {
        const struct source *s = &sources[i];

        if ((s->when == GUESTS && !o->domains) ||
            (s->when == OWN && !o->addresses))
            continue;
        r = s->kind == REQ_GLOB ? read_glob(&l, s, err)
                                : read_one(&l, s, s->name, err);
    }
    return r;
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
