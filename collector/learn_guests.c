/* Names and UUIDs of guests, for --hide-domains, from whatever keeps them: each
 * toolstack has its own files, and not every guest is running. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/learn_lines.h"

#define UUID_LEN 36

static struct span trimmed(const char *p, const char *end)
{
    while (p < end && isspace((unsigned char)*p))
        p++;
    while (end > p && isspace((unsigned char)end[-1]))
        end--;
    return (struct span){p, end};
}

static bool begins(struct span s, const char *with)
{
    size_t n = strlen(with);

    return (size_t)(s.end - s.p) >= n && !memcmp(s.p, with, n);
}

static const char *find(struct span s, const char *what)
{
    return memmem(s.p, (size_t)(s.end - s.p), what, strlen(what));
}

/* xl calls a domain so while it is moved (tools/xl/xl_migrate.c). */
static struct span before_suffix(struct span s)
{
    static const char *const suffix[] = {"--incoming", "--migratedaway"};

    for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
        size_t n = strlen(suffix[i]);

        if ((size_t)(s.end - s.p) > n && !memcmp(s.end - n, suffix[i], n))
            s.end -= n;
    }
    return s;
}

/* xl has "(null)" for who has no name; xapi's dom0 has the host's. */
static void take_name(struct learn *l, struct span s)
{
    s = before_suffix(trimmed(s.p, s.end));
    if (s.end > s.p && !begins(s, "(null)") &&
        !begins(s, "Control domain on host"))
        learn_take(l, PSEUDONYM_GUEST, s.p, (size_t)(s.end - s.p));
}

/* What the entity at *p stands for, which is passed over; 0: there is none. */
static char entity(const char **p, const char *end)
{
    static const struct {
        const char *text;
        char c;
    } names[] = {{"&amp;", '&'},  {"&lt;", '<'},    {"&gt;", '>'},
                 {"&quot;", '"'}, {"&apos;", '\''}, {"&#39;", '\''}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (begins((struct span){*p, end}, names[i].text)) {
            *p += strlen(names[i].text);
            return names[i].c;
        }
    return 0;
}

void learn_xml_text(struct buf *out, const char *p, const char *end, bool xapi)
{
    while (p < end) {
        char c = entity(&p, end);

        if (!c && xapi && end - p > 1 && *p == '%') {
            c = p[1] == '.' ? ' ' : p[1];
            p += 2;
        } else if (!c) {
            c = *p++;
        }
        buf_addc(out, c);
    }
}

static void take_xml_name(struct learn *l, struct span s, bool xapi)
{
    struct buf b = BUF_INIT;

    learn_xml_text(&b, s.p, s.end, xapi);
    take_name(l, (struct span){buf_str(&b), buf_str(&b) + b.len});
    buf_done(&b);
}

/* A name as our xenstore.txt and xenstore-ls have it, with \" and \xNN. */
static void take_slashed_name(struct learn *l, struct span s)
{
    struct buf b = BUF_INIT;

    while (s.p < s.end) {
        char hex[3] = "";

        if (s.end - s.p > 3 && s.p[0] == '\\' && s.p[1] == 'x' &&
            isxdigit((unsigned char)s.p[2]) &&
            isxdigit((unsigned char)s.p[3])) {
            memcpy(hex, s.p + 2, 2);
            buf_addc(&b, (char)strtoul(hex, NULL, 16));
            s.p += 4;
            continue;
        }
        if (s.end - s.p > 1 && *s.p == '\\')
            s.p++;
        buf_addc(&b, *s.p++);
    }
    take_name(l, (struct span){buf_str(&b), buf_str(&b) + b.len});
    buf_done(&b);
}

static bool is_uuid(const char *p, size_t n)
{
    if (n != UUID_LEN)
        return false;
    for (size_t i = 0; i < n; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23
                ? p[i] != '-'
                : !isxdigit((unsigned char)p[i]))
            return false;
    return true;
}

static void take_uuid(struct learn *l, struct span s)
{
    s = trimmed(s.p, s.end);
    if (is_uuid(s.p, (size_t)(s.end - s.p)))
        learn_take(l, PSEUDONYM_SERIAL, s.p, UUID_LEN);
}

/* Text between what stands before it and what behind. */
static bool between(struct span s, const char *before, const char *behind,
                    struct span *out)
{
    const char *p = find(s, before);

    if (!p)
        return false;
    out->p = p + strlen(before);
    out->end = find((struct span){out->p, s.end}, behind);
    return out->end != NULL;
}

/* ---- what runs ----------------------------------------------------------- */

/* /local/domain/3/name = "web1"; /vm/UUID... */
void learn_line_xenstore(struct learn *l, const char *p, const char *end)
{
    static const char vm[] = "/vm/", domain[] = "/local/domain/",
                      name[] = "/name = \"";
    const char *v = p + sizeof(domain) - 1, *q;

    if ((size_t)(end - p) > sizeof(vm) + UUID_LEN && !memcmp(p, vm, 4))
        take_uuid(l, (struct span){p + 4, p + 4 + UUID_LEN});
    /* What a guest may write stands deeper: it must name nobody. */
    if (end - p < (ptrdiff_t)sizeof(domain) ||
        memcmp(p, domain, sizeof(domain) - 1))
        return;
    while (v < end && isdigit((unsigned char)*v))
        v++;
    if (end - v < (ptrdiff_t)sizeof(name) || memcmp(v, name, sizeof(name) - 1))
        return;
    v += sizeof(name) - 1;
    q = memrchr(v, '"', (size_t)(end - v));
    if (q)
        take_slashed_name(l, (struct span){v, q});
}

/* "domain 3 UUID", "name 3 web1" */
void learn_line_domain_names(struct learn *l, const char *p, const char *end)
{
    struct span s = {p, end};
    bool name = begins(s, "name ");

    if (!name && !begins(s, "domain "))
        return;
    s.p += name ? 5 : 7;
    s.p = memchr(s.p, ' ', (size_t)(end - s.p));
    if (s.p)
        (name ? take_name : take_uuid)(l, s);
}

static bool is_number(struct span s)
{
    for (const char *p = s.p; p < s.end; p++)
        if (!isdigit((unsigned char)*p))
            return false;
    return s.end > s.p;
}

static bool is_state(struct span s)
{
    for (const char *p = s.p; p < s.end; p++)
        if (!strchr("rbpscdw-", *p))
            return false;
    return s.end - s.p >= 5;
}

/* "NAME ID MEM VCPUS STATE TIME [UUID ...]" of xl and xm, where a name may have
 * blanks; list_domains has UUIDs and no names. */
void learn_line_list(struct learn *l, const char *p, const char *end)
{
    struct span word[5] = {{0}}; /* the last of them */
    struct span name = {p, p};

    for (const char *q = p; q < end;) {
        struct span s = {q, q};

        while (s.p < end && (isspace((unsigned char)*s.p) || *s.p == '|'))
            s.p++;
        for (s.end = s.p;
             s.end < end && !isspace((unsigned char)*s.end) && *s.end != '|';)
            s.end++;
        memmove(word, word + 1, 4 * sizeof(*word));
        word[4] = s;
        if (word[0].p && is_number(word[1]) && is_number(word[2]) &&
            is_number(word[3]) && is_state(word[4]))
            name.end = word[0].end;
        take_uuid(l, s);
        q = s.end;
    }
    take_name(l, name);
}

/* ---- what is configured -------------------------------------------------- */

/* name = "web1" and uuid = "..." of a domain's configuration; "name": "web1" of
 * the JSON that libxl keeps of it, which begins with that of the domain and has
 * others of its channels. */
void learn_line_cfg(struct learn *l, const char *p, const char *end)
{
    struct span s = trimmed(p, end);
    bool json = begins(s, "\""), name;
    const char *q;

    s.p += json;
    name = begins(s, "name");
    if ((!name && !begins(s, "uuid")) || (name && json && l->named))
        return;
    s.p += 4 + json;
    while (s.p < s.end && (*s.p == ' ' || *s.p == (json ? ':' : '=')))
        s.p++;
    if (s.p >= s.end || (*s.p != '"' && *s.p != '\''))
        return;
    q = memchr(s.p + 1, *s.p, (size_t)(s.end - s.p - 1));
    if (!q)
        return;
    l->named |= name;
    (name ? take_name : take_uuid)(l, (struct span){s.p + 1, q});
}

/* <name>web1</name>, <uuid>...</uuid>; some have all on one line. */
void learn_line_libvirt(struct learn *l, const char *p, const char *end)
{
    struct span s = trimmed(p, end), value;
    bool whole = begins(s, "<domain") || begins(s, "<?xml");

    if ((whole || begins(s, "<name>")) &&
        between(s, "<name>", "</name>", &value))
        take_xml_name(l, value, false);
    if ((whole || begins(s, "<uuid>")) &&
        between(s, "<uuid>", "</uuid>", &value))
        take_uuid(l, value);
}

/* (uuid ...), (name web1) and (name_label 'web 1') of xend, any number on one
 * line. */
void learn_line_sxp(struct learn *l, const char *p, const char *end)
{
    static const char *const keys[] = {"(uuid ", "(name ", "(name_label "};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct span s = {p, end}, value;

        while (between(s, keys[i], ")", &value)) {
            s.p = value.end;
            if (value.end - value.p > 2 && strchr("'\"", *value.p)) {
                value.p++;
                value.end--;
            }
            (i ? take_name : take_uuid)(l, value);
        }
    }
}

/* "    name-label ( RW): web1", "uuid ( RO)    : ..." of xe vm-list. */
void learn_line_xe(struct learn *l, const char *p, const char *end)
{
    struct span s = trimmed(p, end);
    const char *colon = find(s, ": ");

    if (!colon)
        return;
    if (begins(s, "name-label "))
        take_name(l, (struct span){colon + 2, s.end});
    else if (begins(s, "uuid "))
        take_uuid(l, (struct span){colon + 2, s.end});
}

/* xapi's database, all on one line: a row with is_a_template is a VM's.
 * Templates that are no snapshots come with the system, most of them. */
void learn_line_xapi_db(struct learn *l, const char *p, const char *end)
{
    struct span rest = {p, end}, row, value;

    while (between(rest, "<row ", ">", &row)) {
        rest.p = row.end;
        if (!find(row, " is_a_template=\"") ||
            (find(row, " is_a_template=\"true\"") &&
             !find(row, " is_a_snapshot=\"true\"")))
            continue;
        if (between(row, " name__label=\"", "\"", &value))
            take_xml_name(l, value, true);
        if (between(row, " uuid=\"", "\"", &value))
            take_uuid(l, value);
    }
}

/* ---- what ran ------------------------------------------------------------ */

/* ".../xl-web1.log.1", ".../qemu-dm-web1--incoming.log": of guests that may be
 * gone.  libxl-driver.log is libvirt's own. */
void learn_path_of_log(struct learn *l, const char *p, const char *end)
{
    static const char *const before[] = {"xl-", "qemu-dm-", "guest-"};
    const char *slash = memrchr(p, '/', (size_t)(end - p)), *q;
    struct span s = {slash ? slash + 1 : p, end};
    bool libvirt = find((struct span){p, s.p}, "/libvirt/") != NULL;

    for (size_t i = 0; !libvirt && i < sizeof(before) / sizeof(before[0]); i++)
        if (begins(s, before[i])) {
            s.p += strlen(before[i]);
            break;
        }
    for (struct span t = s; (q = find(t, ".log")); t.p = q + 1)
        s.end = q;
    if (!begins(s, "libxl-driver"))
        take_name(l, s);
}
