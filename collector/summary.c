#include "collector/summary.h"

#include <json-c/json.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define COLUMNS 72
#define LABEL 11
#define MAX_DOMAINS 16
#define MAX_MISSING 10
#define MAX_OVERRIDES 10

enum captured { CAP_INFO, CAP_XL_INFO, CAP_XL_LIST, CAP_XM_LIST, CAP_COUNT };

static const char *const names[CAP_COUNT] = {
    "xen/info.json",
    "commands/xen_toolstack/xl-info.txt",
    "commands/xen_toolstack/xl-list-v.txt",
    "commands/xen_toolstack/xm-list.txt",
};

struct capture *summary_captures_new(void)
{
    struct capture *c = xcalloc(CAP_COUNT + 1, sizeof(*c));

    for (size_t i = 0; i < CAP_COUNT; i++)
        c[i].member = names[i];
    return c;
}

void summary_captures_free(struct capture *c)
{
    for (size_t i = 0; c && c[i].member; i++)
        buf_done(&c[i].text);
    free(c);
}

/* Where to end a line that holds at most width bytes of s: behind a blank if
 * there is one, never in the middle of a UTF-8 sequence. */
static size_t break_at(const char *s, size_t width)
{
    size_t n = width;

    if (strlen(s) <= width)
        return strlen(s);
    while (n > width / 2 && s[n] != ' ')
        n--;
    if (s[n] == ' ')
        return n;
    for (n = width; n && (s[n] & 0xc0) == 0x80; n--)
        ;
    return n;
}

/* Label and text, controls made visible, in at most max_lines of the page's
 * width. */
static void lines(struct buf *out, const char *label, const char *text,
                  size_t indent, unsigned max_lines)
{
    char shown[512];
    const char *p = shown;
    size_t n;

    if (!text || !*text)
        return;
    str_visible(text, shown, sizeof(shown));
    buf_addf(out, "%-*s", *label ? (int)indent : 0, label);
    for (unsigned i = 0; i < max_lines && *p; i++) {
        bool last = i + 1 == max_lines;
        size_t width = COLUMNS - (i || *label ? indent : 0);

        if (i)
            buf_addf(out, "%*s", (int)indent, "");
        n = break_at(p, width);
        if (last && p[n])
            n = break_at(p, width - 3);
        buf_add(out, p, n);
        if (last && p[n])
            buf_adds(out, "...");
        buf_addc(out, '\n');
        p += n;
        p += strspn(p, " ");
    }
}

static void line(struct buf *out, const char *label, const char *text)
{
    lines(out, label, text, LABEL, 1);
}

/* The value of "key : value" in xl info's output; to be freed, NULL if none. */
static char *xl_value(const char *text, const char *key)
{
    size_t n = strlen(key);

    while (*text) {
        const char *end = strchrnul(text, '\n');

        if (!strncmp(text, key, n) && strspn(text + n, " \t") &&
            text[n + strspn(text + n, " \t")] == ':') {
            text += n + strspn(text + n, " \t") + 1;
            text += strspn(text, " \t");
            return text < end ? xstrndup(text, (size_t)(end - text)) : NULL;
        }
        text = *end ? end + 1 : end;
    }
    return NULL;
}

static char *json_value(struct json_object *o, const char *key)
{
    struct json_object *v;

    if (!json_object_object_get_ex(o, key, &v) ||
        json_object_is_type(v, json_type_null))
        return NULL;
    return xstrdup(json_object_get_string(v));
}

static void write_xen(const struct capture *caps, struct buf *out)
{
    static const struct {
        const char *label, *json, *xl;
    } rows[] = {
        {"Xen line", "commandline", "xen_commandline"},
        {"Xen caps", "capabilities", "xen_caps"},
    };
    struct json_object *info =
        json_tokener_parse(buf_str(&caps[CAP_INFO].text));
    const char *xl = buf_str(&caps[CAP_XL_INFO].text);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *v = json_object_is_type(info, json_type_object)
                      ? json_value(info, rows[i].json)
                      : NULL;

        if (!v)
            v = xl_value(xl, rows[i].xl);
        lines(out, rows[i].label, v, LABEL, 2);
        free(v);
    }
    json_object_put(info);
}

/* At most max lines of text, each as at most max_lines of ours. */
static void write_lines(struct buf *out, const char *text, size_t max,
                        unsigned max_lines)
{
    char *copy = xstrdup(text), *rest = copy, *l;
    size_t n = 0, more = 0;

    while ((l = strsep(&rest, "\n"))) {
        if (!*l)
            continue;
        if (n++ < max)
            lines(out, "", l, 4, max_lines);
        else
            more++;
    }
    if (more)
        buf_addf(out, "... and %zu more, see manifest.json\n", more);
    free(copy);
}

static void write_domains(const struct capture *caps, struct buf *out)
{
    const struct capture *c =
        caps[CAP_XL_LIST].text.len ? &caps[CAP_XL_LIST] : &caps[CAP_XM_LIST];

    if (!c->text.len)
        return;
    buf_adds(out, "\nDomains\n");
    write_lines(out, buf_str(&c->text), MAX_DOMAINS, 1);
}

static void write_missing(const struct tally *t, struct buf *out)
{
    buf_addf(out,
             "\nItems: %zu ok, %zu partial, %zu failed, %zu timeout, "
             "%zu denied,\n       %zu refused, %zu skipped, %zu absent\n",
             t->by_status[ST_OK], t->by_status[ST_PARTIAL],
             t->by_status[ST_FAILED], t->by_status[ST_TIMEOUT],
             t->by_status[ST_DENIED], t->by_status[ST_REFUSED],
             t->by_status[ST_SKIPPED], t->by_status[ST_ABSENT]);
    buf_addf(out, "Secrets hidden: %" PRIu64 "\n", t->redactions);
    if (t->missing.len) {
        buf_adds(out, "\nMissing or cut\n");
        write_lines(out, buf_str(&t->missing), MAX_MISSING, 2);
    }
}

void summary_write(const struct manifest_head *head, const struct tally *tally,
                   const struct capture *captures, const char *bundle_name,
                   struct buf *out)
{
    char when[CLOCK_ISO_SIZE];
    struct buf text = BUF_INIT;

    line(out, "", bundle_name);
    if (head->synthetic)
        buf_adds(out, "SYNTHETIC: not recorded from a real host\n");
    if (!strcmp(head->host.role, "domU"))
        buf_adds(out, "MADE IN A GUEST: not of a Xen host\n");
    else if (!head->host.xen)
        buf_adds(out, "NOT UNDER XEN: booted without the hypervisor, if this "
                      "is a Xen host\n");
    if (head->cut)
        line(out, "CUT SHORT", head->cut);
    for (size_t i = 0;
         i < MAX_OVERRIDES && head->rules_overrides && head->rules_overrides[i];
         i++) {
        buf_reset(&text);
        buf_addf(&text, "rule %s", head->rules_overrides[i]);
        lines(out, "HIDES LESS", buf_str(&text), LABEL, 2);
    }
    buf_reset(&text);
    line(out, "Case", head->options.case_id);
    lines(out, "What", head->options.note, LABEL, 4);
    buf_addc(out, '\n');
    line(out, "Host", head->host.name);
    line(out, "Collected", clock_iso(head->start_ms, when));
    buf_addf(&text, "%s on %s, up %" PRIu64 " h %" PRIu64 " min",
             head->host.kernel, head->host.machine, head->host.uptime_s / 3600,
             head->host.uptime_s / 60 % 60);
    line(out, "Kernel", buf_str(&text));
    buf_reset(&text);
    if (head->host.xen)
        buf_addf(&text, "%s, this is %s", head->host.xen,
                 strcmp(head->host.role, "domU") ? head->host.role
                                                 : "a guest (domU), not dom0");
    else
        buf_adds(&text, "not running under Xen");
    line(out, "Xen", buf_str(&text));
    write_xen(captures, out);
    write_domains(captures, out);
    write_missing(tally, out);
    buf_done(&text);
}
