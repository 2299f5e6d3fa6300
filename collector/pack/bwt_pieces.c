/* bwt_pieces.c: induced sorting (Nong, Zhang, Chan: "Linear Suffix Array
 * Construction by Almost Pure Induced-Sorting", 2009), with another first step.
 *
 * A suffix is of type S if the next one, which begins a symbol later, is
 * greater, else of type L; the end of the text is less than all, so the last is
 * an L.  Where an S follows an L, a piece begins; it ends with the first symbol
 * of the next piece.  Once the suffixes that begin with a piece are in order,
 * the order of all others follows in two walks (induce).  Theirs is the order
 * of a text of pieces: each piece is a symbol of it, its name, which is its
 * rank among the different pieces.  That text is sorted in the same way.
 *
 * The paper finds the names by inducing once more.  Here a table does: in what
 * hosts write there are ten times as many pieces as different ones, so only few
 * are ever compared.
 *
 * Room.  At its end lie the bits that tell where pieces begin, and before them
 * the text of pieces, later the places of pieces.  The table and the different
 * pieces lie at its start until the names are known, then the result.  What
 * lies between belongs to the text of pieces. */
#include "collector/pack/bwt_pieces.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

/* A number of the result that the next walk passes over. */
#define MARK 0x80000000u
/* Places, lengths and numbers of pieces. */
#define FIELD 20
#define FIELD_MASK ((1u << FIELD) - 1)
#define MIX UINT64_C(0x9e3779b97f4a7c15)
/* How many symbols may be compared in vain, for each of the text. */
#define STEPS_MAX 16u
/* What kinds are sorted by. */
#define DIGIT 11u
#define DIGIT_VALUES (1u << DIGIT)
#define DIGITS ((64 + DIGIT - 1) / DIGIT)
/* A text as short as this is sorted by hand. */
#define SHORT 4u

/* Bytes, or names. */
struct text {
    const uint8_t *bytes;
    const uint32_t *names; /* NULL: bytes */
    uint32_t n;
    uint32_t n_symbols;
    unsigned bits, in_key; /* of a symbol; symbols in a key */
};

/* The first symbols, in the order of numbers; and place, length, number. */
struct piece {
    uint64_t key;
    uint64_t rest;
};

/* The text is cut into pieces; m of them, n_kinds different ones. */
struct cut {
    const struct text *t;
    uint64_t *begins; /* a bit for each place; before: those of type S */
    uint32_t *names;  /* of m pieces */
    uint32_t m, n_kinds;
    uint32_t *table; /* number of a kind, and 1 */
    unsigned table_bits;
    struct piece *kinds;
    uint32_t *end; /* of the room for kinds */
    uint64_t steps_left;
};

INLINE uint32_t symbol(const struct text *t, uint32_t i, bool wide)
{
    return wide ? t->names[i] : t->bytes[i];
}

/* ---- where pieces begin -------------------------------------------------- */

static uint64_t reversed(uint64_t v)
{
    v = __builtin_bswap64(v);
    v = (v & 0x0f0f0f0f0f0f0f0full) << 4 | (v >> 4 & 0x0f0f0f0f0f0f0f0full);
    v = (v & 0x3333333333333333ull) << 2 | (v >> 2 & 0x3333333333333333ull);
    return (v & 0x5555555555555555ull) << 1 | (v >> 1 & 0x5555555555555555ull);
}

/* Bit i: whether byte i of 64 is less than the next one, or equal to it; 65
 * bytes are read. */
static void compare64(const uint8_t *p, uint64_t *less, uint64_t *equal)
{
    *less = *equal = 0;
#ifdef __SSE2__
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(p + i + 1));
        unsigned same = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b));
        unsigned most =
            (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(a, b), b));

        *less |= (uint64_t)(most & ~same) << i;
        *equal |= (uint64_t)same << i;
    }
#else
    for (unsigned i = 0; i < 64; i++) {
        *less |= (uint64_t)(p[i] < p[i + 1]) << i;
        *equal |= (uint64_t)(p[i] == p[i + 1]) << i;
    }
#endif
}

/* The types of 64 bytes, bit by bit: S where it is less, and where it is equal
 * and the next is S.  That is how an addition carries, from the other end. */
static uint64_t types64(const uint8_t *p, bool next)
{
    uint64_t less, equal, a, sum;
    bool over;

    compare64(p, &less, &equal);
    less = reversed(less);
    a = less | reversed(equal);
    over = __builtin_add_overflow(a, less, &sum);
    over |= __builtin_add_overflow(sum, (uint64_t)next, &sum);
    return reversed((sum ^ a ^ less) >> 1 | (uint64_t)over << 63);
}

/* Behind the end comes less than any byte: the last one is an L, and so are
 * equal ones before it, zeros too. */
static void types_of_bytes(const struct text *t, uint64_t *types)
{
    bool next = false;

    for (uint32_t w = (t->n + 63) / 64; w-- > 0;) {
        const uint8_t *p = t->bytes + 64u * w;
        uint8_t last[65] = {0};

        if (64u * w + 65 > t->n) {
            memcpy(last, p, t->n - 64u * w);
            p = last;
        }
        types[w] = types64(p, next);
        next = types[w] & 1;
    }
}

static void types_of_names(const struct text *t, uint64_t *types)
{
    uint64_t word = 0, s = 0;

    for (uint32_t i = t->n - 1; i-- > 0;) {
        uint32_t a = t->names[i], b = t->names[i + 1];

        if (i % 64 == 63) {
            types[i / 64 + 1] = word;
            word = 0;
        }
        s = (a < b) | ((a == b) & s);
        word |= s << i % 64;
    }
    types[0] = word;
}

/* Returns how many there are. */
static uint32_t find_begins(const struct text *t, uint64_t *begins)
{
    uint64_t before = 1;
    uint32_t m = 0;

    if (t->names)
        types_of_names(t, begins);
    else
        types_of_bytes(t, begins);
    for (uint32_t w = 0; w < (t->n + 63) / 64; w++) {
        uint64_t types = begins[w];

        begins[w] = types & ~(types << 1 | before);
        before = types >> 63;
        m += (uint32_t)__builtin_popcountll(begins[w]);
    }
    return m;
}

static void list_begins(const struct cut *c, uint32_t *out)
{
    for (uint32_t w = 0; w < (c->t->n + 63) / 64; w++) {
        for (uint64_t bits = c->begins[w]; bits; bits &= bits - 1)
            *out++ = w * 64 + (uint32_t)__builtin_ctzll(bits);
    }
}

/* ---- the different pieces ------------------------------------------------ */

static inline uint32_t piece_at(const struct piece *p)
{
    return (uint32_t)p->rest & FIELD_MASK;
}

static inline uint32_t piece_len(const struct piece *p)
{
    return (uint32_t)(p->rest >> FIELD) & FIELD_MASK;
}

static inline uint32_t piece_number(const struct piece *p)
{
    return (uint32_t)(p->rest >> (2 * FIELD));
}

/* Where one piece goes on behind the end of another, its next symbol is not
 * greater than the last one that they share, for both would end there if it
 * were.  A piece's last symbol is of type S, so what follows it is greater:
 * with ones behind a short piece the keys have the order of the suffixes.
 * Behind the text's end come zeros. */
INLINE uint64_t piece_key(const struct text *t, uint32_t at, uint32_t len,
                          uint64_t behind, bool wide)
{
    uint64_t v = 0;
    unsigned i = 0;

    if (wide) {
        for (; i < t->in_key && i < len; i++)
            v = v << t->bits | t->names[at + i];
        for (; i < t->in_key; i++)
            v = v << t->bits | (behind >> (64 - t->bits));
        return v;
    }
    if (at + 8 <= t->n) {
        memcpy(&v, t->bytes + at, 8);
        v = be64toh(v);
    } else {
        for (; i < 8; i++)
            v = v << 8 | (at + i < t->n ? t->bytes[at + i] : 0);
    }
    if (len < 8)
        v = v >> (64 - 8 * len) << (64 - 8 * len) | behind >> (8 * len);
    return v;
}

INLINE bool same_rest(const struct text *t, uint32_t a, uint32_t b,
                      uint32_t len, bool wide)
{
    for (uint32_t i = t->in_key; i < len; i++)
        if (symbol(t, a + i, wide) != symbol(t, b + i, wide))
            return false;
    return true;
}

static bool add_kind(struct cut *c, uint64_t key, uint32_t at, uint32_t len)
{
    /* Twice, as sorting moves them. */
    if ((const uint32_t *)(const void *)(c->kinds + 2u * (c->n_kinds + 1)) >
            c->end ||
        c->n_kinds >= (3u << c->table_bits) / 4)
        return false;
    c->kinds[c->n_kinds].key = key;
    c->kinds[c->n_kinds].rest =
        at | (uint64_t)len << FIELD | (uint64_t)c->n_kinds << (2 * FIELD);
    c->n_kinds++;
    return true;
}

/* The number of the kind that the piece is of. False: there is no room, or the
 * text is too hard. */
INLINE bool find_kind(struct cut *c, uint32_t at, uint32_t len, uint32_t *out,
                      bool wide)
{
    const struct text *t = c->t;
    const uint64_t key = piece_key(t, at, len, UINT64_MAX, wide);
    const uint32_t mask = (1u << c->table_bits) - 1;
    uint64_t hash = key * MIX;
    uint32_t slot;

    hash ^= hash >> 29;
    for (uint32_t i = t->in_key; i < len; i++)
        hash = (hash ^ symbol(t, at + i, wide)) * MIX;
    slot = (uint32_t)(hash * MIX >> (64 - c->table_bits));
    for (; c->table[slot]; slot = (slot + 1) & mask) {
        const struct piece *k = &c->kinds[c->table[slot] - 1];

        if (k->key == key && piece_len(k) == len &&
            same_rest(t, piece_at(k), at, len, wide)) {
            *out = c->table[slot] - 1;
            return true;
        }
        if (c->steps_left < len)
            return false;
        c->steps_left -= len;
    }
    c->table[slot] = c->n_kinds + 1;
    *out = c->n_kinds;
    return add_kind(c, key, at, len);
}

/* Each piece becomes the number of its kind. The last one ends with the text
 * and is of a kind of its own, number 0. */
INLINE bool name_pieces(struct cut *c, bool wide)
{
    const uint32_t m = c->m;
    uint32_t *names = c->names, at = names[m - 1];

    if (!add_kind(c, piece_key(c->t, at, c->t->n - at, 0, wide), at,
                  c->t->n - at))
        return false;
    for (uint32_t i = 0; i + 1 < m; i++)
        if (!find_kind(c, names[i], names[i + 1] - names[i] + 1, &names[i],
                       wide))
            return false;
    names[m - 1] = 0;
    return true;
}

/* Of two with the same key. */
static int by_rest(const void *a, const void *b, void *arg)
{
    const struct text *t = arg;
    const struct piece *x = a, *y = b;
    uint32_t nx = piece_len(x), ny = piece_len(y);
    uint32_t n = nx < ny ? nx : ny;

    for (uint32_t i = t->in_key; i < n; i++) {
        uint32_t c = symbol(t, piece_at(x) + i, t->names != NULL);
        uint32_t d = symbol(t, piece_at(y) + i, t->names != NULL);

        if (c != d)
            return c < d ? -1 : 1;
    }
    if (!piece_number(x) || !piece_number(y))
        return (int)!piece_number(y) - (int)!piece_number(x);
    return (nx < ny) - (nx > ny);
}

/* By key, digit by digit from the lowest; then by what is behind it. Returns
 * where they are: in either half. */
static struct piece *sort_kinds(const struct cut *c)
{
    struct piece *from = c->kinds, *to = from + c->n_kinds;
    const uint32_t n = c->n_kinds;
    uint32_t count[DIGITS][DIGIT_VALUES];

    memset(count, 0, sizeof(count));
    for (uint32_t i = 0; i < n; i++)
        for (unsigned k = 0; k < DIGITS; k++)
            count[k][from[i].key >> k * DIGIT & (DIGIT_VALUES - 1)]++;
    for (unsigned k = 0; k < DIGITS; k++) {
        const unsigned shift = k * DIGIT;
        uint32_t *at = count[k], sum = 0;
        struct piece *other = from;

        if (at[from[0].key >> shift & (DIGIT_VALUES - 1)] == n)
            continue;
        for (unsigned v = 0; v < DIGIT_VALUES; v++) {
            uint32_t here = at[v];

            at[v] = sum;
            sum += here;
        }
        for (uint32_t i = 0; i < n; i++)
            to[at[from[i].key >> shift & (DIGIT_VALUES - 1)]++] = from[i];
        from = to;
        to = other;
    }
    for (uint32_t i = 0, end; i < n; i = end) {
        end = i + 1;
        while (end < n && from[end].key == from[i].key)
            end++;
        if (end - i > 1)
            qsort_r(from + i, end - i, sizeof(*from), by_rest, (void *)c->t);
    }
    return from;
}

/* ---- from pieces to suffixes --------------------------------------------- */

/* Where the suffixes that begin with each symbol begin, or end. */
static void set_buckets(const uint32_t *count, uint32_t n, uint32_t *bucket,
                        bool ends)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < n; i++) {
        sum += count[i];
        bucket[i] = ends ? sum : sum - count[i];
    }
}

/* The suffixes that begin with a piece, in order, stand at the ends of their
 * buckets, and zeros elsewhere. A suffix of type L is greater than the next
 * one: walking up, its turn comes after that one's; of those with the same
 * first symbol the order is that of the next ones. Then those of type S,
 * walking down. What is marked is not of the walk that comes to it. */
INLINE void induce(const struct text *t, uint32_t *sa, const uint32_t *count,
                   uint32_t *bucket, bool wide)
{
    const uint32_t n = t->n;
    uint32_t at = n - 1, c = symbol(t, at, wide), before;

    set_buckets(count, t->n_symbols, bucket, false);
    sa[bucket[c]++] = symbol(t, at - 1, wide) < c ? at | MARK : at;
    for (uint32_t i = 0; i < n; i++) {
        at = sa[i];
        sa[i] = at ^ MARK;
        if (!at || at & MARK)
            continue;
        c = symbol(t, --at, wide);
        before = at ? symbol(t, at - 1, wide) : c;
        sa[bucket[c]++] = at | (before < c ? MARK : 0);
    }
    set_buckets(count, t->n_symbols, bucket, true);
    for (uint32_t i = n; i-- > 0;) {
        at = sa[i];
        sa[i] = at & ~MARK;
        if (!at || at & MARK)
            continue;
        c = symbol(t, --at, wide);
        before = at ? symbol(t, at - 1, wide) : c + 1;
        sa[--bucket[c]] = at | (before > c ? MARK : 0);
    }
}

/* sa: the order of the m pieces, by their numbers in the text. */
INLINE void sort_by_pieces(const struct cut *c, uint32_t *sa, uint32_t *count,
                           bool wide)
{
    const struct text *t = c->t;
    uint32_t *bucket = count + t->n_symbols;

    list_begins(c, c->names);
    for (uint32_t i = 0; i < c->m; i++)
        sa[i] = c->names[sa[i]];
    memset(count, 0, sizeof(*count) * t->n_symbols);
    for (uint32_t i = 0; i < t->n; i++)
        count[symbol(t, i, wide)]++;
    set_buckets(count, t->n_symbols, bucket, true);
    memset(sa + c->m, 0, sizeof(*sa) * (t->n - c->m));
    for (uint32_t i = c->m; i-- > 0;) {
        uint32_t at = sa[i];

        sa[i] = 0;
        sa[--bucket[symbol(t, at, wide)]] = at;
    }
    induce(t, sa, count, bucket, wide);
}

static bool sort_names(const struct text *t, uint32_t *sa, size_t room);

static uint32_t suffix_less(const struct text *t, uint32_t a, uint32_t b)
{
    bool wide = t->names != NULL;

    while (a < t->n && b < t->n && symbol(t, a, wide) == symbol(t, b, wide)) {
        a++;
        b++;
    }
    return a == t->n || (b < t->n && symbol(t, a, wide) < symbol(t, b, wide));
}

static void sort_short(const struct text *t, uint32_t *sa)
{
    for (uint32_t i = 0; i < t->n; i++) {
        uint32_t k = i;

        for (; k && suffix_less(t, i, sa[k - 1]); k--)
            sa[k] = sa[k - 1];
        sa[k] = i;
    }
}

/* Names for the kinds' numbers, then the order of the pieces. */
static bool sort_pieces(struct cut *c, uint32_t *sa, size_t room)
{
    struct text sub = {.names = c->names, .n = c->m, .n_symbols = c->n_kinds};
    const struct piece *sorted = sort_kinds(c);

    for (uint32_t i = 0; i < c->n_kinds; i++)
        c->table[piece_number(&sorted[i])] = i;
    for (uint32_t i = 0; i < c->m; i++)
        c->names[i] = c->table[c->names[i]];
    if (c->n_kinds == c->m) {
        for (uint32_t i = 0; i < c->m; i++)
            sa[c->names[i]] = i;
        return true;
    }
    /* All ones are no name. */
    while (1u << sub.bits <= c->n_kinds)
        sub.bits++;
    sub.in_key = 64 / sub.bits;
    return sort_names(&sub, sa, room);
}

/* Divides the room. */
static bool cut_init(struct cut *c, const struct text *t, uint32_t *sa,
                     size_t room)
{
    const size_t words = (t->n + 63) / 64;
    const size_t want = room / 8 > t->n ? t->n : t->n / (t->names ? 2 : 16);
    size_t free_room;

    memset(c, 0, sizeof(*c));
    c->t = t;
    c->steps_left = STEPS_MAX * (uint64_t)t->n;
    if (room < t->n || room - 2 * words < t->n / 2 + 64)
        return false;
    room -= room % 2;
    c->begins = (uint64_t *)(void *)(sa + room - 2 * words);
    c->m = find_begins(t, c->begins);
    room -= 2 * words;
    /* The result of the text of pieces, or of this one, and what it needs. */
    if (2u * c->m > room || (t->names && room < t->n + 2u * t->n_symbols))
        return false;
    c->names = sa + room - c->m;
    free_room = room - c->m;
    c->table = sa;
    c->table_bits = 5;
    while (1u << c->table_bits < want && 8u << c->table_bits <= free_room)
        c->table_bits++;
    if (1u << c->table_bits > free_room)
        return false;
    memset(c->table, 0, sizeof(*sa) << c->table_bits);
    c->kinds = (struct piece *)(void *)(sa + (1u << c->table_bits));
    c->end = c->names;
    return true;
}

/* room: numbers at sa. */
INLINE bool sort_text(const struct text *t, uint32_t *sa, size_t room,
                      uint32_t *count, bool wide)
{
    struct cut c;

    if (t->n <= SHORT) {
        sort_short(t, sa);
        return true;
    }
    if (!cut_init(&c, t, sa, room))
        return false;
    if (c.m) {
        list_begins(&c, c.names);
        if (!name_pieces(&c, wide) ||
            !sort_pieces(&c, sa, (size_t)(c.names - sa)))
            return false;
    }
    sort_by_pieces(&c, sa, wide ? sa + t->n : count, wide);
    return true;
}

static bool sort_names(const struct text *t, uint32_t *sa, size_t room)
{
    return sort_text(t, sa, room, NULL, true);
}

bool bwt_pieces_sort(const uint8_t *t, size_t n, int32_t *room, size_t n_room)
{
    const struct text text = {
        .bytes = t, .n = (uint32_t)n, .n_symbols = 256, .bits = 8, .in_key = 8};
    uint32_t count[512];

    if (!n || n > FIELD_MASK || n_room < n || (uintptr_t)room % 8)
        return false;
    return sort_text(&text, (uint32_t *)room, n_room, count, false);
}
