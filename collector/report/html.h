/* html.h: the parts of the web page; internal to html*.c.
 *
 * Text of the host is written by html_text alone, never into an attribute, and
 * always followed by a newline: the page goes through the redactor like any
 * member, and a rule whose value ends with the line must find that end before
 * our markup. */
#ifndef XB_HTML_H
#define XB_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/buf.h"

/* The files beside this one, as the build put them in. */
extern const char html_page_css[], html_page_js[];

/* Appends text, escaped and with nothing invisible in it, and a newline. */
void html_text(struct buf *b, const char *text);
/* The same as paragraphs: blank lines part them, `code` stands in backquotes.
 */
void html_prose(struct buf *b, const char *text);

/* A row of a drawing: up to HTML_COLUMNS things that hang together, left to
 * right; NULL: none. */
#define HTML_COLUMNS 4
struct html_chain {
    char *cell[HTML_COLUMNS];
    int fault; /* the column that is broken, -1: none */
};
/* headings has a name for each column. */
void html_draw_map(struct buf *b, const char *const *headings,
                   const struct html_chain *rows, size_t n);

/* What one domain has of the memory. */
struct html_use {
    char *name, *id, *shown;
    uint64_t kb;
};
/* A bar of all of them and a table; total_kb 0: not known. */
void html_draw_memory(struct buf *b, const struct html_use *uses, size_t n,
                      uint64_t total_kb);

/* "sha256-..." of text, as a content security policy takes it. */
void html_add_hash(struct buf *b, const char *text);

#endif
