/* Names of the hosts that this one works with: of its pool, of its cluster, and
 * whose disks it uses. */
#include <string.h>

#include "collector/learn_lines.h"

static bool is(struct span s, const char *text)
{
    size_t n = strlen(text);

    return (size_t)(s.end - s.p) == n && !memcmp(s.p, text, n);
}

static void take_host(struct learn *l, struct span s)
{
    while (s.end > s.p && strchr("\"',;{", s.end[-1]))
        s.end--;
    while (s.end > s.p && strchr("\"'", *s.p))
        s.p++;
    if (s.end > s.p)
        learn_host_name(l, s.p, (size_t)(s.end - s.p));
}

/* ---- the pool of xapi ---------------------------------------------------- */

/* "    name-label ( RW): alpha", "hostname ( RO): alpha" of xe host-list. */
void learn_line_xe_host(struct learn *l, const char *p, const char *end)
{
    const char *colon = memmem(p, (size_t)(end - p), ": ", 2);
    struct span rest = {p, end}, key;

    if (colon && learn_word(&rest, &key) &&
        (is(key, "name-label") || is(key, "hostname")))
        take_host(l, (struct span){colon + 2, end});
}

/* ATTRIBUTE="VALUE" of a row of xapi's database. */
static void take_attribute(struct learn *l, struct span row, const char *key)
{
    size_t n = strlen(key);
    const char *v = memmem(row.p, (size_t)(row.end - row.p), key, n), *q;
    struct buf b = BUF_INIT;

    q = v ? memchr(v + n, '"', (size_t)(row.end - v - (ptrdiff_t)n)) : NULL;
    if (!q)
        return;
    learn_xml_text(&b, v + n, q, true);
    take_host(l, (struct span){buf_str(&b), buf_str(&b) + b.len});
    buf_done(&b);
}

/* All on one line: a row with a hostname is a host's. */
void learn_line_xapi_hosts(struct learn *l, const char *p, const char *end)
{
    static const char key[] = " hostname=\"";

    while ((p = memmem(p, (size_t)(end - p), "<row ", 5))) {
        struct span row = {p, memchr(p, '>', (size_t)(end - p))};

        if (!row.end)
            return;
        if (memmem(p, (size_t)(row.end - p), key, sizeof(key) - 1)) {
            take_attribute(l, row, key);
            take_attribute(l, row, " name__label=\"");
        }
        p = row.end;
    }
}

/* INSTALLATION_UUID='...', which tells this machine from all others. */
void learn_line_inventory(struct learn *l, const char *p, const char *end)
{
    static const char key[] = "INSTALLATION_UUID=";
    size_t n = sizeof(key) - 1;

    if ((size_t)(end - p) <= n + 2 || memcmp(p, key, n))
        return;
    p += n;
    if (*p == '\'' && end[-1] == '\'') {
        p++;
        end--;
    }
    learn_take(l, PSEUDONYM_SERIAL, p, (size_t)(end - p));
    learn_own_id(l, p, (size_t)(end - p));
}

/* ---- clusters ------------------------------------------------------------ */

/* DRBD: "on alpha {", "on alpha beta {", "host alpha port 7788;", "hosts alpha
 * beta;" (drbd.conf(5)) */
void learn_line_drbd(struct learn *l, const char *p, const char *end)
{
    struct span rest = {p, end}, key, one;
    bool all;

    if (!learn_word(&rest, &key))
        return;
    all = is(key, "hosts") || is(key, "on");
    if (!all && !is(key, "host"))
        return;
    while (learn_word(&rest, &one) && *one.p != '{') {
        take_host(l, one);
        if (!all || one.end[-1] == ';')
            return;
    }
}

/* "    ring0_addr: alpha", "    name: alpha" (corosync.conf(5)) */
void learn_line_corosync(struct learn *l, const char *p, const char *end)
{
    struct span rest = {p, end}, key, one;
    bool ring;

    if (!learn_word(&rest, &key) || !learn_word(&rest, &one))
        return;
    ring = key.end - key.p == 11 && !memcmp(key.p, "ring", 4) &&
           !memcmp(key.p + 5, "_addr:", 6);
    if (ring || is(key, "name:"))
        take_host(l, one);
}

/* ---- who serves ---------------------------------------------------------- */

/* "alpha:/export /mnt nfs", "//alpha/share /mnt cifs", "me@alpha:/x /mnt" */
void learn_line_mount(struct learn *l, const char *p, const char *end)
{
    struct span rest = {p, end}, what;
    const char *stop, *user;

    if (!learn_word(&rest, &what) || *what.p == '#')
        return;
    if (what.end - what.p > 2 && what.p[0] == '/' && what.p[1] == '/') {
        what.p += 2;
        stop = memchr(what.p, '/', (size_t)(what.end - what.p));
    } else {
        stop = memmem(what.p, (size_t)(what.end - what.p), ":/", 2);
    }
    if (!stop)
        return;
    user = memchr(what.p, '@', (size_t)(stop - what.p));
    if (user)
        what.p = user + 1;
    if (!memchr(what.p, '/', (size_t)(stop - what.p)))
        take_host(l, (struct span){what.p, stop});
}

/* "*.* @@alpha:514", "target=\"alpha\"" (rsyslog.conf(5)) */
void learn_line_rsyslog(struct learn *l, const char *p, const char *end)
{
    static const char key[] = "target=\"";
    struct span rest = {p, end}, one;
    const char *v = memmem(p, (size_t)(end - p), key, sizeof(key) - 1), *q;

    if (!learn_word(&rest, &one) || *one.p == '#')
        return;
    if (v) {
        v += sizeof(key) - 1;
        q = memchr(v, '"', (size_t)(end - v));
        if (q)
            take_host(l, (struct span){v, q});
        return;
    }
    if (!learn_word(&rest, &one) || *one.p != '@')
        return;
    while (one.p < one.end && *one.p == '@')
        one.p++;
    q = memchr(one.p, ':', (size_t)(one.end - one.p));
    take_host(l, (struct span){one.p, q ? q : one.end});
}
