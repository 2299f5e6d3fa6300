/* html.c: a report as one page that needs nothing else.
 *
 * Each tag of the view has a row in the table of elements: how it opens, how it
 * closes, and the columns if it is a table.  A section's attributes are kept
 * until its first child, its data or its end, and only then is it opened. */
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/report/html_part.h"

char *part_copy(const char *s)
{
    return s ? xstrdup(s) : NULL;
}

const char *part_attr(const struct frame *f, const char *name)
{
    for (size_t i = 0; i < f->n_attrs; i++)
        if (!strcmp(f->attrs[i].name, name))
            return f->attrs[i].text;
    return NULL;
}

uint64_t part_number(const struct frame *f, const char *name)
{
    for (size_t i = 0; i < f->n_attrs; i++)
        if (!strcmp(f->attrs[i].name, name) && f->attrs[i].digits)
            return strtoull(f->attrs[i].digits, NULL, 10);
    return 0;
}

const struct frame *part_parent(const struct html *h, const struct frame *f)
{
    return f > h->at ? f - 1 : f;
}

void html_code(struct buf *b, const char *text)
{
    buf_adds(b, "<code>");
    html_text(b, text);
    buf_adds(b, "</code>");
}

/* ---- the elements -------------------------------------------------------- */

#define SECTION(tag, open)                                                     \
    {                                                                          \
        tag, "report", open, NULL, html_section_close, NULL,                   \
        {                                                                      \
            {                                                                  \
                0                                                              \
            }                                                                  \
        }                                                                      \
    }

static const struct element elements[] = {
    {"report", NULL, html_report_open, NULL, html_report_close, NULL, {{0}}},
    SECTION("diagnosis", html_section_head),
    {"findings", NULL, NULL, NULL, NULL, NULL, {{0}}},
    {"finding", NULL, html_finding_open, NULL, html_finding_close, NULL, {{0}}},
    {"evidence",
     NULL,
     html_evidence_open,
     NULL,
     html_evidence_close,
     NULL,
     {{0}}},
    {"line", "evidence", html_line_open, html_line_data, NULL, NULL, {{0}}},
    {"unchecked",
     NULL,
     html_unchecked_open,
     NULL,
     html_details_close,
     NULL,
     {{0}}},
    {"not_checked",
     NULL,
     html_table_open,
     NULL,
     html_table_close,
     html_table_row,
     {{"title", "Problem", COL_TEXT},
      {"id", "Rule", COL_CODE},
      {"because", "Because", COL_TEXT}}},
    SECTION("host", html_section_open),
    {"filesystems",
     NULL,
     html_table_open,
     NULL,
     html_table_close,
     html_table_row,
     {{"mount", "Mounted on", COL_CODE},
      {"size_kb", "Size", COL_NUMBER},
      {"used_pct", "Used", COL_NUMBER},
      {"inodes_pct", "Inodes used", COL_NUMBER}}},
    SECTION("memory", html_section_open),
    {"use", "memory", NULL, NULL, html_memory_close, html_memory_row, {{0}}},
    SECTION("network", html_section_head),
    {"links",
     "network",
     NULL,
     NULL,
     html_map_close,
     html_map_row,
     {{"nic", "Network card", COL_CODE},
      {"bridge", "Bridge", COL_CODE},
      {"vif", "Virtual interface", COL_CODE},
      {"domain", "Domain", COL_TEXT}}},
    SECTION("storage", html_section_head),
    {"links",
     "storage",
     NULL,
     NULL,
     html_map_close,
     html_map_row,
     {{"file", "Disk or file", COL_CODE},
      {"loop", "Loop device", COL_CODE},
      {"backend", "Virtual disk", COL_CODE},
      {"domain", "Domain", COL_TEXT}}},
    SECTION("domains", html_section_head),
    {"list", "domains", NULL, NULL, NULL, NULL, {{0}}},
    {"domain", "list", html_domain_open, NULL, html_details_close, NULL, {{0}}},
    {"vifs",
     "domain",
     html_table_open,
     NULL,
     html_table_close,
     html_table_row,
     {{"dev", "Interface", COL_CODE},
      {"bridge", "Bridge", COL_CODE},
      {"mac", "Address", COL_CODE},
      {"state", "State", COL_TEXT}}},
    {"vbds",
     "domain",
     html_table_open,
     NULL,
     html_table_close,
     html_table_row,
     {{"dev", "Disk", COL_CODE},
      {"params", "Is", COL_CODE},
      {"backend", "By", COL_TEXT},
      {"mode", "Mode", COL_TEXT},
      {"loop", "Loop device", COL_CODE},
      {"state", "State", COL_TEXT}}},
    {"members",
     "domain",
     html_table_open,
     NULL,
     html_table_close,
     html_table_row,
     {{"member", "Member", COL_CODE}}},
    SECTION("items", html_items_open),
    {"rows",
     "items",
     html_table_open,
     NULL,
     html_table_close,
     html_table_row,
     {{"status", "Status", COL_TEXT},
      {"item", "Item", COL_TEXT},
      {"source", "Source", COL_CODE},
      {"error", NULL, COL_BELOW},
      {"member", "In the bundle", COL_CODE},
      {"bytes", "Size", COL_NUMBER},
      {"duration_ms", "Time", COL_NUMBER},
      {"hidden", "Hidden", COL_NUMBER}}},
    SECTION("redactions", html_section_open),
    {"rules",
     "redactions",
     html_table_open,
     NULL,
     html_table_close,
     html_table_row,
     {{"rule", "Rule", COL_CODE}, {"count", "Hidden", COL_NUMBER}}},
};

static const struct element *element_find(const char *tag, const char *above)
{
    /* A tag that the page does not know yet. */
    static const struct element other = {
        "other", NULL, html_section_open, NULL, html_section_close,
        NULL,    {{0}}};

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
    f->title = part_copy(title);
    f->n_attrs = f->n_children = 0;
    f->opened = false;
}

static void html_attr(struct writer *w, const char *name, const char *label,
                      const char *text, const char *number)
{
    struct frame *f = top((struct html *)w);

    if (f->n_attrs < MAX_ATTRS)
        f->attrs[f->n_attrs++] =
            (struct attr){part_copy(name), part_copy(label), part_copy(text),
                          part_copy(number)};
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
        part_parent(h, f)->el->row(h, f);
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
