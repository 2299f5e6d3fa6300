/* test_tar.c: headers, read back by libarchive and byte by byte. */
#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/tar.h"

static void read_back(const struct tar_entry *t, const char *path)
{
    struct buf header = BUF_INIT, other = BUF_INIT;
    struct archive *a = archive_read_new();
    struct archive_entry *e;
    struct err err = ERR_INIT;

    if (tar_header(t, &header, &err))
        fail_msg("%s", err.text);
    assert_int_equal(header.len % TAR_BLOCK, 0);
    /* However it was made. */
    assert_int_equal(tar_header_libarchive(t, &other, &err), 0);
    assert_int_equal(header.len, other.len);
    assert_memory_equal(header.data, other.data, other.len);
    buf_done(&other);
    assert_int_equal(archive_read_support_format_tar(a), ARCHIVE_OK);
    assert_int_equal(archive_read_open_memory(a, header.data, header.len),
                     ARCHIVE_OK);
    assert_int_equal(archive_read_next_header(a, &e), ARCHIVE_OK);
    assert_string_equal(archive_entry_pathname(e), path);
    assert_int_equal(archive_entry_size(e), t->size);
    assert_int_equal(archive_entry_mtime(e), t->mtime);
    assert_int_equal(archive_entry_uid(e), 0);
    assert_int_equal(archive_entry_gid(e), 0);
    assert_string_equal(archive_entry_uname(e), "root");
    assert_string_equal(archive_entry_gname(e), "root");
    assert_int_equal(archive_entry_mode(e),
                     t->name ? (S_IFREG | 0600) : (S_IFDIR | 0700));
    assert_false(archive_entry_atime_is_set(e));
    assert_false(archive_entry_ctime_is_set(e));
    /* It ends with the header: nothing was filled up, no end of archive. */
    assert_int_equal(archive_filter_bytes(a, 0), header.len);
    archive_read_free(a);
    buf_done(&header);
}

static void test_member(void **state)
{
    const struct tar_entry t = {"top", "xen/dmesg.txt", 12345, 1700000000};
    struct buf header = BUF_INIT;

    (void)state;
    read_back(&t, "top/xen/dmesg.txt");
    /* An ordinary member takes one block and no extension. */
    assert_int_equal(tar_header(&t, &header, NULL), 0);
    assert_int_equal(header.len, TAR_BLOCK);
    assert_string_equal(header.data, "top/xen/dmesg.txt");
    assert_memory_equal(header.data + 257,
                        "ustar\0"
                        "00",
                        8);
    assert_int_equal(header.data[156], '0');
    buf_done(&header);
}

static void test_folder(void **state)
{
    const struct tar_entry t = {"top", NULL, 0, 1700000000};

    (void)state;
    read_back(&t, "top/");
}

static void test_sizes(void **state)
{
    /* 8 GiB less one is the largest that the classic field holds. */
    static const uint64_t sizes[] = {
        0,
        1,
        0x1ffffffffull,
        0x200000000ull,
        0x200000001ull,
        1ull << 40,
        (1ull << 62) + 1,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const struct tar_entry t = {"top", "a", sizes[i], 1};

        read_back(&t, "top/a");
    }
}

static void test_times(void **state)
{
    static const int64_t times[] = {0,        1, -1, 0x7fffffff, 0x80000000ll,
                                    1ll << 34};

    (void)state;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        const struct tar_entry t = {"top", "a", 0, times[i]};

        read_back(&t, "top/a");
    }
}

/* Longer than the classic 100 bytes, than its prefix of 155, without a slash
 * to part it at, and as long as a path gets. */
static void test_long_names(void **state)
{
    (void)state;
    for (size_t n = 90; n < 4000; n += n < 300 ? 1 : 400) {
        char *name = xmalloc(n + 1), *path;
        struct tar_entry t = {"xen-bugtool-host-20260101T000000Z", name, n, 1};

        for (int slashes = 0; slashes < 2; slashes++) {
            for (size_t i = 0; i < n; i++)
                name[i] = slashes && i % 20 == 7 ? '/' : 'n';
            name[n - 1] = 'n';
            name[n] = '\0';
            path = xasprintf("%s/%s", t.top, name);
            read_back(&t, path);
            free(path);
        }
        free(name);
    }
}

static void test_same_bytes(void **state)
{
    const struct tar_entry t = {"top", "a", 1ull << 34, -7};
    struct buf a = BUF_INIT, b = BUF_INIT;

    (void)state;
    buf_adds(&b, "kept");
    assert_int_equal(tar_header(&t, &a, NULL), 0);
    assert_int_equal(tar_header(&t, &b, NULL), 0);
    assert_int_equal(b.len, a.len + 4);
    assert_memory_equal(a.data, b.data + 4, a.len);
    assert_memory_equal(b.data, "kept", 4);
    buf_done(&a);
    buf_done(&b);
}

static void test_padding(void **state)
{
    (void)state;
    assert_int_equal(tar_padding(0), 0);
    assert_int_equal(tar_padding(1), 511);
    assert_int_equal(tar_padding(511), 1);
    assert_int_equal(tar_padding(512), 0);
    assert_int_equal(tar_padding((1ull << 33) + 513), 511);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_member),     cmocka_unit_test(test_folder),
        cmocka_unit_test(test_sizes),      cmocka_unit_test(test_times),
        cmocka_unit_test(test_long_names), cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_padding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
