#include "collector/pack/bz2_huffman.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 3
/* Costs of all tables are added in one number, a field for each: 50 codes of
 * at most 17 bits stay below 1024. */
#define FIELD_BITS 10u
#define FIELD_MASK ((1u << FIELD_BITS) - 1)

struct leaf {
    uint32_t weight;
    uint16_t symbol;
};

static int by_weight(const void *a, const void *b)
{
    const struct leaf *x = a, *y = b;

    if (x->weight != y->weight)
        return x->weight < y->weight ? -1 : 1;
    return (int)x->symbol - (int)y->symbol;
}

/* Depths of a Huffman tree over n >= 2 leaves in order of weight, by merging
 * two queues: the leaves, and the inner nodes as they are made. Returns the
 * greatest. */
static unsigned tree_depths(const struct leaf *leaf, unsigned n, uint8_t *depth)
{
    uint32_t weight[BZ2_SYMBOLS_MAX];
    uint16_t parent[2 * BZ2_SYMBOLS_MAX];
    uint8_t inner[BZ2_SYMBOLS_MAX];
    unsigned l = 0, m = 0, most = 0;

    for (unsigned made = 0; made < n - 1; made++) {
        weight[made] = 0;
        for (unsigned k = 0; k < 2; k++) {
            if (l < n && (m == made || leaf[l].weight <= weight[m])) {
                weight[made] += leaf[l].weight;
                parent[l++] = (uint16_t)made;
            } else {
                weight[made] += weight[m];
                parent[n + m++] = (uint16_t)made;
            }
        }
    }
    inner[n - 2] = 0;
    for (unsigned i = n - 2; i-- > 0;)
        inner[i] = (uint8_t)(inner[parent[n + i]] + 1);
    for (unsigned i = 0; i < n; i++) {
        depth[i] = (uint8_t)(inner[parent[i]] + 1);
        if (depth[i] > most)
            most = depth[i];
    }
    return most;
}

void bz2_code_lengths(const uint32_t *freq, unsigned n, uint8_t *length)
{
    struct leaf leaf[BZ2_SYMBOLS_MAX];
    uint8_t depth[BZ2_SYMBOLS_MAX];

    for (unsigned i = 0; i < n; i++)
        leaf[i] = (struct leaf){freq[i] ? freq[i] : 1, (uint16_t)i};
    qsort(leaf, n, sizeof(leaf[0]), by_weight);
    /* Flatter weights make a flatter tree; the order stays. */
    while (tree_depths(leaf, n, depth) > BZ2_LENGTH_MAX)
        for (unsigned i = 0; i < n; i++)
            leaf[i].weight = leaf[i].weight / 2 + 1;
    for (unsigned i = 0; i < n; i++)
        length[leaf[i].symbol] = depth[i];
}

void bz2_codes(const uint8_t *length, unsigned n, uint32_t *code)
{
    uint32_t next = 0;

    for (unsigned l = 1; l <= BZ2_LENGTH_MAX; l++) {
        for (unsigned i = 0; i < n; i++)
            if (length[i] == l)
                code[i] = next++;
        next <<= 1;
    }
}

static unsigned table_count(size_t n)
{
    return n < 200 ? 2 : n < 600 ? 3 : n < 1200 ? 4 : n < 2400 ? 5 : 6;
}

/* To begin with each table is good for a range of symbols of its own, all of
 * about the same weight. */
static void first_lengths(struct bz2_tables *t, const uint32_t *freq, size_t n)
{
    size_t left = n;
    unsigned lo = 0;

    for (unsigned k = t->n_tables; k > 0; k--) {
        size_t want = left / k, have = 0;
        unsigned hi = lo;

        while (hi < t->n_symbols && (have < want || hi == lo))
            have += freq[hi++];
        /* Rounded down every other time. */
        if (hi > lo + 1 && k != t->n_tables && k != 1 &&
            (t->n_tables - k) % 2 == 1)
            have -= freq[--hi];
        if (k == 1)
            hi = t->n_symbols;
        for (unsigned i = 0; i < t->n_symbols; i++)
            t->length[k - 1][i] = i >= lo && i < hi ? 0 : 15;
        left -= have;
        lo = hi;
    }
}

static void pack_costs(const struct bz2_tables *t, uint64_t *cost)
{
    for (unsigned i = 0; i < t->n_symbols; i++) {
        cost[i] = 0;
        for (unsigned k = t->n_tables; k-- > 0;)
            cost[i] = cost[i] << FIELD_BITS | t->length[k][i];
    }
}

static unsigned cheapest(uint64_t cost, unsigned n_tables)
{
    unsigned best = 0, least = (unsigned)(cost & FIELD_MASK);

    for (unsigned k = 1; k < n_tables; k++) {
        unsigned here = (unsigned)(cost >> (k * FIELD_BITS) & FIELD_MASK);

        if (here < least) {
            least = here;
            best = k;
        }
    }
    return best;
}

/* Each group takes its cheapest table; freq, unless it is NULL, becomes how
 * often each has each symbol. */
static void select_tables(struct bz2_tables *t, const uint16_t *s, size_t n,
                          uint32_t freq[][BZ2_SYMBOLS_MAX])
{
    uint64_t cost[BZ2_SYMBOLS_MAX];

    pack_costs(t, cost);
    if (freq)
        memset(freq, 0, sizeof(freq[0]) * t->n_tables);
    t->n_selectors = 0;
    while (n) {
        unsigned m = n < BZ2_GROUP ? (unsigned)n : BZ2_GROUP, k;
        uint64_t sum = 0;

        for (unsigned i = 0; i < m; i++)
            sum += cost[s[i]];
        k = cheapest(sum, t->n_tables);
        for (unsigned i = 0; freq && i < m; i++)
            freq[k][s[i]]++;
        t->selector[t->n_selectors++] = (uint8_t)k;
        s += m;
        n -= m;
    }
}

void bz2_tables_make(struct bz2_tables *t, const uint16_t *s, size_t n,
                     const uint32_t *freq, unsigned n_symbols)
{
    uint32_t by_table[BZ2_TABLES_MAX][BZ2_SYMBOLS_MAX];

    t->n_symbols = n_symbols;
    t->n_tables = table_count(n);
    first_lengths(t, freq, n);
    for (unsigned round = 0; round < ROUNDS; round++) {
        select_tables(t, s, n, by_table);
        for (unsigned k = 0; k < t->n_tables; k++)
            bz2_code_lengths(by_table[k], n_symbols, t->length[k]);
    }
    /* For the lengths as they are now, not as they were. */
    select_tables(t, s, n, NULL);
}
