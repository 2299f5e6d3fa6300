/* Listings and our own configuration through the reader. */
#include "tests/unit/reader_client.h"

#include "config.h"

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
    scratch_free(dir);
    return 0;
}

static const char *at(const char *name)
{
    static char ring[4][512];
    static unsigned i;
    char *p = ring[i++ % 4];

    snprintf(p, sizeof(ring[0]), "%s/%s", dir, name);
    return p;
}

/* Makes the files, folders on the way too; ends with NULL. */
static void make(const char *const *names)
{
    for (; *names; names++) {
        char path[512];

        snprintf(path, sizeof(path), "%s/%s", dir, *names);
        for (char *s = path + strlen(dir) + 1; (s = strchr(s, '/')); s++) {
            *s = '\0';
            mkdir(path, 0755);
            *s = '/';
        }
        if (path[strlen(path) - 1] != '/')
            write_text(path, "x");
    }
}

static void glob_as(uid_t uid, const char *pattern, uint64_t max,
                    struct answer *a)
{
    struct client c;
    struct buf b = BUF_INIT;

    client_start(&c, uid);
    field_put_str(&b, pattern);
    field_put_u64(&b, max);
    ask(&c, RQ_GLOB, &b);
    answer(&c, a);
    assert_int_equal(client_stop(&c), 0);
}

static void tree_as(uid_t uid, const char *folder, uint64_t depth, uint64_t max,
                    struct answer *a)
{
    struct client c;
    struct buf b = BUF_INIT;

    client_start(&c, uid);
    field_put_str(&b, folder);
    field_put_u64(&b, depth);
    field_put_u64(&b, max);
    ask(&c, RQ_TREE, &b);
    answer(&c, a);
    assert_int_equal(client_stop(&c), 0);
}

/* The entries without the scratch folder in front: "a b c ". */
static const char *entries(const struct answer *a)
{
    static char out[65536];
    size_t n = strlen(dir) + 1, len = 0;
    char *save = NULL;
    char *copy = xstrdup(buf_str(&a->entries));

    out[0] = '\0';
    for (char *l = strtok_r(copy, "\n", &save); l;
         l = strtok_r(NULL, "\n", &save)) {
        assert_int_equal(strncmp(l, dir, n - 1), 0);
        len += (size_t)snprintf(out + len, sizeof(out) - len, "%s ", l + n);
    }
    free(copy);
    return out;
}

static void globs(void **state)
{
    static const struct {
        const char *pattern, *found;
    } v[] = {
        {"*", "a-b a.log a.log.1 b c.log d+ "},
        /* bytewise by the full path: '-' is before '/' */
        {"*/f", "a-d/f a/f "},
        {"a.log*", "a.log a.log.1 "},
        {"a.log", "a.log "}, /* no pattern at all */
        {"?", "b "},         /* a and s are folders */
        {"[bc]*", "b c.log "},
        {"[!a]", "b "},
        {".*", ".hidden "}, /* a leading dot is not fitted by * */
        {"a*/*", "a-d/f a/f a/g "},
        {"s/*/*/x", "s/t/u/x "},
        {"s/*/x", ""}, /* never across '/' */
        {"**/x", "s/t/u/x "},
        {"**/f", "a-d/f a/f "},
        {"s/**", "s/t/u/x s/y "},
        {"**/t/**/x", "s/t/u/x "},
        {"**", "a-b a-d/f a.log a.log.1 a/f a/g b c.log d+ s/t/u/x s/y "},
        {"none*", ""},
        {"none/*", ""},
        {"b/*", ""},
        {"\\*", ""}, /* the backslash is a byte as others */
    };
    struct answer a;

    (void)state;
    make((const char *[]){"a/f", "a/g", "a-b", "a-d/f", "a.log", "a.log.1", "b",
                          "c.log", "d+", ".hidden", ".dots/x", "s/y", "s/t/u/x",
                          "empty/", NULL});
    mkfifo(at("fifo"), 0644);
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        glob_as(0, at(v[i].pattern), 0, &a);
        assert_string_equal(entries(&a), v[i].found);
        expect(&a, *v[i].found ? ST_OK : ST_ABSENT,
               *v[i].found ? "" : "no file fits");
        answer_done(&a);
    }
    glob_as(0, "relative*", 0, &a);
    expect(&a, ST_FAILED, "not an absolute pattern");
    answer_done(&a);
}

static void bounds(void **state)
{
    struct answer a;
    char name[64];

    (void)state;
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "m/f%03d", i);
        make((const char *[]){name, NULL});
    }
    /* The same ones whatever order the file system has. */
    glob_as(0, at("m/*"), 3, &a);
    expect(&a, ST_PARTIAL, "only the first 3 files");
    assert_string_equal(entries(&a), "m/f000 m/f001 m/f002 ");
    answer_done(&a);
    tree_as(0, at("m"), 8, 2, &a);
    expect(&a, ST_PARTIAL, "only the first 2 files");
    assert_string_equal(entries(&a), "m/f000 m/f001 ");
    answer_done(&a);
    glob_as(0, at("m/*"), 300, &a);
    expect(&a, ST_OK, "");
    assert_int_equal(a.n_entries, 300);
    answer_done(&a);
}

static void trees(void **state)
{
    struct answer a;

    (void)state;
    make((const char *[]){"t/a", "t/a-b", "t/s/x", "t/s/deep/y", "t/.hidden",
                          "t/new\tline", NULL});
    mkfifo(at("t/fifo"), 0644);
    tree_as(0, at("t"), 8, 0, &a);
    expect(&a, ST_OK, "");
    assert_string_equal(entries(&a), "t/.hidden t/a t/a-b t/new\tline "
                                     "t/s/deep/y t/s/x ");
    answer_done(&a);
    /* Doubled slashes and one at the end do not get into the names. */
    tree_as(0, at("/t//"), 2, 0, &a);
    expect(&a, ST_PARTIAL, "folders deeper than 2 left out");
    assert_string_equal(entries(&a), "t/.hidden t/a t/a-b t/new\tline t/s/x ");
    answer_done(&a);
    tree_as(0, at("none"), 8, 0, &a);
    expect(&a, ST_ABSENT, "No such file");
    answer_done(&a);
    tree_as(0, at("t/a"), 8, 0, &a);
    expect(&a, ST_ABSENT, "is not a folder");
    answer_done(&a);
    mkdir(at("void"), 0755);
    tree_as(0, at("void"), 8, 0, &a);
    expect(&a, ST_OK, "");
    assert_int_equal(a.n_entries, 0);
    answer_done(&a);
}

/* Links to files are listed, reading decides; folders are entered by links only
 * in patterns, and only by those that root alone can have made. */
/* One message for each folder's files, so that 20,000 small files take no time
 * to list, and what was found is out before the next folder can hang. */
static void together(void **state)
{
    struct answer a;

    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        char name[32];
        const char *const names[] = {name, NULL};

        snprintf(name, sizeof(name), "%c/f%03u", "abc"[i % 3], i);
        make(names);
    }
    tree_as(0, dir, 0, 0, &a);
    assert_int_equal(a.n_entries, 300);
    /* A machine that stops for a moment makes it a few more. */
    assert_in_range(a.n_messages, 3, 30);
    answer_done(&a);
}

static void linked(void **state)
{
    struct answer a;

    (void)state;
    make((const char *[]){"r/f", "r/d/g", NULL});
    assert_int_equal(symlink("f", at("r/to-file")), 0);
    assert_int_equal(symlink("d", at("r/to-folder")), 0);
    assert_int_equal(symlink("none", at("r/dangling")), 0);
    assert_int_equal(symlink(".", at("r/loop")), 0);
    tree_as(0, at("r"), 8, 0, &a);
    expect(&a, ST_OK, "");
    assert_string_equal(entries(&a), "r/d/g r/f r/to-file ");
    answer_done(&a);
    glob_as(0, at("r/*"), 0, &a);
    assert_string_equal(entries(&a), "r/f r/to-file ");
    answer_done(&a);
    glob_as(0, at("r/to*/g"), 0, &a);
    assert_string_equal(entries(&a), "r/to-folder/g ");
    answer_done(&a);
    glob_as(0, at("r/**/g"), 0, &a);
    assert_string_equal(entries(&a), "r/d/g ");
    answer_done(&a);
    if (geteuid() != 0)
        return;
    assert_int_equal(chmod(at("r"), 0777), 0);
    glob_as(0, at("r/to*/g"), 0, &a);
    expect(&a, ST_REFUSED, "a symbolic link in a folder that others can write");
    assert_int_equal(a.n_entries, 0);
    answer_done(&a);
    /* Listed all the same: the item will say "refused" and why. */
    glob_as(0, at("r/*"), 0, &a);
    assert_string_equal(entries(&a),
                        "r/dangling r/f r/loop r/to-file r/to-folder ");
    answer_done(&a);
}

static void no_right(void **state)
{
    struct answer a;

    (void)state;
    if (geteuid() != 0)
        skip();
    make((const char *[]){"n/open/f", "n/shut/g", NULL});
    assert_int_equal(chmod(at("n/shut"), 0700), 0);
    tree_as(NOBODY, at("n"), 8, 0, &a);
    expect(&a, ST_PARTIAL, "1 folders could not be read");
    assert_string_equal(entries(&a), "n/open/f ");
    answer_done(&a);
    tree_as(NOBODY, at("n/shut"), 8, 0, &a);
    expect(&a, ST_DENIED, "(run as root)");
    answer_done(&a);
    glob_as(NOBODY, at("n/shut/*"), 0, &a);
    expect(&a, ST_DENIED, "cannot list");
    answer_done(&a);
}

static void never_listed(void **state)
{
    struct answer a;

    (void)state;
    tree_as(0, "/dev", 8, 0, &a);
    expect(&a, ST_REFUSED, "/dev is never listed: a device");
    answer_done(&a);
    glob_as(0, "/dev/*", 0, &a);
    expect(&a, ST_REFUSED, "never read");
    assert_int_equal(a.n_entries, 0);
    answer_done(&a);
    assert_int_equal(symlink("/dev", at("dev")), 0);
    tree_as(0, at("dev"), 8, 0, &a);
    expect(&a, ST_REFUSED, "never listed");
    answer_done(&a);
    make((const char *[]){"x/a", "x/pki/private/k", "x/z", NULL});
    tree_as(0, at("x"), 8, 0, &a);
    expect(&a, ST_OK, "1 folders that are never read");
    assert_string_equal(entries(&a), "x/a x/z ");
    answer_done(&a);
    /* A folder as such may be seen; its secret file is named, and refused when
     * it is read. */
    make((const char *[]){"etc/shadow", "etc/z", NULL});
    glob_as(0, at("etc/*"), 0, &a);
    assert_string_equal(entries(&a), "etc/shadow etc/z ");
    answer_done(&a);
}

static void mounts(void **state)
{
    struct answer a;

    (void)state;
    make((const char *[]){"m/a", "m/sub/b", NULL});
    if (!private_mounts() || mount("xb", at("m/sub"), "tmpfs", 0, NULL))
        skip();
    make((const char *[]){"m/sub/c", NULL});
    tree_as(0, at("m"), 8, 0, &a);
    expect(&a, ST_OK, "1 mounted file systems not entered");
    assert_string_equal(entries(&a), "m/a ");
    answer_done(&a);
    glob_as(0, at("m/*/*"), 0, &a); /* named: meant */
    assert_string_equal(entries(&a), "m/sub/c ");
    answer_done(&a);
    umount(at("m/sub"));
}

/* A thousand folders deep and a folder with more names than are held. */
static void extremes(void **state)
{
    int fd = open(dir, O_PATH | O_CLOEXEC), sub;
    struct answer a;
    char name[260];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(mkdirat(fd, "d", 0755), 0);
        sub = openat(fd, "d", O_PATH | O_CLOEXEC);
        close(fd);
        fd = sub;
    }
    tree_as(0, dir, 1000000, 0, &a);
    expect(&a, ST_PARTIAL, "folders deeper than 64 left out");
    answer_done(&a);
    close(fd);

    mkdir(at("many"), 0755);
    fd = open(at("many"), O_PATH | O_CLOEXEC);
    memset(name, 'n', sizeof(name));
    for (int i = 0; i < 40000; i++) {
        snprintf(name + 240, 12, "%05d", i);
        assert_int_equal(mknodat(fd, name, S_IFREG | 0644, 0), 0);
    }
    close(fd);
    glob_as(0, at("many/*"), 100000, &a);
    expect(&a, ST_PARTIAL, "1 folders with too many names");
    assert_true(a.n_entries > 25000 && a.n_entries < 40000);
    answer_done(&a);
}

/* --- our own configuration --- */

#define CONF SYSCONFDIR "/xen-bugtool"

static void conf(const char *name, struct answer *a)
{
    struct client c;
    struct buf b = BUF_INIT;

    client_start(&c, 0);
    field_put_str(&b, name);
    ask(&c, RQ_CONF, &b);
    answer(&c, a);
    assert_int_equal(client_stop(&c), 0);
}

static void conf_is(const char *name, enum status st, const char *text)
{
    struct answer a;

    conf(name, &a);
    expect(&a, st, text);
    if (st != ST_OK)
        assert_int_equal(a.out.len, 0);
    answer_done(&a);
}

static void configuration(void **state)
{
    struct answer a;

    (void)state;
    if (!private_mounts() || !cover(SYSCONFDIR))
        skip();
    conf_is("config.yaml", ST_ABSENT, "No such file");
    assert_int_equal(mkdir(CONF, 0755) | mkdir(CONF "/plugins.d", 0755), 0);
    conf_is("config.yaml", ST_ABSENT, "No such file");
    write_text(CONF "/config.yaml", "jobs: 2\n");
    conf("config.yaml", &a);
    expect(&a, ST_OK, "");
    assert_true(a.meta);
    assert_string_equal(buf_str(&a.out), "jobs: 2\n");
    answer_done(&a);

    write_text(CONF "/plugins.d/b.yaml", "");
    write_text(CONF "/plugins.d/a.yaml", "");
    write_text(CONF "/plugins.d/.a.yaml.swp", "");
    mkdir(CONF "/plugins.d/sub", 0755);
    conf("plugins.d/", &a);
    expect(&a, ST_OK, "");
    assert_string_equal(buf_str(&a.entries),
                        CONF "/plugins.d/a.yaml\n" CONF "/plugins.d/b.yaml\n");
    answer_done(&a);
    conf_is("redact.d/", ST_ABSENT, "No such file");
    conf_is("plugins.d", ST_REFUSED, "is not a file");
    conf_is("config.yaml/", ST_ABSENT, "is not a folder");
    conf_is("config.yaml/x", ST_ABSENT, "is not a folder");

    /* Only names below it. */
    conf_is("../passwd", ST_REFUSED, "not the name of a configuration file");
    conf_is("/etc/passwd", ST_REFUSED, "not the name of a configuration file");
    conf_is("plugins.d/../key", ST_REFUSED, "not the name of");
    conf_is("./config.yaml", ST_REFUSED, "not the name of");

    /* Not by an ordinary request. */
    struct client c;

    client_start(&c, 0);
    ask_read(&c, CONF "/config.yaml", 0, 0);
    answer(&c, &a);
    expect(&a, ST_REFUSED, "never read: our own configuration");
    answer_done(&a);
    ask_read(&c, CONF "/config.yaml", READ_NAMED, 0);
    answer(&c, &a);
    expect(&a, ST_OK, "");
    answer_done(&a);
    write_file(CONF "/key", "k", 1, 0600);
    ask_read(&c, CONF "/key", READ_NAMED, 0);
    answer(&c, &a);
    expect(&a, ST_REFUSED, "a private key");
    answer_done(&a);
    assert_int_equal(client_stop(&c), 0);

    conf_is("key", ST_OK, "");
    assert_int_equal(chmod(CONF "/key", 0640), 0);
    conf_is("key", ST_REFUSED, CONF "/key can be read by others (chmod 600");

    /* Whoever can write it decides what is collected and hidden. */
    assert_int_equal(chown(CONF "/config.yaml", 1000, 0), 0);
    conf_is("config.yaml", ST_REFUSED,
            CONF "/config.yaml belongs to uid 1000 (chown root it)");
    assert_int_equal(chown(CONF "/config.yaml", 0, 0), 0);
    assert_int_equal(chmod(CONF "/config.yaml", 0664), 0);
    conf_is("config.yaml", ST_REFUSED, "can be written by others (chmod go-w");
    assert_int_equal(chmod(CONF "/config.yaml", 0644), 0);
    assert_int_equal(chmod(CONF "/plugins.d", 0775), 0);
    conf_is("plugins.d/a.yaml", ST_REFUSED, CONF "/plugins.d can be written");
    conf_is("plugins.d/", ST_REFUSED, CONF "/plugins.d can be written");
    assert_int_equal(chown(CONF, 1000, 0), 0);
    conf_is("config.yaml", ST_REFUSED, CONF " belongs to uid 1000");
    assert_int_equal(chown(CONF, 0, 0), 0);

    /* By a link, as NixOS has it, but not to where others can write. */
    assert_int_equal(mkdir(SYSCONFDIR "/store", 0755), 0);
    write_text(SYSCONFDIR "/store/c", "linked");
    unlink(CONF "/config.yaml");
    assert_int_equal(symlink("../store/c", CONF "/config.yaml"), 0);
    conf("config.yaml", &a);
    expect(&a, ST_OK, "");
    assert_string_equal(buf_str(&a.out), "linked");
    assert_string_equal(a.resolved, SYSCONFDIR "/store/c");
    answer_done(&a);
    assert_int_equal(chmod(SYSCONFDIR "/store", 01777), 0);
    conf_is("config.yaml", ST_REFUSED, "leads to a folder that others can");
    umount(SYSCONFDIR);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(globs),    T(bounds),       T(trees),  T(together), T(linked),
        T(no_right), T(never_listed), T(mounts), T(extremes), T(configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
