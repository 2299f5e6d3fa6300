/* stream.h: the inside of struct redactor, for redactor.c and stream.c. */
#ifndef XB_REDACT_STREAM_H
#define XB_REDACT_STREAM_H

#include "redact/embedded.h"
#include "redact/pseudonym.h"
#include "redact/ruleset.h"
#include "redact/token.h"
#include "redact/value.h"
#include "redact/wide.h"

struct redactor {
    struct sink sink;
    const struct redact_rules *rules;
    struct wide *wide;         /* around us, and first in the stream */
    struct embedded *embedded; /* behind that, the last one */
    struct sink *begin, *next;
    struct pseudonymizer *pseudonyms; /* is next; or NULL */
    struct work *work;                /* NULL until the first byte */
    size_t out, pos, len;
    uint64_t base; /* offset of the window in the part */
    size_t listed; /* the nominees are complete for starts before it */
    bool fresh;    /* the nominees are of this window */
    bool in_value;
    bool behind_value; /* what is next is right behind one */
    bool muted;
    bool closed;
    bool gate_shut; /* the lead is not over */
    uint64_t lead;  /* of this part; and of the stream, what is left */
    uint64_t lead_raw;
    uint64_t muted_bytes;
    char muted_head[TOKEN_MAX]; /* the first of them */
    bool muted_on;              /* the part ended within such a line */
    bool value_cut;             /* the part ended within a value; and */
    bool muted_text;            /* this one is muted if it goes on as text */
    uint64_t cut_from, cut_to;  /* a key without its BEGIN, in the part */
    /* Lines of a key that stand apart are looked for up to there; none begins
     * before clear, and the next one right before word, if that is ahead. */
    uint64_t hunt_to, hunt_clear, hunt_word;
    size_t rule; /* of the value */
    struct value value;
    uint64_t *hits;
    uint64_t total, unscannable, lines_gone;
};

/* Looks at the window, and passes on what is decided: all of it, if the text
 * ends here, else what makes room. */
int stream_process(struct redactor *r, bool eof, struct err *err);

#endif
