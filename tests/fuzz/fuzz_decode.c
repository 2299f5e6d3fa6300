/* fuzz_decode.c: any bytes as a compressed log, and as parts of xz and zstd
 * files whose windows are looked for.
 *
 * What is found must not depend on how the bytes are cut into calls. */
#include <stdint.h>
#include <stdlib.h>

#include "collector/base/core/packed.h"
#include "collector/base/window.h"
#include "collector/decode.h"

#define OUT_MOST (4u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct given {
    const uint8_t *p;
    size_t left, step;
};

static ssize_t next_step(void *arg, const void **data)
{
    struct given *g = arg;
    size_t n = g->left < g->step ? g->left : g->step;

    *data = g->p;
    g->p += n;
    g->left -= n;
    return (ssize_t)n;
}

static void walk(const char *format, const uint8_t *data, size_t size)
{
    struct window whole, cut;
    int rc, rc_cut = 0;

    window_start(&whole, format);
    rc = window_feed(&whole, data, size, NULL);
    window_start(&cut, format);
    for (size_t i = 0; i < size && !rc_cut; i++)
        rc_cut = window_feed(&cut, data + i, 1, NULL);
    if (rc != rc_cut || whole.largest != cut.largest)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *format = packed_format(data, size);
    struct given g = {data, size, size ? 1 + data[size - 1] * 16u : 1};
    struct decode *d;
    const void *p;
    size_t out = 0;
    ssize_t n;

    walk("xz", data, size);
    walk("zstd", data, size);
    walk("lzma", data, size);
    walk("compress", data, size);
    if (!format || decode_new(format, next_step, &g, &d, NULL) < 0)
        return 0;
    while (out < OUT_MOST && (n = decode_read(d, &p, NULL)) > 0)
        out += (size_t)n;
    decode_free(d);
    return 0;
}
