/* unpack_open: members by name, from any thread; bunzip.h below it. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bunzip.h"
#include "collector/pack/names.h"
#include "collector/pack/unpack.h"
#include "tests/unit/unpack_make.h"

/* What a member of this number holds: small ones that share a block, some that
 * cross a block's border, and one of long runs whose block is too large to be
 * kept decoded. */
#define N_MEMBERS 40
#define LONG 20

static char *content(int i, size_t *len_out)
{
    size_t n = i == LONG ? 12u << 20 : (size_t)(i * 7919 % 90000);
    char *p = xmalloc(n + 1);

    if (i == LONG)
        for (size_t k = 0; k < n; k++)
            p[k] = (char)('a' + k / 100000 % 26);
    else
        make_noise((unsigned char *)p, n, 1000 + (uint64_t)i);
    *len_out = n;
    return p;
}

static void name_of(int i, char out[32])
{
    snprintf(out, 32, "files/member-%d", i);
}

static void make_tar(struct buf *out)
{
    struct archive *a = make_open(out, "");

    for (int i = 0; i < N_MEMBERS; i++) {
        char name[32], path[40];
        size_t n;
        char *p = content(i, &n);

        name_of(i, name);
        snprintf(path, sizeof(path), "top/%s", name);
        make_add(a, path, AE_IFREG, NULL, p, n);
        free(p);
    }
    make_close(a);
}

/* Reads member i in pieces of step bytes and compares. Not with cmocka's
 * assertions, since threads run it. NULL or what is wrong. */
static const char *check(struct unpack *u, int i, size_t step)
{
    struct unpack_file *f;
    struct err err;
    char name[32];
    size_t len, done = 0;
    char *want = content(i, &len), *got = xmalloc(step);
    const char *bad = NULL;
    ssize_t n;

    name_of(i, name);
    if (unpack_open(u, name, &f, &err) < 0) {
        free(want);
        free(got);
        return "open failed";
    }
    if (unpack_file_size(f) != len || unpack_file_mtime(f) != 1000)
        bad = "wrong size or time";
    while (!bad && (n = unpack_file_read(f, got, step, &err)) != 0) {
        if (n < 0)
            bad = "read failed";
        else if ((size_t)n > len - done || memcmp(got, want + done, (size_t)n))
            bad = "wrong bytes";
        else
            done += (size_t)n;
    }
    if (!bad && done != len)
        bad = "too few bytes";
    unpack_file_free(f);
    free(want);
    free(got);
    return bad;
}

static void check_all(int fd)
{
    struct err err = ERR_INIT;
    struct unpack_file *f;
    struct unpack *u;

    assert_int_equal(unpack_new(fd, NULL, NULL, &u, &err), 0);
    if (unpack_open(u, "files/none", &f, &err) != -ENOENT)
        fail_msg("%s", err.text);
    for (int k = 0; k < N_MEMBERS; k++) {
        int i = k * 23 % N_MEMBERS; /* neither order */
        const char *bad = check(u, i, i == LONG ? 65536 : 5000);

        if (bad)
            fail_msg("member %d: %s", i, bad);
    }
    unpack_free(u);
}

static void test_plain(void **state)
{
    struct buf tar = BUF_INIT;
    int fd;

    (void)state;
    make_tar(&tar);
    fd = make_fd(tar.data, tar.len);
    check_all(fd);
    close(fd);
    buf_done(&tar);
}

static void test_bzip2(void **state)
{
    struct buf tar = BUF_INIT;

    (void)state;
    make_tar(&tar);
    for (int level = 1; level <= 9; level += 8) {
        struct buf b = BUF_INIT;
        int fd;

        make_bzip2(&tar, level, &b);
        fd = make_fd(b.data, b.len);
        check_all(fd);
        close(fd);
        buf_done(&b);
    }
    buf_done(&tar);
}

struct job {
    struct unpack *u;
    int first;
    const char *bad;
};

static void *run_job(void *arg)
{
    struct job *j = arg;

    for (int i = j->first; i < N_MEMBERS && !j->bad; i += 2)
        j->bad = check(j->u, i, 30000);
    return NULL;
}

/* More threads than slots, so that they wait for each other. */
static void test_threads(void **state)
{
    struct buf tar = BUF_INIT, b = BUF_INIT;
    struct err err = ERR_INIT;
    struct unpack *u;
    struct job jobs[6];
    pthread_t threads[6];
    int fd;

    (void)state;
    make_tar(&tar);
    make_bzip2(&tar, 1, &b);
    fd = make_fd(b.data, b.len);
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, &err), 0);
    for (int i = 0; i < 6; i++) {
        jobs[i] = (struct job){u, i * 3, NULL};
        assert_int_equal(pthread_create(&threads[i], NULL, run_job, &jobs[i]),
                         0);
    }
    for (int i = 0; i < 6; i++) {
        pthread_join(threads[i], NULL);
        if (jobs[i].bad)
            fail_msg("thread %d: %s", i, jobs[i].bad);
    }
    unpack_free(u);
    close(fd);
    buf_done(&b);
    buf_done(&tar);
}

/* No index is made of what cannot be read out of order, or is damaged. */
static void test_refused(void **state)
{
    struct err err = ERR_INIT;
    struct unpack_file *f;
    struct unpack *u;
    struct buf gz = BUF_INIT, tar = BUF_INIT, b = BUF_INIT;
    struct archive *a = make_open(&gz, "gzip");
    int fd;

    (void)state;
    make_file(a, "top/a", "a");
    make_close(a);
    fd = make_fd(gz.data, gz.len);
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, &err), 0);
    assert_int_equal(unpack_open(u, "a", &f, &err), -ENOTSUP);
    unpack_free(u);
    close(fd);

    a = make_open(&tar, "");
    make_file(a, "top/a", "a");
    make_close(a);
    make_bzip2(&tar, 9, &b);
    b.data[b.len / 2] ^= 1;
    fd = make_fd(b.data, b.len);
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, &err), 0);
    assert_int_equal(unpack_open(u, "a", &f, &err), -EBADMSG);
    assert_int_equal(unpack_open(u, "a", &f, &err), -EBADMSG);
    unpack_free(u);
    close(fd);
    buf_done(&gz);
    buf_done(&tar);
    buf_done(&b);
}

/* Each block by itself gives the same bytes as the stream, and says where the
 * next one begins. */
static void test_blocks(void **state)
{
    struct buf in = BUF_INIT, z = BUF_INIT;
    struct err err = ERR_INIT;
    uint64_t bit = BUNZIP_HEADER_BITS;
    size_t done = 0, blocks = 0;
    enum bunzip_at at;
    uint32_t crc;
    char got[10000];
    int fd;

    (void)state;
    make_noise((unsigned char *)buf_room(&in, 350000), 350000, 42);
    in.len = 350000;
    make_bzip2(&in, 1, &z);
    fd = make_fd(z.data, z.len);
    for (;;) {
        struct bunzip *b;
        ssize_t n;

        assert_int_equal(bunzip_look(fd, bit, &at, &crc, &err), 0);
        if (at != BUNZIP_BLOCK)
            break;
        assert_int_equal(bunzip_open(fd, bit, 1, &b, &err), 0);
        assert_int_equal(bunzip_crc(b), crc);
        while ((n = bunzip_read(b, got, sizeof(got), &err)) > 0) {
            assert_memory_equal(got, in.data + done, n);
            done += (size_t)n;
        }
        assert_int_equal(n, 0);
        bit = bunzip_end(b);
        at = bunzip_next(b);
        bunzip_free(b);
        blocks++;
    }
    assert_int_equal(at, BUNZIP_END);
    assert_int_equal(done, in.len);
    assert_int_equal(blocks, 4);
    assert_int_equal((bit + BUNZIP_END_BITS + 7) / 8, z.len);
    /* One bit beside a block there is none. */
    struct bunzip *b;
    assert_int_equal(bunzip_open(fd, BUNZIP_HEADER_BITS + 1, 1, &b, &err),
                     -EBADMSG);
    close(fd);
    buf_done(&in);
    buf_done(&z);
}

static void test_names(void **state)
{
    struct names *s = names_new();
    char name[32];

    (void)state;
    assert_int_equal(names_find(s, "a"), -ENOENT);
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        assert_int_equal(names_add(s, name), i);
    }
    assert_int_equal(names_add(s, "n77"), -EEXIST);
    assert_int_equal(names_add(s, ""), 5000);
    assert_int_equal(names_count(s), 5001);
    assert_int_equal(names_find(s, "n4999"), 4999);
    assert_string_equal(names_at(s, 4999), "n4999");
    assert_int_equal(names_find(s, "n5000"), -ENOENT);
    names_free(s);
    names_free(NULL);
}

/* A hostile list of names must not eat the memory. */
static void test_names_bound(void **state)
{
    struct names *s = names_new();
    size_t n = 1u << 20;
    char *name = xmalloc(n + 1);
    int64_t r = 0;

    (void)state;
    memset(name, 'x', n);
    name[n] = '\0';
    for (int i = 0; r >= 0 && i < 100; i++) {
        name[0] = (char)('0' + i);
        r = names_add(s, name);
    }
    assert_int_equal(r, -E2BIG);
    assert_int_equal(names_count(s), NAMES_BYTES_MAX / n);
    names_free(s);
    free(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),       cmocka_unit_test(test_bzip2),
        cmocka_unit_test(test_threads),     cmocka_unit_test(test_refused),
        cmocka_unit_test(test_blocks),      cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
