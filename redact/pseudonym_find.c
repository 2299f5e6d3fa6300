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

/* "ip-172-37-40-179" has too few letters for a name, but is an address. */
static size_t address_in(const struct view *v, size_t i, size_t n,
                         char out[FOUND_MAX])
{
    struct word w = {.i = i + 1};
    size_t end = i + n, before, behind;
    struct found f;

    while (w.i < end && !(v->d[w.i - 1] == '-' && is(v, w.i, C_DIGIT)))
        w.i++;
    if (w.i >= end || n > NAME_LONGEST || !find_ip4_dashed(v, &w, &f) ||
        f.start < i || f.end > end)
        return 0;
    before = f.start - i;
    behind = end - f.end;
    memcpy(out, v->d + i, before);
    memcpy(out + before, f.text, f.n);
    memcpy(out + before + f.n, v->d + f.end, behind);
    return before + f.n + behind;
}

size_t find_stand_in(const struct view *v, enum pseudonym_kind kind, size_t i,
                     size_t n, char out[FOUND_MAX])
{
    bool known = false;
    struct pseudonym_recent *r = pseudonym_recent(
        v->map, (uint8_t)kind, (const char *)v->d + i, n, &known);
    size_t k;

    if (known) {
        k = r->n;
        memcpy(out, r->stands, k);
    } else {
        k = stand_in(v, kind, i, n, out);
        if (r) {
            r->n = (uint8_t)k;
            memcpy(r->stands, out, k);
        }
    }
    /* What stands around it counts, so this is never kept in r. */
    return k || kind != PSEUDONYM_HOST ? k : address_in(v, i, n, out);
}

/* ---- JSON ---------------------------------------------------------------- */

static bool is_key_char(const struct view *v, size_t i)
{
    return is(v, i, C_LABEL) || at(v, i) == '_';
}

/* Nothing but blanks stand before it on its line. */
static bool begins_line(const struct view *v, size_t i)
{
    while (i && v->d[i - 1] == ' ')
        i--;
    return !i || v->d[i - 1] == '\n';
}

/* Where the key that ends before i begins, its quote; SIZE_MAX: none does. */
static size_t key_before(const struct view *v, size_t i)
{
    while (i && is_key_char(v, i - 1))
        i--;
    return i && v->d[i - 1] == '"' && begins_line(v, i - 1) ? i - 1 : SIZE_MAX;
}

bool find_is_key(const struct view *v, size_t start, size_t end)
{
    size_t i = start;

    if (key_before(v, start) != SIZE_MAX) {
        while (end < v->len && is_key_char(v, end))
            end++;
        return at(v, end) == '"' && at(v, end + 1) == ':';
    }
    /* "key": 100, or an element of an array that is no string. */
    while (i && v->d[i - 1] == ' ')
        i--;
    if (!i || v->d[i - 1] == '\n')
        return is(v, start, C_ALNUM);
    return v->d[i - 1] == ':' && i > 1 && v->d[i - 2] == '"' &&
           key_before(v, i - 2) != SIZE_MAX;
}
