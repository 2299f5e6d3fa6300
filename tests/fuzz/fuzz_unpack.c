/* fuzz_unpack.c: any bytes as a packed bundle, as they are and (since bzip2's
 * checksums would stop most changes) packed with bzip2.
 *
 * A bundle that is read in order without complaint must give the same bytes by
 * name. */
#include <bzlib.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "collector/pack/member.h"
#include "collector/pack/unpack.h"

#define MAX_BYTES                                                              \
    (8u << 20) /* of members; a bomb need not be unpacked whole                \
                */
#define MAX_MEMBERS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct member {
    char *name;
    struct buf bytes;
};

static int make_file(const void *data, size_t size)
{
    int fd = memfd_create("bundle", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    return fd;
}

/* 0 if all was read to the end of the bundle. */
static int read_member(struct unpack *u, struct member *m, uint64_t size,
                       struct err *err)
{
    char block[3000];
    ssize_t n;

    while ((n = unpack_read(u, block, sizeof(block), err)) > 0) {
        buf_add(&m->bytes, block, (size_t)n);
        if (m->bytes.len > MAX_BYTES)
            return -E2BIG;
    }
    if (n < 0)
        return (int)n;
    if (m->bytes.len != size)
        abort();
    return 0;
}

static void check_by_name(struct unpack *u, const struct member *m)
{
    struct err err = ERR_INIT;
    struct unpack_file *f;
    size_t done = 0;
    char block[5000];
    ssize_t n;
    int r = unpack_open(u, m->name, &f, &err);

    if (r == -ENOTSUP)
        return;
    if (r < 0 || unpack_file_size(f) != m->bytes.len)
        abort();
    while ((n = unpack_file_read(f, block, sizeof(block), &err)) > 0) {
        if ((size_t)n > m->bytes.len - done ||
            memcmp(block, m->bytes.data + done, (size_t)n))
            abort();
        done += (size_t)n;
    }
    if (n < 0 || done != m->bytes.len)
        abort();
    unpack_file_free(f);
}

static void try_bundle(const void *data, size_t size)
{
    struct member members[MAX_MEMBERS];
    struct unpack_member m;
    struct err err = ERR_INIT;
    struct unpack *u;
    int n = 0, r, fd = make_file(data, size);

    if (unpack_new(fd, NULL, NULL, &u, &err) < 0)
        abort();
    while ((r = unpack_next(u, &m, &err)) == 1 && n < MAX_MEMBERS) {
        if (member_name_fault(m.name, strlen(m.name)))
            abort();
        members[n] = (struct member){xstrdup(m.name), BUF_INIT};
        r = read_member(u, &members[n++], m.size, &err);
        if (r < 0)
            break;
    }
    if (r < 0 && r != -E2BIG && !err.text[0])
        abort();
    for (int i = 0; i < n; i++) {
        if (r == 0)
            check_by_name(u, &members[i]);
        free(members[i].name);
        buf_done(&members[i].bytes);
    }
    unpack_free(u);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned n = (unsigned)(size + size / 100 + 600);
    char *packed;

    try_bundle(data, size);
    if (!size || size > 1u << 20)
        return 0;
    packed = xmalloc(n);
    if (BZ2_bzBuffToBuffCompress(packed, &n, (char *)data, (unsigned)size, 1, 0,
                                 0) != BZ_OK)
        abort();
    try_bundle(packed, n);
    free(packed);
    return 0;
}
