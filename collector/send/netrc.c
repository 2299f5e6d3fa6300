#include "collector/send/netrc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/base/core/xalloc.h"

#define MAX_ENTRIES 256
#define MAX_WORD 1024

struct netrc {
    struct credential *entries; /* host NULL: the default */
    size_t n;
};

struct scan {
    const char *at;
    unsigned line;
    char word[MAX_WORD];
};

static const char blanks[] = " \t\r\n";

/* Blanks, and before a key (not before a password) comments. */
static void skip_blanks(struct scan *s, bool key)
{
    while (*s->at && (strchr(blanks, *s->at) || (key && *s->at == '#'))) {
        if (*s->at == '#')
            s->at += strcspn(s->at, "\n");
        else
            s->line += *s->at++ == '\n';
    }
}

/* A word, in quotes with \" and \\ where it begins with one.  0 at the end;
 * -EINVAL: too long, or no closing quote. */
static int next_word(struct scan *s, bool key)
{
    size_t n = 0;
    bool quoted;

    skip_blanks(s, key);
    if (!*s->at)
        return 0;
    quoted = *s->at == '"';
    s->at += quoted;
    while (*s->at && (quoted ? *s->at != '"' : !strchr(blanks, *s->at))) {
        if (quoted && *s->at == '\\' && s->at[1])
            s->at++;
        if (n + 1 >= sizeof(s->word) || *s->at == '\n')
            return -EINVAL;
        s->word[n++] = *s->at++;
    }
    s->word[n] = '\0';
    if (quoted && *s->at != '"')
        return -EINVAL;
    s->at += quoted;
    return 1;
}

/* A macro ends at an empty line. */
static void skip_macro(struct scan *s)
{
    const char *end = strstr(s->at, "\n\n");

    for (; *s->at && s->at != end; s->at++)
        s->line += *s->at == '\n';
}

static int begin_entry(struct netrc *n, struct scan *s, bool otherwise)
{
    struct credential *c;

    if (n->n >= MAX_ENTRIES || (!otherwise && next_word(s, false) != 1))
        return -EINVAL;
    n->entries = xreallocarray(n->entries, n->n + 1, sizeof(*n->entries));
    c = &n->entries[n->n++];
    memset(c, 0, sizeof(*c));
    c->host = otherwise ? NULL : xstrdup(s->word);
    return 0;
}

static int take_value(struct netrc *n, struct scan *s, const char *key)
{
    struct credential *c = n->n ? &n->entries[n->n - 1] : NULL;
    char **to = NULL;

    if (!strcmp(key, "login") && c)
        to = &c->user;
    else if (!strcmp(key, "password") && c)
        to = &c->password;
    else if (strcmp(key, "account") || !c)
        return -EINVAL;
    if (next_word(s, false) != 1)
        return -EINVAL;
    if (to) {
        free(*to);
        *to = xstrdup(s->word);
    }
    return 0;
}

int netrc_load(const char *path, const char *text, struct netrc **out,
               struct err *err)
{
    struct netrc *n = xcalloc(1, sizeof(*n));
    struct scan s = {.at = text, .line = 1};
    char key[16];
    int r;

    while ((r = next_word(&s, true)) == 1) {
        strncpy(key, s.word, sizeof(key) - 1);
        key[sizeof(key) - 1] = '\0';
        if (!strcmp(key, "machine") || !strcmp(key, "default"))
            r = begin_entry(n, &s, key[0] == 'd');
        else if (!strcmp(key, "macdef"))
            skip_macro(&s);
        else
            r = take_value(n, &s, key);
        if (r < 0)
            break;
    }
    explicit_bzero(s.word, sizeof(s.word));
    if (r >= 0) {
        *out = n;
        return 0;
    }
    netrc_free(n);
    *out = NULL;
    /* The word itself may be a password. */
    return err_set(err, -EINVAL,
                   "%.255s:%u: expected machine HOST login USER password WORD",
                   path, s.line);
}

void netrc_free(struct netrc *n)
{
    if (!n)
        return;
    for (size_t i = 0; i < n->n; i++) {
        free(n->entries[i].host);
        free(n->entries[i].user);
        free(n->entries[i].password);
    }
    free(n->entries);
    free(n);
}

const struct credential *netrc_find(const struct netrc *n, const char *host,
                                    const char *user)
{
    for (size_t i = 0; i < n->n; i++) {
        const struct credential *c = &n->entries[i];

        if ((!c->host || !strcasecmp(c->host, host)) &&
            (!user || !c->user || !strcmp(c->user, user)))
            return c;
    }
    return NULL;
}
