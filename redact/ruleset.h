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

struct redact_rules {
    struct redact_opts opts;
    struct ruleset set;
    const struct engine_ops *engine;
    void *engine_state;
    void *fallback; /* engine_pcre2's, if engine is another */
    size_t window;
    size_t token_rule; /* the rule of FORM_TOKEN; set.n: none */
    char digest[SHA256_HEX];
    pthread_mutex_t *lock; /* of idle */
    struct work **idle;
    bool borrowed; /* engine and set belong to the rules this was made of */
};

struct work *redact_work_get(const struct redact_rules *rules);
void redact_work_put(const struct redact_rules *rules, struct work *w);

/* As redact_rules_new, over another table. window 0: the usual one. hs: the
 * libhs database made of the same table, or NULL. */
struct redact_table {
    const struct redact_rule *rules;
    size_t n;
    size_t window;
    uint32_t match_limit; /* 0: PCRE2's own */
};

int redact_rules_new_from(const struct redact_table *table,
                          const struct redact_opts *opts,
                          struct redact_rules **out, struct err *err);
size_t redact_window_min(const struct redact_rules *rules);

/* Runs the examples of all rules. 0, or -EINVAL with the first that fails. */
int redact_rules_check(const struct redact_rules *rules, struct err *err);

#endif
