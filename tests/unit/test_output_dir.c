/* Bundles as folders: made beside their place, given to it when they are whole,
 * and dropped without following anything that lies in them. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

#include "tests/unit/output_make.h"

#include "collector/front/tree.h"

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
        T(test_dir),
        T(test_dir_existing),
        T(test_dir_hostile),
        T(test_tree_remove),
    };

    umask(077);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
