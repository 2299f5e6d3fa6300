/* fuzz_bwt.c: suffixes are sorted rightly or not at all, within their room.
 *
 * Input: one byte that says how much room there is, one how often the text is
 * repeated, then the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bwt_pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX 20000u

static void must(int ok)
{
    if (!ok)
        abort();
}

/* A suffix comes before the next one if its first byte is less, or that is the
 * same and what follows comes before: so the order proves itself. */
static void check_order(const uint8_t *t, size_t n, const int32_t *sa)
{
    size_t *rank = xcalloc(n + 1, sizeof(*rank));

    for (size_t i = 0; i < n; i++) {
        must(sa[i] >= 0 && (size_t)sa[i] < n && !rank[sa[i]]);
        rank[sa[i]] = i + 1;
    }
    for (size_t i = 1; i < n; i++) {
        size_t a = (size_t)sa[i - 1], b = (size_t)sa[i];

        must(t[a] < t[b] || (t[a] == t[b] && rank[a + 1] < rank[b + 1]));
    }
    free(rank);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n, n_room;
    int32_t *room;
    uint8_t *t;

    if (size < 3 || size > TEXT_MAX)
        return 0;
    n = (size - 2) * (1 + data[1] % 16);
    n_room = n + 1 + n * (data[0] % 20) + (data[0] % 20 ? 256 : 0);
    /* Neither has a byte more, so that a sanitizer sees all. */
    t = xmalloc(n);
    room = xmalloc(n_room * sizeof(*room));
    for (size_t i = 0; i < n; i++)
        t[i] = data[2 + i % (size - 2)];
    if (bwt_pieces_sort(t, n, room, n_room))
        check_order(t, n, room);
    free(room);
    free(t);
    return 0;
}
