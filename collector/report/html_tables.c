/* html_tables.c: tables, and the rows that are drawn. */
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/report/html_part.h"

/* ---- tables -------------------------------------------------------------- */

void html_table_open(struct html *h, const struct frame *f)
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

void html_table_close(struct html *h, struct frame *f)
{
    (void)f;
    buf_adds(&h->w.buf, "</tbody></table></div>\n");
}

void html_table_row(struct html *h, struct frame *f)
{
    const struct frame *table = part_parent(h, f);
    struct buf *b = &h->w.buf;

    /* Only of our own words does a class come. */
    buf_adds(b, "<tr");
    if (!strcmp(table->el->tag, "rows") && part_attr(f, "status"))
        buf_addf(b, " class=%s", part_attr(f, "status"));
    buf_addc(b, '>');
    for (const struct column *c = table->el->columns; c->name; c++) {
        const char *text = part_attr(f, c->name);

        if (c->how == COL_BELOW) {
            if (text) {
                buf_adds(b, "<p class=why>");
                html_text(b, text);
            }
            continue;
        }
        buf_adds(b, c->how == COL_NUMBER ? "<td class=n>" : "<td>");
        if (text && c->how == COL_CODE)
            html_code(b, text);
        else if (text)
            html_text(b, text);
    }
    buf_addc(b, '\n');
}

/* The boxes work without scripts (page.css); the field needs page.js. */
void html_items_open(struct html *h, const struct frame *f)
{
    static const char *const words[] = {"ok",      "partial", "failed",
                                        "timeout", "denied",  "refused",
                                        "skipped", "absent"};
    struct buf *b = &h->w.buf;

    html_section_head(h, f);
    buf_adds(b, "<fieldset class=filter><legend>Show</legend>\n");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        const char *n = part_attr(f, words[i]);

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
             "<output id=found for=search></output></fieldset>\n"
             "<p class=\"paper state\">Printed are those that are not whole; "
             "manifest.json has all.</p>\n");
}

/* ---- drawings ------------------------------------------------------------ */

void html_map_row(struct html *h, struct frame *f)
{
    const struct column *columns = part_parent(h, f)->el->columns;
    const char *fault = part_attr(f, "fault");
    struct html_chain *chain = &h->chains[h->n_drawn];

    if (h->n_drawn == MAX_DRAWN)
        return;
    h->n_drawn++;
    chain->fault = -1;
    for (int c = 0; c < HTML_COLUMNS; c++) {
        chain->cell[c] = part_copy(part_attr(f, columns[c].name));
        if (fault && !strcmp(fault, columns[c].name))
            chain->fault = c;
    }
}

void html_map_close(struct html *h, struct frame *f)
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

void html_memory_row(struct html *h, struct frame *f)
{
    const char *id = part_attr(f, "id"), *name = part_attr(f, "domain");
    struct html_use *use = &h->uses[h->n_drawn];

    if (h->n_drawn == MAX_DRAWN)
        return;
    h->n_drawn++;
    use->id = xstrdup(id ? id : "");
    use->name = xstrdup(name ? name : "");
    use->shown = xstrdup(part_attr(f, "kb") ? part_attr(f, "kb") : "");
    use->kb = part_number(f, "kb");
}

void html_memory_close(struct html *h, struct frame *f)
{
    html_draw_memory(&h->w.buf, h->uses, h->n_drawn,
                     part_number(part_parent(h, f), "total_kb"));
    for (size_t i = 0; i < h->n_drawn; i++) {
        free(h->uses[i].id);
        free(h->uses[i].name);
        free(h->uses[i].shown);
    }
    h->n_drawn = 0;
}
