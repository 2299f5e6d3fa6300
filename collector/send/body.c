#include "collector/send/body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"

#define BLOCK_BYTES 65536

struct body {
    const struct job *job;
    struct sha256 *sum;
    uint64_t offset;
    uint64_t summed;   /* bytes that are in sum, from the start */
    uint64_t furthest; /* where reading has come to */
};

struct body *body_new(const struct job *job)
{
    struct body *b = xcalloc(1, sizeof(*b));

    b->job = job;
    b->sum = sha256_new();
    return b;
}

void body_free(struct body *b)
{
    if (!b)
        return;
    sha256_free(b->sum);
    free(b);
}

void body_seek(struct body *b, uint64_t offset)
{
    b->offset = offset;
}

uint64_t body_offset(const struct body *b)
{
    return b->offset;
}

uint64_t body_furthest(const struct body *b)
{
    return b->furthest;
}

ssize_t body_read(struct body *b, void *out, size_t n)
{
    ssize_t r;

    if (b->offset >= b->job->size)
        return 0;
    if (n > b->job->size - b->offset)
        n = (size_t)(b->job->size - b->offset);
    do
        r = pread(b->job->bundle, out, n, (off_t)b->offset);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    if (!r)
        return -EIO; /* it has become shorter */
    if (b->offset == b->summed) {
        sha256_update(b->sum, out, (size_t)r);
        b->summed += (uint64_t)r;
    }
    b->offset += (uint64_t)r;
    if (b->offset > b->furthest)
        b->furthest = b->offset;
    return r;
}

int body_check(struct body *b, struct err *err)
{
    char *block = xmalloc(BLOCK_BYTES), sum[SHA256_HEX];
    ssize_t r = 1;

    body_seek(b, b->summed);
    while (r > 0)
        r = body_read(b, block, BLOCK_BYTES);
    free(block);
    if (r < 0)
        return err_sys(err, (int)-r, "cannot read %.255s", b->job->path);
    sha256_hex(b->sum, sum);
    b->summed = 0;
    if (strcmp(sum, b->job->sha256))
        return err_set(err, -ESTALE,
                       "%.255s was changed while it was sent: what has arrived "
                       "is not what was looked through; remove it there",
                       b->job->path);
    return 0;
}
