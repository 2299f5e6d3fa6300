/* fuzz_bz2.c: what is packed, libbz2 unpacks to the same bytes, and the stream
 * does not depend on the calls.
 *
 * Input: one byte that is not used, one that says how it is cut into calls,
 * then the bytes.  With both 255 they are repeated until a block is full. */
#include <bzlib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bz2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
    if (!ok)
        abort();
}

/* Kept from run to run: making them costs more than most inputs do. */
static struct bz2_encoder *e;
static uint8_t *block;

static void end_block(struct bz2_cut *c, struct bz2_join *j, struct outfd *o)
{
    struct bz2_block b;

    must(!bz2_encode_block(e, c->buf, c->len, &b, NULL));
    must(!bz2_join_bits(j, b.bits, b.nbits, o, NULL));
    bz2_join_crc(j, b.crc);
    bz2_cut_start(c, c->buf);
}

static char *pack(const uint8_t *in, size_t n, size_t step, size_t *n_out)
{
    int fd = memfd_create("packed", MFD_CLOEXEC);
    struct outfd *o = outfd_new(fd);
    struct bz2_join j;
    struct bz2_cut c;
    char *out;

    must(fd >= 0);
    bz2_cut_start(&c, block);
    must(!bz2_join_begin(&j, o, NULL));
    while (n) {
        size_t now = step < n ? step : n;
        size_t took = bz2_cut_add(&c, in, now);

        in += took;
        n -= took;
        if (took < now)
            end_block(&c, &j, o);
    }
    if (c.len)
        end_block(&c, &j, o);
    must(!bz2_join_end(&j, o, NULL));
    must(!outfd_flush(o, NULL));
    *n_out = outfd_pos(o);
    out = xmalloc(*n_out);
    must(pread(fd, out, *n_out, 0) == (ssize_t)*n_out);
    outfd_free(o);
    close(fd);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t times, step, n, n_packed, n_again;
    unsigned n_plain;
    char *packed, *again, *plain;
    uint8_t *in;

    if (size < 2)
        return 0;
    if (!e) {
        e = bz2_encoder_new();
        block = xmalloc(BZ2_BLOCK_MAX);
    }
    times = data[0] == 255 && data[1] == 255 ? 950000 / size : 1;
    step = data[1] + 1u;
    data += 2;
    size -= 2;
    n = size * times;
    in = xmalloc(n);
    for (size_t i = 0; i < times; i++)
        memcpy(in + i * size, data, size);
    packed = pack(in, n, n ? n : 1, &n_packed);
    again = pack(in, n, step, &n_again);
    must(n_packed == n_again && !memcmp(packed, again, n_packed));
    n_plain = (unsigned)n + 1;
    plain = xmalloc(n_plain);
    must(BZ2_bzBuffToBuffDecompress(plain, &n_plain, packed, (unsigned)n_packed,
                                    0, 0) == BZ_OK);
    must(n_plain == n && !memcmp(plain, in, n));
    free(plain);
    free(again);
    free(packed);
    free(in);
    return 0;
}
