#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/front/output.h"
#include "collector/front/tree.h"

#define STEM "xen-bugtool-host-20261122T230037Z"

static char folder[64]; /* a fresh one for each test */

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/xen-bugtool-test-XXXXXX");
    return mkdtemp(folder) ? chmod(folder, 0755) : -1;
}

static int drop_folder(void **state)
{
    char cmd[128];

    (void)state;
    snprintf(cmd, sizeof(cmd), "rm -rf -- %s", folder);
    return system(cmd);
}

static char *below(const char *name)
{
    static char path[4][400];
    static int i;

    i = (i + 1) % 4;
    snprintf(path[i], sizeof(path[i]), "%s/%s", folder, name);
    return path[i];
}

static void put_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void assert_file(const char *path, const char *text)
{
    char got[64] = "";
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    assert_true(fread(got, 1, sizeof(got) - 1, f) > 0);
    fclose(f);
    assert_string_equal(got, text);
}

static int count_entries(const char *path)
{
    DIR *d = opendir(path);
    int n = -2;

    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static const char *format = "tar.bz2";

static struct output_spec spec_of(const char *outfile)
{
    struct output_spec s = {.outfile = outfile, .outfd = -1};

    s.worker.uid = geteuid();
    s.worker.gid = getegid();
    format = "tar.bz2";
    return s;
}

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

static void assert_refuses(const struct output_spec *spec, const char *conf,
                           int code, const char *text)
{
    struct output *o = output_new(spec);
    struct err err = ERR_INIT;
    int fd, rc = output_open(o, STEM, conf, format, &fd, &err);

    if (rc != code || !strstr(err.text, text))
        print_message("%d %s\n", rc, err.text);
    assert_int_equal(rc, code);
    assert_non_null(strstr(err.text, text));
    output_free(o);
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

/* --- folders ------------------------------------------------------------ */

#define WORKER 0x7ff01234u

/* As the worker would have it: owned by its user, where we are root. */
static void own(const char *path)
{
    if (!geteuid())
        assert_int_equal(lchown(path, WORKER, WORKER), 0);
}

static struct output_spec dir_spec(const char *outfile)
{
    struct output_spec s = spec_of(outfile);

    format = "dir";
    if (!geteuid()) {
        s.worker.drop = true;
        s.worker.uid = s.worker.gid = WORKER;
    }
    return s;
}

/* Where a folder lies until it is finished. */
static char *temp_dir(int fd)
{
    static char path[400];
    char link[40];
    ssize_t n;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof(path) - 1);
    assert_true(n > 0);
    path[n] = '\0';
    return path;
}

static void in_dir(int fd, const char *name, bool is_dir)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", temp_dir(fd), name);
    if (is_dir)
        assert_int_equal(mkdir(path, 0755), 0);
    else
        put_file(path, "member");
    own(path);
}

static void test_dir(void **state)
{
    struct output_spec s = dir_spec(folder);
    struct output *o = output_new(&s);
    struct buf path = BUF_INIT, note = BUF_INIT;
    struct err err = ERR_INIT;
    struct stat st;
    int fd;

    (void)state;
    assert_int_equal(output_open(o, STEM, "", format, &fd, NULL), 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode, S_IFDIR | 0700);
    assert_int_equal(st.st_uid, s.worker.uid);
    in_dir(fd, "xen", true);
    in_dir(fd, "xen/info", false);
    in_dir(fd, "manifest.json", false);
    assert_true(access(below(STEM), F_OK) < 0);
    if (output_finish(o, true, &path, &note, &err))
        print_message("%s\n", err.text);
    assert_int_equal(err.code, 0);
    assert_string_equal(buf_str(&path), below(STEM));
    output_free(o);
    for (int i = 0; i < 4; i++) {
        static const char *const names[] = {STEM, STEM "/xen", STEM "/xen/info",
                                            STEM "/manifest.json"};

        assert_int_equal(lstat(below(names[i]), &st), 0);
        assert_int_equal(st.st_uid, geteuid());
        assert_int_equal(st.st_mode & 07777, i < 2 ? 0700 : 0600);
    }
    assert_int_equal(count_entries(folder), 1);
    buf_done(&path);
    buf_done(&note);
}

/* A second run beside the first; a chosen name that is there is refused. */
static void test_dir_existing(void **state)
{
    struct output_spec s = dir_spec(folder);
    struct output *o = output_new(&s);
    struct buf path = BUF_INIT, note = BUF_INIT;
    int fd;

    (void)state;
    assert_int_equal(mkdir(below(STEM), 0700), 0);
    assert_int_equal(output_open(o, STEM, "", format, &fd, NULL), 0);
    assert_int_equal(output_finish(o, true, &path, &note, NULL), 0);
    assert_string_equal(buf_str(&path), below(STEM "-1"));
    output_free(o);
    put_file(below("old"), "old");
    s.outfile = below("old");
    assert_refuses(&s, "", -EEXIST, "old exists");
    buf_done(&path);
    buf_done(&note);
}

/* What a worker that was taken over might leave for root to trip over. */
static void test_dir_hostile(void **state)
{
    (void)state;
    put_file(below("victim"), "victim");
    for (int i = 0; i < 5; i++) {
        struct output_spec s = dir_spec(folder);
        struct output *o = output_new(&s);
        struct buf path = BUF_INIT, note = BUF_INIT;
        struct stat st;
        char bad[512];
        int fd, r = 0;

        assert_int_equal(output_open(o, STEM, "", format, &fd, NULL), 0);
        snprintf(bad, sizeof(bad), "%s/bad", temp_dir(fd));
        switch (i) {
        case 0: /* a link to a file */
            r = symlink(below("victim"), bad);
            own(bad);
            break;
        case 1: /* another name of a file, even if it is the worker's own */
            own(below("victim"));
            r = link(below("victim"), bad);
            break;
        case 2: /* something that blocks when it is opened */
            r = mkfifo(bad, 0600);
            own(bad);
            break;
        case 3: /* a link to a folder */
            r = symlink("/etc", bad);
            own(bad);
            break;
        case 4: /* not the worker's */
            if (!geteuid()) {
                put_file(bad, "root's");
                break;
            }
            r = symlink("/", bad);
        }
        assert_int_equal(r, 0);
        assert_int_equal(output_finish(o, true, &path, &note, NULL), -EPERM);
        output_free(o);
        /* Dropped, and nothing beyond it was touched. */
        assert_int_equal(count_entries(folder), 1);
        assert_int_equal(stat(below("victim"), &st), 0);
        assert_true(geteuid() || i < 1 || st.st_uid == WORKER);
        assert_true(access("/etc/passwd", F_OK) == 0);
        buf_done(&path);
        buf_done(&note);
    }
}

/* Dropping leaves no file system and follows no link. */
static void test_tree_remove(void **state)
{
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool mounted;

    (void)state;
    assert_int_equal(mkdir(below("a"), 0700) || mkdir(below("a/b"), 0700) ||
                         mkdir(below("keep"), 0700),
                     0);
    put_file(below("keep/file"), "keep");
    assert_int_equal(symlink("../keep", below("a/link")), 0);
    mounted =
        !geteuid() && !mount("none", below("a/b"), "tmpfs", 0, "size=64k");
    if (mounted) {
        put_file(below("a/b/file"), "other");
        assert_int_equal(tree_remove(dir, "a", NULL), -EXDEV);
        assert_file(below("a/b/file"), "other");
        assert_int_equal(umount(below("a/b")), 0);
    }
    assert_int_equal(tree_remove(dir, "a", NULL), 0);
    assert_file(below("keep/file"), "keep");
    assert_int_equal(count_entries(folder), 1);
    assert_int_equal(symlink("keep", below("link")), 0);
    assert_true(tree_remove(dir, "link", NULL) < 0);
    assert_file(below("keep/file"), "keep");
    close(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, make_folder, drop_folder)
        T(test_folder),       T(test_file),        T(test_relative),
        T(test_existing),     T(test_appears),     T(test_appears_named),
        T(test_bad_folders),  T(test_unwritable),  T(test_file_systems),
        T(test_named),        T(test_stale),       T(test_stems),
        T(test_order),        T(test_configured),  T(test_outfd),
        T(test_terminal),     T(test_spool),       T(test_dir),
        T(test_dir_existing), T(test_dir_hostile), T(test_tree_remove),
    };

    umask(077);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
