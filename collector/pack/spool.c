#include "collector/pack/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"

/* Places in the file start at pages, so that a hole punched for one of them
 * gives all of its space back. */
#define PAGE 4096u

struct spool {
    int fd;
    size_t mem_max;
    size_t mem_used;
    uint64_t base;
    uint64_t end;     /* of what was ever placed in the file */
    uint64_t in_file; /* bytes */
};

static uint64_t round_up(uint64_t n)
{
    return (n + PAGE - 1) / PAGE * PAGE;
}

struct spool *spool_new(int fd, size_t mem_max, uint64_t base)
{
    struct spool *sp = xcalloc(1, sizeof(*sp));

    sp->fd = fd;
    sp->mem_max = mem_max;
    sp->base = sp->end = round_up(base);
    return sp;
}

void spool_free(struct spool *sp)
{
    if (!sp)
        return;
    if (sp->fd >= 0)
        (void)!ftruncate(sp->fd, 0);
    free(sp);
}

void spool_place(struct spool *sp, size_t n, struct spool_place *out)
{
    memset(out, 0, sizeof(*out));
    out->len = n;
    if (sp->fd < 0 || (n <= sp->mem_max && sp->mem_used <= sp->mem_max - n)) {
        out->in_memory = true;
        sp->mem_used += n;
        return;
    }
    out->off = sp->end;
    sp->end += round_up(n);
    sp->in_file += n;
}

int spool_store(struct spool *sp, struct spool_place *pl, const void *data,
                struct err *err)
{
    size_t done = 0;

    if (pl->in_memory) {
        pl->mem = xmalloc(pl->len);
        memcpy(pl->mem, data, pl->len);
        return 0;
    }
    while (done < pl->len) {
        ssize_t r = pwrite(sp->fd, (const uint8_t *)data + done, pl->len - done,
                           (off_t)(pl->off + done));

        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return err_sys(err, r ? errno : EIO,
                           "cannot write the spool file of the bundle");
        done += (size_t)r;
    }
    return 0;
}

int spool_read(struct spool *sp, const struct spool_place *pl, size_t pos,
               void *out, size_t n, struct err *err)
{
    size_t done = 0;

    if (pos > pl->len || n > pl->len - pos)
        return err_set(err, -EINVAL, "cannot read behind a block's end");
    if (pl->in_memory) {
        memcpy(out, pl->mem + pos, n);
        return 0;
    }
    while (done < n) {
        ssize_t r = pread(sp->fd, (uint8_t *)out + done, n - done,
                          (off_t)(pl->off + pos + done));

        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return err_sys(err, r ? errno : EIO,
                           "cannot read the spool file of the bundle");
        done += (size_t)r;
    }
    return 0;
}

void spool_drop(struct spool *sp, struct spool_place *pl)
{
    if (!pl->len)
        return;
    if (pl->in_memory) {
        sp->mem_used -= pl->len;
        free(pl->mem);
    } else {
        sp->in_file -= pl->len;
        /* Some file systems cannot punch; the space then comes back when
         * nothing waits any more. */
        (void)fallocate(sp->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                        (off_t)pl->off, (off_t)round_up(pl->len));
        if (!sp->in_file && !ftruncate(sp->fd, (off_t)sp->base))
            sp->end = sp->base;
    }
    memset(pl, 0, sizeof(*pl));
}

uint64_t spool_waiting(const struct spool *sp)
{
    return sp->mem_used + sp->in_file;
}
