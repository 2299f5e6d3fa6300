/* html_page.c: the page itself, its sections, and domains. */
#include <stdlib.h>
#include <string.h>

#include "collector/report/html_part.h"

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
    const char *n = part_attr(f, name);

    if (n && strcmp(n, "0"))
        buf_addf(b, "<li class=\"%s\"><b>%s</b> %s", severity, n,
                 strcmp(n, "1") ? many : one);
}

/* What a reader must know before anything else. */
static void add_alarms(struct buf *b, const struct frame *f)
{
    static const char *const names[] = {
        "unsound", "cut", "where", "synthetic", "hides_less", "names_missed"};

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

void html_report_open(struct html *h, const struct frame *f)
{
    static const char *const line[] = {"xen", "kernel", "collected"};
    struct buf *b = &h->w.buf;

    buf_adds(b, "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n");
    add_policy(b);
    buf_adds(b, "<meta name=viewport content=\"width=device-width\">\n"
                "<meta name=color-scheme content=\"light dark\">\n"
                "<meta name=referrer content=no-referrer>\n<title>");
    html_text(b, part_attr(f, "name") ? part_attr(f, "name") : "?");
    buf_adds(b, " - xen-bugtool</title>\n<style>");
    buf_adds(b, html_page_css);
    buf_adds(b, "</style></head><body>\n"
                "<a class=skip href=\"#diagnosis\">To the problems</a>\n"
                "<header><h1>");
    html_text(b, part_attr(f, "name") ? part_attr(f, "name") : "?");
    buf_adds(b, "</h1><p class=facts>");
    for (size_t i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
        if (!part_attr(f, line[i]))
            continue;
        buf_adds(b, "<span>");
        html_text(b, part_attr(f, line[i]));
        buf_adds(b, "</span>\n");
    }
    buf_adds(b, "</p><ul class=counts>");
    add_count(b, f, "errors", "error", "error", "errors");
    add_count(b, f, "warnings", "warning", "warning", "warnings");
    add_count(b, f, "notes", "info", "note", "notes");
    buf_adds(b, "</ul>\n");
    if (part_attr(f, "note")) {
        buf_adds(b, "<blockquote>");
        html_prose(b, part_attr(f, "note"));
        buf_adds(b, "</blockquote>\n");
    }
    if (part_attr(f, "case")) {
        buf_adds(b, "<p class=case>Case ");
        html_text(b, part_attr(f, "case"));
        buf_adds(b, "</p>\n");
    }
    add_alarms(b, f);
    buf_adds(b, "</header>\n<nav aria-label=Sections><ul>");
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
        buf_addf(b, "<li><a href=\"#%s\">%s</a>", sections[i].tag,
                 sections[i].title);
    buf_adds(b, "</ul></nav>\n<main>\n");
}

void html_report_close(struct html *h, struct frame *f)
{
    struct buf *b = &h->w.buf;

    buf_adds(b, "</main>\n<footer><p>Made by xen-bugtool ");
    html_text(b, part_attr(f, "tool") ? part_attr(f, "tool") : "");
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

void html_section_head(struct html *h, const struct frame *f)
{
    struct buf *b = &h->w.buf;

    buf_addf(b, "<section id=\"%s\"><h2>", f->el->tag);
    html_text(b, f->title ? f->title : f->el->tag);
    buf_adds(b, "</h2>\n");
    if (part_attr(f, "state")) {
        buf_adds(b, "<p class=state>");
        html_text(b, part_attr(f, "state"));
        buf_adds(b, "</p>\n");
    }
    if (part_attr(f, "shown"))
        buf_addf(b,
                 "<p class=alarm>%s of %s are shown here; the bundle has "
                 "all.</p>\n",
                 part_attr(f, "shown"), part_attr(f, "count"));
}

void html_section_open(struct html *h, const struct frame *f)
{
    html_section_head(h, f);
    add_facts(&h->w.buf, f);
}

void html_section_close(struct html *h, struct frame *f)
{
    (void)f;
    buf_adds(&h->w.buf, "</section>\n");
}

/* ---- domains ------------------------------------------------------------- */

void html_domain_open(struct html *h, const struct frame *f)
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
