/* unpack.h, in order: sound bundles in all packings, and hostile ones. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "collector/pack/manifest.h"
#include "collector/pack/unpack.h"
#include "tests/unit/unpack_make.h"

/* ---- reading ---- */

/* "NAME:BYTES;" of each member, or the error. Returns unpack's last answer. */
static int list(int fd, struct buf *out, struct err *err)
{
    struct unpack_member m;
    struct unpack *u = NULL;
    int r = unpack_new(fd, NULL, NULL, &u, err);
    char block[7];
    ssize_t n = 0;

    while (r >= 0 && (r = unpack_next(u, &m, err)) == 1) {
        uint64_t size = m.size;

        buf_addf(out, "%s:", m.name);
        while ((n = unpack_read(u, block, sizeof(block), err)) > 0) {
            buf_add(out, block, (size_t)n);
            size -= (uint64_t)n;
        }
        if (n < 0) {
            r = (int)n;
            break;
        }
        assert_int_equal(size, 0);
        buf_addc(out, ';');
    }
    unpack_free(u);
    return r;
}

static void reads(const struct buf *bundle, const char *want)
{
    int fd = make_fd(bundle->data, bundle->len);
    struct err err = ERR_INIT;
    struct buf got = BUF_INIT;

    if (list(fd, &got, &err))
        fail_msg("%s", err.text);
    assert_string_equal(buf_str(&got), want);
    buf_done(&got);
    close(fd);
}

/* The error's text holds says, and no byte that a terminal would obey. */
static void refused(const void *data, size_t n, const char *says)
{
    int fd = make_fd(data, n);
    struct err err = ERR_INIT;
    struct buf got = BUF_INIT;
    int r = list(fd, &got, &err);

    if (r != -EBADMSG || !strstr(err.text, says))
        fail_msg("wanted \"%s\", got %d \"%s\"", says, r, err.text);
    buf_done(&got);
    close(fd);
}

static void small_tar(struct buf *out, const char *filter)
{
    struct archive *a = make_open(out, filter);

    make_add(a, "top/", AE_IFDIR, NULL, NULL, 0);
    make_file(a, "top/xen/dmesg.txt", "(XEN) hello\n");
    make_file(a, "top/empty", "");
    make_file(a, "top/manifest.json", "{}\n");
    make_close(a);
}

static const char small_text[] =
    "xen/dmesg.txt:(XEN) hello\n;empty:;manifest.json:{}\n;";

static void test_packings(void **state)
{
    static const char *const filters[] = {"", "gzip", "xz", "zstd"};
    static const char *const says[] = {"follow", "follow", "damaged", ""};

    (void)state;
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        struct buf b = BUF_INIT;

        small_tar(&b, filters[i]);
        reads(&b, small_text);
        /* Something behind the compressed stream. */
        buf_add(&b, "x", 1);
        refused(b.data, b.len, says[i]);
        buf_done(&b);
    }
}

static void test_bzip2(void **state)
{
    struct buf tar = BUF_INIT;

    (void)state;
    small_tar(&tar, "");
    for (int level = 1; level <= 9; level++) {
        struct buf b = BUF_INIT;
        size_t n;

        make_bzip2(&tar, level, &b);
        reads(&b, small_text);
        n = b.len;
        /* Cut anywhere: an error, whatever is missing. */
        for (size_t cut = 0; cut < n; cut++)
            refused(b.data, cut, "");
        /* Behind the end. */
        buf_add(&b, "\n", 1);
        refused(b.data, b.len, "1 bytes follow the end");
        b.len = n;
        make_bzip2(&tar, 9, &b);
        refused(b.data, b.len, "a second bzip2 stream");
        b.len = n;
        /* The checksum over all blocks. */
        b.data[n - 2] ^= 0x10;
        refused(b.data, n, "");
        buf_done(&b);
    }
    buf_done(&tar);
}

/* Every bit of a bzip2 bundle but the last byte's filling is covered by some
 * check. */
static void test_bit_flips(void **state)
{
    struct buf tar = BUF_INIT, b = BUF_INIT;

    (void)state;
    small_tar(&tar, "");
    make_bzip2(&tar, 9, &b);
    for (size_t i = 0; i < b.len - 1; i++) {
        struct err err = ERR_INIT;
        struct buf got = BUF_INIT;
        int fd;

        b.data[i] ^= (char)(1 << i % 8);
        fd = make_fd(b.data, b.len);
        /* The level only says how much memory is needed. */
        if (i != 3 && list(fd, &got, &err) == 0)
            fail_msg("flipped bit %zu of byte %zu was not noticed", i % 8, i);
        b.data[i] ^= (char)(1 << i % 8);
        close(fd);
        buf_done(&got);
    }
    buf_done(&b);
    buf_done(&tar);
}

static void test_not_a_bundle(void **state)
{
    struct err err = ERR_INIT;
    struct unpack *u;
    int fds[2];

    (void)state;
    refused("", 0, "");
    refused("hello\n", 6, "no bundle");
    refused("BZh9", 4, "no bundle");
    refused("BZh0\x31\x41\x59\x26\x53\x59", 10, "no bundle");
    refused("\x1f\x8b", 2, "");
    refused("\xfd"
            "7zXZ\0",
            6, "");
    refused("\x28\xb5\x2f\xfd", 4, "");
    /* Windows of a gigabyte: before the first byte is unpacked. */
    refused("\xfd"
            "7zXZ\0\0\1....\2\0\x21\1\x24\0\0\0....",
            24, "a window of 1024 MiB");
    refused("\x28\xb5\x2f\xfd\0\xa0\1\0\0", 9, "a window of 1024 MiB");
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(unpack_new(fds[0], NULL, NULL, &u, &err), -EBADMSG);
    assert_int_equal(unpack_new(-1, NULL, NULL, &u, &err), -EBADF);
    close(fds[0]);
    close(fds[1]);
    unpack_free(NULL);
}

/* ---- what no bundle holds ---- */

static const struct {
    const char *path;
    int type;
    const char *link;
    const char *says;
} entries[] = {
    {"/etc/passwd", AE_IFREG, NULL, "absolute"},
    {"top/../../x", AE_IFREG, NULL, "not a plain path"},
    {"../x", AE_IFREG, NULL, "not a plain path"},
    {"top/./x", AE_IFREG, NULL, "not a plain path"},
    {"top//x", AE_IFREG, NULL, "not a plain path"},
    {"other/x", AE_IFREG, NULL, "outside the top folder"},
    {"topper", AE_IFREG, NULL, "outside the top folder"},
    {"top", AE_IFREG, NULL, "outside any top folder"},
    {"top/a b", AE_IFREG, NULL, "not encoded"},
    {"top/\x1b[2J", AE_IFREG, NULL, "not encoded"},
    {"top/a", AE_IFREG, NULL, "twice"},
    {"top/d/", AE_IFDIR, NULL, "twice"},
    {"top/l", AE_IFLNK, "/etc/passwd", "symbolic link"},
    {"top/l", AE_IFREG, "top/a", "hard link"},
    {"top/l", AE_IFCHR, NULL, "no regular file"},
    {"top/l", AE_IFBLK, NULL, "no regular file"},
    {"top/l", AE_IFIFO, NULL, "no regular file"},
    {"other/", AE_IFDIR, NULL, "outside the top folder"},
};

static void test_hostile_entries(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        struct buf b = BUF_INIT, z = BUF_INIT;
        struct archive *a = make_open(&b, "");

        make_file(a, "top/a", "a");
        make_add(a, "top/d/", AE_IFDIR, NULL, NULL, 0);
        make_add(a, entries[i].path, entries[i].type, entries[i].link, NULL, 0);
        make_file(a, "top/manifest.json", "{}");
        make_close(a);
        refused(b.data, b.len, entries[i].says);
        make_bzip2(&b, 1, &z);
        refused(z.data, z.len, entries[i].says);
        buf_done(&b);
        buf_done(&z);
    }
}

/* A header's checksum, after a field was changed by hand. */
static void fix_sum(char *h)
{
    unsigned sum = 0;

    memset(h + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += (unsigned char)h[i];
    snprintf(h + 148, 8, "%06o", sum);
}

static void test_sizes(void **state)
{
    static const char *const sizes[] = {
        "77777777777", /* 8 GiB that are not there */
        "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", /* base 256: 2^63 - 1 */
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", /* -1 */
        "\xc0\0\0\0\0\0\0\0\0\0\0\0",                       /* far below 0 */
    };
    struct buf b = BUF_INIT;

    (void)state;
    small_tar(&b, "");
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        /* The first header is the folder's. */
        memcpy(b.data + 512 + 124, sizes[i], 12);
        fix_sum(b.data + 512);
        refused(b.data, b.len, "");
    }
    buf_done(&b);
}

static void test_sparse(void **state)
{
    struct archive_entry *e = archive_entry_new();
    struct buf b = BUF_INIT;
    struct archive *a = make_open(&b, "");

    (void)state;
    make_file(a, "top/a", "a");
    archive_entry_set_pathname(e, "top/holes");
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_size(e, 1ll << 33);
    archive_entry_sparse_add_entry(e, 0, 512);
    assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
    assert_int_equal(archive_write_data(a, "x", 1), 1);
    archive_entry_free(e);
    make_close(a);
    refused(b.data, b.len, "holes");
    buf_done(&b);
}

static void test_archive_end(void **state)
{
    struct buf b = BUF_INIT;
    size_t n;

    (void)state;
    small_tar(&b, "");
    n = b.len;
    /* 512-byte steps keep every member whole; the end marks are missing. */
    for (size_t cut = 0; cut < n; cut += 512)
        refused(b.data, cut, "");
    refused(b.data, n - 512, "no end");
    refused(b.data, n - 1, "no end");
    /* Zeros to fill a tape's record are harmless, anything else is not. */
    memset(buf_room(&b, 20480), 0, 20480);
    b.len += 20480 - n % 10240;
    reads(&b, small_text);
    b.data[b.len - 1] = 'x';
    refused(b.data, b.len, "bytes follow");
    b.len = n - 512;
    small_tar(&b, ""); /* a lone zero block, then an archive */
    refused(b.data, b.len, "follow");
    b.len = n;
    small_tar(&b, "");
    refused(b.data, b.len, "bytes follow");
    buf_done(&b);
}

/* Memory stays bounded, however many names there are. */
static void test_no_members(void **state)
{
    struct buf b = BUF_INIT;

    (void)state;
    make_close(make_open(&b, ""));
    reads(&b, "");
    buf_done(&b);
}

/* ---- folders ---- */

static void put(int dir, const char *name, const char *text)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void put_manifest(int dir, const char *const *members)
{
    static char *const none[] = {NULL};
    struct manifest_head h = {.tool_version = "1",
                              .rules_digest = SHA,
                              .complete = true,
                              .sync = "tried",
                              .host = {"h", "k", "m", NULL, "none", 1},
                              .options = {"dir", "secrets", NULL, none, none,
                                          none, NULL, NULL, NULL, 0, false},
                              .key_id = "k"};
    struct manifest_item it = {
        .plugin = "p", .item = "i", .path = "/x", .exit_code = -1, .mtime = 77};
    struct buf b = BUF_INIT;

    manifest_head_write(&h, &b);
    for (; *members; members++) {
        const struct manifest_member none_there = {0},
                                     m = {*members, 1, SHA, NULL, 0, 0, 0};
        bool is_stderr = strstr(*members, ".stderr") != NULL;

        it.out = is_stderr ? none_there : m;
        it.errout = is_stderr ? m : none_there;
        manifest_item_write(&it, &b);
        buf_adds(&b, members[1] ? ",\n" : "\n");
    }
    buf_adds(&b, MANIFEST_TAIL);
    put(dir, "manifest.json", buf_str(&b));
    buf_done(&b);
}

static int make_folder(char *path)
{
    int fd;

    assert_non_null(mkdtemp(path));
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(mkdirat(fd, "files", 0700), 0);
    put(fd, "files/a", "aaa");
    put(fd, "b", "bb");
    put(fd, "outside", "not listed");
    assert_int_equal(symlinkat("b", fd, "link"), 0);
    assert_int_equal(symlinkat("files", fd, "linked"), 0);
    assert_int_equal(mkfifoat(fd, "fifo", 0600), 0);
    return fd;
}

static void remove_folder(const char *path)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -r %s", path);
    assert_int_equal(system(command), 0);
}

static void test_folder(void **state)
{
    static const char *const members[] = {"files/a",  "gone", "b",     "link",
                                          "linked/a", "fifo", "files", NULL};
    static const int want[] = {1,        -ENOENT,  1, -EBADMSG, -EBADMSG,
                               -EBADMSG, -EBADMSG, 1, 0};
    char path[] = "/tmp/unpack-XXXXXX", got[8] = "";
    int fd = make_folder(path);
    struct err err = ERR_INIT;
    struct unpack_member m;
    struct unpack_file *f;
    struct unpack *u;

    (void)state;
    put_manifest(fd, members);
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, &err), 0);
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        assert_int_equal(unpack_next(u, &m, &err), want[i]);
        if (want[i])
            assert_string_equal(m.name,
                                members[i] ? members[i] : "manifest.json");
        if (i == 0) {
            assert_int_equal(m.size, 3);
            assert_int_equal(m.mtime, 77); /* the source's, not the file's */
            assert_int_equal(unpack_read(u, got, 2, &err), 2);
            assert_int_equal(unpack_read(u, got + 2, 2, &err), 1);
            assert_int_equal(unpack_read(u, got, 2, &err), 0);
            assert_string_equal(got, "aaa");
        }
    }
    assert_int_equal(unpack_open(u, "b", &f, &err), 0);
    assert_int_equal(unpack_file_size(f), 2);
    assert_int_equal(unpack_file_mtime(f), 77);
    assert_int_equal(unpack_file_read(f, got, 8, &err), 2);
    assert_int_equal(unpack_file_read(f, got, 8, &err), 0);
    unpack_file_free(f);
    assert_int_equal(unpack_open(u, "outside", &f, &err), -ENOENT);
    assert_int_equal(unpack_open(u, "gone", &f, &err), -ENOENT);
    assert_int_equal(unpack_open(u, "link", &f, &err), -EBADMSG);
    unpack_free(u);
    close(fd);
    remove_folder(path);
}

/* Further down, what a command said on stderr, and one that is left half read.
 */
static void test_folder_deep(void **state)
{
    static const char *const members[] = {"d/e/f", "d/e/f.stderr", "b", NULL};
    char path[] = "/tmp/unpack-XXXXXX", got[8];
    int fd = make_folder(path), before = dup(0), after;
    struct unpack_member m;
    struct unpack *u;

    (void)state;
    close(before);
    assert_int_equal(mkdirat(fd, "d", 0700), 0);
    assert_int_equal(mkdirat(fd, "d/e", 0700), 0);
    put(fd, "d/e/f", "fff");
    put(fd, "d/e/f.stderr", "said");
    put_manifest(fd, members);
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, NULL), 0);
    assert_string_equal(unpack_top(u), "");
    assert_int_equal(unpack_next(u, &m, NULL), 1);
    assert_string_equal(m.name, "d/e/f");
    assert_int_equal(unpack_read(u, got, 1, NULL), 1);
    assert_int_equal(unpack_next(u, &m, NULL), 1);
    assert_string_equal(m.name, "d/e/f.stderr");
    assert_int_equal(unpack_read(u, got, 8, NULL), 4);
    assert_memory_equal(got, "said", 4);
    assert_int_equal(unpack_next(u, &m, NULL), 1);
    unpack_free(u); /* with one that is open */
    after = dup(0);
    close(after);
    assert_int_equal(after, before);
    close(fd);
    remove_folder(path);
}

static int count_opens(const char *rel, void *arg)
{
    (void)rel;
    ++*(int *)arg;
    return -EACCES;
}

static void test_folder_manifest(void **state)
{
    static const char *const twice[] = {"b", "b", NULL};
    static const char *const itself[] = {"manifest.json", NULL};
    char path[] = "/tmp/unpack-XXXXXX";
    int fd = make_folder(path), opens = 0, big;
    struct err err = ERR_INIT;
    struct unpack *u;

    (void)state;
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "no manifest.json"));
    put(fd, "manifest.json", "{");
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "too early"));
    put_manifest(fd, twice);
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "twice"));
    put_manifest(fd, itself);
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, &err), -EBADMSG);
    big = openat(fd, "manifest.json", O_WRONLY | O_TRUNC);
    assert_int_equal(ftruncate(big, (1ll << 30) + 1), 0);
    close(big);
    assert_int_equal(unpack_new(fd, NULL, NULL, &u, &err), -EBADMSG);
    assert_string_equal(err.text, "manifest.json is too large");
    put_manifest(fd, itself);
    /* Only the function given opens files. */
    assert_int_equal(unpack_new(fd, count_opens, &opens, &u, &err), -EACCES);
    assert_int_equal(opens, 1);
    close(fd);
    remove_folder(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packings),
        cmocka_unit_test(test_bzip2),
        cmocka_unit_test(test_bit_flips),
        cmocka_unit_test(test_not_a_bundle),
        cmocka_unit_test(test_hostile_entries),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_archive_end),
        cmocka_unit_test(test_no_members),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_folder_deep),
        cmocka_unit_test(test_folder_manifest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
