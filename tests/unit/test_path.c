/* Pattern matching and the walk's own promises; what the reader makes of them
 * is in test_reader_file.c. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "collector/base/core/path.h"
#include "collector/base/core/xalloc.h"

static void match(void **state)
{
    static const struct {
        const char *pattern, *path;
        bool free, dots; /* fits without and with the rule for dots */
    } v[] = {
        {"/a/b", "/a/b", true, true},
        {"/a/b", "//a///b/", true, true}, /* slashes hide nothing */
        {"/a/b", "/a/b/c", false, false},
        {"/a/b/c", "/a/b", false, false},
        {"/a/*", "/a/b", true, true},
        {"/a/*", "/a/b/c", false, false}, /* never across a slash */
        {"/a/*", "/a", false, false},
        {"/a/*", "/a/.b", true, false},
        {"/a/.*", "/a/.b", true, true},
        {"/a?c", "/a/c", false, false},
        {"/[a-c]x", "/bx", true, true},
        {"/[!a-c]x", "/bx", false, false},
        {"/a\\*", "/a*", false, false}, /* no escapes */
        {"/a\\*", "/a\\b", true, true},
        {"**", "/a/b/c", true, true},
        {"/**", "/", true, true},
        {"/a/**", "/a", true, true}, /* none is any number too */
        {"/a/**", "/a/b/c", true, true},
        {"/a/**", "/ab/c", false, false},
        {"/a/**", "/a/.b/c", true, false},
        {"/a/**/d", "/a/d", true, true},
        {"/a/**/d", "/a/b/c/d", true, true},
        {"/a/**/d", "/a/b/c/e", false, false},
        {"**/x/**/y", "/x/x/z/y", true, true},
        {"**/x/**/y/z", "/x/y/q/x/y/z", true, true}, /* goes back */
        {"**/a/**/b/**/c", "/a/b/a/c/b", false, false},
        {"/a/**b", "/a/xxb", true, true}, /* not a whole component: "*" */
        {"/a/**b", "/a/x/b", false, false},
        {"/*", "/new\nline", true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        if (path_match(v[i].pattern, v[i].path, false) != v[i].free ||
            path_match(v[i].pattern, v[i].path, true) != v[i].dots)
            fail_msg("%s on %s", v[i].pattern, v[i].path);
    }
}

/* Each "**" tries again only for itself: no exponential time. */
static void match_fast(void **state)
{
    char path[4001], pattern[] = "/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/b";

    (void)state;
    for (size_t i = 0; i < sizeof(path) - 1; i += 2)
        memcpy(path + i, "/a", 3);
    assert_false(path_match(pattern, path, false));
}

static void names_too_long(void **state)
{
    char *path = xmalloc(3002);

    (void)state;
    memset(path, 'a', 3001);
    path[0] = '/';
    path[3001] = '\0';
    assert_false(path_match("/*", path, false)); /* and no overrun */
    free(path);
}

static void is_pattern(void **state)
{
    (void)state;
    assert_true(path_is_pattern("/a*"));
    assert_true(path_is_pattern("a?"));
    assert_true(path_is_pattern("[a"));
    assert_false(path_is_pattern("/a]{b}\\"));
}

static void as_pattern(void **state)
{
    static const char hostile[] = "/a b/(*[x]?)\\!";
    char *pattern = path_as_pattern(hostile);

    (void)state;
    assert_string_equal(pattern, "/a b/([*][[]x][?])[\\]!");
    assert_true(path_match(pattern, hostile, true));
    assert_false(path_match(pattern, "/a b/(z[x]y)\\!", true));
    free(pattern);
}

static void real_paths(void **state)
{
    static const struct {
        const char *path, *real;
    } v[] = {
        {"/", "/"},
        {"/..", "/"},
        {"/../../proc/", "/proc"},
        {"//proc/./sys/../sys//kernel", "/proc/sys/kernel"},
    };
    struct path_found f;
    struct err err = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        assert_int_equal(path_walk(v[i].path, 0, &f, &err), 0);
        assert_string_equal(f.real, v[i].real);
        assert_true(f.fd >= 0);
        assert_false(f.linked);
        path_found_done(&f);
        path_found_done(&f); /* twice does no harm */
    }
    /* How far it came. */
    assert_int_equal(path_walk("/proc/none/x", 0, &f, &err), -ENOENT);
    assert_string_equal(f.real, "/proc");
    assert_int_equal(f.fd, -1);
    assert_string_equal(err.text,
                        "cannot open /proc/none/x: No such file or directory");
    path_found_done(&f);
    assert_int_equal(path_walk("proc", 0, &f, NULL), -EINVAL);
    path_found_done(&f);
    /* Another uid's process: its links are not ours to follow as root. */
    assert_int_equal(path_walk("/proc/self/cwd", 0, &f, NULL), PATH_UNSAFE);
    path_found_done(&f);
}

static void relative_walk(void **state)
{
    struct path_found f;
    int fd = open("/proc", O_PATH | O_CLOEXEC);

    (void)state;
    assert_int_equal(path_walk_at(fd, "/proc", "sys/kernel", 0, &f, NULL), 0);
    assert_string_equal(f.real, "/proc/sys/kernel");
    assert_true(S_ISDIR(f.st.st_mode));
    path_found_done(&f);
    assert_int_equal(path_walk_at(fd, "/proc", "self", 0, &f, NULL), 0);
    assert_true(f.linked);
    path_found_done(&f);
    close(fd);
}

/* All descriptors are closed, on the ways that fail too. */
static void no_leaks(void **state)
{
    struct path_found f;
    int before = dup(0), after;

    (void)state;
    close(before);
    for (int i = 0; i < 50; i++) {
        path_walk("/proc/self/status", 0, &f, NULL);
        path_found_done(&f);
        path_walk("/proc/self/none", 0, &f, NULL);
        path_found_done(&f);
        path_walk("/proc/self/exe/x", 0, &f, NULL);
        path_found_done(&f);
    }
    after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

static void safe(void **state)
{
    struct stat st = {.st_uid = 0, .st_mode = S_IFDIR | 0755};
    char why[96];

    (void)state;
    assert_true(path_safe(&st));
    st.st_mode = S_IFDIR | 01777;
    assert_false(path_safe(&st));
    st.st_mode = S_IFREG | 0664;
    assert_false(path_safe(&st));
    assert_string_equal(path_unsafe_why(&st, why, sizeof(why)),
                        "can be written by others (chmod go-w it)");
    st.st_mode = S_IFREG | 0644;
    st.st_uid = geteuid() + 1;
    assert_false(path_safe(&st));
    st.st_uid = geteuid();
    assert_true(path_safe(&st));
}

/* Of a dead host's disk: nothing resolves outside. */
static void other_root(void **state)
{
    char top[] = "/tmp/path-root-XXXXXX", *file, *link, *out;
    struct path_found f;
    int root;

    (void)state;
    assert_non_null(mkdtemp(top));
    file = xasprintf("%s/hostname", top);
    link = xasprintf("%s/link", top);
    out = xasprintf("%s/out", top);
    close(open(file, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(symlink("/hostname", link), 0);
    assert_int_equal(symlink("../../../../etc/passwd", out), 0);
    root = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
    assert_true(root >= 0);
    assert_false(path_has_root());
    path_set_root(root);
    assert_true(path_has_root());
    assert_int_equal(path_walk("/link", 0, &f, NULL), 0);
    assert_string_equal(f.real, "/hostname");
    path_found_done(&f);
    assert_int_equal(path_walk("/out", 0, &f, NULL), -ENOENT);
    path_found_done(&f);
    assert_int_equal(path_walk("/../../etc/passwd", 0, &f, NULL), -ENOENT);
    path_found_done(&f);
    /* What the user names is the machine's own. */
    assert_int_equal(path_walk(file, PATH_NAMED, &f, NULL), 0);
    assert_string_equal(f.real, file);
    path_found_done(&f);
    path_set_root(-1);
    close(root);
    unlink(file);
    unlink(link);
    unlink(out);
    rmdir(top);
    free(file);
    free(link);
    free(out);
}

/* Wherever descriptors run out, it is said, and those there were are closed. */
static void no_descriptors(void **state)
{
    struct rlimit all, few;
    struct path_found f;
    struct err e;
    int free_fd = dup(0), r;

    (void)state;
    close(free_fd);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
    few = all;
    for (int more = 0;; more++) {
        assert_true(more < 20);
        few.rlim_cur = (rlim_t)(free_fd + more);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        r = path_walk("/proc/self/status", 0, &f, &e);
        if (r == 0)
            break;
        assert_int_equal(r, -EMFILE);
        assert_non_null(strstr(e.text, "Too many open files"));
        path_found_done(&f);
    }
    path_found_done(&f);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
    r = dup(0);
    assert_int_equal(r, free_fd);
    close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(match),          cmocka_unit_test(match_fast),
        cmocka_unit_test(names_too_long), cmocka_unit_test(is_pattern),
        cmocka_unit_test(as_pattern),     cmocka_unit_test(real_paths),
        cmocka_unit_test(relative_walk),  cmocka_unit_test(no_leaks),
        cmocka_unit_test(safe),           cmocka_unit_test(other_root),
        cmocka_unit_test(no_descriptors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
