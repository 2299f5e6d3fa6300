/* test_bundle.c: segments and members into archives and folders: their bytes,
 * and what all readers make of them. */
#include "collector/pack/bz2_search.h"
#include "collector/pack/unpack.h"
#include "tests/unit/bundle_make.h"

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

/* The packers that are libarchive's, each block by itself. */
static void test_other_packers(void **state)
{
    (void)state;
    same_bytes(BUNDLE_TAR_GZ, "b.tar.gz");
    run("gzip -dc b.tar.gz | cmp - b.tar");
    same_bytes(BUNDLE_TAR_ZST, "b.tar.zst");
    run("zstd -qdc b.tar.zst | cmp - b.tar");
    same_bytes(BUNDLE_TAR_XZ, "b.tar.xz");
    run("xz -dc b.tar.xz | cmp - b.tar");
}

/* The archives of the tests before, by all readers. */
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

/* The manifest, by its segment's own block, without what stands before it. */
static void test_skip_to(void **state)
{
    struct unpack_member m;
    struct unpack *u;
    char text[16];
    int fd = open("b.tar.bz2", O_RDONLY);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, NULL), 0);
    assert_string_equal(unpack_top(u), "");
    assert_int_equal(unpack_skip_to(u, "manifest.json", NULL), 1);
    assert_int_equal(unpack_next(u, &m, NULL), 1);
    assert_string_equal(m.name, "manifest.json");
    assert_string_equal(unpack_top(u), "top");
    assert_int_equal(unpack_read(u, text, sizeof(text), NULL), 3);
    assert_memory_equal(text, "{}\n", 3);
    assert_int_equal(unpack_read(u, text, sizeof(text), NULL), 0);
    assert_int_equal(unpack_next(u, &m, NULL), 0);
    unpack_free(u);
    /* Not the first of its segment: read from the start, as ever. */
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, NULL), 0);
    assert_int_equal(unpack_skip_to(u, "xen/info.json", NULL), 0);
    assert_int_equal(unpack_next(u, &m, NULL), 1);
    assert_string_equal(m.name, "xen/dmesg.txt");
    assert_int_equal(unpack_skip_to(u, "manifest.json", NULL), 0);
    unpack_free(u);
    close(fd);
    /* Packed otherwise there is nothing to look for. */
    fd = open("b.tar", O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, NULL), 0);
    assert_int_equal(unpack_skip_to(u, "manifest.json", NULL), 0);
    unpack_free(u);
    close(fd);
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

/* Cut where the caller likes, in every format: the same member. */
static void test_cut(void **state)
{
    static const enum bundle_format formats[] = {BUNDLE_TAR_BZ2, BUNDLE_TAR,
                                                 BUNDLE_TAR_ZST};
    const struct member_info info = {"a", 1};
    const size_t n = 700000;
    char *data = xmalloc(n);

    (void)state;
    for (size_t i = 0; i < n; i++)
        data[i] = "aaaaaaaaab\n"[i * 7 / 50 % 11];
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        const struct setup su = {formats[i], 2, 1, 1, 0, false, false};
        int fd = open("cut", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        struct bundle *b = start(&su, fd, -1);
        struct segment *s = segment_new(b);
        char sha256[SHA256_HEX] = "x";
        uint64_t size;

        assert_int_equal(member_begin(s, &info, NULL), 0);
        member_unsummed(s);
        /* Nothing yet; then a small one, a large one, and one just cut. */
        for (size_t pos = 0, step = 0; pos < n; pos += step) {
            assert_int_equal(member_cut(s, NULL), 0);
            step = pos == 0 ? 5 : pos == 5 ? 650001 : n - pos;
            assert_int_equal(member_write(s, data + pos, step, NULL), 0);
        }
        assert_int_equal(member_cut(s, NULL), 0);
        assert_int_equal(member_cut(s, NULL), 0);
        assert_int_equal(member_prepend(s, "head\n", 5, NULL), 0);
        assert_int_equal(member_end(s, &size, sha256, NULL), 0);
        assert_int_equal(size, n + 5);
        assert_string_equal(sha256, "");
        assert_int_equal(segment_close(s, NULL), 0);
        assert_int_equal(bundle_append(b, s, NULL), 0);
        assert_int_equal(bundle_finish(b, NULL), 0);
        bundle_free(b);
        close(fd);
        fd = open("data", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_int_equal(write(fd, data, n), n);
        close(fd);
        run("tar -xOf cut top/a >got && printf 'head\n' | cat - data | "
            "cmp - got");
    }
    free(data);
}

static unsigned n_blocks(const char *path)
{
    struct bz2_search search;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    unsigned n = 0;
    uint64_t bit;

    assert_true(fd >= 0);
    bz2_search_start(&search, fd, 0);
    while (bz2_search_next(&search, &bit))
        n++;
    close(fd);
    return n;
}

/* In parts: the same member, and the same bytes however it is written. */
static void test_parts(void **state)
{
    static const enum bundle_format formats[] = {BUNDLE_TAR_BZ2, BUNDLE_TAR,
                                                 BUNDLE_TAR_GZ};
    const struct member_info info = {"a", 1};
    const size_t most = 300000, part = 65536;
    char *data = xmalloc(most);

    (void)state;
    for (size_t i = 0; i < most; i++)
        data[i] = "aaaaaaaaab\n"[i * 7 / 50 % 11];
    for (unsigned i = 0; i < 4 * (sizeof(formats) / sizeof(formats[0])); i++) {
        const struct setup su = {formats[i / 4], i % 2 ? 1 : 4, 1, 1, 0,
                                 false,          false};
        const size_t n = i / 2 % 2 ? most : 2 * part;
        const size_t step = i % 2 ? 999 : 100001;
        const char *to = i % 2 ? "parts.1" : "parts.0";
        int fd = open(to, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        struct bundle *b = start(&su, fd, -1);
        struct segment *s = segment_new(b);
        uint64_t size;

        assert_int_equal(member_begin(s, &info, NULL), 0);
        member_in_parts(s, part);
        for (size_t pos = 0; pos < n; pos += step)
            assert_int_equal(member_write(s, data + pos,
                                          n - pos < step ? n - pos : step,
                                          NULL),
                             0);
        assert_int_equal(member_end(s, &size, NULL, NULL), 0);
        assert_int_equal(size, n);
        /* The next one is none in parts. */
        assert_int_equal(member_begin(s, &(struct member_info){"b", 1}, NULL),
                         0);
        assert_int_equal(member_write(s, "b", 1, NULL), 0);
        assert_int_equal(member_end(s, &size, NULL, NULL), 0);
        assert_int_equal(segment_close(s, NULL), 0);
        assert_int_equal(bundle_append(b, s, NULL), 0);
        assert_int_equal(bundle_finish(b, NULL), 0);
        bundle_free(b);
        close(fd);
        fd = open("data", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_int_equal(write(fd, data, n), n);
        close(fd);
        run(i % 2 ? "cmp parts.0 parts.1" : "rm -f parts.1");
        run("tar -xOf parts.0 top/a >got && cmp data got");
        run("test $(tar -xOf parts.0 top/b) = b");
        /* Header, parts, what is behind, the folder, the end. */
        if (formats[i / 4] == BUNDLE_TAR_BZ2)
            assert_int_equal(n_blocks(to), n == most ? 8 : 6);
    }
    free(data);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tar_bz2),
        cmocka_unit_test(test_tar),
        cmocka_unit_test(test_other_packers),
        cmocka_unit_test(test_readers),
        cmocka_unit_test(test_skip_to),
        cmocka_unit_test(test_dir),
        cmocka_unit_test(test_dir_is_hostile),
        cmocka_unit_test(test_dir_segment_given_up),
        cmocka_unit_test(test_empty_bundle),
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_offset),
    };

    umask(022);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
