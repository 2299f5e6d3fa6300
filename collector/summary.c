#include "collector/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"
#include "collector/unchecked.h"

#define COLUMNS 72
#define LINES 60
#define LABEL 11

/* Who may have how many lines; domains and what is missing share the rest. */
#define HEAD_LINES 20
#define PROBLEM_LINES 18
#define MISSING_LINES_MIN 7
#define MAX_OVERRIDES 3

#define EVIDENCE 60u /* columns of a line of a log, less than there are */
#define KIB 1024u

/* ---- lines --------------------------------------------------------------- */

/* Characters of UTF-8 that is well-formed: what a column holds. */
static size_t width_of(const char *s, size_t n)
{
    size_t w = 0;

    for (size_t i = 0; i < n; i++)
        w += (s[i] & 0xc0) != 0x80;
    return w;
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
    for (n = strlen(shown); n && shown[n - 1] == ' ';)
        shown[--n] = '\0';
    buf_addf(out, "%-*s", *label ? (int)indent : 0, label);
    for (unsigned i = 0; i < max_lines && *p; i++) {
        bool last = i + 1 == max_lines;
        size_t width = COLUMNS - (i || *label ? indent : 0);

        if (i)
            buf_addf(out, "%*s", (int)indent, "");
        n = str_line_end(p, width);
        if (last && p[n])
            n = str_line_end(p, width - 3);
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

static size_t count_lines(const struct buf *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n;
}

/* At most max lines of part; what is left out is said in the last of them. */
static void add_part(struct buf *out, const struct buf *part, size_t max)
{
    size_t n = count_lines(part);
    const char *p = buf_str(part);

    if (!max)
        return;
    for (size_t i = 0; i < (n > max ? max - 1 : n); i++) {
        size_t len = strcspn(p, "\n") + 1;

        buf_add(out, p, len);
        p += len;
    }
    if (n > max)
        buf_addf(out, "    ... and %zu more lines, see report.html\n",
                 n - max + 1);
}

/* ---- the host ------------------------------------------------------------ */

static void write_xen(struct json_object *facts, struct buf *out)
{
    struct buf caps = BUF_INIT;

    lines(out, "Xen line", facts_text(facts, "xen.commandline"), LABEL, 2);
    for (size_t i = 0; i < facts_count(facts, "xen.caps"); i++)
        buf_addf(&caps, "%s%s", i ? " " : "",
                 json_object_get_string(facts_at(facts, "xen.caps", i)));
    lines(out, "Xen caps", buf_str(&caps), LABEL, 2);
    buf_done(&caps);
}

static void add_size(struct buf *b, struct json_object *facts, const char *path,
                     const char *before, const char *after)
{
    char size[24];
    uint64_t kb;

    if (facts_number(facts, path, &kb))
        buf_addf(b, "%s%s%s", b->len ? before : "", str_size(kb * KIB, size),
                 after);
}

static void write_hardware(const struct manifest_head *head,
                           struct json_object *facts, struct buf *out)
{
    const char *cpus = facts_text(facts, "cpus.count");
    const char *model = facts_text(facts, "cpus.model");
    struct buf b = BUF_INIT;
    char where[32];

    snprintf(where, sizeof(where), " in %s", manifest_machine(head));
    if (*cpus)
        buf_addf(&b, "%s processor%s", cpus, strcmp(cpus, "1") ? "s" : "");
    if (*model)
        buf_addf(&b, "%s%s", b.len ? ", " : "", model);
    lines(out, "Hardware", buf_str(&b), LABEL, 2);
    buf_reset(&b);
    add_size(&b, facts, "memory.total_kb", "", "");
    add_size(&b, facts, "memory.free_kb", ", ", " free in Xen");
    add_size(&b, facts, "memory.dom0_total_kb", ", ", where);
    add_size(&b, facts, "memory.dom0_free_kb", ", ", " of it available");
    lines(out, "Memory", buf_str(&b), LABEL, 2);
    line(out, "Toolstack", facts_text(facts, "host.toolstack"));
    buf_done(&b);
}

static void write_missed(char *const *missed, struct buf *out)
{
    struct buf text = BUF_INIT;
    size_t n = 0;

    while (missed && missed[n])
        n++;
    if (!n)
        return;
    buf_adds(&text, "names were not learned from ");
    if (n > 1)
        buf_addf(&text, "%zu sources (see manifest.json), one is ", n);
    buf_adds(&text, *missed);
    lines(out, "HIDES LESS", buf_str(&text), LABEL, 2);
    buf_done(&text);
}

static void write_warnings(const struct manifest_head *head, struct buf *out)
{
    struct buf text = BUF_INIT;

    if (head->synthetic)
        buf_adds(out, "SYNTHETIC: not recorded from a real host\n");
    if (head->options.sysroot)
        buf_adds(out, "OF A DISK: read from files, not from a running host\n");
    else if (!strcmp(head->host.role, "domU"))
        buf_adds(out, "MADE IN A GUEST: not of a Xen host\n");
    else if (!head->host.xen)
        buf_adds(out, "NOT UNDER XEN: booted without the hypervisor, if this "
                      "is a Xen host\n");
    if (head->cut)
        line(out, "CUT SHORT", head->cut);
    for (size_t i = 0; head->rules_overrides && head->rules_overrides[i]; i++) {
        buf_reset(&text);
        if (i == MAX_OVERRIDES)
            buf_adds(&text, "and by more rules, see manifest.json");
        else if (i < MAX_OVERRIDES)
            buf_addf(&text, "rule %s", head->rules_overrides[i]);
        lines(out, "HIDES LESS", buf_str(&text), LABEL, 2);
    }
    write_missed(head->names_missed, out);
    buf_done(&text);
}

/* What the files of a host say that does not run. */
static void write_disk(const struct manifest_head *head, struct buf *out)
{
    char when[CLOCK_ISO_SIZE];

    lines(out, "Disk", head->options.sysroot, LABEL, 2);
    line(out, "System", head->disk.system);
    line(out, "Kernel",
         head->disk.kernel ? head->disk.kernel : "none in its /boot");
    line(out, "Xen", head->disk.xen ? head->disk.xen : "none in its /boot");
    if (head->disk.last_log_ms)
        line(out, "Last log", clock_iso(head->disk.last_log_ms, when));
}

static void write_running(const struct manifest_head *head,
                          struct json_object *facts, struct buf *out)
{
    struct buf text = BUF_INIT;

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
    if (facts_is(facts, "xen.interface_match", false) &&
        *facts_text(facts, "xen.tools_release"))
        buf_addf(&text, ", its tools are of %s",
                 facts_text(facts, "xen.tools_release"));
    line(out, "Xen", buf_str(&text));
    lines(out, "Package", facts_text(facts, "host.xen_package"), LABEL, 2);
    lines(out, "System", facts_text(facts, "host.system"), LABEL, 2);
    buf_done(&text);
}

static void write_head(const struct manifest_head *head,
                       struct json_object *facts, struct buf *out)
{
    char when[CLOCK_ISO_SIZE];

    line(out, "Host", head->host.name);
    line(out, "Collected", clock_iso(head->start_ms, when));
    if (head->options.sysroot)
        write_disk(head, out);
    else
        write_running(head, facts, out);
    write_xen(facts, out);
    write_hardware(head, facts, out);
}

/* ---- domains ------------------------------------------------------------- */

/* text in exactly width columns and a blank. */
static void add_cell(struct buf *out, const char *text, size_t width)
{
    char shown[256];
    size_t n;

    str_visible(text, shown, sizeof(shown));
    n = str_fitting(shown, width);
    buf_add(out, shown, n);
    buf_addf(out, "%*s", (int)(width - width_of(shown, n)) + 1, "");
}

static void write_domain(struct json_object *d, struct buf *out)
{
    uint64_t kb;

    buf_addf(out, "%5.5s ", facts_text(d, "id"));
    add_cell(out, facts_text(d, "name"), 34);
    if (facts_number(d, "mem_kb", &kb))
        buf_addf(out, "%7" PRIu64 " ", kb / KIB);
    else
        buf_addf(out, "%7s ", "?");
    buf_addf(out, "%5.5s ", facts_text(d, "vcpus"));
    add_cell(out, facts_text(d, "type"), 4);
    add_cell(out, facts_text(d, "state"), 10);
    while (out->data[out->len - 1] == ' ')
        out->len--;
    buf_addc(out, '\n');
}

static void write_domains(struct json_object *facts, struct buf *out)
{
    size_t n = facts_count(facts, "domains");

    if (!n)
        return;
    buf_addf(out, "\n%5s %-34s %7s %5s %-4s %s\n", "ID", "Domain", "MiB",
             "VCPUs", "Type", "State");
    for (size_t i = 0; i < n; i++)
        write_domain(facts_at(facts, "domains", i), out);
}

/* ---- problems ------------------------------------------------------------ */

/* The first line of text; from near what matched on, if that would be behind
 * the two lines that are shown. */
static void add_decisive(struct buf *b, const char *text, const char *match)
{
    size_t n = strcspn(text, "\n"), from = 0;
    const char *at = *match ? strstr(text, match) : NULL;

    if (at && at < text + n &&
        (size_t)(at - text) + strlen(match) > 2 * EVIDENCE) {
        from = (size_t)(at - text);
        from -= from < EVIDENCE / 2 ? from : EVIDENCE / 2;
        while (text + from < at && text[from] != ' ')
            from++;
        buf_adds(b, "...");
    }
    buf_add(b, text + from, n - from);
}

/* The line that decided, and where it is. */
static void write_evidence(struct json_object *e, struct buf *out)
{
    const char *member = facts_text(e, "member"), *no = facts_text(e, "line");
    struct buf b = BUF_INIT;

    if (*facts_text(e, "fact")) {
        buf_addf(&b, "%s: ", facts_text(e, "fact"));
        facts_add_value(&b, facts_get(e, "value"));
    } else if (*member) {
        buf_addf(&b, "%s%s%s:", member, *no ? ":" : "", no);
    }
    lines(out, "      ", buf_str(&b), 6, 1);
    if (*facts_text(e, "text")) {
        buf_reset(&b);
        add_decisive(&b, facts_text(e, "text"), facts_text(e, "match"));
        lines(out, "      ", buf_str(&b), 6, 2);
    }
    buf_done(&b);
}

static void write_finding(struct json_object *f, struct buf *out)
{
    const char *severity = facts_text(f, "severity");
    struct buf b = BUF_INIT;
    uint64_t count;

    buf_addf(&b, "%s", facts_text(f, "title"));
    if (facts_number(f, "count", &count) && count > 1)
        buf_addf(&b, " (%" PRIu64 " times)", count);
    lines(out, !strcmp(severity, "error") ? "ERROR" : "warning", buf_str(&b),
          LABEL - 3, 2);
    if (facts_count(f, "evidence"))
        write_evidence(facts_at(f, "evidence", 0), out);
    buf_done(&b);
}

/* How many, and the reason of most of them. */
static void write_unchecked(struct json_object *diagnosis, size_t count,
                            struct buf *out)
{
    size_t n;
    struct unchecked *list = unchecked_list(diagnosis, &n);
    struct buf b = BUF_INIT;

    buf_addf(out, "%zu problem%s could not be looked for:\n", count,
             count == 1 ? "" : "s");
    if (list[0].alike < count)
        buf_addf(&b, "%zu of them, since ", list[0].alike);
    buf_adds(&b, list[0].because);
    lines(out, "      ", buf_str(&b), 6, 2);
    buf_done(&b);
    free(list);
}

static void write_problems(struct json_object *diagnosis, struct buf *out)
{
    size_t n = facts_count(diagnosis, "findings"), notes = 0;
    size_t unchecked = facts_count(diagnosis, "not_checked");

    if (!facts_get(diagnosis, "findings"))
        return;
    buf_adds(out, "\nProblems found\n");
    for (size_t i = 0; i < n; i++) {
        struct json_object *f = facts_at(diagnosis, "findings", i);

        if (!strcmp(facts_text(f, "severity"), "info"))
            notes++;
        else
            write_finding(f, out);
    }
    if (n == notes)
        buf_adds(out, "none that is known\n");
    if (notes)
        buf_addf(out, "besides, %zu note%s\n", notes, notes == 1 ? "" : "s");
    if (unchecked)
        write_unchecked(diagnosis, unchecked, out);
}

/* ---- what is missing ----------------------------------------------------- */

static void write_items(const struct tally *t, const char *privacy,
                        struct buf *out)
{
    buf_addf(out,
             "\nItems: %zu ok, %zu partial, %zu failed, %zu timeout, "
             "%zu denied,\n       %zu refused, %zu skipped, %zu absent\n",
             t->by_status[ST_OK], t->by_status[ST_PARTIAL],
             t->by_status[ST_FAILED], t->by_status[ST_TIMEOUT],
             t->by_status[ST_DENIED], t->by_status[ST_REFUSED],
             t->by_status[ST_SKIPPED], t->by_status[ST_ABSENT]);
    buf_addf(out, "Secrets hidden: %" PRIu64 "\n", t->redactions);
    if (t->pseudonyms || !strcmp(privacy, "public"))
        buf_addf(out, "Privacy: %s, %" PRIu64 " pseudonyms\n", privacy,
                 t->pseudonyms);
}

static void write_missing(const struct tally *t, struct buf *out)
{
    char *copy, *rest, *l;

    if (!t->missing.len)
        return;
    buf_adds(out, "\nMissing or cut\n");
    rest = copy = xstrdup(buf_str(&t->missing));
    while ((l = strsep(&rest, "\n")))
        lines(out, "", l, 4, 2);
    free(copy);
}

/* ---- all of it ----------------------------------------------------------- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void summary_write(const struct manifest_head *head, const struct tally *tally,
                   struct json_object *diagnosis, const char *bundle_name,
                   struct buf *out)
{
    struct json_object *facts = facts_get(diagnosis, "facts");
    struct buf part[5] = {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
    enum { TOP, DOMAINS, PROBLEMS, ITEMS, MISSING };
    size_t left = LINES, missing;

    line(&part[TOP], "", bundle_name);
    write_warnings(head, &part[TOP]);
    line(&part[TOP], "Case", head->options.case_id);
    lines(&part[TOP], "What", head->options.note, LABEL, 4);
    buf_addc(&part[TOP], '\n');
    write_head(head, facts, &part[TOP]);
    write_domains(facts, &part[DOMAINS]);
    write_problems(diagnosis, &part[PROBLEMS]);
    write_items(tally, head->options.privacy, &part[ITEMS]);
    write_missing(tally, &part[MISSING]);

    left -= least(count_lines(&part[TOP]), HEAD_LINES);
    left -= least(count_lines(&part[PROBLEMS]), PROBLEM_LINES);
    left -= count_lines(&part[ITEMS]);
    missing = least(count_lines(&part[MISSING]), MISSING_LINES_MIN);
    add_part(out, &part[TOP], HEAD_LINES);
    missing = left - least(count_lines(&part[DOMAINS]), left - missing);
    add_part(out, &part[DOMAINS], left - missing);
    add_part(out, &part[PROBLEMS], PROBLEM_LINES);
    add_part(out, &part[ITEMS], LINES);
    add_part(out, &part[MISSING], missing);
    for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
        buf_done(&part[i]);
}
