/* rulefile.h: a file of redaction rules, as xen-bugtool-rules(5) describes it:
 * the built-in ones at build time, a host's own at run time.
 *
 * What a file alone can tell is checked here: names, forms, anchors, and that
 * what goes stands in the text of its example.  The examples themselves are run
 * by load.c.  Messages begin with "PATH:LINE: ". */
#ifndef XB_REDACT_RULEFILE_H
#define XB_REDACT_RULEFILE_H

#include <stddef.h>

#include "collector/base/core/err.h"
#include "redact/rule.h"

struct rulefile;

/* text may be anything.  Its anchors may have the parts of shared, too, which
 * must live as long; NULL: there is none.  0, or -EINVAL; then *out is NULL. */
int rulefile_load(const char *path, const char *text, size_t len,
                  const struct rulefile *shared, struct rulefile **out,
                  struct err *err);
void rulefile_free(struct rulefile *f);

/* All strings live as long as f. */
const char *rulefile_path(const struct rulefile *f);
size_t rulefile_count(const struct rulefile *f);
const struct redact_rule *rulefile_rule(const struct rulefile *f, size_t i);
/* Names of built-in rules that are switched off. */
size_t rulefile_disabled_count(const struct rulefile *f);
const char *rulefile_disabled(const struct rulefile *f, size_t i);

/* Fills err with "PATH:LINE: " and the text; where is as for yamldoc_error:
 * "rules/2/match/0".  Returns -EINVAL. */
int rulefile_error(const struct rulefile *f, struct err *err, const char *where,
                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
