/* bundle_make.h: the members that the bundle tests pack, and how. */
#ifndef XB_TEST_BUNDLE_MAKE_H
#define XB_TEST_BUNDLE_MAKE_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bundle.h"

#define SMALL (512u * 1024)

/* One member as the tests describe it; its bytes follow from seed. */
struct spec {
    unsigned segment;
    const char *name;
    size_t n;
    uint64_t seed;     /* 0: the same byte all over */
    const char *front; /* by member_prepend */
    bool drop;
};

static const struct spec plan[] = {
    {0, "xen/dmesg.txt", 1000, 1, NULL, false},
    {0, "xen/empty", 0, 1, NULL, false},
    {0, "xen/dropped-small", 5000, 2, NULL, true},
    {0, "xen/one-block-of-tar", 512, 3, NULL, false},
    {0, "xen/info.json", 200000, 4, NULL, false},
    /* Both sides of the border between small and large. */
    {1, "files/border", SMALL, 5, NULL, false},
    {1, "files/border-and-one", SMALL + 1, 6, NULL, false},
    {1, "files/after-large", 100, 7, NULL, false},
    /* Large ones: many blocks; dropped with blocks in the queue; in sequence;
     * runs, where a block holds far more than 900 000 bytes. */
    {2, "files/var/log/big", 2000000, 8, NULL, false},
    {3, "files/small-before", 300, 9, NULL, false},
    {3, "files/dropped-large", 1100000, 10, NULL, true},
    {3, "files/var/log/big2", 700000, 11, NULL, false},
    {3, "files/var/log/big3", 1000001, 12, NULL, false},
    {3, "files/zeros", 6000000, 0, NULL, false},
    {3, "files/small-after", 300, 13, NULL, false},
    /* Segments without a member. */
    {4, "files/dropped-alone", 10, 14, NULL, true},
    {6, "small-with-front", 1000, 15, "front", false},
    {7, "large-with-front", 600000, 16, "a longer front\n", false},
    {8, "manifest.json", 0, 17, "{}\n", false},
};
#define N_PLAN (sizeof(plan) / sizeof(plan[0]))
#define N_SEGMENTS 9

struct setup {
    enum bundle_format format;
    unsigned threads, fillers;
    size_t step, pool_bytes;
    bool spool, reserve;
};

/* Text that compresses, with a few bytes that do not. */
static inline uint8_t *content(const struct spec *m)
{
    uint8_t *p = xmalloc(m->n + 1);
    uint64_t x = m->seed;

    memset(p, 'z', m->n);
    for (size_t i = 0; x && i < m->n; i++) {
        x = x * 6364136223846793005ull + 1442695040888963407ull;
        p[i] = (uint8_t)("0123456789abcdef"[x >> 60]);
        if ((x >> 40) % 1000 == 0)
            p[i] = (uint8_t)(x >> 50);
    }
    return p;
}

static inline int unnamed(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0)
        fail_msg("cannot make a file in %s: %s", folder, strerror(errno));
    return fd;
}

static inline void sum(const void *data, size_t n, char out[SHA256_HEX])
{
    struct sha256 *h = sha256_new();

    sha256_update(h, data, n);
    sha256_hex(h, out);
    sha256_free(h);
}

/* Not with cmocka's asserts, which must not fail in a thread. */
static inline void must(int rc, const struct err *err)
{
    if (!rc)
        return;
    fprintf(stderr, "%s\n", err->text);
    abort();
}

static inline void put_member(struct segment *s, const struct spec *m,
                              size_t step)
{
    const struct member_info info = {m->name, 1700000000};
    char want[SHA256_HEX], got[SHA256_HEX];
    uint8_t *data = content(m);
    struct err err = ERR_INIT;
    uint64_t size;

    must(member_begin(s, &info, &err), &err);
    for (size_t i = 0; i < m->n; i += step)
        must(member_write(s, data + i, step < m->n - i ? step : m->n - i, &err),
             &err);
    if (m->drop) {
        member_drop(s);
        free(data);
        return;
    }
    if (m->front)
        must(member_prepend(s, m->front, strlen(m->front), &err), &err);
    must(member_end(s, &size, got, &err), &err);
    sum(data, m->n, want);
    if (size != m->n + (m->front ? strlen(m->front) : 0) ||
        strcmp(got, m->front ? "" : want))
        abort();
    free(data);
}

static inline void fill(struct segment *s, unsigned number, size_t step)
{
    struct err err = ERR_INIT;

    for (size_t i = 0; i < N_PLAN; i++)
        if (plan[i].segment == number)
            put_member(s, &plan[i], step);
    must(segment_close(s, &err), &err);
}

struct filler {
    pthread_t thread;
    const struct setup *setup;
    struct segment **segments;
    unsigned first;
};

static inline void *filler_thread(void *arg)
{
    struct filler *f = arg;

    for (unsigned i = f->first; i < N_SEGMENTS; i += f->setup->fillers)
        fill(f->segments[i], i, f->setup->step);
    return NULL;
}

/* Several fillers at once, one in which the last segments are full first. */
static inline void fill_all(const struct setup *su, struct segment **segments)
{
    struct filler fillers[8];

    for (unsigned i = 0; i < su->fillers; i++) {
        fillers[i] = (struct filler){
            .setup = su, .segments = segments, .first = su->fillers - 1 - i};
        assert_int_equal(pthread_create(&fillers[i].thread, NULL, filler_thread,
                                        &fillers[i]),
                         0);
    }
    for (unsigned i = 0; i < su->fillers; i++)
        assert_int_equal(pthread_join(fillers[i].thread, NULL), 0);
}

static inline struct bundle *start(const struct setup *su, int out_fd,
                                   int spool_fd)
{
    const struct bundle_opts opts = {
        .format = su->format,
        .out_fd = out_fd,
        .spool_fd = spool_fd,
        .top = "top",
        .threads = su->threads,
        .pool_bytes = su->pool_bytes,
        .reserve = su->reserve ? 100000 : 0,
        .mtime = 1700000000,
    };
    struct err err = ERR_INIT;
    struct bundle *b;

    if (bundle_new(&opts, &b, &err))
        fail_msg("%s", err.text);
    return b;
}

static inline void make(const struct setup *su, int out_fd)
{
    int spool_fd = su->spool ? unnamed(".") : -1;
    struct bundle *b = start(su, out_fd, spool_fd);
    struct segment *segments[N_SEGMENTS];
    struct err err = ERR_INIT;
    struct stat st;

    for (unsigned i = 0; i < N_SEGMENTS; i++)
        segments[i] = segment_new(b);
    fill_all(su, segments);
    for (unsigned i = 0; i < N_SEGMENTS; i++)
        if (bundle_append(b, segments[i], &err))
            fail_msg("%s", err.text);
    assert_int_equal(bundle_finish(b, &err), 0);
    if (su->format != BUNDLE_DIR && !fstat(out_fd, &st) && S_ISREG(st.st_mode))
        assert_int_equal(bundle_written(b), st.st_size);
    bundle_free(b);
    if (su->spool) {
        assert_int_equal(fstat(spool_fd, &st), 0);
        assert_int_equal(st.st_size, 0);
        close(spool_fd);
    }
}

static inline uint8_t *slurp(int fd, size_t *n_out)
{
    struct stat st;
    uint8_t *p;

    assert_int_equal(fstat(fd, &st), 0);
    *n_out = (size_t)st.st_size;
    p = xmalloc(*n_out);
    assert_int_equal(pread(fd, p, *n_out, 0), st.st_size);
    return p;
}

static inline void save(const char *name, const void *data, size_t n)
{
    FILE *f = fopen(name, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static inline void run(const char *command)
{
    if (system(command))
        fail_msg("failed: %s", command);
}

/* What the plan says, as files below want/. */
static inline void save_wanted(void)
{
    run("rm -rf want && mkdir -p want/xen want/files/var/log");
    for (size_t i = 0; i < N_PLAN; i++) {
        uint8_t *data = content(&plan[i]);
        char *path = xasprintf("want/%s", plan[i].name);
        FILE *f;

        if (!plan[i].drop) {
            f = fopen(path, "w");
            assert_non_null(f);
            if (plan[i].front)
                fputs(plan[i].front, f);
            assert_int_equal(fwrite(data, 1, plan[i].n, f), plan[i].n);
            assert_int_equal(fclose(f), 0);
        }
        free(path);
        free(data);
    }
}

#endif
