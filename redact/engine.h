/* engine.h: who finds where rules match.
 *
 * An engine only nominates: for a window of bytes it lists, rule by rule, the
 * ranges in which a match may start, and may list too many but never too few.
 * PCRE2 then decides (scan_next), so that all engines give the same bytes.
 *
 * Of all matches the one whose value starts first wins, then the one that
 * starts first, then rule order: what stands before the value of the winner is
 * passed on as it is, so no other secret may stand there.  One that begins
 * before that value and has its own behind it still counts: of each rule the
 * first, and SCAN_SPANS of them. */
#ifndef XB_REDACT_ENGINE_H
#define XB_REDACT_ENGINE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "redact/anchor.h"
#include "redact/rule.h"

/* Rule i matches, if at all, at a start in lo..hi (offsets in the window). */
struct nominee {
    uint32_t lo, hi;
    uint32_t value; /* where the value starts, if found */
    uint16_t rule;
    bool found; /* there is a match at lo */
};

/* A bounded list; of one rule, ranges that touch are joined. */
struct nominees {
    struct nominee *v;
    size_t n, cap, max;
    uint32_t *last; /* per rule: 1 + index of its latest nominee */
    size_t n_rules;
};

/* False if the list is full. */
bool nominees_add(struct nominees *ns, size_t rule, size_t lo, size_t hi);

struct rule {
    const struct redact_rule *src;
    struct anchor anchor;
    _Atomic(pcre2_code *) code; /* NULL until it is needed */
    bool off;                   /* switched off: never nominated */
    bool added;                 /* at run time: not in the database of libhs */
};

/* The rules in force, ready to run; shared by threads, never changed. */
struct ruleset {
    struct rule *rule;
    size_t n;
    bool builtin; /* rule i is redact_builtin[i], but for added ones */
    unsigned max_width, max_ahead, max_behind;
    uint32_t match_limit;    /* 0: PCRE2's own */
    const unsigned char *hs; /* libhs database over the built-in ones */
    size_t hs_len;
};

struct engine_ops {
    const char *name;
    /* 0, or negative: this engine cannot serve here; -ENOSYS: nor anywhere, in
     * this build. */
    int (*open)(const struct ruleset *rs, void **state_out, struct err *err);
    void (*close)(void *state);
    /* Per thread; may be NULL for an engine that needs none. */
    void *(*scratch_new)(void *state);
    void (*scratch_free)(void *scratch);
    /* Nominates for all starts from from on.  Returns up to where the list is
     * complete: len, or less if it is full, or 0 if the engine failed. */
    size_t (*nominate)(void *state, void *scratch, const uint8_t *data,
                       size_t len, size_t from, struct nominees *out);
};

extern const struct engine_ops engine_pcre2, engine_hs;

/* Reads the anchors and fills the sums. 0, or negative with the rule.  A
 * built-in rule is compiled when it is nominated first, as most never are. */
int ruleset_compile(struct ruleset *rs, struct err *err);
void ruleset_done(struct ruleset *rs);

struct hit {
    size_t start, value;
    size_t rule;
};

#define SCAN_SPANS 16u

/* One thread's tools for scanning. */
struct scan {
    const struct ruleset *rs;
    pcre2_match_data *md;
    pcre2_match_context *mctx;
    struct nominees ns;
    struct nominee *aside;
    size_t aside_cap;
    uint64_t skip_rule; /* 1 + a rule that is off; 0: none */
    /* Matches that begin before a value that was found, and end behind it. */
    struct hit span[SCAN_SPANS];
    size_t n_spans;
};

void scan_init(struct scan *s, const struct ruleset *rs);
void scan_done(struct scan *s);
/* After the nominees of a window were made. */
void scan_begin(struct scan *s);

/* A new text; or one that goes on so many bytes further left. */
void scan_reset(struct scan *s);
void scan_move(struct scan *s, size_t by);

enum scan_result { SCAN_NONE, SCAN_HIT, SCAN_FAILED };

/* The first match that starts in pos..limit-1 of data; all bytes that decide
 * it must be there: limit + max_width + max_ahead <= len, unless eof.
 * SCAN_FAILED: a rule could not be run on the line at out->start. */
enum scan_result scan_next(struct scan *s, const uint8_t *data, size_t len,
                           bool eof, size_t pos, size_t limit, struct hit *out);
/* What was found is none: the next one is looked for as if it did not match. */
void scan_pass(struct scan *s, const struct hit *hit);

#endif
