/* rules.h: what is known to go wrong, as data (xen-bugtool-diagnosis(5)).
 *
 * A rule is made of conditions: patterns over the lines of members, and
 * comparisons of facts.  Loaded once, shared by all threads; then nothing is
 * changed but that a pattern is compiled when it is first asked. */
#ifndef XB_DIAGNOSE_RULES_H
#define XB_DIAGNOSE_RULES_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/base/digest.h"
#include "collector/diagnose/literal.h"

#define DIAG_CONDITIONS 16
#define DIAG_LINE_MAX 4096u /* of a line, what is looked at */

enum severity { SEV_ERROR, SEV_WARNING, SEV_INFO };
const char *severity_name(enum severity s);

/* What is added to a title: a line near the find that says why (reason.h), or
 * the function that a crash happened in (place.h). */
enum diag_reason { REASON_NONE, REASON_NEAR, REASON_PLACE };

/* What must be so.  Exactly one of match, fact and any is set. */
struct diag_condition {
    const char *const *match; /* any of these regular expressions, in one
                                 line */
    unsigned n_match;
    const char *fact;         /* "PATH OP VALUE" */
    const char *any;          /* a list of facts of which one element ... */
    const char *const *where; /* ... is so: ".FIELD OP VALUE", all of them */
    unsigned n_where;
};

struct diag_rule {
    const char *id;
    enum severity severity;
    unsigned rank;     /* 0..99, lower is told first */
    const char *title; /* {NAME}: a group of the pattern, a fact, a field */
    uint32_t classes;  /* of logs; see classes.h */
    bool unexplained;  /* only for lines that no other rule knows */
    enum diag_reason reason; /* general: what else its title says */
    /* All of when, or all of alt, must hold, and none of unless. */
    const struct diag_condition *when, *alt, *unless;
    unsigned n_when, n_alt, n_unless;
    const char *const
        *follows; /* ids of rules: of what this is a consequence */
    unsigned n_follows;
    unsigned first;         /* number of its first condition among all rules' */
    unsigned block;         /* lines kept from the match on; 0: that one */
    const char *until_text; /* ends the block; or NULL */
    pcre2_code *until;
    const char *cause, *remedy, *remedy_xm, *see, *source;
    const char *const *examples, *const *counter; /* must and must not match */
    unsigned n_examples, n_counter;
};

/* One regular expression of one rule. */
struct diag_pattern {
    unsigned rule;
    unsigned condition; /* of when; behind those, of alt, then of unless */
    bool explains;      /* alone, it makes the rule hold */
    const char *text;
    struct literals words; /* each line it matches has one of them */
    atomic_bool ready;     /* the code is as fast as it can be */
    pcre2_code *code;      /* see diag_rules_code */
};

struct diag_rules {
    struct diag_rule *rule;
    size_t n;
    struct diag_pattern *pattern;
    size_t n_patterns;
    unsigned n_conditions;   /* of all rules */
    char digest[SHA256_HEX]; /* over the files, once it is ready */
    const struct diag_words *words;
    /* private */
    size_t n_made; /* of the patterns: those of diag_made */
    bool made_summed;
    struct diag_words *own_words;
    const struct diag_rule **by_id; /* once it is ready */
    struct diag_file *files;
    struct sha256 *sum;
};

struct diag_rules *diag_rules_new(void);
void diag_rules_free(struct diag_rules *r);

/* Adds the rules of a file; path is for messages.  -EINVAL with PATH:LINE: what
 * is wrong, one of its examples included; then r is as before. */
int diag_rules_add(struct diag_rules *r, const char *path, const char *text,
                   size_t len, struct err *err);
/* Those that are compiled in.  Nothing may have been added before. */
void diag_rules_add_builtin(struct diag_rules *r);
/* After the last was added, before the first use. */
void diag_rules_ready(struct diag_rules *r);

/* What tries a pattern, made when it is first asked for; NULL: it is wrong. */
pcre2_code *diag_rules_code(const struct diag_rules *r, size_t pattern);

const struct diag_rule *diag_rules_find(const struct diag_rules *r,
                                        const char *id);

/* For the build: as diag_rules_add, but the examples and expressions are not
 * tried.  The tests do that. */
int diag_rules_add_untried(struct diag_rules *r, const char *path,
                           const char *text, size_t len, struct err *err);

/* Made by the build from rules/ (diagnose/gen): path and text of each file, */
struct diag_builtin {
    const char *path;
    const char *text;
    size_t len;
};
extern const struct diag_builtin diag_builtin[];
extern const size_t diag_builtin_count;

/* and what reading all of them gives: a run would take 20 ms for it.  No
 * expression is compiled. */
struct diag_made {
    const struct diag_rule *rule;
    size_t n;
    const struct diag_pattern *pattern;
    size_t n_patterns;
    unsigned n_conditions;
    const char *digest;
    const struct diag_words *words;
};
extern const struct diag_made diag_made;

#endif
