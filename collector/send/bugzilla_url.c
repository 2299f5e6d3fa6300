#include "collector/send/bugzilla_url.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define SCHEME "bugzilla+https://"
#define LOOKS                                                                  \
    "expected " SCHEME "HOST/BUG, or "                                         \
    "HOST/new?product=NAME&component=NAME"

/* Who is asking is told otherwise; the text is ours. */
static const char *const not_fields[] = {"api_key",     "token",   "login",
                                         "password",    "comment", "data",
                                         "description", "ids",     NULL};

static bool is_plain(const char *s, const char *more)
{
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr(more, *s))
            return false;
    return true;
}

static bool is_field_name(const char *s)
{
    if (!islower((unsigned char)*s) || strlen(s) > 60)
        return false;
    for (; *s; s++)
        if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) &&
            *s != '_')
            return false;
    return true;
}

static int add_field(struct bugzilla_url *u, char *field, struct err *err)
{
    char *value = strchr(field, '='), shown[100];

    if (value)
        *value++ = '\0';
    if (!value || !is_field_name(field))
        return err_set(err, -EINVAL,
                       "\"%s\" is not NAME=VALUE of a field of a bug",
                       str_visible(field, shown, sizeof(shown)));
    for (size_t i = 0; not_fields[i]; i++)
        if (!strcmp(field, not_fields[i]))
            return err_set(err, -EINVAL, "the field %s does not belong there",
                           field);
    if (bugzilla_url_field(u, field))
        return err_set(err, -EINVAL, "the field %s is there twice", field);
    if (u->n_fields == BUGZILLA_FIELDS)
        return err_set(err, -EINVAL, "more than %d fields", BUGZILLA_FIELDS);
    for (char *p = value; *p; p++)
        if (*p == '+')
            *p = ' ';
    str_percent_decode(value);
    u->fields[u->n_fields].name = xstrdup(field);
    u->fields[u->n_fields++].value = xstrdup(value);
    return 0;
}

static int parse_query(struct bugzilla_url *u, char *query, struct err *err)
{
    char *field;
    int rc = 0;

    while (!rc && (field = strsep(&query, "&")))
        if (*field)
            rc = add_field(u, field, err);
    if (!rc && (!bugzilla_url_field(u, "product") ||
                !bugzilla_url_field(u, "component")))
        rc = err_set(err, -EINVAL, "a new bug needs product and component: %s",
                     LOOKS);
    return rc;
}

static int parse(struct bugzilla_url *out, char *copy, struct err *err)
{
    char *query = strchr(copy, '?'), *last, *host;

    if (strchr(copy, '#'))
        return err_set(err, -EINVAL, "\"#\" in it: %s", LOOKS);
    if (query)
        *query++ = '\0';
    last = strrchr(copy, '/');
    if (!last || !last[1])
        return err_set(err, -EINVAL, "it names no bug: %s", LOOKS);
    *last++ = '\0';
    if (!is_plain(last, "._-"))
        return err_set(err, -EINVAL, "a bug is a number or an alias: %s",
                       LOOKS);
    /* A user picks the credentials; libcurl would make a login of it. */
    host = strchr(copy, '@');
    host = host && host < copy + strcspn(copy, "/") ? host + 1 : copy;
    if (!*host || *host == '/')
        return err_set(err, -EINVAL, "it names no host: %s", LOOKS);
    out->base = xasprintf("https://%s", host);
    if (strcmp(last, "new")) {
        out->bug = xstrdup(last);
        return query ? err_set(err, -EINVAL, "only a new bug takes fields: %s",
                               LOOKS)
                     : 0;
    }
    return parse_query(out, query, err);
}

int bugzilla_url_parse(const char *url, struct bugzilla_url *out,
                       struct err *err)
{
    char *copy;
    int rc;

    memset(out, 0, sizeof(*out));
    if (!str_starts(url, SCHEME))
        return err_set(err, -EINVAL, "not a URL of a Bugzilla: %s", LOOKS);
    copy = xstrdup(url + strlen(SCHEME));
    rc = parse(out, copy, err);
    free(copy);
    return rc;
}

void bugzilla_url_done(struct bugzilla_url *u)
{
    free(u->base);
    free(u->bug);
    for (size_t i = 0; i < u->n_fields; i++) {
        free(u->fields[i].name);
        free(u->fields[i].value);
    }
    memset(u, 0, sizeof(*u));
}

const char *bugzilla_url_field(const struct bugzilla_url *u, const char *name)
{
    for (size_t i = 0; i < u->n_fields; i++)
        if (!strcmp(u->fields[i].name, name))
            return u->fields[i].value;
    return NULL;
}
