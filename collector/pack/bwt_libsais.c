/* bwt_libsais.c: suffixes sorted by libsais (Ilya Grebnov, Apache 2.0). */
#include <errno.h>
#include <libsais.h>

#include "collector/pack/bwt.h"

int bwt_sort(const uint8_t *t, int32_t *sa, size_t n, struct err *err)
{
    int rc = libsais(t, sa, (int32_t)n, 0, NULL);

    return rc ? err_set(err, rc == -2 ? -ENOMEM : -EINVAL,
                        "cannot sort a block of %zu bytes", n)
              : 0;
}
