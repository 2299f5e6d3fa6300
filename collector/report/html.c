/* html.c: a report as one page that needs nothing else.
 *
 * Each tag of the view has a row in the table of elements: how it opens, how it
 * closes, and the columns if it is a table.  A section's attributes are kept
 * until its first child, its data or its end, and only then is it opened. */
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/report/html.h"
#include "collector/report/writer.h"

#define MAX_DEPTH 8
#define MAX_ATTRS 40
#define MAX_DRAWN 512
#define MAX_COLUMNS 9   /* and one that ends them */
#define EVIDENCE_OPEN 2 /* pieces of evidence shown at once */

struct attr {
    char *name, *label, *text;
    char *digits; /* of a number, else NULL */
};

struct element;

struct frame {
    const struct element *el;
    char *title;
    struct attr attrs[MAX_ATTRS];
    size_t n_attrs;
    size_t n_children;
    bool opened;
};

struct html {
    struct writer w;
    struct frame at[MAX_DEPTH];
    size_t depth;
    size_t n_findings;
    struct html_chain chains[MAX_DRAWN];
    struct html_use uses[MAX_DRAWN];
    size_t n_drawn;
};

struct column {
    const char *name, *heading;
    enum {
        COL_TEXT,
        COL_CODE,
        COL_NUMBER,
        COL_BELOW, /* under the text of the column before */
    } how;
};

struct element {
    const char *tag, *parent; /* parent NULL: below any other */
    void (*open)(struct html *h, const struct frame *f);
    void (*data)(struct html *h, const struct frame *f, const char *text);
    void (*close)(struct html *h, struct frame *f);
    /* Of a table, else none: a row is written, and in which columns. */
    void (*row)(struct html *h, struct frame *row);
    struct column columns[MAX_COLUMNS + 1];
};

static char *copy(const char *s)
{
    return s ? xstrdup(s) : NULL;
}

static const char *attr(const struct frame *f, const char *name)
{
    for (size_t i = 0; i < f->n_attrs; i++)
        if (!strcmp(f->attrs[i].name, name))
            return f->attrs[i].text;
    return NULL;
}

static uint64_t digits(const struct frame *f, const char *name)
{
    for (size_t i = 0; i < f->n_attrs; i++)
        if (!strcmp(f->attrs[i].name, name) && f->attrs[i].digits)
            return strtoull(f->attrs[i].digits, NULL, 10);
    return 0;
}

static const struct frame *parent(const struct html *h, const struct frame *f)
{
    return f > h->at ? f - 1 : f;
}

static void add_code(struct buf *b, const char *text)
{
    buf_adds(b, "<code>");
    html_text(b, text);
    buf_adds(b, "</code>");
}

/* ---- the page ------------------------------------------------------------ */

static const struct {
    const char *tag, *title;
} sections[] = {
    {"diagnosis", "Problems"}, {"host", "Host"},         {"memory", "Memory"},
    {"network", "Network"},    {"storage", "Storage"},   {"domains", "Domains"},
    {"items", "Collected"},    {"redactions", "Hidden"},
};

static void add_policy(struct buf *b)
{
    buf_adds(b, "<meta http-equiv=Content-Security-Policy content=\""
                "default-src 'none'; base-uri 'none'; form-action 'none'; "
                "style-src '");
    html_add_hash(b, html_page_css);
    buf_adds(b, "'; script-src '");
    html_add_hash(b, html_page_js);
    buf_adds(b, "'\">\n");
}

static void add_count(struct buf *b, const struct frame *f, const char *name,
                      const char *severity, const char *one, const char *many)
{
    const char *n = attr(f, name);

    if (n && strcmp(n, "0"))
        buf_addf(b, "<li class=\"%s\"><b>%s</b> %s", severity, n,
                 strcmp(n, "1") ? many : one);
}

/* What a reader must know before anything else. */
static void add_alarms(struct buf *b, const struct frame *f)
{
    static const char *const names[] = {"cut", "where", "synthetic",
                                        "hides_less"};

    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
        for (size_t i = 0; i < f->n_attrs; i++) {
            if (strcmp(f->attrs[i].name, names[k]))
                continue;
            buf_addf(b, "<p class=alarm><b>%s:</b> ", f->attrs[i].label);
            html_text(b, f->attrs[i].text);
            buf_adds(b, "</p>\n");
        }
    }
}

static void report_open(struct html *h, const struct frame *f)
{
    static const char *const line[] = {"xen", "kernel", "collected"};
    struct buf *b = &h->w.buf;

    buf_adds(b, "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n");
    add_policy(b);
    buf_adds(b, "<meta name=viewport content=\"width=device-width\">\n"
                "<meta name=color-scheme content=\"light dark\">\n"
                "<meta name=referrer content=no-referrer>\n<title>");
    html_text(b, attr(f, "name") ? attr(f, "name") : "?");
    buf_adds(b, " - xen-bugtool</title>\n<style>");
    buf_adds(b, html_page_css);
    buf_adds(b, "</style></head><body>\n"
                "<a class=skip href=\"#diagnosis\">To the problems</a>\n"
                "<header><h1>");
    html_text(b, attr(f, "name") ? attr(f, "name") : "?");
    buf_adds(b, "</h1><p class=facts>");
    for (size_t i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
        if (!attr(f, line[i]))
            continue;
        buf_adds(b, "<span>");
        html_text(b, attr(f, line[i]));
        buf_adds(b, "</span>\n");
    }
    buf_adds(b, "</p><ul class=counts>");
    add_count(b, f, "errors", "error", "error", "errors");
    add_count(b, f, "warnings", "warning", "warning", "warnings");
    add_count(b, f, "notes", "info", "note", "notes");
    buf_adds(b, "</ul>\n");
    if (attr(f, "note")) {
        buf_adds(b, "<blockquote>");
        html_prose(b, attr(f, "note"));
        buf_adds(b, "</blockquote>\n");
    }
    if (attr(f, "case")) {
        buf_adds(b, "<p class=case>Case ");
        html_text(b, attr(f, "case"));
        buf_adds(b, "</p>\n");
    }
    add_alarms(b, f);
    buf_adds(b, "</header>\n<nav aria-label=Sections><ul>");
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
        buf_addf(b, "<li><a href=\"#%s\">%s</a>", sections[i].tag,
                 sections[i].title);
    buf_adds(b, "</ul></nav>\n<main>\n");
}

static void report_close(struct html *h, struct frame *f)
{
    struct buf *b = &h->w.buf;

    buf_adds(b, "</main>\n<footer><p>Made by xen-bugtool ");
    html_text(b, attr(f, "tool") ? attr(f, "tool") : "");
    buf_adds(b, "from a bundle that it did not verify. A member is shown by "
                "<code>xen-bugtool inspect BUNDLE MEMBER</code>.</p></footer>\n"
                "<script>");
    buf_adds(b, html_page_js);
    buf_adds(b, "</script></body></html>\n");
}

/* ---- sections ------------------------------------------------------------ */

/* The attributes from the first on as a list of labels and values. */
static void add_facts(struct buf *b, const struct frame *f)
{
    bool begun = false;

    for (size_t i = 0; i < f->n_attrs; i++) {
        const struct attr *a = &f->attrs[i];

        if (!a->label || !*a->label)
            continue;
        if (!begun)
            buf_adds(b, "<dl>");
        begun = true;
        buf_addf(b, "<div><dt>%s<dd>", a->label);
        html_text(b, a->text);
        buf_adds(b, "</div>");
    }
    if (begun)
        buf_adds(b, "</dl>\n");
}

static void section_head(struct html *h, const struct frame *f)
{
    struct buf *b = &h->w.buf;

    buf_addf(b, "<section id=\"%s\"><h2>", f->el->tag);
    html_text(b, f->title ? f->title : f->el->tag);
    buf_adds(b, "</h2>\n");
    if (attr(f, "state")) {
        buf_adds(b, "<p class=state>");
        html_text(b, attr(f, "state"));
        buf_adds(b, "</p>\n");
    }
    if (attr(f, "shown"))
        buf_addf(b,
                 "<p class=alarm>%s of %s are shown here; the bundle has "
                 "all.</p>\n",
                 attr(f, "shown"), attr(f, "count"));
}

static void section_open(struct html *h, const struct frame *f)
{
    section_head(h, f);
    add_facts(&h->w.buf, f);
}

static void section_close(struct html *h, struct frame *f)
{
    (void)f;
    buf_adds(&h->w.buf, "</section>\n");
}

/* ---- findings ------------------------------------------------------------ */

static const char *severity(const struct frame *f)
{
    static const char *const words[] = {"error", "warning", "info"};
    const char *is = attr(f, "severity");

    for (size_t i = 0; i < 3; i++)
        if (is && !strcmp(is, words[i]))
            return words[i];
    return "info";
}

static bool is_note(const struct frame *f)
{
    return !strcmp(severity(f), "info");
}

static void add_when(struct buf *b, const struct frame *f)
{
    const char *first = attr(f, "first"), *last = attr(f, "last");
    const char *count = attr(f, "count");

    buf_adds(b, "<p class=meta>");
    if (count && strcmp(count, "1"))
        buf_addf(b, "<span>%s times</span>\n", count);
    if (first) {
        buf_adds(b, "<span>");
        html_text(b, first);
        if (last && strcmp(first, last)) {
            buf_adds(b, "to ");
            html_text(b, last);
        }
        buf_adds(b, "</span>\n");
    }
    if (attr(f, "subjects")) {
        buf_adds(b, "<span>");
        html_text(b, attr(f, "subjects"));
        buf_adds(b, "</span>\n");
    }
    if (attr(f, "id")) {
        buf_adds(b, "<span>");
        add_code(b, attr(f, "id"));
        buf_adds(b, "</span>");
    }
    buf_adds(b, "</p>\n");
}

static void finding_open(struct html *h, const struct frame *f)
{
    struct buf *b = &h->w.buf;
    const char *word = severity(f);

    if (is_note(f))
        buf_addf(b, "<details class=\"card %s\"><summary>", word);
    else
        buf_addf(b, "<article class=\"card %s\">", word);
    buf_addf(b, "<h3><span class=sev>%s</span> ", is_note(f) ? "note" : word);
    html_text(b, attr(f, "title") ? attr(f, "title") : "?");
    buf_adds(b, is_note(f) ? "</h3></summary>\n" : "</h3>\n");
    add_when(b, f);
}

static void add_advice(struct buf *b, const char *heading, const char *text)
{
    if (!text)
        return;
    buf_addf(b, "<div><h4>%s</h4>", heading);
    html_prose(b, text);
    buf_adds(b, "</div>");
}

/* A reference that may be followed. */
static bool is_link(const char *s)
{
    return !strncmp(s, "https://", 8) &&
           !s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789-._~:/?#[]@!$&()*+,;=%")];
}

static void finding_close(struct html *h, struct frame *f)
{
    struct buf *b = &h->w.buf;
    const char *see = attr(f, "see");

    buf_adds(b, "<div class=advice>");
    add_advice(b, "Remedy", attr(f, "remedy"));
    add_advice(b, "Cause", attr(f, "cause"));
    buf_adds(b, "</div>\n");
    if (see) {
        buf_adds(b, "<p class=see>See ");
        if (is_link(see))
            buf_addf(b, "<a rel=\"noreferrer noopener\" href=\"%s\">", see);
        html_text(b, see);
        buf_adds(b, is_link(see) ? "</a></p>\n" : "</p>\n");
    }
    buf_adds(b, is_note(f) ? "</details>\n" : "</article>\n");
}

static void evidence_open(struct html *h, const struct frame *f)
{
    (void)f;
    buf_adds(&h->w.buf, "<ul class=evidence>\n");
}

static void evidence_close(struct html *h, struct frame *f)
{
    buf_adds(&h->w.buf,
             f->n_children > EVIDENCE_OPEN ? "</ul></details>\n" : "</ul>\n");
}

static void line_open(struct html *h, const struct frame *f)
{
    const char *member = attr(f, "member"), *line = attr(f, "line");
    struct buf *b = &h->w.buf;

    if (parent(h, f)->n_children == EVIDENCE_OPEN + 1)
        buf_adds(b, "</ul><details><summary>More lines</summary>"
                    "<ul class=evidence>\n");
    buf_adds(b, "<li>");
    if (member) {
        buf_adds(b, "<p class=where>");
        if (line)
            buf_addf(b, "line %s of ", line);
        html_text(b, member);
        buf_adds(b, "</p>");
    }
    if (attr(f, "fact")) {
        buf_adds(b, "<p class=fact><code>");
        html_text(b, attr(f, "fact"));
        buf_adds(b, "</code> is <code>");
        html_text(b, attr(f, "value") ? attr(f, "value") : "unknown");
        buf_adds(b, "</code></p>\n");
    }
}

static void line_data(struct html *h, const struct frame *f, const char *text)
{
    struct buf *b = &h->w.buf;

    (void)f;
    buf_adds(b, "<pre tabindex=0>");
    html_text(b, text);
    buf_adds(b, "</pre>\n");
}

static void unchecked_open(struct html *h, const struct frame *f)
{
    const char *n = attr(f, "count");

    buf_addf(&h->w.buf,
             "<details class=unchecked><summary>%s more could not be looked "
             "for, since what would tell is missing</summary>\n",
             n ? n : "Some");
}

static void details_close(struct html *h, struct frame *f)
{
    (void)f;
    buf_adds(&h->w.buf, "</details>\n");
}

/* ---- domains ------------------------------------------------------------- */

static void domain_open(struct html *h, const struct frame *f)
{
    struct buf *b = &h->w.buf;

    buf_adds(b, "<details class=domain><summary><h3>");
    html_text(b, f->title && *f->title ? f->title : "(no name)");
    buf_adds(b, "</h3>");
    for (size_t i = 0; i < f->n_attrs; i++) {
        const char *name = f->attrs[i].name;

        if (strcmp(name, "id") && strcmp(name, "state") &&
            strcmp(name, "mem_kb"))
            continue;
        buf_addf(b, "<span>%s", strcmp(name, "id") ? "" : "id ");
        html_text(b, f->attrs[i].text);
        buf_adds(b, "</span>\n");
    }
    buf_adds(b, "</summary>\n");
    add_facts(b, f);
}

/* ---- tables -------------------------------------------------------------- */

static void table_open(struct html *h, const struct frame *f)
{
    struct buf *b = &h->w.buf;

    if (f->title)
        buf_addf(b, "<h4>%s</h4>\n", f->title);
    buf_addf(b,
             "<div class=scroll tabindex=0 role=region aria-label=\"%s\">"
             "<table class=\"t-%s\"><thead><tr>",
             f->title ? f->title : "Table", f->el->tag);
    for (const struct column *c = f->el->columns; c->name; c++)
        if (c->how != COL_BELOW)
            buf_addf(b, "<th%s>%s", c->how == COL_NUMBER ? " class=n" : "",
                     c->heading);
    buf_adds(b, "</thead><tbody>\n");
}

static void table_close(struct html *h, struct frame *f)
{
    (void)f;
    buf_adds(&h->w.buf, "</tbody></table></div>\n");
}

static void table_row(struct html *h, struct frame *f)
{
    const struct frame *table = parent(h, f);
    struct buf *b = &h->w.buf;

    /* Only of our own words does a class come. */
    buf_adds(b, "<tr");
    if (!strcmp(table->el->tag, "rows") && attr(f, "status"))
        buf_addf(b, " class=%s", attr(f, "status"));
    buf_addc(b, '>');
    for (const struct column *c = table->el->columns; c->name; c++) {
        const char *text = attr(f, c->name);

        if (c->how == COL_BELOW) {
            if (text) {
                buf_adds(b, "<p class=why>");
                html_text(b, text);
            }
            continue;
        }
        buf_adds(b, c->how == COL_NUMBER ? "<td class=n>" : "<td>");
        if (text && c->how == COL_CODE)
            add_code(b, text);
        else if (text)
            html_text(b, text);
    }
    buf_addc(b, '\n');
}

/* The boxes work without scripts (page.css); the field needs page.js. */
static void items_open(struct html *h, const struct frame *f)
{
    static const char *const words[] = {"ok",      "partial", "failed",
                                        "timeout", "denied",  "refused",
                                        "skipped", "absent"};
    struct buf *b = &h->w.buf;

    section_head(h, f);
    buf_adds(b, "<fieldset class=filter><legend>Show</legend>\n");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *n = attr(f, words[i]);

        if (n && strcmp(n, "0"))
            buf_addf(b,
                     "<label><input type=checkbox id=\"f-%s\"%s> %s "
                     "<b>%s</b></label>\n",
                     words[i], strcmp(words[i], "absent") ? " checked" : "",
                     words[i], n);
    }
    buf_adds(b,
             "<label class=search hidden>Search <input type=search id=search "
             "autocomplete=off spellcheck=false></label>"
             "<output id=found for=search></output></fieldset>\n");
}

/* ---- drawings ------------------------------------------------------------ */

static void map_row(struct html *h, struct frame *f)
{
    const struct column *columns = parent(h, f)->el->columns;
    const char *fault = attr(f, "fault");
    struct html_chain *chain = &h->chains[h->n_drawn];

    if (h->n_drawn == MAX_DRAWN)
        return;
    h->n_drawn++;
    chain->fault = -1;
    for (int c = 0; c < HTML_COLUMNS; c++) {
        chain->cell[c] = copy(attr(f, columns[c].name));
        if (fault && !strcmp(fault, columns[c].name))
            chain->fault = c;
    }
}

static void map_close(struct html *h, struct frame *f)
{
    const char *headings[HTML_COLUMNS];

    for (int c = 0; c < HTML_COLUMNS; c++)
        headings[c] = f->el->columns[c].heading;
    html_draw_map(&h->w.buf, headings, h->chains, h->n_drawn);
    for (size_t i = 0; i < h->n_drawn; i++)
        for (int c = 0; c < HTML_COLUMNS; c++)
            free(h->chains[i].cell[c]);
    h->n_drawn = 0;
}

static void memory_row(struct html *h, struct frame *f)
{
    const char *id = attr(f, "id"), *name = attr(f, "domain");
    struct html_use *use = &h->uses[h->n_drawn];

    if (h->n_drawn == MAX_DRAWN)
        return;
    h->n_drawn++;
    use->id = xstrdup(id ? id : "");
    use->name = xstrdup(name ? name : "");
    use->shown = xstrdup(attr(f, "kb") ? attr(f, "kb") : "");
    use->kb = digits(f, "kb");
}

static void memory_close(struct html *h, struct frame *f)
{
    html_draw_memory(&h->w.buf, h->uses, h->n_drawn,
                     digits(parent(h, f), "total_kb"));
    for (size_t i = 0; i < h->n_drawn; i++) {
        free(h->uses[i].id);
        free(h->uses[i].name);
        free(h->uses[i].shown);
    }
    h->n_drawn = 0;
}

/* ---- the elements -------------------------------------------------------- */

#define SECTION(tag, open)                                                     \
    {                                                                          \
        tag, "report", open, NULL, section_close, NULL,                        \
        {                                                                      \
            {                                                                  \
                0                                                              \
            }                                                                  \
        }                                                                      \
    }

static const struct element elements[] = {
    {"report", NULL, report_open, NULL, report_close, NULL, {{0}}},
    SECTION("diagnosis", section_head),
    {"findings", NULL, NULL, NULL, NULL, NULL, {{0}}},
    {"finding", NULL, finding_open, NULL, finding_close, NULL, {{0}}},
    {"evidence", NULL, evidence_open, NULL, evidence_close, NULL, {{0}}},
    {"line", "evidence", line_open, line_data, NULL, NULL, {{0}}},
    {"unchecked", NULL, unchecked_open, NULL, details_close, NULL, {{0}}},
    {"not_checked",
     NULL,
     table_open,
     NULL,
     table_close,
     table_row,
     {{"id", "Problem", COL_CODE}, {"because", "Because", COL_TEXT}}},
    SECTION("host", section_open),
    {"filesystems",
     NULL,
     table_open,
     NULL,
     table_close,
     table_row,
     {{"mount", "Mounted on", COL_CODE},
      {"size_kb", "Size", COL_NUMBER},
      {"used_pct", "Used", COL_NUMBER},
      {"inodes_pct", "Inodes used", COL_NUMBER}}},
    SECTION("memory", section_open),
    {"use", "memory", NULL, NULL, memory_close, memory_row, {{0}}},
    SECTION("network", section_head),
    {"links",
     "network",
     NULL,
     NULL,
     map_close,
     map_row,
     {{"nic", "Network card", COL_CODE},
      {"bridge", "Bridge", COL_CODE},
      {"vif", "Virtual interface", COL_CODE},
      {"domain", "Domain", COL_TEXT}}},
    SECTION("storage", section_head),
    {"links",
     "storage",
     NULL,
     NULL,
     map_close,
     map_row,
     {{"file", "Disk or file", COL_CODE},
      {"loop", "Loop device", COL_CODE},
      {"backend", "Virtual disk", COL_CODE},
      {"domain", "Domain", COL_TEXT}}},
    SECTION("domains", section_head),
    {"list", "domains", NULL, NULL, NULL, NULL, {{0}}},
    {"domain", "list", domain_open, NULL, details_close, NULL, {{0}}},
    {"vifs",
     "domain",
     table_open,
     NULL,
     table_close,
     table_row,
     {{"dev", "Interface", COL_CODE},
      {"bridge", "Bridge", COL_CODE},
      {"mac", "Address", COL_CODE},
      {"state", "State", COL_TEXT}}},
    {"vbds",
     "domain",
     table_open,
     NULL,
     table_close,
     table_row,
     {{"dev", "Disk", COL_CODE},
      {"params", "Is", COL_CODE},
      {"backend", "By", COL_TEXT},
      {"mode", "Mode", COL_TEXT},
      {"loop", "Loop device", COL_CODE},
      {"state", "State", COL_TEXT}}},
    {"members",
     "domain",
     table_open,
     NULL,
     table_close,
     table_row,
     {{"member", "Member", COL_CODE}}},
    SECTION("items", items_open),
    {"rows",
     "items",
     table_open,
     NULL,
     table_close,
     table_row,
     {{"status", "Status", COL_TEXT},
      {"item", "Item", COL_TEXT},
      {"source", "Source", COL_CODE},
      {"error", NULL, COL_BELOW},
      {"member", "In the bundle", COL_CODE},
      {"bytes", "Size", COL_NUMBER},
      {"duration_ms", "Time", COL_NUMBER},
      {"hidden", "Hidden", COL_NUMBER}}},
    SECTION("redactions", section_open),
    {"rules",
     "redactions",
     table_open,
     NULL,
     table_close,
     table_row,
     {{"rule", "Rule", COL_CODE}, {"count", "Hidden", COL_NUMBER}}},
};

static const struct element *element_find(const char *tag, const char *above)
{
    /* A tag that the page does not know yet. */
    static const struct element other = {
        "other", NULL, section_open, NULL, section_close, NULL, {{0}}};

    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
        if (!strcmp(elements[i].tag, tag) &&
            (!elements[i].parent || !strcmp(elements[i].parent, above)))
            return &elements[i];
    return &other;
}

/* ---- the writer ---------------------------------------------------------- */

static struct frame *top(struct html *h)
{
    return &h->at[h->depth - 1];
}

static void open_top(struct html *h)
{
    struct frame *f;

    if (!h->depth)
        return;
    f = top(h);
    if (!f->opened && f->el && f->el->open)
        f->el->open(h, f);
    f->opened = true;
}

static void html_start(struct writer *w, enum writer_kind kind, const char *tag,
                       const char *title)
{
    struct html *h = (struct html *)w;
    const struct frame *above = h->depth ? top(h) : NULL;
    struct frame *f = &h->at[h->depth];

    (void)kind;
    open_top(h);
    if (above)
        top(h)->n_children++;
    h->depth++;
    /* A row has no element of its own: its table writes it. */
    f->el = above && above->el && above->el->row
                ? NULL
                : element_find(tag, above && above->el ? above->el->tag : "");
    f->title = copy(title);
    f->n_attrs = f->n_children = 0;
    f->opened = false;
}

static void html_attr(struct writer *w, const char *name, const char *label,
                      const char *text, const char *number)
{
    struct frame *f = top((struct html *)w);

    if (f->n_attrs < MAX_ATTRS)
        f->attrs[f->n_attrs++] =
            (struct attr){copy(name), copy(label), copy(text), copy(number)};
}

static void html_data(struct writer *w, const char *text)
{
    struct html *h = (struct html *)w;
    struct frame *f = top(h);

    open_top(h);
    if (f->el && f->el->data)
        f->el->data(h, f, text);
}

static void frame_done(struct frame *f)
{
    for (size_t i = 0; i < f->n_attrs; i++) {
        free(f->attrs[i].name);
        free(f->attrs[i].label);
        free(f->attrs[i].text);
        free(f->attrs[i].digits);
    }
    free(f->title);
}

static void html_end(struct writer *w)
{
    struct html *h = (struct html *)w;
    struct frame *f = top(h);

    open_top(h);
    if (!f->el)
        parent(h, f)->el->row(h, f);
    else if (f->el->close)
        f->el->close(h, f);
    frame_done(f);
    h->depth--;
}

static void html_free(struct writer *w)
{
    struct html *h = (struct html *)w;

    while (h->depth)
        frame_done(&h->at[--h->depth]);
    free(h);
}

struct writer *writer_html_new(struct sink *out)
{
    static const struct writer_ops ops = {html_start, html_attr, html_data,
                                          html_end, html_free};
    struct html *h = xcalloc(1, sizeof(*h));

    h->w.ops = &ops;
    h->w.out = out;
    return &h->w;
}
