/* html_draw.c: the drawings of the page, as SVG within it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector/report/html.h"
#include "collector/report/writer.h"

/* In SVG's units. */
#define ROW 26
#define HEAD 28
#define NODE_W 232
#define NODE_H 20
#define GAP 60
#define STEP (NODE_W + GAP)
/* Characters that fit into a node. */
#define LABEL_MAX 29

/* ---- the map ------------------------------------------------------------- */

static size_t characters(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += (*s & 0xc0) != 0x80;
    return n;
}

/* s without its first n characters. */
static const char *skip(const char *s, size_t n)
{
    while (n && *s) {
        for (s++; (*s & 0xc0) == 0x80; s++)
            ;
        n--;
    }
    return s;
}

/* Of a path the end says more than the start. */
static void add_label(struct buf *b, const char *text)
{
    struct buf shown = BUF_INIT, label = BUF_INIT;
    const char *s;
    size_t n;

    writer_add_visible(&shown, text, false);
    s = buf_str(&shown);
    n = characters(s);
    if (n <= LABEL_MAX) {
        html_text(b, s);
    } else {
        if (*s == '/')
            buf_addf(&label, "\xe2\x80\xa6%s", skip(s, n - LABEL_MAX + 1));
        else
            buf_addf(&label, "%.*s\xe2\x80\xa6",
                     (int)(skip(s, LABEL_MAX - 1) - s), s);
        html_text(b, buf_str(&label));
        buf_adds(b, "<title>");
        html_text(b, s);
        buf_adds(b, "</title>");
    }
    buf_done(&shown);
    buf_done(&label);
}

static bool same(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

/* Whether the cells of rows i - 1 and i are one node.  The first column's are
 * so only where what they lead to is; the third has what each row is about. */
static bool joined(const struct html_chain *rows, size_t i, int c)
{
    return i && c != 2 && same(rows[i - 1].cell[c], rows[i].cell[c]) &&
           (c || same(rows[i - 1].cell[1], rows[i].cell[1]));
}

/* The middle of the node that row i has in column c. */
static int middle(const struct html_chain *rows, size_t n, size_t i, int c)
{
    size_t first = i, last = i;

    while (joined(rows, first, c))
        first--;
    while (last + 1 < n && joined(rows, last + 1, c))
        last++;
    return HEAD + (int)(first + last + 1) * ROW / 2;
}

static void add_edges(struct buf *b, const struct html_chain *rows, size_t n)
{
    buf_adds(b, "<path class=edge d=\"");
    for (size_t i = 0; i < n; i++) {
        int from = -1;

        for (int c = 0; c < HTML_COLUMNS; c++) {
            if (!rows[i].cell[c])
                continue;
            /* Where both ends are the same as in the row before: drawn. */
            if (from >= 0 && !(joined(rows, i, from) && joined(rows, i, c))) {
                int x1 = from * STEP + NODE_W, x2 = c * STEP;
                int y1 = middle(rows, n, i, from), y2 = middle(rows, n, i, c);

                buf_addf(b, "M%d %dC%d %d %d %d %d %d", x1, y1, (x1 + x2) / 2,
                         y1, (x1 + x2) / 2, y2, x2, y2);
            }
            from = c;
        }
    }
    buf_adds(b, "\"/>\n");
}

static bool is_faulty(const struct html_chain *rows, size_t n, size_t i, int c)
{
    for (; i < n; i++) {
        if (rows[i].fault == c)
            return true;
        if (i + 1 == n || !joined(rows, i + 1, c))
            return false;
    }
    return false;
}

static void add_nodes(struct buf *b, const struct html_chain *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < HTML_COLUMNS; c++) {
            int y;

            if (!rows[i].cell[c] || joined(rows, i, c))
                continue;
            y = middle(rows, n, i, c);
            buf_addf(b,
                     "<rect class=\"k%d%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
                     "height=\"%d\" rx=\"4\"/><text x=\"%d\" y=\"%d\">",
                     c, is_faulty(rows, n, i, c) ? " bad" : "", c * STEP + 1,
                     y - NODE_H / 2, NODE_W - 2, NODE_H, c * STEP + 9, y + 4);
            add_label(b, rows[i].cell[c]);
            buf_adds(b, "</text>");
        }
    }
}

void html_draw_map(struct buf *b, const char *const *headings,
                   const struct html_chain *rows, size_t n)
{
    int width = HTML_COLUMNS * STEP - GAP, height = HEAD + (int)n * ROW + 2;

    if (!n)
        return;
    buf_addf(b,
             "<div class=map tabindex=0 role=region aria-label=\"Drawing: %s, "
             "%s\"><svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
             "role=group aria-label=\"",
             headings[0], headings[1], width, height, width, height);
    for (int c = 0; c < HTML_COLUMNS; c++)
        buf_addf(b, "%s%s", c ? ", " : "", headings[c]);
    buf_adds(b, "\">");
    for (int c = 0; c < HTML_COLUMNS; c++)
        buf_addf(b, "<text class=head x=\"%d\" y=\"14\">%s</text>",
                 c * STEP + 1, headings[c]);
    add_edges(b, rows, n);
    add_nodes(b, rows, n);
    buf_adds(b, "</svg></div>\n");
}

/* ---- memory -------------------------------------------------------------- */

#define COLOURS 8u
#define BAR_W 1000u

void html_draw_memory(struct buf *b, const struct html_use *uses, size_t n,
                      uint64_t total_kb)
{
    uint64_t sum = 0, most = 1, at = 0;

    for (size_t i = 0; i < n; i++) {
        sum += uses[i].kb;
        most = uses[i].kb > most ? uses[i].kb : most;
    }
    if (!n)
        return;
    if (total_kb < sum)
        total_kb = sum;
    if (!total_kb)
        total_kb = 1;
    buf_addf(b,
             "<svg class=bar viewBox=\"0 0 %u 20\" preserveAspectRatio=none "
             "role=img aria-label=\"Share of each domain; the table has the "
             "figures\">",
             BAR_W);
    for (size_t i = 0; i < n; i++) {
        double x = (double)at * BAR_W / (double)total_kb;
        double width = (double)uses[i].kb * BAR_W / (double)total_kb;

        buf_addf(b,
                 "<rect class=c%zu x=\"%.1f\" y=\"0\" width=\"%.1f\" "
                 "height=\"20\"/>\n",
                 i % COLOURS, x, width > 1.5 ? width - 1 : width);
        at += uses[i].kb;
    }
    buf_adds(b, "</svg>\n<div class=scroll tabindex=0 role=region "
                "aria-label=\"Memory by domain\"><table class=use><thead><tr>"
                "<th>Id<th>Domain<th class=n>Memory<th>Size</thead><tbody>\n");
    for (size_t i = 0; i < n; i++) {
        buf_adds(b, "<tr><td class=n>");
        html_text(b, uses[i].id);
        buf_adds(b, "<td>");
        html_text(b, uses[i].name);
        buf_adds(b, "<td class=n>");
        html_text(b, uses[i].shown);
        buf_addf(b,
                 "<td><svg class=mini viewBox=\"0 0 100 8\" "
                 "preserveAspectRatio=none aria-hidden=true>"
                 "<rect class=c%zu x=\"0\" y=\"0\" width=\"%.1f\" "
                 "height=\"8\"/></svg>\n",
                 i % COLOURS, (double)uses[i].kb * 100 / (double)most);
    }
    buf_adds(b, "</tbody></table></div>\n");
}
