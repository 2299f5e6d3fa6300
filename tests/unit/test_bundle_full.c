/* test_bundle_full.c: bundles when the disk is full, the reader is slow or
 * gone, and segments are given up. */
#include "tests/unit/bundle_make.h"

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

/* The space asked for is not there at the start: what there is will do, but not
 * nothing at all. */
static void test_no_reserve(void **state)
{
    struct bundle_opts opts = {.format = BUNDLE_TAR_BZ2,
                               .top = "top",
                               .threads = 1,
                               .reserve = 100u << 20};
    char page[4096] = "";
    struct err err = ERR_INIT;
    struct bundle *b;
    struct stat st;
    int fill;

    (void)state;
    mount_small();
    opts.out_fd = unnamed("full");
    opts.spool_fd = unnamed("full");
    assert_int_equal(bundle_new(&opts, &b, &err), 0);
    /* A third: the members need most of it. */
    assert_int_equal(fstat(opts.spool_fd, &st), 0);
    assert_in_range(st.st_blocks * 512, 1900 << 10, 2048 << 10);
    bundle_free(b);
    fill = unnamed("full");
    while (write(fill, page, sizeof(page)) > 0)
        ;
    assert_int_equal(bundle_new(&opts, &b, &err), -ENOSPC);
    assert_null(b);
    close(fill);
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
