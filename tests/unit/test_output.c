/* Bundles as files: where they go, what is refused, what is left behind. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>

#include "tests/unit/output_make.h"

/* Opens, writes "new" and finishes; asserts the name and what it holds. */
static void assert_makes(const struct output_spec *spec, const char *path,
                         const char *note)
{
    struct output *o = output_new(spec);
    struct buf where = BUF_INIT, note_out = BUF_INIT;
    struct err err = ERR_INIT;
    struct stat st;
    int fd;

    if (output_open(o, STEM, "", format, &fd, &err))
        print_message("%s\n", err.text);
    assert_int_equal(err.code, 0);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(write(fd, "new", 3), 3);
    assert_true(access(path, F_OK) < 0); /* not before it is whole */
    assert_int_equal(output_finish(o, true, &where, &note_out, &err), 0);
    assert_string_equal(buf_str(&where), path);
    assert_non_null(strstr(buf_str(&note_out), note));
    assert_true(*note || !note_out.len);
    assert_file(path, "new");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0600);
    assert_int_equal(st.st_nlink, 1);
    output_free(o);
    buf_done(&where);
    buf_done(&note_out);
    assert_file(path, "new");
}

static void test_folder(void **state)
{
    struct output_spec s = spec_of(folder);
    char slash[80];

    (void)state;
    assert_makes(&s, below(STEM ".tar.bz2"), "");
    /* The name is taken by now: a suffix, nothing is replaced. */
    assert_makes(&s, below(STEM "-1.tar.bz2"), "");
    snprintf(slash, sizeof(slash), "%s/", folder);
    s.outfile = slash;
    format = "tar";
    assert_makes(&s, below(STEM ".tar"), "");
    format = "tar.zst";
    assert_makes(&s, below(STEM ".tar.zst"), "");
    format = "tar.bz2";
    assert_int_equal(count_entries(folder), 4);
}

static void test_file(void **state)
{
    struct output_spec s = spec_of(below("my bundle"));

    (void)state;
    assert_makes(&s, s.outfile, "");
    assert_int_equal(count_entries(folder), 1);
}

static void test_relative(void **state)
{
    struct output_spec s = spec_of("b.tar.bz2");

    (void)state;
    assert_int_equal(chdir(folder), 0);
    assert_makes(&s, below("b.tar.bz2"), "");
    s.outfile = ".";
    assert_makes(&s, below(STEM ".tar.bz2"), "");
    assert_int_equal(chdir("/"), 0);
}

/* Whatever is there stays as it is, a dangling link too. */
static void test_existing(void **state)
{
    struct output_spec s = spec_of(below("old"));

    (void)state;
    put_file(below("old"), "old");
    assert_refuses(&s, "", -EEXIST, "old exists; xen-bugtool never replaces");
    assert_file(below("old"), "old");
    assert_int_equal(symlink("nowhere", below("link")), 0);
    s.outfile = below("link");
    assert_refuses(&s, "", -EEXIST, "link exists");
    assert_true(access(below("nowhere"), F_OK) < 0);
    s.outfile = "/dev/null";
    assert_refuses(&s, "", -EEXIST, "/dev/null exists");
}

/* A chosen name that is taken while the bundle is made: what was collected is
 * not lost, and the user is told. */
static void appears(bool named)
{
    struct output_spec s = spec_of(below("b.tar.bz2"));
    struct output *o;
    struct buf path = BUF_INIT, note = BUF_INIT;
    int fd;

    s.named = named;
    o = output_new(&s);
    assert_int_equal(output_open(o, STEM, "", format, &fd, NULL), 0);
    put_file(below("b.tar.bz2"), "old");
    assert_int_equal(output_finish(o, true, &path, &note, NULL), 0);
    assert_string_equal(buf_str(&path), below("b-1.tar.bz2"));
    assert_string_equal(buf_str(&note), "b.tar.bz2 exists by now");
    assert_file(below("b.tar.bz2"), "old");
    output_free(o);
    buf_done(&path);
    buf_done(&note);
    assert_int_equal(count_entries(folder), 2);
}

static void test_appears(void **state)
{
    (void)state;
    appears(false);
}

static void test_appears_named(void **state)
{
    (void)state;
    appears(true);
}

static void test_bad_folders(void **state)
{
    char name[300] = "";
    struct output_spec s = spec_of(below("none/b"));

    (void)state;
    assert_refuses(&s, "", -ENOENT,
                   "none/: No such file or directory; make it "
                   "first, or choose another with --outfile");
    s.outfile = below("none/");
    assert_refuses(&s, "", -ENOENT, "none/: No such file or directory");
    put_file(below("file"), "x");
    s.outfile = below("file/b");
    assert_refuses(&s, "", -ENOTDIR, "file/b: Not a directory");
    memset(name, 'n', sizeof(name) - 1);
    s.outfile = below(name);
    assert_refuses(&s, "", -ENAMETOOLONG, "File name too long");
    if (geteuid())
        return;
    s.outfile = "/proc";
    assert_refuses(&s, "", -EOPNOTSUPP, "/proc: Operation not supported");
    s.outfile = "/proc/b";
    assert_refuses(&s, "", -EOPNOTSUPP, "choose another folder");
}

static void test_unwritable(void **state)
{
    struct output_spec s = spec_of(folder);

    bool root = !geteuid();

    (void)state;
    /* Root may write everywhere. */
    if (root) {
        assert_int_equal(chown(folder, 65534, 65534), 0);
        assert_int_equal(seteuid(65534), 0);
    }
    assert_int_equal(chmod(folder, 0500), 0);
    assert_refuses(&s, "", -EACCES, "Permission denied; choose another folder");
    s.outfile = below("b");
    assert_refuses(&s, "", -EACCES, "Permission denied; choose another folder");
    /* Writable without being readable is enough. */
    assert_int_equal(chmod(folder, 0300), 0);
    assert_makes(&s, below("b"), "");
    assert_int_equal(chmod(folder, 0700), 0);
    if (root)
        assert_int_equal(seteuid(0), 0);
}

/* Read-only and full file systems, which only root can make. */
static void test_file_systems(void **state)
{
    struct output_spec s = spec_of(folder);
    char text[4096];
    int fd, r;

    (void)state;
    if (geteuid() || mount("none", folder, "tmpfs", 0, "size=64k"))
        skip();
    memset(text, 'x', sizeof(text));
    fd = open(below("fill"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while ((r = (int)write(fd, text, sizeof(text))) > 0)
        ;
    close(fd);
    assert_refuses(&s, "", -ENOSPC, "No space left on device; choose another");
    s.named = true;
    assert_refuses(&s, "", -ENOSPC, "No space left on device; choose another");
    s.named = false;
    assert_int_equal(unlink(below("fill")), 0);
    assert_int_equal(mount("none", folder, NULL, MS_REMOUNT | MS_RDONLY, NULL),
                     0);
    assert_refuses(&s, "", -EROFS, "Read-only file system; choose another");
    s.outfile = below("b");
    assert_refuses(&s, "", -EROFS, "Read-only file system; choose another");
    assert_int_equal(umount(folder), 0);
}

/* Without unnamed files: a hidden name, which is gone at the end. */
static void test_named(void **state)
{
    struct output_spec s = spec_of(folder);
    struct output *o;
    struct buf path = BUF_INIT, note = BUF_INIT;
    int fd;

    (void)state;
    s.named = true;
    assert_makes(&s, below(STEM ".tar.bz2"), "");
    assert_makes(&s, below(STEM "-1.tar.bz2"), "");
    assert_int_equal(count_entries(folder), 2);
    /* Dropped, by word and by end. */
    o = output_new(&s);
    assert_int_equal(output_open(o, STEM, "", format, &fd, NULL), 0);
    assert_int_equal(count_entries(folder), 3);
    assert_int_equal(output_finish(o, false, &path, &note, NULL), 0);
    assert_int_equal(path.len, 0);
    output_free(o);
    assert_int_equal(count_entries(folder), 2);
    o = output_new(&s);
    assert_int_equal(output_open(o, STEM, "", format, &fd, NULL), 0);
    output_free(o);
    assert_int_equal(count_entries(folder), 2);
    buf_done(&path);
    buf_done(&note);
}

/* A dead run's remains go; what is held, or only looks like ours, stays. */
static void test_stale(void **state)
{
    struct output_spec s = spec_of(below("b"));
    int held;

    (void)state;
    put_file(below("." STEM ".tar.bz2.1.tmp"), "dead");
    put_file(below("." STEM ".tar.bz2.2.tmp"), "held");
    held = open(below("." STEM ".tar.bz2.2.tmp"), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(held, LOCK_EX), 0);
    put_file(below("." STEM ".tar.bz2"), "not ours");
    put_file(below("linked"), "not ours");
    assert_int_equal(link(below("linked"), below(".xen-bugtool-a.tmp")), 0);
    assert_int_equal(symlink("linked", below(".xen-bugtool-b.tmp")), 0);
    assert_int_equal(mkfifo(below(".xen-bugtool-c.tmp"), 0600), 0);
    assert_int_equal(mkdir(below("." STEM ".3.tmp"), 0700), 0);
    put_file(below("." STEM ".3.tmp/member"), "dead");
    s.named = true;
    assert_makes(&s, below("b"), "");
    assert_true(access(below("." STEM ".tar.bz2.1.tmp"), F_OK) < 0);
    assert_true(access(below("." STEM ".3.tmp"), F_OK) < 0);
    assert_file(below("." STEM ".tar.bz2.2.tmp"), "held");
    assert_file(below("." STEM ".tar.bz2"), "not ours");
    assert_file(below("linked"), "not ours");
    assert_int_equal(count_entries(folder), 7);
    close(held);
}

static void test_stems(void **state)
{
    static const char *const bad[] = {
        "",
        "bundle",
        "xen-bugtool-a/b",
        "xen-bugtool-\n",
        "../xen-bugtool-a",
        "xen-bugtool-a b",
        "xen-bugtool-\xc3\xa4",
        "xen-bugtool-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "a"};
    struct output_spec s = spec_of(folder);
    int fd;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct output *o = output_new(&s);

        assert_int_equal(output_open(o, bad[i], "", format, &fd, NULL),
                         -EPROTO);
        output_free(o);
    }
    assert_int_equal(count_entries(folder), 0);
}

/* Each step once, in its order. */
static void test_order(void **state)
{
    struct output_spec s = spec_of(folder);
    struct output *o = output_new(&s);
    struct buf path = BUF_INIT, note = BUF_INIT;
    int fd;

    (void)state;
    assert_int_equal(output_finish(o, true, &path, &note, NULL), -EPROTO);
    assert_int_equal(output_spool(o, &fd, NULL), -EPROTO);
    assert_int_equal(output_open(o, STEM, "", format, &fd, NULL), 0);
    assert_int_equal(output_open(o, STEM, "", format, &fd, NULL), -EPROTO);
    assert_int_equal(output_finish(o, true, &path, &note, NULL), 0);
    assert_int_equal(output_finish(o, true, &path, &note, NULL), -EPROTO);
    output_free(o);
    output_free(NULL);
    buf_done(&path);
    buf_done(&note);
    assert_int_equal(count_entries(folder), 1);
}

/* A folder from the configuration must be safe where we are root. */
static void test_configured(void **state)
{
    struct output_spec s = spec_of(NULL);
    struct output *o = output_new(&s);
    int fd;

    (void)state;
    assert_refuses(&s, "var/tmp", -EPERM, "not an absolute path");
    assert_int_equal(output_open(o, STEM, folder, format, &fd, NULL), 0);
    output_free(o);
    if (geteuid())
        return;
    assert_int_equal(chmod(folder, 0777), 0);
    assert_refuses(&s, folder, -EPERM, "can be written by others");
    assert_int_equal(chmod(folder, 01777), 0); /* as /var/tmp */
    o = output_new(&s);
    assert_int_equal(output_open(o, STEM, folder, format, &fd, NULL), 0);
    output_free(o);
    assert_int_equal(chmod(folder, 0755) || chown(folder, 1000, 0), 0);
    assert_refuses(&s, folder, -EPERM, "does not belong to root");
    assert_int_equal(mkdir(below("in"), 0755), 0); /* root's, in another's */
    assert_refuses(&s, below("in"), -EPERM, "does not belong to root");
    assert_int_equal(chown(folder, 0, 0), 0);
    assert_int_equal(symlink("in", below("link")), 0);
    assert_refuses(&s, below("link"), -EPERM, "is not a folder (or a link");
    assert_refuses(&s, below("in/../in"), -EPERM, "is not written out");
    assert_refuses(&s, below("none"), -ENOENT, "none: No such file");
    /* Root's own, and yet no place for a file that a worker can choose. */
    assert_refuses(&s, "/etc/logrotate.d", -EPERM, "no place for bundles");
    assert_refuses(&s, "///etc", -EPERM, "no place for bundles");
    assert_refuses(&s, "/./etc", -EPERM, "is not written out");
    assert_refuses(&s, "/", -EPERM, "no place for bundles");
    assert_refuses(&s, "/var/spool", -EPERM, "no place for bundles");
    /* The command line has the last word. */
    s.outfile = below("in");
    assert_makes(&s, below("in/" STEM ".tar.bz2"), "");
}

static void test_outfd(void **state)
{
    struct output_spec s = spec_of(NULL);
    struct output *o;
    struct buf path = BUF_INIT, note = BUF_INIT;
    int p[2], fd;

    (void)state;
    assert_int_equal(pipe(p), 0);
    s.outfd = p[1];
    o = output_new(&s);
    assert_int_equal(output_open(o, STEM, "", format, &fd, NULL), 0);
    assert_int_equal(fd, p[1]);
    assert_int_equal(output_spool(o, &fd, NULL), 0);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    assert_int_equal(output_finish(o, true, &path, &note, NULL), 0);
    assert_string_equal(buf_str(&path), "");
    assert_string_equal(buf_str(&note), ""); /* a pipe has no sync */
    output_free(o);
    assert_int_equal(write(p[1], "x", 1), 1); /* still open */

    assert_int_equal(output_check_fd(p[1], NULL), 0);
    assert_int_equal(output_check_fd(p[0], NULL), -EBADF);
    assert_int_equal(output_check_fd(1000, NULL), -EBADF);
    assert_int_equal(output_check_fd(2, NULL), -EINVAL);
    close(p[0]);
    close(p[1]);
    buf_done(&path);
    buf_done(&note);
}

static void test_terminal(void **state)
{
    struct err err = ERR_INIT;
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int tty;

    (void)state;
    if (fd < 0 || grantpt(fd) || unlockpt(fd))
        skip();
    tty = open(ptsname(fd), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(tty >= 0);
    assert_int_equal(output_check_fd(tty, &err), -EINVAL);
    assert_non_null(strstr(err.text, "is a terminal"));
    close(tty);
    close(fd);
}

static void spool(bool named)
{
    struct output_spec s = spec_of(folder);
    struct output *o;
    struct stat st;
    int fd, sp[2];

    s.named = named;
    o = output_new(&s);
    assert_int_equal(output_open(o, STEM, "", format, &fd, NULL), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(output_spool(o, &sp[i], NULL), 0);
        assert_int_equal(fstat(sp[i], &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        assert_int_equal(st.st_nlink, 0);
        assert_int_equal(pwrite(sp[i], "xy", 2, 0), 2);
        assert_int_equal(fcntl(sp[i], F_GETFD), FD_CLOEXEC);
    }
    close(sp[0]);
    close(sp[1]);
    output_free(o);
    assert_int_equal(count_entries(folder), 0);
}

static void test_spool(void **state)
{
    (void)state;
    spool(false);
    spool(true);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)
        T(test_folder),      T(test_file),       T(test_relative),
        T(test_existing),    T(test_appears),    T(test_appears_named),
        T(test_bad_folders), T(test_unwritable), T(test_file_systems),
        T(test_named),       T(test_stale),      T(test_stems),
        T(test_order),       T(test_configured), T(test_outfd),
        T(test_terminal),    T(test_spool),
    };

    umask(077);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
