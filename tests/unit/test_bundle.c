/* test_bundle.c: segments and members into archives and folders, their bytes,
 * their readers, and what happens when the disk is full or the reader gone. */
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
static uint8_t *content(const struct spec *m)
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

static int unnamed(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0)
        fail_msg("cannot make a file in %s: %s", folder, strerror(errno));
    return fd;
}

static void sum(const void *data, size_t n, char out[SHA256_HEX])
{
    struct sha256 *h = sha256_new();

    sha256_update(h, data, n);
    sha256_hex(h, out);
    sha256_free(h);
}

/* Not with cmocka's asserts, which must not fail in a thread. */
static void must(int rc, const struct err *err)
{
    if (!rc)
        return;
    fprintf(stderr, "%s\n", err->text);
    abort();
}

static void put_member(struct segment *s, const struct spec *m, size_t step)
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

static void fill(struct segment *s, unsigned number, size_t step)
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

static void *filler_thread(void *arg)
{
    struct filler *f = arg;

    for (unsigned i = f->first; i < N_SEGMENTS; i += f->setup->fillers)
        fill(f->segments[i], i, f->setup->step);
    return NULL;
}

/* Several fillers at once, one in which the last segments are full first. */
static void fill_all(const struct setup *su, struct segment **segments)
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

static struct bundle *start(const struct setup *su, int out_fd, int spool_fd)
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

static void make(const struct setup *su, int out_fd)
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

static uint8_t *slurp(int fd, size_t *n_out)
{
    struct stat st;
    uint8_t *p;

    assert_int_equal(fstat(fd, &st), 0);
    *n_out = (size_t)st.st_size;
    p = xmalloc(*n_out);
    assert_int_equal(pread(fd, p, *n_out, 0), st.st_size);
    return p;
}

static void save(const char *name, const void *data, size_t n)
{
    FILE *f = fopen(name, "w");

    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void run(const char *command)
{
    if (system(command))
        fail_msg("failed: %s", command);
}

/* What the plan says, as files below want/. */
static void save_wanted(void)
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

/* The archive's bytes depend on nothing but the plan. */
static void same_bytes(enum bundle_format format, const char *name)
{
    static const struct setup setups[] = {
        {0, 1, 1, 1 << 20, 0, false, false},
        {0, 1, 1, 997, 0, true, true},
        {0, 2, 4, 65536, 1, true, false}, /* all goes through the spool */
        {0, 3, 8, 4096, 100000, true, true},
        {0, 4, 3, SMALL, 1000000, true, true},
        {0, 64, 2, 70000, 20u << 20, false, true},
    };
    uint8_t *want = NULL;
    size_t n_want = 0;

    for (size_t i = 0; i < sizeof(setups) / sizeof(setups[0]); i++) {
        struct setup su = setups[i];
        int fd = unnamed(".");
        uint8_t *got;
        size_t n;

        su.format = format;
        make(&su, fd);
        got = slurp(fd, &n);
        close(fd);
        if (!want) {
            want = got;
            n_want = n;
            continue;
        }
        assert_int_equal(n, n_want);
        assert_memory_equal(got, want, n);
        free(got);
    }
    save(name, want, n_want);
    free(want);
}

static void test_tar_bz2(void **state)
{
    (void)state;
    same_bytes(BUNDLE_TAR_BZ2, "b.tar.bz2");
    run("bzip2 -t b.tar.bz2 && lbzip2 -t b.tar.bz2");
}

static void test_tar(void **state)
{
    (void)state;
    same_bytes(BUNDLE_TAR, "b.tar");
    run("bzip2 -dc b.tar.bz2 | cmp - b.tar");
}

/* The archives of the two tests before, by all readers. */
static void test_readers(void **state)
{
    static const char *const readers[] = {
        "tar -xjf ../b.tar.bz2",
        "tar -xf ../b.tar",
        "bsdtar -xpf ../b.tar.bz2",
        "busybox tar -xjf ../b.tar.bz2",
        "python3 -m tarfile -e ../b.tar.bz2 .",
    };

    (void)state;
    save_wanted();
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        char *line = xasprintf("rm -rf x && mkdir x && cd x && %s 2>log && "
                               "! test -s log && rm log && diff -r ../want top",
                               readers[i]);

        run(line);
        free(line);
        run("test $(ls x | wc -l) = 1 && test $(stat -c%a x/top) = 700 && "
            "test $(stat -c%a x/top/xen/dmesg.txt) = 600 && "
            "test $(stat -c%Y x/top/xen/dmesg.txt) = 1700000000");
    }
    /* The order is that of the plan, the folder first, and no other entry. */
    run("tar -tf b.tar >names; head -n2 names | tr '\\n' ' ' | "
        "grep -qx 'top/ top/xen/dmesg.txt ' && test $(wc -l <names) = 17 && "
        "tail -n1 names | grep -qx top/manifest.json");
}

static void test_dir(void **state)
{
    static const struct setup su = {BUNDLE_DIR, 1, 4, 5000, 0, false, true};
    int fd;

    (void)state;
    save_wanted();
    run("rm -rf d && mkdir -m 700 d");
    fd = open("d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    make(&su, fd);
    close(fd);
    run("diff -r want d && test $(stat -c%a d/xen) = 700 && "
        "test $(stat -c%a d/xen/dmesg.txt) = 600 && "
        "test $(stat -c%Y d/xen/dmesg.txt) = 1700000000 && "
        "test -z \"$(find d -name '.*')\"");
}

/* Nothing that is there is opened, replaced or followed. */
static void test_dir_is_hostile(void **state)
{
    static const struct setup su = {BUNDLE_DIR, 1, 1, 1, 0, false, false};
    static const char *const names[] = {"file", "link/a", "dangling", "file/a"};
    struct bundle *b;
    struct segment *s;
    int fd;

    (void)state;
    run("rm -rf h && mkdir -m 700 h && echo old >h/file && "
        "ln -s /tmp h/link && ln -s nowhere h/dangling");
    fd = open("h", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    b = start(&su, fd, -1);
    s = segment_new(b);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct member_info info = {names[i], 1};
        struct err err = ERR_INIT;

        assert_true(member_begin(s, &info, &err) < 0);
        assert_non_null(strstr(err.text, names[i]));
    }
    segment_free(s);
    bundle_free(b);
    close(fd);
    run("test \"$(cat h/file)\" = old && ! test -e h/nowhere");
}

/* A segment that is given up takes its files with it, as in an archive. */
static void test_dir_segment_given_up(void **state)
{
    static const struct setup su = {BUNDLE_DIR, 1, 1, 1, 0, false, false};
    const struct spec a = {0, "keep/a", 10, 1, NULL, false};
    const struct spec c = {0, "gone/c", 10, 1, NULL, false};
    const struct member_info open_one = {"gone/d", 1};
    struct bundle *b;
    struct segment *s;
    int fd;

    (void)state;
    run("rm -rf g && mkdir -m 700 g");
    fd = open("g", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    b = start(&su, fd, -1);
    s = segment_new(b);
    put_member(s, &a, 3);
    assert_int_equal(segment_close(s, NULL), 0);
    assert_int_equal(bundle_append(b, s, NULL), 0);
    s = segment_new(b);
    put_member(s, &c, 3);
    assert_int_equal(member_begin(s, &open_one, NULL), 0);
    assert_int_equal(member_write(s, "x", 1, NULL), 0);
    segment_free(s);
    assert_int_equal(bundle_finish(b, NULL), 0);
    bundle_free(b);
    close(fd);
    run("test -f g/keep/a && ! test -e g/gone/c && ! test -e g/gone/d");
}

static void test_empty_bundle(void **state)
{
    static const struct setup su = {BUNDLE_TAR_BZ2, 2, 1, 1, 0, false, false};
    int fd = open("e.tar.bz2", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct bundle *b = start(&su, fd, -1);

    (void)state;
    assert_int_equal(bundle_finish(b, NULL), 0);
    assert_int_equal(bundle_finish(b, NULL), 0);
    bundle_free(b);
    close(fd);
    run("bzip2 -t e.tar.bz2 && test \"$(tar -tf e.tar.bz2)\" = top/");
}

static void test_misuse(void **state)
{
    static const struct setup su = {BUNDLE_TAR_BZ2, 1, 1, 1, 0, false, false};
    static const char *const names[] = {"",     "/a",    "a//b", "../a",
                                        "a/..", "a/./b", "a/",   "."};
    const struct member_info good = {"a", 1};
    int fd = unnamed(".");
    struct bundle *b = start(&su, fd, -1);
    struct segment *s = segment_new(b);
    struct bundle_opts opts = {.format = BUNDLE_TAR, .top = "a/b"};
    struct err err = ERR_INIT;
    struct bundle *none;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct member_info bad = {names[i], 1};

        assert_int_equal(member_begin(s, &bad, &err), -EINVAL);
    }
    assert_int_equal(member_write(s, "x", 1, &err), -EINVAL);
    assert_int_equal(member_end(s, NULL, NULL, &err), -EINVAL);
    assert_int_equal(member_begin(s, &good, &err), 0);
    assert_int_equal(member_begin(s, &good, &err), -EINVAL);
    assert_int_equal(member_write(s, "xyz", 3, &err), 0);
    assert_int_equal(member_size(s), 3);
    assert_int_equal(member_prepend(s, "x", 1, &err), 0);
    assert_int_equal(member_size(s), 4);
    assert_int_equal(member_prepend(s, "x", 1, &err), -EINVAL);
    assert_int_equal(member_end(s, NULL, NULL, &err), 0);
    assert_int_equal(member_size(s), 0);
    /* Not closed: freed all the same. */
    assert_int_equal(bundle_append(b, s, &err), -EINVAL);
    assert_int_equal(bundle_finish(b, &err), 0);
    assert_int_equal(bundle_append(b, segment_new(b), &err), -EINVAL);
    bundle_free(b);
    close(fd);
    assert_int_equal(bundle_new(&opts, &none, &err), -EINVAL);
    opts.top = "..";
    assert_int_equal(bundle_new(&opts, &none, &err), -EINVAL);
    assert_null(none);
}

/* What stands in the file already, and what comes after, is left alone. */
static void test_offset(void **state)
{
    static const struct setup su = {BUNDLE_TAR_BZ2, 1, 1, 9999, 0, false, true};
    int fd = open("o", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    (void)state;
    assert_int_equal(write(fd, "before", 6), 6);
    {
        struct bundle *b = start(&su, fd, -1);

        assert_int_equal(bundle_finish(b, NULL), 0);
        bundle_free(b);
    }
    assert_int_equal(write(fd, "after", 5), 5);
    close(fd);
    run("head -c6 o | grep -qx before && tail -c5 o | grep -qx after && "
        "tail -c+7 o | head -c-5 | bzip2 -dc | tar -t | grep -qx top/");
}

struct reader {
    pthread_t thread;
    int fd;
    size_t n;
    uint8_t *data;
};

/* Reads slowly, in odd pieces. */
static void *reader_thread(void *arg)
{
    struct reader *r = arg;
    ssize_t n;

    r->data = xmalloc(16u << 20);
    while ((n = read(r->fd, r->data + r->n, 7777)) > 0) {
        r->n += (size_t)n;
        if (r->n % 16 == 0)
            usleep(200);
    }
    return NULL;
}

static void through_pipe(int flags)
{
    static const struct setup su = {BUNDLE_TAR_BZ2, 2,    2, 65536, 0,
                                    true,           false};
    struct reader r = {.n = 0};
    int fds[2], plain = unnamed(".");
    uint8_t *want;
    size_t n;

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    if (flags)
        assert_int_equal(fcntl(fds[1], F_SETFL, flags), 0);
    r.fd = fds[0];
    assert_int_equal(pthread_create(&r.thread, NULL, reader_thread, &r), 0);
    make(&su, fds[1]);
    close(fds[1]);
    assert_int_equal(pthread_join(r.thread, NULL), 0);
    close(fds[0]);
    make(&su, plain);
    want = slurp(plain, &n);
    assert_int_equal(r.n, n);
    assert_memory_equal(r.data, want, n);
    close(plain);
    free(want);
    free(r.data);
}

static void test_pipe(void **state)
{
    (void)state;
    through_pipe(0);
    through_pipe(O_NONBLOCK);
}

/* The reader is gone: said so, and from then on always. */
static void test_broken_pipe(void **state)
{
    static const struct setup su = {BUNDLE_TAR_BZ2, 1,    1, 65536, 0,
                                    false,          false};
    struct err err = ERR_INIT;
    struct segment *s;
    struct bundle *b;
    char bytes[10];
    int fds[2];

    (void)state;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_true(fcntl(fds[1], F_SETPIPE_SZ, 4096) > 0);
    b = start(&su, fds[1], -1);
    s = segment_new(b);
    fill(s, 0, 1000);
    /* In the first bytes of this segment: some have gone out. */
    assert_int_equal(bundle_append(b, segment_new(b), &err), -EINVAL);
    {
        struct segment *empty = segment_new(b);

        assert_int_equal(segment_close(empty, &err), 0);
        assert_int_equal(bundle_append(b, empty, &err), 0);
    }
    assert_int_equal(read(fds[0], bytes, 10), 10);
    close(fds[0]);
    assert_int_equal(bundle_append(b, s, &err), -EPIPE);
    /* Nothing of it was taken, so nothing is lost, but the pipe stays shut. */
    assert_int_equal(bundle_finish(b, &err), -EPIPE);
    bundle_free(b);
    close(fds[1]);
}

struct half_reader {
    pthread_t thread;
    int fd;
};

static void *half_reader_thread(void *arg)
{
    struct half_reader *r = arg;
    char bytes[30000];
    size_t n = 0;

    while (n < sizeof(bytes)) {
        ssize_t got = read(r->fd, bytes + n, sizeof(bytes) - n);

        if (got <= 0)
            break;
        n += (size_t)got;
    }
    close(r->fd);
    return NULL;
}

/* Gone in the middle of a segment: half a segment cannot be taken back. */
static void test_pipe_broken_half_way(void **state)
{
    static const struct setup su = {BUNDLE_TAR_BZ2, 1,    1, 65536, 0,
                                    false,          false};
    struct half_reader r;
    struct err err = ERR_INIT;
    struct segment *s;
    struct bundle *b;
    int fds[2];

    (void)state;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_true(fcntl(fds[1], F_SETPIPE_SZ, 4096) > 0);
    r.fd = fds[0];
    b = start(&su, fds[1], -1);
    s = segment_new(b);
    fill(s, 2, 65536);
    assert_int_equal(pthread_create(&r.thread, NULL, half_reader_thread, &r),
                     0);
    assert_int_equal(bundle_append(b, s, &err), -EPIPE);
    assert_non_null(strstr(err.text, "lost"));
    assert_int_equal(pthread_join(r.thread, NULL), 0);
    s = segment_new(b);
    assert_int_equal(segment_close(s, &err), 0);
    assert_true(bundle_finish(b, &err) < 0);
    assert_non_null(strstr(err.text, "cannot be taken back"));
    assert_true(bundle_append(b, s, &err) < 0);
    bundle_free(b);
    close(fds[1]);
}

/* A file system of a few MiB; only root can have one. */
static void mount_small(void)
{
    if (geteuid())
        fail_msg("this test mounts a small file system: run it as root");
    if (unshare(CLONE_NEWNS) ||
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        (mkdir("full", 0700) && errno != EEXIST) ||
        mount("full", "full", "tmpfs", 0, "size=6m"))
        fail_msg("cannot mount a tmpfs: %s", strerror(errno));
}

static void unmount_small(void)
{
    assert_int_equal(umount2("full", MNT_DETACH), 0);
}

static void incompressible(uint8_t *p, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        p[i] = (uint8_t)(seed >> 56);
    }
}

/* Writes until the disk is full; returns how many segments are in. */
static unsigned write_until_full(struct bundle *b, uint8_t *data, size_t n)
{
    for (unsigned i = 0; i < 100; i++) {
        struct segment *s = segment_new(b);
        char name[20];
        struct member_info info = {name, 1700000000};
        struct err err = ERR_INIT;
        uint64_t before = bundle_written(b);
        int rc;

        snprintf(name, sizeof(name), "m%u", i);
        incompressible(data, n, i + 1);
        rc = member_begin(s, &info, &err);
        if (!rc)
            rc = member_write(s, data, n, &err);
        if (!rc)
            rc = member_end(s, NULL, NULL, &err);
        if (!rc)
            rc = segment_close(s, &err);
        if (rc)
            segment_free(s);
        else
            rc = bundle_append(b, s, &err);
        if (rc) {
            assert_int_equal(rc, -ENOSPC);
            assert_non_null(strstr(err.text, "No space left"));
            /* All or nothing, but for the archive's first entry. */
            assert_true(i == 0 || bundle_written(b) == before);
            return i;
        }
    }
    fail_msg("the disk does not get full");
    return 0;
}

/* After the disk was full the reserve is given back, and closing works. */
static void full_disk(enum bundle_format format, bool spool_there,
                      size_t pool_bytes, size_t n)
{
    const struct setup su = {format, 2, 1, 1, pool_bytes, false, true};
    const char *name = format == BUNDLE_DIR ? "full/d" : "full/out";
    const struct spec last = {0, "manifest.json", 60000, 3, "{", false};
    uint8_t *data = xmalloc(n);
    struct err err = ERR_INIT;
    struct segment *s;
    struct bundle *b;
    unsigned count;
    int fd, spool_fd;

    mount_small();
    if (format == BUNDLE_DIR) {
        run("mkdir -m 700 full/d");
        fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    } else {
        fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }
    spool_fd = spool_there ? unnamed("full") : -1;
    b = start(&su, fd, spool_fd);
    count = write_until_full(b, data, n);
    assert_true(count > 0);
    bundle_release_reserve(b);
    s = segment_new(b);
    put_member(s, &last, 10000);
    if (segment_close(s, &err) || bundle_append(b, s, &err))
        fail_msg("%s", err.text);
    if (bundle_finish(b, &err))
        fail_msg("%s", err.text);
    bundle_free(b);
    close(fd);
    if (spool_fd >= 0)
        close(spool_fd);
    {
        char *line = xasprintf(
            format == BUNDLE_DIR
                ? "test $(ls %s | wc -l) = %u && test -s %s/manifest.json"
                : "test $(tar -tf %s 2>&1 | wc -l) = %u && tar -xOf %s "
                  "top/manifest.json | grep -q ^{",
            name, count + (format == BUNDLE_DIR ? 1 : 2), name);

        run(line);
        free(line);
    }
    if (format == BUNDLE_TAR_BZ2)
        run("bzip2 -t full/out");
    unmount_small();
    free(data);
}

static void test_full_disk(void **state)
{
    (void)state;
    /* Found by the output, blocks in memory. */
    full_disk(BUNDLE_TAR_BZ2, true, 4u << 20, 500000);
    /* By the output or the spool, whoever comes first; large members. */
    full_disk(BUNDLE_TAR_BZ2, true, 1, 700000);
    full_disk(BUNDLE_TAR_BZ2, true, 1, 2000000);
    /* No spool: space set aside on the output itself. */
    full_disk(BUNDLE_TAR_BZ2, false, 1, 700000);
    full_disk(BUNDLE_TAR, true, 1, 700000);
    full_disk(BUNDLE_DIR, false, 1, 700000);
}

/* The space asked for is not there at the start. */
static void test_no_reserve(void **state)
{
    struct bundle_opts opts = {.format = BUNDLE_TAR_BZ2,
                               .top = "top",
                               .threads = 1,
                               .reserve = 100u << 20};
    struct err err = ERR_INIT;
    struct bundle *b;

    (void)state;
    mount_small();
    opts.out_fd = unnamed("full");
    opts.spool_fd = unnamed("full");
    assert_int_equal(bundle_new(&opts, &b, &err), -ENOSPC);
    assert_null(b);
    assert_non_null(strstr(err.text, "set aside"));
    close(opts.out_fd);
    close(opts.spool_fd);
    unmount_small();
}

/* Space set aside is really taken and really given back. */
static void test_reserve(void **state)
{
    struct bundle_opts opts = {.format = BUNDLE_TAR_BZ2,
                               .top = "top",
                               .threads = 1,
                               .reserve = 4u << 20};

    (void)state;
    for (int spool = 0; spool < 2; spool++) {
        struct bundle *b;
        struct stat st;
        int held;

        opts.out_fd = unnamed(".");
        opts.spool_fd = spool ? unnamed(".") : -1;
        held = spool ? opts.spool_fd : opts.out_fd;
        assert_int_equal(bundle_new(&opts, &b, NULL), 0);
        assert_int_equal(fstat(held, &st), 0);
        assert_true(st.st_blocks * 512 >= 4 << 20);
        bundle_release_reserve(b);
        assert_int_equal(fstat(held, &st), 0);
        assert_true(st.st_blocks * 512 < 1 << 20);
        bundle_release_reserve(b);
        assert_int_equal(bundle_finish(b, NULL), 0);
        bundle_free(b);
        close(opts.out_fd);
        if (spool)
            close(opts.spool_fd);
    }
}

/* What waits lies in memory up to the bound, then in the spool, and the spool
 * is empty when all is written. */
static void test_waiting(void **state)
{
    static const struct setup su = {BUNDLE_TAR_BZ2, 2,    1,    65536,
                                    200000,         true, false};
    int fd = unnamed("."), spool_fd = unnamed(".");
    struct bundle *b = start(&su, fd, spool_fd);
    struct segment *s = segment_new(b);
    struct err err = ERR_INIT;
    struct stat st;

    (void)state;
    fill(s, 2, 65536);
    do {
        usleep(1000);
        assert_int_equal(fstat(spool_fd, &st), 0);
    } while (st.st_size < 600000);
    assert_true(bundle_waiting(b) >= 600000);
    assert_int_equal(bundle_append(b, s, &err), 0);
    assert_true(bundle_written(b) >= 900000);
    assert_true(bundle_waiting(b) < 1000); /* the archive's end */
    assert_int_equal(fstat(spool_fd, &st), 0);
    assert_int_equal(st.st_size, 0);
    assert_int_equal(bundle_finish(b, &err), 0);
    bundle_free(b);
    close(fd);
    close(spool_fd);
}

/* Segments are given up while their blocks are in the pool. */
static void test_given_up(void **state)
{
    static const struct setup su = {BUNDLE_TAR_BZ2, 2,    1, 65536, 1,
                                    true,           false};
    const struct member_info info = {"a", 1};
    uint8_t *data = xcalloc(1, 8000000);
    int fd = open("u.tar.bz2", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int spool_fd = unnamed(".");
    struct bundle *b = start(&su, fd, spool_fd);

    (void)state;
    incompressible(data, 8000000, 9);
    for (size_t n = 1000000; n <= 8000000; n += 3500000) {
        struct segment *s = segment_new(b);

        assert_int_equal(member_begin(s, &info, NULL), 0);
        assert_int_equal(member_write(s, data, n, NULL), 0);
        segment_free(s);
    }
    assert_int_equal(bundle_finish(b, NULL), 0);
    bundle_free(b);
    close(fd);
    close(spool_fd);
    free(data);
    run("bzip2 -t u.tar.bz2 && test $(tar -tf u.tar.bz2 | wc -l) = 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tar_bz2),
        cmocka_unit_test(test_tar),
        cmocka_unit_test(test_readers),
        cmocka_unit_test(test_dir),
        cmocka_unit_test(test_dir_is_hostile),
        cmocka_unit_test(test_dir_segment_given_up),
        cmocka_unit_test(test_empty_bundle),
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_offset),
        cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_broken_pipe),
        cmocka_unit_test(test_pipe_broken_half_way),
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_given_up),
        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_no_reserve),
        cmocka_unit_test(test_full_disk),
    };

    umask(022);
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
