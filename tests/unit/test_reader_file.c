/* What the reader opens, what it refuses, and how much of it it sends. */
#include "tests/unit/reader_client.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

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

/* dir/name, valid until the fourth call after. */
static const char *at(const char *name)
{
    static char ring[4][4096];
    static unsigned i;
    char *p = ring[i++ % 4];

    snprintf(p, sizeof(ring[0]), "%s/%s", dir, name);
    return p;
}

static void read_as(uid_t uid, const char *path, uint64_t flags, uint64_t max,
                    struct answer *a)
{
    struct client c;

    client_start(&c, uid);
    ask_read(&c, path, flags, max);
    answer(&c, a);
    assert_int_equal(client_stop(&c), 0);
}

static void refused(const char *path, const char *text)
{
    struct answer a;

    read_as(0, path, 0, 0, &a);
    expect(&a, ST_REFUSED, text);
    assert_false(a.meta);
    assert_int_equal(a.out.len, 0);
    answer_done(&a);
}

static void holds(const char *path, uint64_t flags, const char *text,
                  const char *resolved)
{
    struct answer a;

    read_as(0, path, flags, 0, &a);
    expect(&a, ST_OK, "");
    assert_string_equal(buf_str(&a.out), text);
    assert_string_equal(a.resolved, resolved);
    assert_int_equal(a.bytes, strlen(text));
    assert_int_equal(a.exit_code, UINT64_MAX);
    answer_done(&a);
}

static void plain(void **state)
{
    (void)state;
    write_text(at("f"), "one\ntwo\n");
    holds(at("f"), 0, "one\ntwo\n", "");
    write_text(at("empty"), "");
    holds(at("empty"), 0, "", "");
    /* Any byte but NUL and slash may stand in a name. */
    write_text(at("new\nline \x1b[1m"), "odd");
    holds(at("new\nline \x1b[1m"), 0, "odd", "");
    holds(at(".//./f"), 0, "one\ntwo\n", "");
}

static void absent(void **state)
{
    struct answer a;

    (void)state;
    read_as(0, at("none"), 0, 0, &a);
    expect(&a, ST_ABSENT, "No such file");
    assert_int_equal(a.errnum, ENOENT);
    answer_done(&a);
    /* A file where a folder should be is the same as no file. */
    write_text(at("f"), "x");
    read_as(0, at("f/g"), 0, 0, &a);
    expect(&a, ST_ABSENT, "Not a directory");
    answer_done(&a);
    read_as(0, at("f/"), 0, 0, &a);
    expect(&a, ST_ABSENT, "Not a directory");
    answer_done(&a);
    read_as(0, "relative", 0, 0, &a);
    expect(&a, ST_FAILED, "not an absolute path");
    answer_done(&a);
}

static void denied(void **state)
{
    struct answer a;

    (void)state;
    if (geteuid() != 0)
        skip();
    write_file(at("secret"), "x", 1, 0600);
    read_as(NOBODY, at("secret"), 0, 0, &a);
    expect(&a, ST_DENIED, "Permission denied (run as root)");
    assert_int_equal(a.errnum, EACCES);
    answer_done(&a);
    /* A folder that may not be searched. */
    mkdir(at("closed"), 0700);
    write_text(at("closed/f"), "x");
    read_as(NOBODY, at("closed/f"), 0, 0, &a);
    expect(&a, ST_DENIED, "(run as root)");
    answer_done(&a);
}

/* Opening one of these does something, or waits for ever. */
static void no_files(void **state)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), w;

    (void)state;
    assert_int_equal(mkfifo(at("fifo"), 0666), 0);
    refused(at("fifo"), "is a FIFO");
    /* It was never opened: a writer would still find nobody there. */
    w = open(at("fifo"), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert_int_equal(w, -1);
    assert_int_equal(errno, ENXIO);

    snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", at("sock"));
    assert_int_equal(bind(s, (struct sockaddr *)&sun, sizeof(sun)), 0);
    refused(at("sock"), "is a socket");
    close(s);
    mkdir(at("folder"), 0755);
    refused(at("folder"), "is a folder");
    if (geteuid() != 0)
        return;
    assert_int_equal(mknod(at("null"), S_IFCHR | 0666, makedev(1, 3)), 0);
    refused(at("null"), "is a device");
    /* A link does not make it a file. */
    assert_int_equal(symlink("null", at("to-null")), 0);
    refused(at("to-null"), "is a device");
}

static void links(void **state)
{
    char resolved[4096];

    (void)state;
    mkdir(at("sub"), 0755);
    write_text(at("sub/t"), "target");
    snprintf(resolved, sizeof(resolved), "%s", at("sub/t"));
    assert_int_equal(symlink("sub/t", at("relative-link")), 0);
    holds(at("relative-link"), 0, "target", resolved);
    assert_int_equal(symlink(resolved, at("absolute")), 0);
    holds(at("absolute"), 0, "target", resolved);
    assert_int_equal(symlink("../relative-link", at("sub/back")), 0);
    assert_int_equal(symlink("sub/../sub", at("folder-link")), 0);
    holds(at("folder-link/back"), 0, "target", resolved);

    /* /proc/self is an ordinary link, /proc/self/root is not. */
    assert_int_equal(symlink("/proc/self/root/etc/passwd", at("magic")), 0);
    refused(at("magic"), "a link of procfs");
    refused("/proc/self/exe", "a link of procfs");
}

static void link_loop(void **state)
{
    struct answer a;

    (void)state;
    assert_int_equal(symlink("loop2", at("loop1")), 0);
    assert_int_equal(symlink("loop1", at("loop2")), 0);
    read_as(0, at("loop1"), 0, 0, &a);
    expect(&a, ST_FAILED, "Too many levels of symbolic links");
    assert_int_equal(a.errnum, ELOOP);
    answer_done(&a);
    /* Grows with each turn. */
    assert_int_equal(symlink("grow/x/x/x/x", at("grow")), 0);
    read_as(0, at("grow"), 0, 0, &a);
    expect(&a, ST_FAILED, "Too many levels");
    answer_done(&a);
}

/* Whoever can write a folder must not choose what root reads. */
static void links_of_others(void **state)
{
    static const struct {
        const char *name;
        mode_t mode;
        uid_t uid;
    } v[] = {
        {"by-all", 0777, 0},
        {"by-group", 0775, 0},
        {"sticky", 01777, 0}, /* others can still add */
        {"theirs", 0755, NOBODY},
    };
    char link[256];

    (void)state;
    if (geteuid() != 0)
        skip();
    write_text(at("target"), "t");
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        assert_int_equal(mkdir(at(v[i].name), 0755), 0);
        snprintf(link, sizeof(link), "%s/link", v[i].name);
        assert_int_equal(symlink("../target", at(link)), 0);
        snprintf(link, sizeof(link), "%s/up", v[i].name);
        assert_int_equal(symlink("..", at(link)), 0);
        assert_int_equal(chown(at(v[i].name), v[i].uid, 0), 0);
        assert_int_equal(chmod(at(v[i].name), v[i].mode), 0);
        snprintf(link, sizeof(link), "%s/link", v[i].name);
        refused(at(link), "is a symbolic link in a folder that others can");
        /* The user named it: it is what was meant. */
        holds(at(link), READ_NAMED, "t", at("target"));
        /* A link to a folder on the way is no better. */
        snprintf(link, sizeof(link), "%s/up/target", v[i].name);
        refused(at(link), "is a symbolic link in a folder that others can");
    }
    /* A good link that leads to a bad one. */
    assert_int_equal(symlink("by-all/link", at("good")), 0);
    refused(at("good"), "by-all/link is a symbolic link");
}

/* A second name for /etc/shadow in a folder of logs. */
static void hard_links(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    write_file(at("others"), "o", 1, 0600);
    mkdir(at("mine"), 0755);
    assert_int_equal(link(at("others"), at("mine/l")), 0);
    holds(at("mine/l"), 0, "o", ""); /* root did that */
    mkdir(at("shared"), 0755);
    assert_int_equal(link(at("others"), at("shared/l")), 0);
    assert_int_equal(chmod(at("shared"), 01777), 0);
    refused(at("shared/l"), "more than one name");
    holds(at("shared/l"), READ_NAMED, "o", "");
    mkdir(at("user"), 0755);
    assert_int_equal(link(at("others"), at("user/l")), 0);
    write_text(at("user/own"), "u");
    assert_int_equal(link(at("user/own"), at("user/own2")), 0);
    assert_int_equal(chown(at("user/own"), NOBODY, 0), 0);
    assert_int_equal(chown(at("user"), NOBODY, 0), 0);
    refused(at("user/l"), "more than one name");
    /* Their own file: they could have copied it as well. */
    holds(at("user/own2"), 0, "u", "");
}

static void secrets(void **state)
{
    struct answer a;

    (void)state;
    refused("/etc/shadow", "never read: password hashes");
    refused("//etc/./shadow", "never read");
    refused("/etc/ssl/../shadow", "never read");
    refused("/proc/kcore", "a memory image");
    refused("/dev/null", "a device");
    assert_int_equal(symlink("/etc/shadow", at("log")), 0);
    refused(at("log"), "/etc/shadow is never read");
    /* Naming it on the command line does not help. */
    read_as(0, at("log"), READ_NAMED, 0, &a);
    expect(&a, ST_REFUSED, "never read");
    answer_done(&a);
    mkdir(at("proc"), 0755);
    write_text(at("proc/kcore"), "x");
    refused(at("proc/kcore"), "never read"); /* a chroot's */
    /* It is not there, but that is nobody's business. */
    refused(at("id_ed25519"), "a private key");
}

/* A file of n bytes: its offset / 8 every 8 bytes. */
static char *numbers(const char *name, size_t n)
{
    char *p = xmalloc(n + 9);

    for (size_t i = 0; i < n; i += 8)
        snprintf(p + i, 9, "%08u", (unsigned)(i / 8 % 100000000));
    write_file(at(name), p, n, 0644);
    return p;
}

static void tail_and_head(void **state)
{
    static const struct {
        size_t size, max, lead; /* lead: what must come before */
    } v[] = {
        {100, 100, 0}, /* just fits */
        {101, 100, 1}, /* hardly anything before */
        {PROTO_LEAD + 100, 100,
         PROTO_LEAD}, /* the lead is all that is before */
        {PROTO_LEAD + 101, 100, PROTO_LEAD},
        {400000, 150000, PROTO_LEAD}, /* several frames, odd ends */
        {8, 1, 7},
    };
    struct answer a;
    char text[80];

    (void)state;
    for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
        char *p = numbers("n", v[i].size);
        bool cut = v[i].size > v[i].max;
        size_t from = v[i].size - v[i].max - v[i].lead;

        read_as(0, at("n"), READ_TAIL, v[i].max, &a);
        snprintf(text, sizeof(text), "only the newest %zu of %zu bytes",
                 v[i].max, v[i].size);
        expect(&a, cut ? ST_PARTIAL : ST_OK, cut ? text : "");
        assert_int_equal(a.truncated, cut ? TRUNC_TAIL_KEPT : TRUNC_NONE);
        assert_int_equal(a.size, v[i].size);
        assert_int_equal(a.lead, v[i].lead);
        assert_int_equal(a.bytes, v[i].max);
        assert_int_equal(a.out.len, v[i].max + v[i].lead);
        assert_memory_equal(a.out.data, p + from, a.out.len);
        answer_done(&a);

        read_as(0, at("n"), 0, v[i].max, &a);
        snprintf(text, sizeof(text), "only the first %zu of %zu bytes",
                 v[i].max, v[i].size);
        expect(&a, cut ? ST_PARTIAL : ST_OK, cut ? text : "");
        assert_int_equal(a.truncated, cut ? TRUNC_HEAD_KEPT : TRUNC_NONE);
        assert_int_equal(a.lead, 0);
        assert_int_equal(a.bytes, v[i].max);
        assert_int_equal(a.out.len, v[i].max);
        assert_memory_equal(a.out.data, p, v[i].max);
        answer_done(&a);
        free(p);
    }
}

/* The end of a log of 5 GiB costs no more than that of a small one. */
static void sparse(void **state)
{
    struct answer a;
    int fd = open(at("big"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    uint64_t size = 5ull << 30;

    (void)state;
    if (ftruncate(fd, (off_t)size - 4)) {
        close(fd);
        skip();
    }
    assert_int_equal(pwrite(fd, "end\n", 4, (off_t)size - 4), 4);
    close(fd);
    read_as(0, at("big"), READ_TAIL, 1000, &a);
    expect(&a, ST_PARTIAL, "only the newest 1000 of 5368709120 bytes");
    assert_int_equal(a.size, size);
    assert_int_equal(a.lead, PROTO_LEAD);
    assert_int_equal(a.out.len, PROTO_LEAD + 1000);
    assert_string_equal(a.out.data + a.out.len - 4, "end\n");
    answer_done(&a);
}

/* The file changes after the reader has begun: it waits for us with its socket
 * full, since we do not read on. */
static void changes(void **state)
{
    size_t size = 8u << 20;
    char *p = numbers("c", size);
    struct client c;
    struct answer a;
    int fd = open(at("c"), O_WRONLY | O_APPEND | O_CLOEXEC);

    (void)state;
    memset(&a, 0, sizeof(a));
    client_start(&c, 0);
    ask_read(&c, at("c"), 0, 0);
    assert_true(answer_take(&c, &a)); /* META */
    assert_int_equal(write(fd, "more", 4), 4);
    while (answer_take(&c, &a))
        ;
    expect(&a, ST_OK, "");
    assert_int_equal(a.out.len, size);
    assert_memory_equal(a.out.data, p, size);
    answer_done(&a);

    memset(&a, 0, sizeof(a));
    ask_read(&c, at("c"), 0, 0);
    assert_true(answer_take(&c, &a));
    assert_int_equal(a.size, size + 4);
    assert_int_equal(ftruncate(fd, (off_t)size - 12345), 0);
    while (answer_take(&c, &a))
        ;
    expect(&a, ST_PARTIAL, "it shrank to 8376263 bytes while it was read");
    assert_int_equal(a.out.len, size - 12345);
    assert_int_equal(a.bytes, size - 12345);
    answer_done(&a);
    assert_int_equal(client_stop(&c), 0);
    close(fd);
    free(p);
}

static void virtual_files(void **state)
{
    struct answer a;

    (void)state;
    /* Size 0 by stat. */
    read_as(0, "/proc/self/status", READ_VIRTUAL, 0, &a);
    expect(&a, ST_OK, "");
    assert_true(strstr(buf_str(&a.out), "Name:") != NULL);
    answer_done(&a);
    read_as(0, "/proc/cmdline", 0, 0, &a);
    expect(&a, ST_OK, "");
    assert_true(a.out.len > 0);
    answer_done(&a);
    /* Size 4096 by stat, whatever it holds. */
    read_as(0, "/sys/kernel/uevent_seqnum", 0, 0, &a);
    expect(&a, ST_OK, "");
    assert_string_equal(a.text, "");
    assert_true(a.out.len > 0 && a.out.len < 100);
    answer_done(&a);
    /* There is no newest part to seek to. */
    read_as(0, "/proc/self/status", READ_VIRTUAL | READ_TAIL, 10, &a);
    expect(&a, ST_PARTIAL, "only the first 10 bytes");
    assert_int_equal(a.truncated, TRUNC_HEAD_KEPT);
    assert_int_equal(a.lead, 0);
    assert_int_equal(a.out.len, 10);
    answer_done(&a);
    /* Exactly as long as the limit: nothing was cut. */
    write_text(at("ten"), "0123456789");
    read_as(0, at("ten"), READ_VIRTUAL, 10, &a);
    expect(&a, ST_OK, "");
    assert_int_equal(a.out.len, 10);
    answer_done(&a);
    /* A file of sysfs that opens but cannot be read. */
    read_as(0, "/sys/class/net/lo/phys_port_id", READ_VIRTUAL, 0, &a);
    if (a.status != ST_ABSENT)
        expect(&a, ST_FAILED, "cannot read /sys/class/net/lo/phys_port_id");
    answer_done(&a);
}

/* Folders nested far deeper than PATH_MAX: found name by name. */
static void deep(void **state)
{
    struct buf path = BUF_INIT;
    int fd = open(dir, O_PATH | O_CLOEXEC), sub;
    struct answer a;

    (void)state;
    buf_adds(&path, dir);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(mkdirat(fd, "deep-deep", 0755), 0);
        sub = openat(fd, "deep-deep", O_PATH | O_CLOEXEC);
        close(fd);
        fd = sub;
        buf_adds(&path, "/deep-deep");
    }
    sub = openat(fd, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_int_equal(write(sub, "bottom", 6), 6);
    close(sub);
    close(fd);
    buf_adds(&path, "/f");
    holds(buf_str(&path), 0, "bottom", "");
    /* The text is cut, not the reader. */
    buf_addc(&path, 'x');
    read_as(0, buf_str(&path), 0, 0, &a);
    expect(&a, ST_ABSENT, "cannot open /tmp");
    answer_done(&a);
    buf_done(&path);
}

/* A reader that is told nonsense ends: it does not guess. */
/* Files named in one request are answered for themselves, in order, and in
 * messages of their own: who waits for one knows which it is. */
static void several(void **state)
{
    static const char *const names[] = {"s1", "none", "s2"};
    struct client c;
    struct answer a;
    struct buf b = BUF_INIT;

    (void)state;
    write_text(at("s1"), "one\n");
    write_text(at("s2"), "two\n");
    client_start(&c, 0);
    for (size_t i = 0; i < 3; i++) {
        field_put_str(&b, at(names[i]));
        field_put_u64(&b, 0);
        field_put_u64(&b, 0);
    }
    ask(&c, RQ_READ, &b);
    answer(&c, &a);
    assert_string_equal(buf_str(&a.out), "one\n");
    answer_done(&a);
    answer(&c, &a);
    expect(&a, ST_ABSENT, at("none"));
    assert_false(a.meta);
    answer_done(&a);
    answer(&c, &a);
    assert_string_equal(buf_str(&a.out), "two\n");
    answer_done(&a);
    assert_int_equal(client_stop(&c), 0);
}

static void nonsense(void **state)
{
    struct client c;
    struct buf b = BUF_INIT;

    (void)state;
    client_start(&c, 0);
    assert_int_equal(client_stop(&c), 0); /* nobody asked anything */

    client_start(&c, 0);
    ask(&c, 0x7777, &b);
    assert_int_equal(frame_recv(c.sock, &c.frame, 60000, -1), 0);
    assert_int_equal(client_stop(&c), 1);

    client_start(&c, 0);
    field_put_str(&b, "/etc/hostname"); /* flags and limit are missing */
    ask(&c, RQ_READ, &b);
    assert_int_equal(frame_recv(c.sock, &c.frame, 60000, -1), 0);
    assert_int_equal(client_stop(&c), 1);

    client_start(&c, 0);
    field_put_u64(&b, 0);
    field_put_u64(&b, 1000);
    field_put_u64(&b, 1000);
    field_put_u64(&b, 1ull << 40); /* arguments */
    ask(&c, RQ_RUN, &b);
    assert_int_equal(frame_recv(c.sock, &c.frame, 60000, -1), 0);
    assert_int_equal(client_stop(&c), 1);
}

/* For one request only, and nice(2) of the caller stays. */
static void priority(void **state)
{
    struct client c;
    struct answer a;

    (void)state;
    write_file(at("priority"), "x", 1, 0600);
    client_start(&c, 0);
    ask_read(&c, at("priority"), READ_LOW, 10);
    answer(&c, &a);
    assert_int_equal(getpriority(PRIO_PROCESS, (id_t)c.pid), 19);
    answer_done(&a);
    ask_read(&c, at("priority"), 0, 10);
    answer(&c, &a);
    assert_int_equal(getpriority(PRIO_PROCESS, (id_t)c.pid),
                     getpriority(PRIO_PROCESS, 0));
    answer_done(&a);
    client_stop(&c);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(plain),         T(absent),        T(denied),          T(no_files),
        T(links),         T(link_loop),     T(links_of_others), T(hard_links),
        T(secrets),       T(tail_and_head), T(sparse),          T(changes),
        T(virtual_files), T(deep),          T(nonsense),        T(priority),
        T(several),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
