#include "redact/pseudonym_find.h"

#include <stdio.h>
#include <string.h>

const uint8_t find_class[256] = {
    ['0' ... '9'] = C_ALNUM | C_HEX | C_DIGIT | C_LABEL | C_LOCAL,
    ['a' ... 'f'] = C_ALNUM | C_HEX | C_LABEL | C_LOCAL | C_ALPHA,
    ['A' ... 'F'] = C_ALNUM | C_HEX | C_LABEL | C_LOCAL | C_ALPHA,
    ['g' ... 'z'] = C_ALNUM | C_LABEL | C_LOCAL | C_ALPHA,
    ['G' ... 'Z'] = C_ALNUM | C_LABEL | C_LOCAL | C_ALPHA,
    ['-'] = C_LABEL | C_LOCAL,
    ['_'] = C_LOCAL,
    ['.'] = C_LOCAL,
    ['+'] = C_LOCAL,
    ['%'] = C_LOCAL,
    [' '] = C_BLANK,
    ['\t'] = C_BLANK,
    ['\n'] = C_BLANK,
    ['\r'] = C_BLANK,
};

void found_add(struct found *f, const void *text, size_t n)
{
    if (n > FOUND_MAX - f->n)
        n = FOUND_MAX - f->n;
    memcpy(f->text + f->n, text, n);
    f->n += n;
}

void found_add_number(struct found *f, unsigned value, unsigned base,
                      unsigned width, bool upper)
{
    const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char digits[32];
    size_t n = sizeof(digits);

    do {
        digits[--n] = set[value % base];
        value /= base;
    } while (n && (value || sizeof(digits) - n < width));
    found_add(f, digits + n, sizeof(digits) - n);
}

bool find_is_word(const struct view *v, size_t i, const char *word)
{
    for (; *word; word++, i++)
        if (i >= v->len || find_lower(v->d[i]) != (uint8_t)*word)
            return false;
    return !is(v, i, C_ALNUM);
}

size_t find_word_before(const struct view *v, size_t i, size_t gap,
                        char out[24])
{
    size_t n = 0, end;

    while (i && gap && strchr(" \t:=\"'(,<>[", v->d[i - 1]) && v->d[i - 1]) {
        i--;
        gap--;
    }
    end = i;
    while (i && n < 23 && is(v, i - 1, C_ALPHA)) {
        i--;
        n++;
    }
    for (size_t k = 0; k < n; k++)
        out[k] = (char)find_lower(v->d[end - n + k]);
    out[n] = '\0';
    return n;
}

bool find_in_list(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(word, *list))
            return true;
    return false;
}

static size_t stand_in(const struct view *v, enum pseudonym_kind kind, size_t i,
                       size_t n, char out[FOUND_MAX])
{
    const char *text = (const char *)v->d + i;
    const struct name *known = names_known_find(v->names, v->d + i, n);
    size_t letters = 0;

    for (size_t k = 0; k < n; k++)
        letters += is(v, i + k, C_ALPHA);
    if (letters < PSEUDONYM_LEAST || names_common(text, n) ||
        names_pseudonym_len(text, n) == n)
        return 0;
    if (known && known->len == n && *known->stands) {
        return (size_t)snprintf(out, FOUND_MAX, "%s", known->stands);
    }
    return pseudonym_name(v->keys,
                          kind == PSEUDONYM_USER     ? "user"
                          : kind == PSEUDONYM_DOMAIN ? "domain"
                                                     : "host",
                          text, n, 8, out);
}

size_t find_stand_in(const struct view *v, enum pseudonym_kind kind, size_t i,
                     size_t n, char out[FOUND_MAX])
{
    bool known = false;
    struct pseudonym_recent *r = pseudonym_recent(
        v->map, (uint8_t)kind, (const char *)v->d + i, n, &known);
    size_t k;

    if (known) {
        memcpy(out, r->stands, r->n);
        return r->n;
    }
    k = stand_in(v, kind, i, n, out);
    if (r) {
        r->n = (uint8_t)k;
        memcpy(r->stands, out, k);
    }
    return k;
}
