/* Two readings, split at the first NUL. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/difference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = memchr(data, 0, size);
    size_t n = nul ? (size_t)(nul - data) : size;
    char *first = xstrndup((const char *)data, n);
    char *second =
        xstrndup(nul ? (const char *)nul + 1 : "", nul ? size - n - 1 : 0);
    struct buf out = BUF_INIT;

    if (size < 65536)
        difference_add(first, second, &out);
    buf_done(&out);
    free(first);
    free(second);
    return 0;
}
