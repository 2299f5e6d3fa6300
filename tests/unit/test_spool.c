/* test_spool.c: memory first, then the file; space comes back. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "collector/pack/spool.h"

static int unnamed(void)
{
    int fd = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    return fd;
}

static off_t used(int fd)
{
    struct stat st;

    assert_int_equal(fsync(fd), 0);
    assert_int_equal(fstat(fd, &st), 0);
    return st.st_blocks * 512;
}

static void put(struct spool *sp, struct spool_place *pl, size_t n, int byte)
{
    uint8_t data[10000];

    assert_true(n <= sizeof(data));
    memset(data, byte, n);
    spool_place(sp, n, pl);
    assert_int_equal(spool_store(sp, pl, data, NULL), 0);
}

static void check(struct spool *sp, const struct spool_place *pl, int byte)
{
    uint8_t data[10000];

    assert_int_equal(spool_read(sp, pl, 0, data, pl->len, NULL), 0);
    for (size_t i = 0; i < pl->len; i++)
        assert_int_equal(data[i], byte);
}

static void test_memory_then_file(void **state)
{
    int fd = unnamed();
    struct spool *sp = spool_new(fd, 10000, 0);
    struct spool_place pl[4];

    (void)state;
    put(sp, &pl[0], 6000, 1);
    put(sp, &pl[1], 6000, 2); /* does not fit any more */
    put(sp, &pl[2], 4000, 3); /* fits exactly */
    put(sp, &pl[3], 1, 4);
    assert_true(pl[0].in_memory && !pl[1].in_memory && pl[2].in_memory &&
                !pl[3].in_memory);
    assert_int_equal(spool_waiting(sp), 16001);
    for (int i = 0; i < 4; i++)
        check(sp, &pl[i], i + 1);
    /* Memory that was given back is used again. */
    spool_drop(sp, &pl[0]);
    put(sp, &pl[0], 5000, 5);
    assert_true(pl[0].in_memory);
    check(sp, &pl[0], 5);
    for (int i = 0; i < 4; i++)
        spool_drop(sp, &pl[i]);
    assert_int_equal(spool_waiting(sp), 0);
    spool_free(sp);
    close(fd);
}

static void test_space_comes_back(void **state)
{
    int fd = unnamed();
    struct spool *sp = spool_new(fd, 1, 0);
    struct spool_place pl[10];
    struct stat st;

    (void)state;
    for (int i = 0; i < 10; i++)
        put(sp, &pl[i], 9999, i);
    assert_true(used(fd) >= 10 * 9999);
    /* Each one by itself, in any order: holes. */
    for (int i = 0; i < 10; i += 2)
        spool_drop(sp, &pl[i]);
    assert_true(used(fd) < 6 * 12288);
    for (int i = 1; i < 10; i += 2) {
        check(sp, &pl[i], i);
        spool_drop(sp, &pl[i]);
    }
    /* Nothing left: the file starts afresh. */
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_size, 0);
    put(sp, &pl[0], 10, 7);
    assert_int_equal(pl[0].off, 0);
    check(sp, &pl[0], 7);
    spool_drop(sp, &pl[0]);
    spool_free(sp);
    close(fd);
}

/* What lies before base, the space set aside for closing, is never touched. */
static void test_base(void **state)
{
    int fd = unnamed();
    struct spool *sp;
    struct spool_place pl;
    char mark[8];

    (void)state;
    assert_int_equal(pwrite(fd, "reserve", 8, 4993), 8);
    sp = spool_new(fd, 0, 5001);
    put(sp, &pl, 100, 1);
    assert_true(!pl.in_memory && pl.off >= 5001);
    spool_drop(sp, &pl);
    assert_int_equal(pread(fd, mark, 8, 4993), 8);
    assert_memory_equal(mark, "reserve", 8);
    spool_free(sp);
    close(fd);
}

static void test_memory_only(void **state)
{
    struct spool *sp = spool_new(-1, 10, 0);
    struct spool_place a, b;

    (void)state;
    put(sp, &a, 9000, 1);
    put(sp, &b, 9000, 2);
    assert_true(a.in_memory && b.in_memory);
    check(sp, &a, 1);
    check(sp, &b, 2);
    spool_drop(sp, &a);
    spool_drop(sp, &b);
    spool_free(sp);
}

static void test_failures_are_told(void **state)
{
    int fd = open("/dev/full", O_RDWR | O_CLOEXEC);
    struct spool *sp = spool_new(fd, 0, 0);
    struct err err = ERR_INIT;
    struct spool_place pl;
    char byte;

    (void)state;
    assert_true(fd >= 0);
    spool_place(sp, 1, &pl);
    assert_int_equal(spool_store(sp, &pl, "x", &err), -ENOSPC);
    assert_non_null(strstr(err.text, "spool"));
    assert_int_equal(spool_read(sp, &pl, 1, &byte, 1, &err), -EINVAL);
    spool_drop(sp, &pl);
    assert_int_equal(spool_waiting(sp), 0);
    spool_free(sp);
    close(fd);
}

/* A spool file that was cut behind our back gives an error, not zeros. */
static void test_short_file(void **state)
{
    int fd = unnamed();
    struct spool *sp = spool_new(fd, 0, 0);
    struct err err = ERR_INIT;
    struct spool_place pl;
    char data[100];

    (void)state;
    put(sp, &pl, 100, 1);
    assert_int_equal(ftruncate(fd, 50), 0);
    assert_int_equal(spool_read(sp, &pl, 0, data, 100, &err), -EIO);
    spool_drop(sp, &pl);
    spool_free(sp);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_then_file),
        cmocka_unit_test(test_space_comes_back),
        cmocka_unit_test(test_base),
        cmocka_unit_test(test_memory_only),
        cmocka_unit_test(test_failures_are_told),
        cmocka_unit_test(test_short_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
