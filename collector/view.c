#include "collector/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/str.h"
#include "collector/base/facts_get.h"
#include "collector/unchecked.h"

/* The engine keeps fewer; a page does not rely on it. */
#define MAX_FINDINGS 200u
#define MAX_EVIDENCE 20u
#define MAX_SUBJECTS 12u

static size_t count_severity(struct json_object *diagnosis, const char *word)
{
    size_t n = 0;

    for (size_t i = 0; i < facts_count(diagnosis, "findings"); i++)
        n += !strcmp(facts_text(facts_at(diagnosis, "findings", i), "severity"),
                     word);
    return n;
}

static void write_hidden(const struct manifest_head *head, struct writer *w)
{
    struct buf b = BUF_INIT;

    for (size_t i = 0; head->rules_overrides && head->rules_overrides[i]; i++)
        buf_addf(&b, "%s%s", i ? "; " : "", head->rules_overrides[i]);
    writer_attr(w, "hides_less", "Hides less than the built-in rules",
                buf_str(&b));
    buf_reset(&b);
    for (size_t i = 0; head->names_missed && head->names_missed[i]; i++)
        buf_addf(&b, "%s%s", i ? "; " : "", head->names_missed[i]);
    writer_attr(w, "names_missed", "Names were not learned from", buf_str(&b));
    buf_done(&b);
}

static void write_head(const struct manifest_head *head,
                       struct json_object *diagnosis, struct writer *w)
{
    char when[CLOCK_ISO_SIZE], text[96];

    writer_attr(w, "name", "Host", head->host.name);
    writer_attr(w, "collected", "Collected", clock_iso(head->start_ms, when));
    if (head->options.sysroot)
        writer_attr(w, "where", "Where",
                    "read from the files of a disk, not from a running host");
    else if (!strcmp(head->host.role, "domU"))
        writer_attr(w, "where", "Where",
                    "made in a guest (domU), not of a Xen host");
    else if (!head->host.xen)
        writer_attr(w, "where", "Where",
                    "not under Xen: booted without the hypervisor, if this is "
                    "a Xen host");
    writer_attr(w, "cut", "Cut short", head->cut);
    if (head->synthetic)
        writer_attr(w, "synthetic", "Synthetic",
                    "not recorded from a real host");
    write_hidden(head, w);
    writer_attr(w, "case", "Case", head->options.case_id);
    writer_attr(w, "note", "What happened", head->options.note);
    if (head->options.sysroot)
        snprintf(text, sizeof(text), "%.80s",
                 head->disk.xen ? head->disk.xen : "none in its /boot");
    else if (head->host.xen)
        snprintf(text, sizeof(text), "Xen %.80s", head->host.xen);
    else
        snprintf(text, sizeof(text), "no Xen");
    writer_attr(w, "xen", "Xen", text);
    writer_attr(w, "kernel", "Kernel",
                head->options.sysroot ? head->disk.kernel : head->host.kernel);
    writer_attr(w, "tool", "Made by xen-bugtool", head->tool_version);
    if (!facts_get(diagnosis, "findings"))
        return;
    writer_number(w, "errors", "Errors", count_severity(diagnosis, "error"),
                  NULL);
    writer_number(w, "warnings", "Warnings",
                  count_severity(diagnosis, "warning"), NULL);
    writer_number(w, "notes", "Notes", count_severity(diagnosis, "info"), NULL);
}

/* ---- findings ------------------------------------------------------------ */

static void write_evidence(struct json_object *e, struct writer *w)
{
    uint64_t line;
    const char *fact = facts_text(e, "fact");

    writer_start(w, WRITER_SECTION, "line", NULL);
    writer_attr(w, "member", "In", facts_text(e, "member"));
    if (facts_number(e, "line", &line))
        writer_number(w, "line", "Line", line, NULL);
    if (*fact) {
        struct buf b = BUF_INIT;

        facts_add_value(&b, facts_get(e, "value"));
        writer_attr(w, "fact", "Fact", fact);
        writer_attr(w, "value", "Value", buf_str(&b));
        buf_done(&b);
    }
    if (facts_get(e, "text"))
        writer_data(w, facts_text(e, "text"));
    writer_end(w);
}

static void write_subjects(struct json_object *f, struct writer *w)
{
    size_t n = facts_count(f, "subjects");
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < n && i < MAX_SUBJECTS; i++) {
        const char *one = json_object_get_string(facts_at(f, "subjects", i));

        /* A rule that names nothing has its title there, without the domain. */
        if (one && strncmp(one, facts_text(f, "title"), strlen(one)))
            buf_addf(&b, "%s%s", b.len ? ", " : "", one);
    }
    if (n > MAX_SUBJECTS)
        buf_addf(&b, " and %zu more", n - MAX_SUBJECTS);
    writer_attr(w, "subjects", "Concerns", buf_str(&b));
    buf_done(&b);
}

static void write_finding(struct json_object *f, struct writer *w)
{
    size_t n = facts_count(f, "evidence");
    uint64_t count;

    writer_start(w, WRITER_SECTION, "finding", facts_text(f, "title"));
    writer_attr(w, "id", NULL, facts_text(f, "id"));
    writer_attr(w, "severity", "Severity", facts_text(f, "severity"));
    writer_attr(w, "title", NULL, facts_text(f, "title"));
    if (facts_number(f, "count", &count))
        writer_number(w, "count", "Times", count, NULL);
    writer_attr(w, "first", "First", facts_text(f, "first"));
    writer_attr(w, "last", "Last", facts_text(f, "last"));
    write_subjects(f, w);
    writer_attr(w, "remedy", "Remedy", facts_text(f, "remedy"));
    writer_attr(w, "cause", "Cause", facts_text(f, "cause"));
    writer_attr(w, "see", "See", facts_text(f, "see"));
    if (n > MAX_EVIDENCE)
        writer_number(w, "left_out", "Lines of evidence not shown",
                      n - MAX_EVIDENCE, NULL);
    writer_start(w, WRITER_LIST, "evidence", NULL);
    for (size_t i = 0; i < n && i < MAX_EVIDENCE; i++)
        write_evidence(facts_at(f, "evidence", i), w);
    writer_end(w);
    writer_end(w);
}

static void write_unchecked(struct json_object *diagnosis, struct writer *w)
{
    size_t n;
    struct unchecked *list = unchecked_list(diagnosis, &n);

    writer_start(w, WRITER_SECTION, "unchecked", "Not checked");
    writer_number(w, "count", "Problems that could not be looked for",
                  facts_count(diagnosis, "not_checked"), NULL);
    writer_start(w, WRITER_TABLE, "not_checked", NULL);
    for (size_t i = 0; i < n; i++) {
        writer_start(w, WRITER_SECTION, "problem", NULL);
        writer_attr(w, "title", "Problem", list[i].title);
        writer_attr(w, "id", "Rule", list[i].id);
        writer_attr(w, "because", "Because", list[i].because);
        writer_end(w);
    }
    writer_end(w);
    writer_end(w);
    free(list);
}

static void write_findings(struct json_object *diagnosis, struct writer *w)
{
    size_t n = facts_count(diagnosis, "findings");
    uint64_t rules;

    writer_start(w, WRITER_SECTION, "diagnosis", "Problems found");
    if (!facts_get(diagnosis, "findings"))
        writer_attr(w, "state", "",
                    "This bundle was not looked through for known problems.");
    else if (!n)
        writer_attr(w, "state", "", "No known problem was found.");
    if (facts_number(diagnosis, "rules.count", &rules))
        writer_number(w, "rules", "Problems known", rules, NULL);
    if (n > MAX_FINDINGS)
        writer_number(w, "left_out", "Findings not shown", n - MAX_FINDINGS,
                      NULL);
    writer_start(w, WRITER_LIST, "findings", NULL);
    for (size_t i = 0; i < n && i < MAX_FINDINGS; i++)
        write_finding(facts_at(diagnosis, "findings", i), w);
    writer_end(w);
    if (facts_count(diagnosis, "not_checked"))
        write_unchecked(diagnosis, w);
    writer_end(w);
}

/* ---- all of it ----------------------------------------------------------- */

void view_write(const struct view *v, const struct manifest_head *head,
                struct json_object *diagnosis, struct writer *w)
{
    struct json_object *facts = facts_get(diagnosis, "facts");

    writer_start(w, WRITER_SECTION, "report", NULL);
    if (view_is_unsound(v))
        writer_attr(w, "unsound", "Not sound",
                    "the bundle is not what its manifest says: xen-bugtool "
                    "verify tells where");
    write_head(head, diagnosis, w);
    write_findings(diagnosis, w);
    view_write_host(head, facts, w);
    view_write_memory(head, facts, w);
    view_write_network(facts, w);
    view_write_storage(facts, w);
    view_write_domains(v, facts, w);
    view_write_items(v, w);
    writer_end(w);
}
