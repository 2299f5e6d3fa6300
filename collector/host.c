#include "collector/host.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define TIMEOUT_MS 5000u
#define TEXT_MAX (1024u * 1024u)

/* The text of a small file in b, blanks at its end cut; "" if there is none. */
static int slurp(struct gather *g, const char *path, struct buf *b,
                 struct err *err)
{
    struct request rq = {
        .kind = REQ_READ,
        .name = path,
        .flags = READ_VIRTUAL,
        .max_bytes = TEXT_MAX,
        .timeout_ms = TIMEOUT_MS,
    };
    int r;

    buf_reset(b);
    r = gather_slurp(g, &rq, b, err);
    while (b->len && isspace((unsigned char)b->data[b->len - 1]))
        b->data[--b->len] = '\0';
    return r;
}

struct names {
    char **v;
    size_t n;
};

static void names_add(struct names *l, const char *s, size_t n)
{
    char *name = xstrndup(s, n);

    for (char *p = name; *p; p++) {
        if (*p == '-')
            *p = '_';
    }
    l->v = xreallocarray(l->v, l->n + 2, sizeof(*l->v));
    l->v[l->n++] = name;
    l->v[l->n] = NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **names_take(struct names *l)
{
    if (!l->v)
        l->v = xcalloc(1, sizeof(*l->v));
    qsort(l->v, l->n, sizeof(*l->v), by_name);
    return l->v;
}

/* "xen_netback 73728 0 - Live 0x0" */
static void add_loaded(struct names *l, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, " \n");

        if (n)
            names_add(l, text, n);
        text = strchrnul(text, '\n');
        text += *text == '\n';
    }
}

/* "kernel/drivers/block/loop.ko" */
static void add_builtin(struct names *l, const char *text)
{
    while (*text) {
        const char *end = strchrnul(text, '\n');
        const char *base = memrchr(text, '/', (size_t)(end - text));

        base = base ? base + 1 : text;
        if (end - base > 3 && !memcmp(end - 3, ".ko", 3))
            names_add(l, base, (size_t)(end - base) - 3);
        text = end + (*end == '\n');
    }
}

int host_modules(struct gather *g, char ***out, struct err *err)
{
    struct names l = {NULL, 0};
    struct buf b = BUF_INIT;
    int r = slurp(g, "/proc/modules", &b, err);

    add_loaded(&l, buf_str(&b));
    *out = names_take(&l);
    buf_done(&b);
    return r;
}

#define SYSFS_MODULES "/sys/module/"

/* Built-in parts that have parameters stand in sysfs; a kernel that was not
 * installed by a package has no list of the others. */
int host_ask(struct gather *g, struct err *err)
{
    struct request rq = {
        .kind = REQ_GLOB,
        .name = SYSFS_MODULES "*/parameters/*",
        .timeout_ms = TIMEOUT_MS,
        .max_entries = 20000,
    };

    return gather_start(g, &rq, err);
}

/* The answer to host_ask. */
static int add_sysfs(struct gather *g, struct names *l, struct err *err)
{
    static const char folder[] = SYSFS_MODULES;
    struct chunk c;
    int r = 0;

    while (!r && (r = gather_next(g, &c, err)) > 0) {
        size_t n = strcspn(c.path + strlen(folder), "/");
        const char *last = l->n ? l->v[l->n - 1] : "";

        r = 0;
        if (c.kind == CHUNK_ENTRY && str_starts(c.path, folder) &&
            (strlen(last) != n || strncmp(last, c.path + strlen(folder), n)))
            names_add(l, c.path + strlen(folder), n);
    }
    return r;
}

static int read_modules(struct gather *g, struct host *h, struct err *err)
{
    char *path = xasprintf("/lib/modules/%s/modules.builtin", h->kernel);
    struct names l = {NULL, 0};
    struct buf b = BUF_INIT;
    int r = add_sysfs(g, &l, err), r2 = host_modules(g, &h->modules, err);

    r = r ? r : r2;
    for (char **m = h->modules; *m; m++)
        names_add(&l, *m, strlen(*m));
    if (!r)
        r = slurp(g, path, &b, err);
    add_builtin(&l, buf_str(&b));
    h->available = names_take(&l);
    buf_done(&b);
    free(path);
    return r;
}

/* XENFEAT_dom0 of xen/features.h: the kernel has it even where /proc/xen is not
 * mounted, as after an init script that found no tools for this Xen. */
#define FEATURE_DOM0 11

static int read_role(struct gather *g, struct host *h, struct buf *b,
                     struct err *err)
{
    int r = slurp(g, "/proc/xen/capabilities", b, err);
    bool control = strstr(buf_str(b), "control_d");

    if (!r && !control) {
        r = slurp(g, "/sys/hypervisor/properties/features", b, err);
        control = strtoull(buf_str(b), NULL, 16) >> FEATURE_DOM0 & 1;
    }
    h->role = control ? "dom0" : "domU";
    return r;
}

static int read_xen(struct gather *g, struct host *h, struct err *err)
{
    struct buf b = BUF_INIT, version = BUF_INIT;
    int r = slurp(g, "/sys/hypervisor/type", &b, err);

    h->role = "none";
    if (r || strcmp(buf_str(&b), "xen"))
        goto out;
    r = read_role(g, h, &b, err);
    if (!r)
        r = slurp(g, "/sys/hypervisor/version/major", &b, err);
    buf_adds(&version, buf_str(&b));
    if (!r)
        r = slurp(g, "/sys/hypervisor/version/minor", &b, err);
    buf_addf(&version, ".%s", buf_str(&b));
    if (!r)
        r = slurp(g, "/sys/hypervisor/version/extra", &b, err);
    buf_adds(&version, buf_str(&b));
    h->xen = buf_take(&version);
out:
    buf_done(&b);
    buf_done(&version);
    return r;
}

int host_read(struct gather *g, struct host *h, struct err *err)
{
    struct utsname u;
    struct sysinfo si;
    int r;

    memset(h, 0, sizeof(*h));
    if (uname(&u))
        memset(&u, 0, sizeof(u));
    h->name = xstrdup(u.nodename);
    h->kernel = xstrdup(u.release);
    h->machine = xstrdup(u.machine);
    h->role = "none";
    if (!sysinfo(&si))
        h->uptime_s = (uint64_t)si.uptime;
    r = read_modules(g, h, err);
    return r ? r : read_xen(g, h, err);
}

/* ---- a disk -------------------------------------------------------------- */

#define DISK_FILES 4096u
#define DISK_TEXT 120u

/* PRETTY_NAME="Debian GNU/Linux 12 (bookworm)" of os-release(5). */
static int read_system(struct gather *g, struct host *h, struct err *err)
{
    static const char key[] = "PRETTY_NAME=";
    struct buf b = BUF_INIT;
    int r = slurp(g, "/etc/os-release", &b, err);
    const char *p;

    if (!r && !b.len)
        r = slurp(g, "/usr/lib/os-release", &b, err);
    p = strstr(buf_str(&b), key);
    if (!r && p && (p == b.data || p[-1] == '\n')) {
        size_t n;

        p += strlen(key);
        p += *p == '"' || *p == '\'';
        n = strcspn(p, "\"'\n");
        h->disk_system = xstrndup(p, n < DISK_TEXT ? n : DISK_TEXT);
    }
    buf_done(&b);
    return r;
}

/* Of the files that fit: the last name by version, without its folder, and
 * when the newest of them was written.  Either may be NULL. */
static int look_at(struct gather *g, const char *pattern, char **name,
                   int64_t *newest_ms, struct err *err)
{
    struct request rq = {.kind = REQ_GLOB,
                         .name = pattern,
                         .timeout_ms = TIMEOUT_MS,
                         .max_entries = DISK_FILES};
    struct chunk c;
    int r = gather_start(g, &rq, err);

    while (!r && (r = gather_next(g, &c, err)) > 0) {
        const char *base = strrchr(c.path, '/');

        r = 0;
        if (c.kind != CHUNK_ENTRY || !base)
            continue;
        if (newest_ms && c.mtime * 1000 > *newest_ms)
            *newest_ms = c.mtime * 1000;
        if (name && (!*name || strverscmp(base + 1, *name) > 0)) {
            free(*name);
            *name = xstrndup(base + 1, DISK_TEXT);
        }
    }
    return r;
}

static int look_around(struct gather *g, struct host *h, struct err *err)
{
    const struct {
        const char *pattern;
        char **name;
        int64_t *newest_ms;
    } looks[] = {
        {"/boot/vmlinu[xz]*", &h->disk_kernel, NULL},
        {"/boot/xen*.gz", &h->disk_xen, NULL},
        {"/var/log/*", NULL, &h->disk_last_log_ms},
        {"/var/log/xen/*", NULL, &h->disk_last_log_ms},
        {"/var/log/journal/*/*", NULL, &h->disk_last_log_ms},
    };
    int r = read_system(g, h, err);

    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]) && !r; i++)
        r = look_at(g, looks[i].pattern, looks[i].name, looks[i].newest_ms,
                    err);
    return r;
}

int host_read_disk(struct gather *g, struct host *h, struct err *err)
{
    struct buf name = BUF_INIT;
    int r = slurp(g, "/etc/hostname", &name, err);
    const char *s = buf_str(&name);

    memset(h, 0, sizeof(*h));
    /* One line; the rest of the file, or none, is no name. */
    h->name = xstrndup(s, strcspn(s, "\r\n"));
    if (!*h->name) {
        free(h->name);
        h->name = xstrdup("unknown");
    }
    h->kernel = xstrdup("unknown");
    h->machine = xstrdup("unknown");
    h->role = "none";
    h->modules = xcalloc(1, sizeof(*h->modules));
    h->available = xcalloc(1, sizeof(*h->available));
    buf_done(&name);
    return r ? r : look_around(g, h, err);
}

void host_done(struct host *h)
{
    free(h->name);
    free(h->kernel);
    free(h->machine);
    free(h->xen);
    free(h->disk_system);
    free(h->disk_kernel);
    free(h->disk_xen);
    str_list_free(h->modules);
    str_list_free(h->available);
    memset(h, 0, sizeof(*h));
}
