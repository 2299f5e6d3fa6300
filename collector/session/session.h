/* session.h: the questions of a collection on a terminal.
 *
 * It knows neither plan nor bundle: the command fills in what there is to
 * choose from and acts on what was chosen.  Each question takes Enter for what
 * most people want.  A session ends (-ECANCELED) when the user leaves: "q", the
 * end of input, Ctrl-C, a closed terminal. */
#ifndef XB_SESSION_H
#define XB_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/session/term.h"

struct session_item {
    const char *name;
    char *source;   /* what is read or run, for people */
    size_t n;       /* files, or 1 */
    size_t here;    /* of them, those that can be read here */
    uint64_t bytes; /* known before it is read */
    uint64_t time_ms;
    const char *privacy;
    bool on;
};

struct session_group {
    const char *name, *summary;
    const char *origin; /* NULL: built in */
    const char *privacy;
    struct session_item *items;
    size_t n_items;
};

struct session_totals {
    size_t n;
    uint64_t bytes, time_ms;
};

/* Of what is on. */
void session_add_totals(const struct session_group *g,
                        struct session_totals *sum);

/* What it does, and what leaves the machine. */
void session_intro(struct term *t);
/* Lets groups and their items be switched; 0 or -ECANCELED. */
int session_choose(struct term *t, struct session_group *groups, size_t n);

/* One of several, each with a line of explanation; chosen is the index of what
 * Enter means, and then of the answer.  0 or -ECANCELED. */
struct session_option {
    const char *name, *text;
};
int session_pick(struct term *t, const char *title, const char *prompt,
                 const struct session_option *options, size_t n,
                 size_t *chosen);

/* A few lines of text, joined by blanks; empty if there is nothing to say. */
int session_note(struct term *t, struct buf *note);

/* A question to which Enter says fallback. 1 yes, 0 no, -ECANCELED. */
int session_yes(struct term *t, bool fallback, const char *question);

#endif
