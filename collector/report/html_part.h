/* html_part.h: what the parts of the web page's writer share: html.c keeps the
 * open elements and knows which there are, the others write them. */
#ifndef XB_HTML_PART_H
#define XB_HTML_PART_H

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

/* The attribute's text, NULL if there is none; its number, else 0. */
const char *part_attr(const struct frame *f, const char *name);
uint64_t part_number(const struct frame *f, const char *name);
/* The element around f; of the outermost itself. */
const struct frame *part_parent(const struct html *h, const struct frame *f);
/* NULL of NULL. */
char *part_copy(const char *s);
void html_code(struct buf *b, const char *text);

/* html_page.c */
void html_report_open(struct html *h, const struct frame *f);
void html_report_close(struct html *h, struct frame *f);
void html_section_head(struct html *h, const struct frame *f);
void html_section_open(struct html *h, const struct frame *f);
void html_section_close(struct html *h, struct frame *f);
void html_domain_open(struct html *h, const struct frame *f);

/* html_findings.c */
void html_finding_open(struct html *h, const struct frame *f);
void html_finding_close(struct html *h, struct frame *f);
void html_evidence_open(struct html *h, const struct frame *f);
void html_evidence_close(struct html *h, struct frame *f);
void html_line_open(struct html *h, const struct frame *f);
void html_line_data(struct html *h, const struct frame *f, const char *text);
void html_unchecked_open(struct html *h, const struct frame *f);
void html_details_close(struct html *h, struct frame *f);

/* html_tables.c */
void html_table_open(struct html *h, const struct frame *f);
void html_table_close(struct html *h, struct frame *f);
void html_table_row(struct html *h, struct frame *f);
void html_items_open(struct html *h, const struct frame *f);
void html_map_row(struct html *h, struct frame *f);
void html_map_close(struct html *h, struct frame *f);
void html_memory_row(struct html *h, struct frame *f);
void html_memory_close(struct html *h, struct frame *f);

#endif
