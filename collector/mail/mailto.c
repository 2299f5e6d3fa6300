#include "collector/mail/mailto.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/mail/header.h"

#define URL_MAX 4000

int mailto_check_address(const char *what, const char *s, struct err *err)
{
    char shown[300];

    if (header_is_address(s))
        return 0;
    return err_set(err, -EINVAL,
                   "%s: expected an address such as name@host, "
                   "found \"%s\"",
                   what, str_visible(s, shown, sizeof(shown)));
}

char *mailto_message_id(const char *s, struct err *err)
{
    char *id = *s == '<' ? xstrdup(s) : xasprintf("<%s>", s), shown[300];

    if (header_is_message_id(id))
        return id;
    free(id);
    err_set(err, -EINVAL,
            "expected a message's id such as <id@host>, found "
            "\"%s\"",
            str_visible(s, shown, sizeof(shown)));
    return NULL;
}

/* Comma-separated addresses, each percent-encoded. */
static int add_addresses(char *list, char **out, struct err *err)
{
    size_t n = 0;
    char *one;

    while (out[n])
        n++;
    while ((one = strsep(&list, ","))) {
        str_percent_decode(one);
        if (n == MAILTO_MAX)
            return err_set(err, -EINVAL, "more than %d addresses", MAILTO_MAX);
        if (mailto_check_address("mailto", one, err))
            return -EINVAL;
        out[n++] = xstrdup(one);
    }
    return 0;
}

static int take_field(char *field, struct mailto *m, struct err *err)
{
    char *value = strchr(field, '='), shown[100];

    if (value)
        *value++ = '\0';
    if (!value)
        value = field + strlen(field);
    if (!strcasecmp(field, "to") || !strcasecmp(field, "cc"))
        return *value ? add_addresses(
                            value, (*field | ' ') == 't' ? m->to : m->cc, err)
                      : 0;
    str_percent_decode(value);
    if (!strcasecmp(field, "subject") && !m->subject) {
        m->subject = xstrdup(value);
        return 0;
    }
    if (!strcasecmp(field, "in-reply-to") && !m->in_reply_to) {
        m->in_reply_to = mailto_message_id(value, err);
        return m->in_reply_to ? 0 : -EINVAL;
    }
    return err_set(err, -EINVAL,
                   "mailto: \"%s\" is not one of to, cc, subject and "
                   "in-reply-to, once each",
                   str_visible(field, shown, sizeof(shown)));
}

int mailto_parse(const char *url, struct mailto *out, struct err *err)
{
    char *copy, *query, *field;
    int rc = 0;

    memset(out, 0, sizeof(*out));
    if (strncasecmp(url, "mailto:", 7))
        return err_set(err, -EINVAL, "not a mailto: URL");
    if (strlen(url) > URL_MAX)
        return err_set(err, -EINVAL, "mailto: longer than %d bytes", URL_MAX);
    copy = xstrdup(url + 7);
    query = strchr(copy, '?');
    if (query)
        *query++ = '\0';
    if (*copy)
        rc = add_addresses(copy, out->to, err);
    while (!rc && (field = strsep(&query, "&")))
        if (*field)
            rc = take_field(field, out, err);
    if (!rc && !out->to[0])
        rc = err_set(err, -EINVAL, "mailto: no address");
    free(copy);
    return rc;
}

void mailto_done(struct mailto *m)
{
    for (size_t i = 0; i < MAILTO_MAX; i++) {
        free(m->to[i]);
        free(m->cc[i]);
    }
    free(m->subject);
    free(m->in_reply_to);
    memset(m, 0, sizeof(*m));
}
