#include "redact/again.h"

#include <ctype.h>
#include <string.h>

#include "redact/redact.h"
#include "redact/token.h"

#define SECRET_LEAST 6u

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

/* One that begins before it reaches into what is at start. */
static bool begins_in_token(const uint8_t *w, size_t len, size_t start)
{
    size_t from = start >= TOKEN_MAX ? start - TOKEN_MAX : 0, at;

    for (; (at = token_at(w, len, from, start + 1)) <= start; from = at + 1)
        if (at + redact_token_len((const char *)w + at, len - at) > start)
            return true;
    return false;
}

static bool is_blank(const uint8_t *p, size_t n)
{
    while (n && (*p == ' ' || *p == '\t' || *p == '\r')) {
        p++;
        n--;
    }
    return !n;
}

/* Some letters and digits in a row that are no word: of both kinds, or letters
 * of both cases, but for a capital in front. */
static bool holds_secret(const uint8_t *p, size_t n)
{
    size_t run = 0, digits = 0, upper = 0, low = 0;

    for (size_t i = 0; i <= n; i++) {
        if (i < n && (isalnum(p[i]) || p[i] >= 0x80)) {
            digits += isdigit(p[i]) != 0;
            upper += isupper(p[i]) && run;
            low += !isdigit(p[i]) && !isupper(p[i]);
            run++;
            continue;
        }
        if (run >= SECRET_LEAST && ((digits && digits < run) || (upper && low)))
            return true;
        run = digits = upper = low = 0;
    }
    return false;
}

/* What may stand at a token that another value than its own holds. */
static bool is_edge(uint8_t c)
{
    return c && strchr(" \t\r\"'`\\()[]{}<>,;:=/?&#|", c);
}

/* The line is text around whole tokens, one at least.  Who makes a bundle by
 * hand makes up tokens, so what is glued to one, or looks like a secret beside
 * it, is told. */
static bool is_around(const uint8_t *w, size_t len, size_t from, size_t to)
{
    size_t begin = from, at;

    while ((at = token_at(w, len, from, to)) < to) {
        if ((at > begin && !is_edge(w[at - 1])) ||
            holds_secret(w + from, at - from))
            return false;
        from = at + redact_token_len((const char *)w + at, len - at);
        if (from < to && !is_edge(w[from]))
            return false;
    }
    return from > begin && (from >= to || !holds_secret(w + from, to - from));
}

/* Each line of from..to that is not empty is that. */
static bool has_tokens(const uint8_t *w, size_t len, size_t from, size_t to)
{
    const uint8_t *nl;
    size_t end;

    for (; from < to; from = end + 1) {
        nl = memchr(w + from, '\n', to - from);
        end = nl ? (size_t)(nl - w) : to;
        if (!is_blank(w + from, end - from) && !is_around(w, len, from, end))
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

    if (begins_in_token(w, len, hit->start))
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
