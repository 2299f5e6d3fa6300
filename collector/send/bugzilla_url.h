/* bugzilla_url.h: bugzilla+https://HOST[:PORT][/PATH]/BUG, and
 * .../new?product=P&component=C[&FIELD=VALUE...]. */
#ifndef XB_SEND_BUGZILLA_URL_H
#define XB_SEND_BUGZILLA_URL_H

#include <stddef.h>

#include "collector/base/core/err.h"

#define BUGZILLA_FIELDS 24

/* Value struct; bugzilla_url_done() in any case after bugzilla_url_parse(). */
struct bugzilla_url {
    char *base; /* "https://HOST/PATH", no slash at the end */
    char *bug;  /* number or alias; NULL: a new one */
    struct {
        char *name, *value; /* decoded */
    } fields[BUGZILLA_FIELDS];
    size_t n_fields;
};

/* -EINVAL: err says what is wrong with it, and how it should look. */
int bugzilla_url_parse(const char *url, struct bugzilla_url *out,
                       struct err *err);
void bugzilla_url_done(struct bugzilla_url *u);
/* The value of a field; NULL: not given. */
const char *bugzilla_url_field(const struct bugzilla_url *u, const char *name);

#endif
