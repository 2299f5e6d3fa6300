#include "redact/pseudonym_spell.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define DIGITS 8 /* of a pseudonym; 12 where two names share them */
#define MANY_DIGITS 12
#define NAMES_MAX 10000u

struct names_known {
    const struct pseudonym_keys *keys;
    struct name *v;
    size_t n, cap;
    uint32_t *own; /* which have pseudonyms of their own; the others are
                    * spellings of those */
    size_t n_own, originals;
    uint32_t *slots; /* 1 + index, open addressing; 0: free */
    size_t n_slots;  /* a power of 2, at most half full */
    size_t longest;
    uint8_t prefix[NAMES_FLAGS_SIZE]; /* two NAMES_ flags each */
    uint8_t first[32];                /* of the hints, by letter */
};

static const char *const prefix_of[] = {
#define X(id, prefix) [PSEUDONYM_##id] = prefix,
    PSEUDONYM_KINDS(X)
#undef X
};

struct names_known *names_known_new(const struct pseudonym_keys *keys)
{
    struct names_known *k = xcalloc(1, sizeof(*k));

    k->keys = keys;
    k->n_slots = 256;
    k->slots = xcalloc(k->n_slots, sizeof(*k->slots));
    memset(k->first, 0xff, sizeof(k->first));
    return k;
}

void names_known_free(struct names_known *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < k->n; i++)
        free(k->v[i].text);
    free(k->v);
    free(k->own);
    free(k->slots);
    free(k);
}

bool names_known_full(const struct names_known *k)
{
    return k->originals == NAMES_MAX;
}

size_t names_known_count(const struct names_known *k)
{
    return k->n;
}

const struct name *names_known_at(const struct names_known *k, size_t i)
{
    return &k->v[i];
}

/* ---- pseudonyms themselves ----------------------------------------------- */

size_t names_pseudonym_len(const char *text, size_t len)
{
    for (size_t k = 0; k < PSEUDONYM_KINDS_N; k++) {
        size_t n = prefix_of[k] ? strlen(prefix_of[k]) : 0, digits = 0;

        if (!n || len <= n || strncasecmp(text, prefix_of[k], n) ||
            text[n] != '-')
            continue;
        n++;
        while (n + digits < len &&
               (isdigit((unsigned char)text[n + digits]) ||
                (text[n + digits] >= 'a' && text[n + digits] <= 'f')))
            digits++;
        if (digits == DIGITS || digits == MANY_DIGITS)
            return n + digits;
    }
    return 0;
}

/* ---- adding -------------------------------------------------------------- */

static uint64_t hash_step(uint64_t h, uint8_t c)
{
    return (h ^ (uint8_t)tolower(c)) * 0x100000001b3u;
}

#define HASH_BEGIN 0xcbf29ce484222325u

static uint64_t hash_of(const char *text, size_t len)
{
    uint64_t h = HASH_BEGIN;

    for (size_t i = 0; i < len; i++)
        h = hash_step(h, (uint8_t)text[i]);
    return h;
}

/* The slot of the name with this text, or the free one it would go to. */
static size_t slot_of(const struct names_known *k, uint64_t h, const char *text,
                      size_t len)
{
    size_t i = (size_t)(h ^ h >> 32) & (k->n_slots - 1);

    while (k->slots[i]) {
        const struct name *n = &k->v[k->slots[i] - 1];

        if (n->len == len && !strncasecmp(n->text, text, len))
            break;
        i = (i + 1) & (k->n_slots - 1);
    }
    return i;
}

static void grow(struct names_known *k)
{
    free(k->slots);
    k->n_slots *= 2;
    k->slots = xcalloc(k->n_slots, sizeof(*k->slots));
    for (size_t i = 0; i < k->n; i++) {
        const struct name *n = &k->v[i];

        k->slots[slot_of(k, hash_of(n->text, n->len), n->text, n->len)] =
            (uint32_t)i + 1;
    }
}

/* What a name may end with: a letter or digit, of ASCII or not. */
static bool is_last(uint8_t c)
{
    return isalnum(c) || c >= 0x80;
}

/* Two names of one kind must not share a pseudonym; so few do that looking
 * through all of them costs nothing. */
static void make_stand(struct names_known *k, struct name *n)
{
    const char *prefix = prefix_of[n->kind];

    if (!prefix)
        return;
    pseudonym_name(k->keys, prefix, n->text, n->len, DIGITS, n->stands);
    for (size_t i = 0; i < k->n_own; i++)
        if (&k->v[k->own[i]] != n &&
            !strcmp(k->v[k->own[i]].stands, n->stands)) {
            pseudonym_name(k->keys, prefix, n->text, n->len, MANY_DIGITS,
                           n->stands);
            break;
        }
    k->own = xreallocarray(k->own, k->n_own + 1, sizeof(*k->own));
    k->own[k->n_own++] = (uint32_t)(n - k->v);
}

/* A keyword is what its user says, and a guest's name what its owner says: any
 * bytes, but for marks around it. */
static bool fit_any(const char **text, size_t *len)
{
    while (*len && !isalnum((unsigned char)**text) &&
           (uint8_t) * *text < NAMES_LEAD_BYTE)
        ++*text, --*len;
    while (*len && !is_last((uint8_t)(*text)[*len - 1]))
        --*len;
    return *len >= PSEUDONYM_LEAST && *len <= NAME_LONGEST &&
           !memchr(*text, '\n', *len) && !names_pseudonym_len(*text, *len);
}

/* A serial number without a digit, which words are not taken for. */
#define CAPITALS_LEAST 6

static bool is_capitals(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (islower((unsigned char)text[i]))
            return false;
    return true;
}

/* Who asks for guests to be hidden means "db1", too. */
static bool fit_name(enum pseudonym_kind kind, const char **text, size_t *len)
{
    size_t letters = 0;

    if (!fit_any(text, len) || names_common(*text, *len))
        return false;
    for (size_t i = 0; i < *len; i++)
        letters += isalpha((unsigned char)(*text)[i]) ||
                   (uint8_t)(*text)[i] >= NAMES_LEAD_BYTE;
    return letters >= (kind == PSEUDONYM_GUEST ? 1 : PSEUDONYM_LEAST);
}

static bool fit_number(enum pseudonym_kind kind, const char *text, size_t len)
{
    size_t letters = 0, digits = 0;

    if (len < PSEUDONYM_LEAST || len > NAME_LONGEST ||
        !isalnum((unsigned char)text[0]) ||
        !isalnum((unsigned char)text[len - 1]) ||
        names_pseudonym_len(text, len))
        return false;
    for (size_t i = 0; i < len; i++) {
        letters += isalpha((unsigned char)text[i]) != 0;
        digits += isdigit((unsigned char)text[i]) != 0;
    }
    if (kind != PSEUDONYM_SERIAL)
        return digits > 0;
    return letters + digits >= 5 && !names_placeholder(text, len) &&
           (digits || (letters >= CAPITALS_LEAST && is_capitals(text, len) &&
                       !names_common(text, len)));
}

static bool fit(enum pseudonym_kind kind, const char **text, size_t *len)
{
    switch (kind) {
    case PSEUDONYM_KEYWORD:
        return fit_any(text, len);
    case PSEUDONYM_SERIAL:
    case PSEUDONYM_MAC:
    case PSEUDONYM_ADDRESS:
        return fit_number(kind, *text, *len);
    default:
        return fit_name(kind, text, len);
    }
}

static void set_flag(struct names_known *k, const char *text, unsigned flag)
{
    unsigned i = names_prefix((const uint8_t *)text);

    k->prefix[i / 4] |= (uint8_t)(flag << 2 * (i % 4));
}

/* as: what this is another spelling of, a copy, for k's own may move; or NULL.
 */
static bool add(struct names_known *k, enum pseudonym_kind kind,
                const char *text, size_t len, const struct name *as,
                const char *dash)
{
    struct name *n;
    size_t slot;

    if (names_known_full(k) || !fit(kind, &text, &len))
        return false;
    slot = slot_of(k, hash_of(text, len), text, len);
    if (k->slots[slot]) {
        n = &k->v[k->slots[slot] - 1];
        if (n->cut && !as) { /* somebody is called so */
            n->cut = 0;
            n->kind = kind;
            make_stand(k, n);
        }
        return true;
    }
    if (k->n == k->cap) {
        k->cap = k->cap ? 2 * k->cap : 64;
        k->v = xreallocarray(k->v, k->cap, sizeof(*k->v));
    }
    n = &k->v[k->n++];
    memset(n, 0, sizeof(*n));
    n->text = xstrndup(text, len);
    n->len = len;
    n->kind = kind;
    for (char *p = n->text; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    n->dash = dash;
    if (as)
        memcpy(n->stands, as->stands, sizeof(n->stands));
    else
        make_stand(k, n);
    k->slots[slot] = (uint32_t)k->n;
    set_flag(k, text, NAMES_LEARNED);
    if (len > k->longest)
        k->longest = len;
    if (2 * k->n > k->n_slots)
        grow(k);
    return true;
}

/* Columns of ps and top are 8 wide: "abcdefgh" fits, of more 7 and a + stand
 * there. */
static void add_cut(struct names_known *k, const struct name *n)
{
    enum { WIDTH = 8 };
    size_t before = k->n, len = WIDTH - 1;

    while (len && n->len > WIDTH && !is_last((uint8_t)n->text[len - 1]))
        len--;
    if (n->len <= WIDTH || !add(k, n->kind, n->text, len, n, NULL))
        return;
    if (k->n > before) {
        k->v[before].cut = WIDTH - (unsigned)len;
    } else { /* of two it is neither */
        struct name *other =
            &k->v[k->slots[slot_of(k, hash_of(n->text, len), n->text, len)] -
                  1];

        if (other->cut)
            make_stand(k, other);
    }
}

bool names_known_add(struct names_known *k, enum pseudonym_kind kind,
                     const char *text, size_t len)
{
    size_t before = k->n;
    struct name n;

    if (!add(k, kind, text, len, NULL, NULL))
        return false;
    if (k->n == before)
        return true;
    n = k->v[before];
    pseudonym_spell_name(k, before, text, len);
    if (kind == PSEUDONYM_USER)
        add_cut(k, &n);
    k->originals++;
    return true;
}

void names_known_also(struct names_known *k, const struct name *n,
                      const char *text, size_t len, const char *dash)
{
    add(k, n->kind, text, len, n, dash);
}

void names_known_spell(struct names_known *k, const char *text,
                       const char *stands)
{
    size_t before = k->n;

    if (add(k, PSEUDONYM_ADDRESS, text, strlen(text), NULL, NULL) &&
        k->n > before)
        snprintf(k->v[before].stands, sizeof(k->v[before].stands), "%s",
                 stands);
}

/* ---- finding ------------------------------------------------------------- */

void names_known_hint(struct names_known *k, const char *word, uint8_t i)
{
    uint8_t *first = &k->first[word[0] & 31];

    if (i < *first)
        *first = i;
    set_flag(k, word, NAMES_HINT);
}

uint8_t names_known_first(const struct names_known *k, uint8_t c)
{
    return k->first[c & 31];
}

const uint8_t *names_known_flags(const struct names_known *k)
{
    return k->prefix;
}

/* p: the name's last byte, and n - 1 behind it.  True of a whole one, too. */
static bool is_cut_here(const struct name *name, const uint8_t *p, size_t n)
{
    return !name->cut || (name->cut < n && p[name->cut] == '+');
}

const struct name *names_known_find(const struct names_known *k,
                                    const uint8_t *p, size_t n)
{
    const struct name *best = NULL;
    uint64_t h = HASH_BEGIN;

    for (size_t i = 0; i < n && i < k->longest; i++) {
        size_t slot;

        if (p[i] == '\n')
            break;
        h = hash_step(h, p[i]);
        if (!is_last(p[i]) || (p[i] < 0x80 && i + 1 < n && isalnum(p[i + 1])))
            continue;
        slot = slot_of(k, h, (const char *)p, i + 1);
        if (k->slots[slot] &&
            is_cut_here(&k->v[k->slots[slot] - 1], p + i, n - i))
            best = &k->v[k->slots[slot] - 1];
    }
    return best;
}
