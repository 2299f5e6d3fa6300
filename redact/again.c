#include "redact/again.h"

#include <ctype.h>
#include <string.h>

#include "redact/redact.h"
#include "redact/token.h"

static const char opening[] = "[REDACTED:";

/* Where in from..to the first token begins; to: none does. */
static size_t token_at(const uint8_t *w, size_t len, size_t from, size_t to)
{
    const uint8_t *p;

    for (; from < to; from++) {
        p = memchr(w + from, '[', to - from);
        if (!p)
            break;
        from = (size_t)(p - w);
        if (redact_token_len((const char *)p, len - from))
            return from;
    }
    return to;
}

bool again_moved(const uint8_t *w, size_t len, size_t at)
{
    return token_at(w, len, 0, at) < at;
}

/* In start..value one begins, or one that begins before reaches into it. */
static bool spans_token(const uint8_t *w, size_t len, const struct hit *hit)
{
    size_t from = hit->start > TOKEN_MAX ? hit->start - TOKEN_MAX : 0;
    size_t at;

    while ((at = token_at(w, len, from, hit->value)) < hit->value) {
        if (at >= hit->start ||
            at + redact_token_len((const char *)w + at, len - at) > hit->start)
            return true;
        from = at + 1;
    }
    return false;
}

static bool is_of_word(uint8_t c)
{
    return c >= 0x80 || isalnum(c);
}

/* Letters or digits right before or behind the token may be a secret beside
 * one that somebody made up. */
static bool is_glued(const uint8_t *w, size_t len, size_t at, size_t from,
                     size_t to)
{
    size_t end = at + redact_token_len((const char *)w + at, len - at);

    return (at > from && is_of_word(w[at - 1])) ||
           (end < to && is_of_word(w[end]));
}

static bool is_empty(const uint8_t *p, size_t n)
{
    while (n && (*p == ' ' || *p == '\t' || *p == '\r')) {
        p++;
        n--;
    }
    return !n;
}

/* Each line of from..to, but those that are empty, has a token that stands by
 * itself. */
static bool has_tokens(const uint8_t *w, size_t len, size_t from, size_t to)
{
    const uint8_t *nl;
    size_t end, at;

    for (; from < to; from = end + 1) {
        nl = memchr(w + from, '\n', to - from);
        end = nl ? (size_t)(nl - w) : to;
        at = token_at(w, len, from, end);
        if (at == end ? !is_empty(w + from, end - from)
                      : is_glued(w, len, at, from, end))
            return false;
    }
    return true;
}

bool again_is_none(const uint8_t *w, size_t len, bool eof,
                   const struct hit *hit, enum value_form form,
                   const struct value_context *context)
{
    size_t end = hit->value + AGAIN_LOOK, raw, gone;
    struct value v;

    if (spans_token(w, len, hit))
        return true;
    if (end >= len)
        end = len;
    else
        eof = false;
    if (!memmem(w + hit->value, end - hit->value, opening, strlen(opening)))
        return false;
    value_begin(&v, form, context, NULL);
    value_step(&v, w + hit->value, end - hit->value, eof, &raw, &gone);
    return gone &&
           has_tokens(w, len, hit->value + raw, hit->value + raw + gone);
}
