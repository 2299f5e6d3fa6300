/* html_findings.c: problems with their evidence, and what was not checked. */
#include <string.h>

#include "collector/report/html_part.h"

/* ---- findings ------------------------------------------------------------ */

static const char *severity(const struct frame *f)
{
    static const char *const words[] = {"error", "warning", "info"};
    const char *is = part_attr(f, "severity");

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
    const char *first = part_attr(f, "first"), *last = part_attr(f, "last");
    const char *count = part_attr(f, "count");

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
    if (part_attr(f, "subjects")) {
        buf_adds(b, "<span>");
        html_text(b, part_attr(f, "subjects"));
        buf_adds(b, "</span>\n");
    }
    if (part_attr(f, "id")) {
        buf_adds(b, "<span>");
        html_code(b, part_attr(f, "id"));
        buf_adds(b, "</span>");
    }
    buf_adds(b, "</p>\n");
}

void html_finding_open(struct html *h, const struct frame *f)
{
    struct buf *b = &h->w.buf;
    const char *word = severity(f);

    if (is_note(f))
        buf_addf(b, "<details class=\"card %s\"><summary>", word);
    else
        buf_addf(b, "<article class=\"card %s\">", word);
    buf_addf(b, "<h3><span class=sev>%s</span> ", is_note(f) ? "note" : word);
    html_text(b, part_attr(f, "title") ? part_attr(f, "title") : "?");
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

void html_finding_close(struct html *h, struct frame *f)
{
    struct buf *b = &h->w.buf;
    const char *see = part_attr(f, "see");

    buf_adds(b, "<div class=advice>");
    add_advice(b, "Remedy", part_attr(f, "remedy"));
    add_advice(b, "Cause", part_attr(f, "cause"));
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

void html_evidence_open(struct html *h, const struct frame *f)
{
    (void)f;
    buf_adds(&h->w.buf, "<ul class=evidence>\n");
}

void html_evidence_close(struct html *h, struct frame *f)
{
    buf_adds(&h->w.buf,
             f->n_children > EVIDENCE_OPEN ? "</ul></details>\n" : "</ul>\n");
}

void html_line_open(struct html *h, const struct frame *f)
{
    const char *member = part_attr(f, "member"), *line = part_attr(f, "line");
    struct buf *b = &h->w.buf;

    if (part_parent(h, f)->n_children == EVIDENCE_OPEN + 1)
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
    if (part_attr(f, "fact")) {
        buf_adds(b, "<p class=fact><code>");
        html_text(b, part_attr(f, "fact"));
        buf_adds(b, "</code> is <code>");
        html_text(b, part_attr(f, "value") ? part_attr(f, "value") : "unknown");
        buf_adds(b, "</code></p>\n");
    }
}

void html_line_data(struct html *h, const struct frame *f, const char *text)
{
    struct buf *b = &h->w.buf;

    (void)f;
    buf_adds(b, "<pre tabindex=0>");
    html_text(b, text);
    buf_adds(b, "</pre>\n");
}

void html_unchecked_open(struct html *h, const struct frame *f)
{
    const char *n = part_attr(f, "count");

    buf_addf(&h->w.buf,
             "<details class=unchecked><summary>%s more could not be looked "
             "for, since what would tell is missing</summary>\n",
             n ? n : "Some");
}

void html_details_close(struct html *h, struct frame *f)
{
    (void)f;
    buf_adds(&h->w.buf, "</details>\n");
}
