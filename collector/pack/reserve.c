#include "collector/pack/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Space reserved on the output itself lies so far behind its end that the
 * output never grows into it, and within the smallest bound on file sizes of
 * today's file systems that can reserve at all (16 TiB). */
#define FAR ((off_t)1 << 40)

/* No more than this part of what is free, so that more space never means less
 * for the members. */
#define PART 3u
#define PAGE_BITS ((uint64_t)4095)

/* Less is of no use: log, summary and manifest of a small run. */
#define LEAST 65536u

static void be_modest(struct reserve *r)
{
    struct statvfs v;
    uint64_t part;

    if (fstatvfs(r->fd, &v))
        return;
    part = (uint64_t)v.f_bavail * v.f_frsize / PART & ~PAGE_BITS;
    if (part < LEAST)
        part = LEAST;
    if (r->bytes > part)
        r->bytes = part;
}

static int set_aside(struct reserve *r, int mode, off_t off, struct err *err)
{
    int rc;

    be_modest(r);
    for (;;) {
        rc = fallocate(r->fd, mode, off, (off_t)r->bytes) ? errno : 0;
        /* ext4 keeps what it found before there was no more: all there is,
         * and nothing would be left to write the first member to. */
        if (rc == ENOSPC || rc == EDQUOT)
            (void)fallocate(r->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                            off, (off_t)r->bytes);
        /* A nearly full disk is no reason to give nothing. */
        if ((rc == ENOSPC || rc == EDQUOT) && r->bytes / 2 >= LEAST)
            r->bytes /= 2;
        else if (rc != EINTR)
            break;
    }
    if (rc && r->where == RESERVE_OWN)
        close(r->fd);
    if (rc)
        r->fd = -1;
    if (rc == ENOSPC || rc == EDQUOT)
        return err_sys(err, rc,
                       "cannot set aside %llu bytes for closing the bundle",
                       (unsigned long long)r->bytes);
    return 0;
}

int reserve_take(struct reserve *r, uint64_t bytes, int spool_fd, int out_fd,
                 struct err *err)
{
    struct stat st;

    r->fd = -1;
    r->bytes = bytes;
    r->where = RESERVE_SPOOL;
    if (!bytes)
        return 0;
    if (spool_fd >= 0) {
        r->fd = spool_fd;
        return set_aside(r, 0, 0, err);
    }
    if (fstat(out_fd, &st))
        return 0;
    if (S_ISREG(st.st_mode)) {
        r->where = RESERVE_OUT;
        r->fd = out_fd;
        return set_aside(r, FALLOC_FL_KEEP_SIZE, FAR, err);
    }
    if (S_ISDIR(st.st_mode)) {
        r->where = RESERVE_OWN;
        r->fd = openat(out_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        return r->fd < 0 ? 0 : set_aside(r, 0, 0, err);
    }
    return 0;
}

uint64_t reserve_spool_base(const struct reserve *r)
{
    return r->fd >= 0 && r->where == RESERVE_SPOOL ? r->bytes : 0;
}

void reserve_release(struct reserve *r)
{
    struct stat st;

    if (r->fd < 0)
        return;
    switch (r->where) {
    case RESERVE_SPOOL:
        (void)fallocate(r->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                        (off_t)r->bytes);
        break;
    case RESERVE_OUT:
        /* Cutting a file to the size it has frees what lies behind. */
        if (!fstat(r->fd, &st))
            (void)!ftruncate(r->fd, st.st_size);
        break;
    case RESERVE_OWN:
        close(r->fd);
        break;
    }
    r->fd = -1;
}
