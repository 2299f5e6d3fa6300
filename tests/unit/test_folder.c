/* test_folder.c: which files are opened without a walk, and that all others are
 * left to it. */
#include "tests/unit/reader_client.h"

#include <limits.h>

#include "collector/front/folder.h"

static char *dir;

static int setup(void **state)
{
    (void)state;
    umask(022);
    dir = scratch_new();
    return chmod(dir, 0755);
}

static int teardown(void **state)
{
    (void)state;
    folder_forget();
    scratch_free(dir);
    return 0;
}

static const char *at(const char *name)
{
    static char path[4096];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return path;
}

static bool opens(const char *path)
{
    struct stat st;
    int fd = folder_open(path, &st);

    if (fd < 0)
        return false;
    assert_true(S_ISREG(st.st_mode));
    /* A FIFO in its place would not be waited for. */
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    close(fd);
    return true;
}

/* Only what nobody but root can put something else in place of. */
static void regular_files(void **state)
{
    (void)state;
    write_file(at("f"), "x", 1, 0644);
    assert_true(opens(at("f")));
    assert_true(folder_is_held());
    assert_true(opens(at("f")));
    assert_false(opens(at("none")));
    assert_false(opens(at("")));
    assert_false(opens(at("..")));
    assert_false(opens("f"));
    mkdir(at("d"), 0755);
    assert_false(opens(at("d")));
    assert_int_equal(mkfifo(at("fifo"), 0644), 0);
    assert_false(opens(at("fifo")));
    assert_int_equal(symlink("f", at("link")), 0);
    assert_false(opens(at("link")));
    folder_forget();
    assert_false(folder_is_held());
}

static void other_folders(void **state)
{
    (void)state;
    mkdir(at("shared"), 0777);
    chmod(at("shared"), 01777);
    write_file(at("shared/f"), "x", 1, 0644);
    assert_false(opens(at("shared/f")));
    mkdir(at("own"), 0755);
    write_file(at("own/f"), "x", 1, 0644);
    assert_true(opens(at("own/f")));
    assert_int_equal(symlink("own", at("other")), 0);
    assert_false(opens(at("other/f")));
    assert_false(opens(at("./own/f")));
    /* Sizes are known by reading only. */
    assert_false(opens("/proc/version"));
    assert_false(opens("/sys/kernel/notes"));
    if (geteuid() == 0) {
        folder_forget();
        assert_int_equal(chown(at("own"), NOBODY, NOBODY), 0);
        assert_false(opens(at("own/f")));
    }
}

/* The walk says why. */
static void walks(void **state)
{
    struct path_found f;
    struct err err = ERR_INIT;

    (void)state;
    write_file(at("f"), "x", 1, 0644);
    assert_int_equal(folder_walk(at("f"), &f, &err), 0);
    assert_true(S_ISREG(f.st.st_mode) && f.safe_dir && !f.linked);
    path_found_done(&f);
    assert_int_equal(folder_walk(at("none"), &f, &err), -ENOENT);
    assert_non_null(strstr(err.text, at("none")));
    path_found_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(regular_files, setup, teardown),
        cmocka_unit_test_setup_teardown(other_folders, setup, teardown),
        cmocka_unit_test_setup_teardown(walks, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
