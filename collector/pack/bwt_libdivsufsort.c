/* bwt_libdivsufsort.c: suffixes sorted by libdivsufsort (Yuta Mori, MIT). */
#include <divsufsort.h>
#include <errno.h>

#include "collector/pack/bwt.h"

int bwt_sort(const uint8_t *t, int32_t *sa, size_t n, struct err *err)
{
    int rc = divsufsort(t, sa, (saidx_t)n);

    return rc ? err_set(err, rc == -2 ? -ENOMEM : -EINVAL,
                        "cannot sort a block of %zu bytes", n)
              : 0;
}
