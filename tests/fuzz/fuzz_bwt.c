/* fuzz_bwt.c: suffixes are sorted rightly or not at all, within their room, as
 * the sorter of the build sorts them; and rotations as sorting them does.
 *
 * Input: one byte that says how much room there is, one how often the text is
 * repeated, then the text.  Texts are short: what a sorter can do wrong it does
 * with a few pieces, and a run must take some microseconds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bwt.h"
#include "collector/pack/bwt_pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX 2000u

static void must(int ok)
{
    if (!ok)
        abort();
}

/* A suffix comes before the next one if its first byte is less, or that is the
 * same and what follows comes before: so the order proves itself. */
static void check_order(const uint8_t *t, size_t n, const int32_t *sa)
{
    uint32_t rank[TEXT_MAX + 1] = {0};

    for (size_t i = 0; i < n; i++) {
        must(sa[i] >= 0 && (size_t)sa[i] < n && !rank[sa[i]]);
        rank[sa[i]] = (uint32_t)i + 1;
    }
    for (size_t i = 1; i < n; i++) {
        size_t a = (size_t)sa[i - 1], b = (size_t)sa[i];

        must(t[a] < t[b] || (t[a] == t[b] && rank[a + 1] < rank[b + 1]));
    }
}

/* Neither text nor room has a byte more, so that a sanitizer sees all. */
static void try_pieces(const uint8_t *t, size_t n, uint8_t room_for)
{
    size_t n_room = n + 1 + n * (room_for % 20) + (room_for % 20 ? 256 : 0);
    int32_t *room = xmalloc(n_room * sizeof(*room)), other[TEXT_MAX];

    if (bwt_pieces_sort(t, n, room, n_room)) {
        check_order(t, n, room);
        must(!bwt_sort(t, other, n, NULL));
        must(!memcmp(room, other, n * sizeof(*room)));
    }
    free(room);
}

/* Undone, the last column is the text again. */
static void try_transform(const uint8_t *t, size_t n)
{
    int32_t *room = xmalloc((n + 1) * sizeof(*room));
    uint8_t *turned = xmalloc(n + 1), *column = (uint8_t *)room;
    uint32_t next[TEXT_MAX], at[257] = {0}, row = UINT32_MAX;

    must(!bwt_transform(t, n, room, turned, &row, NULL));
    must(row < n);
    for (size_t i = 0; i < n; i++)
        at[column[i] + 1]++;
    for (size_t i = 1; i < 257; i++)
        at[i] += at[i - 1];
    for (size_t i = 0; i < n; i++)
        next[at[column[i]]++] = (uint32_t)i;
    for (size_t i = 0, k = next[row]; i < n; i++, k = next[k])
        must(column[k] == t[i]);
    free(turned);
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n;
    uint8_t *t;

    if (size < 3)
        return 0;
    n = (size - 2) * (1 + data[1] % 16);
    if (n > TEXT_MAX)
        n = TEXT_MAX;
    t = xmalloc(n);
    for (size_t i = 0; i < n; i++)
        t[i] = data[2 + i % (size - 2)];
    try_pieces(t, n, data[0]);
    if (data[1] >= 128)
        try_transform(t, n);
    free(t);
    return 0;
}
