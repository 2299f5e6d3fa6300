/* reason.h: which line of a log tells the most of why something failed.
 *
 * A tool says in many lines that it failed and in one of them why: it names
 * what was missing, refused or wrong. */
#ifndef XB_DIAGNOSE_REASON_H
#define XB_DIAGNOSE_REASON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REASON_GOOD 7 /* of a score: it stands for itself */

/* How much the line tells; 0: nothing, or a heading only. */
int reason_score(const char *line, size_t len);

/* Part of a text. */
struct part {
    size_t from, len; /* len 0: there is none */
};

/* A text whose line at `at`, of this number, says that something failed. */
struct reason_text {
    const char *text;
    size_t len, at;
    uint64_t number;
    const uint64_t *told; /* numbers of lines that a finding tells */
    size_t n_told;
};

/* The line that says why: better than that one does, and not far from it. */
struct part reason_near(const struct reason_text *t);

/* The lines that belong to the one at `at`: the heading above it, what is
 * indented below it. */
struct part reason_block(const char *text, size_t len, size_t at);

/* Whether a guest printed the line, where Xen's log has it. */
bool reason_is_guests(const char *line, size_t len);

/* What the line says, without stamp, host and program; of a long one its begin
 * and its end, where the innermost reason stands.  To be freed. */
char *reason_said(const char *line, size_t len);

#endif
