/* fuzz_decode.c: any bytes as a compressed log, and as parts of xz and zstd
 * files whose windows are looked for.
 *
 * What is found must not depend on how the bytes are cut into calls; of gzip
 * what comes out must not, either. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

/* How it ends, and how many bytes come out before. */
static ssize_t unpack(const char *format, const uint8_t *data, size_t size,
                      size_t step, size_t *out)
{
    struct given g = {data, size, step};
    struct decode *d;
    const void *p;
    ssize_t n = decode_new(format, next_step, &g, &d, NULL);

    *out = 0;
    if (n < 0)
        return n;
    while (*out < OUT_MOST && (n = decode_read(d, &p, NULL)) > 0)
        *out += (size_t)n;
    decode_free(d);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *format = packed_format(data, size);
    size_t out, again;
    ssize_t end;

    walk("xz", data, size);
    walk("zstd", data, size);
    walk("lzma", data, size);
    walk("compress", data, size);
    if (!format)
        return 0;
    end = unpack(format, data, size, 1 + data[size - 1] * 16u, &out);
    /* libarchive drops what it has when data turns out bad. */
    if (!strcmp(format, "gzip") &&
        (unpack(format, data, size, size, &again) != end || again != out))
        abort();
    return 0;
}
