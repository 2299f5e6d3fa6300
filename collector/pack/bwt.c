#include "collector/pack/bwt.h"

#include <string.h>

#include "collector/pack/bwt_pieces.h"

/* Two candidates i and j that agree in k bytes; the one that loses is passed
 * over with all that it has compared. */
size_t bwt_least_rotation(const uint8_t *t, size_t n)
{
    size_t i = 0, j = 1, k = 0;

    while (j < n && k < n) {
        size_t a, b;

        /* Most lose by their first byte. */
        while (!k && j < n - 1 && t[j] > t[i])
            j++;
        a = i + k < n ? i + k : i + k - n;
        b = j + k < n ? j + k : j + k - n;
        if (t[a] == t[b]) {
            k++;
            continue;
        }
        if (t[a] > t[b]) {
            i = i + k + 1 > j ? i + k + 1 : j;
            j = i + 1;
        } else {
            j += k + 1;
        }
        k = 0;
        if (i >= n)
            break;
    }
    return i < n ? i : 0;
}

int bwt_transform(const uint8_t *t, size_t n, int32_t *room, uint8_t *turned,
                  uint32_t *row, struct err *err)
{
    size_t start = bwt_least_rotation(t, n);
    const int32_t first = (int32_t)(start ? n - start : 0);
    uint8_t *column = (uint8_t *)room;
    int rc;

    /* turned[0] stands before the first byte, as in a circle. */
    memcpy(turned + 1, t + start, n - start);
    memcpy(turned + 1 + n - start, t, start);
    turned[0] = turned[n];
    if (!bwt_pieces_sort(turned + 1, n, room, n + 1)) {
        rc = bwt_sort(turned + 1, room, n, err);
        if (rc)
            return rc;
    }
    for (size_t i = 0; i < n; i++) {
        int32_t at = room[i];

        if (at == first)
            *row = (uint32_t)i;
        /* Byte i lies before number i + 1. */
        column[i] = turned[at];
    }
    return 0;
}
