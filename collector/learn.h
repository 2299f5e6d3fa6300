/* learn.h: the names of this host and of those it deals with, before anything
 * else is read, so that --privacy public knows them from the first byte on.
 *
 * A fixed round over a few small sources, in a fixed order; each that is not
 * there is let pass, what could not be read is told.  On replay they are what
 * was recorded. */
#ifndef XB_LEARN_H
#define XB_LEARN_H

#include <stdbool.h>

#include "collector/gather/gather.h"
#include "redact/pseudonym.h"

struct learn_opts {
    const char *host;   /* as uname has it; NULL: not known */
    char *const *words; /* keywords, NULL-terminated; or NULL */
    bool domains;       /* names and UUIDs of guests, too */
    bool addresses;     /* this host's own, for verify */
    /* NULL: nobody asks; else what was not learned, or not wholly, and why is
     * appended: a list as str_split makes it. */
    char ***missed;
    /* NULL: guests are learned, and missed, as all others; else here. */
    struct pseudonyms *guests;
    char ***guests_missed;
};

/* Says that these names may stay. */
void learn_warn(char *const *missed);
/* Negative: the gather is lost; -EINVAL: a keyword cannot be taken. */
int learn_host(struct gather *g, const struct learn_opts *o,
               struct pseudonyms *p, struct err *err);

/* The words of a file of keywords, one a line, # begins a comment; appended to
 * *words, a list as str_split makes it. */
void learn_keywords(const char *text, char ***words);
/* Of the file that the user named. */
int learn_keyword_file(struct gather *g, const char *path, char ***words,
                       struct err *err);

#endif
