/* writer.h: what a report is written with; text.c, json.c and html.c are the
 * three kinds.
 *
 * The view calls start, attr, data and end; it does not know what comes of
 * them, and a writer does not know where the values come from.  All strings
 * are bytes from a host: each writer makes them harmless in its own format.
 * A failure is remembered, what follows is dropped, and finish tells. */
#ifndef XB_WRITER_H
#define XB_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/base/sink.h"

enum writer_kind {
    WRITER_SECTION, /* attributes, then data or children of any kind */
    WRITER_LIST,    /* its children are sections of one tag */
    WRITER_TABLE,   /* its children are sections with attributes alone: rows */
};

struct writer;
struct writer *writer_text_new(struct sink *out);
struct writer *writer_json_new(struct sink *out);
struct writer *writer_html_new(struct sink *out);

/* tag is one word for programs, title is for people and may be NULL.  Tags,
 * names, labels and the titles of tables are our own words, all else may be the
 * host's. */
void writer_start(struct writer *w, enum writer_kind kind, const char *tag,
                  const char *title);
/* Before data and children.  Nothing if text is NULL or empty.  label NULL: for
 * programs alone; "": the text needs none. */
void writer_attr(struct writer *w, const char *name, const char *label,
                 const char *text);
/* shown is how people read it, NULL: its digits. */
void writer_number(struct writer *w, const char *name, const char *label,
                   uint64_t n, const char *shown);
/* Lines of text, once per section. */
void writer_data(struct writer *w, const char *text);
void writer_end(struct writer *w);
/* After the last end: closes the sink. */
int writer_finish(struct writer *w, struct err *err);
/* Frees the sink too. */
void writer_free(struct writer *w);

/* ---- for those who write a writer --------------------------------------- */

struct writer_ops {
    void (*start)(struct writer *w, enum writer_kind kind, const char *tag,
                  const char *title);
    /* digits: text for programs, of a number; else NULL */
    void (*attr)(struct writer *w, const char *name, const char *label,
                 const char *text, const char *digits);
    void (*data)(struct writer *w, const char *text);
    void (*end)(struct writer *w);
    void (*free)(struct writer *w);
};

/* First member of each writer's own struct. */
struct writer {
    const struct writer_ops *ops;
    struct buf buf; /* what is to be written; the writers only add to it */
    struct sink *out;
    int rc;
    struct err err;
};

/* Appends text so that it shows what is there and nothing more: controls,
 * invalid UTF-8, and characters that are invisible or turn the direction of
 * what stands beside them become \xNN and \u{N}.  Newlines stay if lines is
 * set. */
void writer_add_visible(struct buf *b, const char *text, bool lines);

#endif
