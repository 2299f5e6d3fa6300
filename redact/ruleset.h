/* ruleset.h: the inside of struct redact_rules, for stream.c and tests. */
#ifndef XB_REDACT_RULESET_H
#define XB_REDACT_RULESET_H

#include <pthread.h>

#include "collector/base/digest.h"
#include "redact/engine.h"
#include "redact/redact.h"

/* Bytes behind the current place that are kept: what anchors may look back at,
 * and as much of a line as can still be replaced. */
#define REDACT_BACK 1024
#define REDACT_WINDOW 65536

/* What one stream needs while it runs; kept for the next stream. */
struct work {
    struct work *next;
    uint8_t *window;
    struct scan scan;
    struct sha256 *hash;
    void *scratch; /* the engine's */
};

struct redact_added;

struct redact_rules {
    struct redact_opts opts;
    struct redact_added *added; /* load.c's; owned; NULL: built-ins alone */
    struct ruleset set;
    const struct engine_ops *engine;
    void *engine_state;
    void *fallback;   /* engine_pcre2's, if engine is another */
    struct err no_hs; /* why libhs does not serve, if it was asked for */
    size_t window;
    size_t token_rule; /* the rule of FORM_TOKEN; set.n: none */
    size_t key_rule;   /* whose token a key without BEGIN gets; set.n: none */
    char digest[SHA256_HEX];
    pthread_mutex_t *lock; /* of idle */
    struct work **idle;
    struct pseudonyms *pseudonyms; /* NULL: none */
    bool borrowed; /* engine and set belong to the rules this was made of */
};

struct work *redact_work_get(const struct redact_rules *rules);
void redact_work_put(const struct redact_rules *rules, struct work *w);

enum {
    REDACT_OFF = 1,
    REDACT_ADDED = 2,
};

/* As redact_rules_new, over another table. window 0: the usual one. */
struct redact_table {
    const struct redact_rule *rules;
    size_t n;
    /* NULL: the rules are any.  Else the first are redact_builtin, in its
     * order, but for those with REDACT_ADDED; all behind them have it, too. */
    const unsigned char *flags; /* per rule */
    size_t window;
    uint32_t match_limit;    /* 0: PCRE2's own */
    const unsigned char *hs; /* libhs database; NULL: the usual one */
    size_t hs_len;
};

int redact_rules_new_from(const struct redact_table *table,
                          const struct redact_opts *opts,
                          struct redact_rules **out, struct err *err);
/* Of a window, so many bytes at its end start no match that can be decided. */
size_t redact_undecided(const struct redact_rules *rules);
size_t redact_window_min(const struct redact_rules *rules);

/* The example of a rule that does not do what it should. */
struct redact_fault {
    bool keep;  /* keep[n] changed; else match[n] */
    unsigned n; /* counted from 0 */
    struct buf became;
};

/* Runs the examples of rule i under all rules at once.  False: *fault says
 * which failed; buf_done(&fault->became) in any case. */
bool redact_rule_proves(const struct redact_rules *rules, size_t i,
                        struct redact_fault *fault);
/* Whether what goes of its examples is still hidden, by whatever rule. */
bool redact_rule_hides(const struct redact_rules *rules, size_t i,
                       struct redact_fault *fault);

/* Runs the examples of all rules. 0, or -EINVAL with the first that fails. */
int redact_rules_check(const struct redact_rules *rules, struct err *err);

#endif
