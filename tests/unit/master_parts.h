/* master_parts.h: the worker and the reader that stand in for the true ones
 * while the master is tested.  Included by one test, so all is static. */
#ifndef XB_TEST_MASTER_PARTS_H
#define XB_TEST_MASTER_PARTS_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/frame.h"
#include "collector/base/core/proto.h"

#define STEM "xen-bugtool-host-20261122T230037Z"
#define CTL PROTO_CONTROL_FD

/* --- the stand-in worker ------------------------------------------------ */

static struct frame answer;

/* Ends the worker with a status that no test expects. */
#define WANT(cond)                                                             \
    do {                                                                       \
        if (!(cond)) {                                                         \
            fprintf(stderr, "worker: line %d: %s (%s)\n", __LINE__, #cond,     \
                    answer.type == CT_ERR ? answer.data + 24 : "");            \
            _exit(77);                                                         \
        }                                                                      \
    } while (0)

static const char *output_format = "tar.bz2";

/* Sends a message of one number (unless -1) and up to two strings, and waits
 * for the answer, whose type it returns. */
static uint32_t ask(uint32_t type, int64_t num, const char *a, const char *b)
{
    struct buf msg = BUF_INIT;

    if (num >= 0)
        field_put_u64(&msg, (uint64_t)num);
    if (a)
        field_put_str(&msg, a);
    if (b)
        field_put_str(&msg, b);
    if (type == CT_OUTPUT)
        field_put_str(&msg, output_format);
    WANT(frame_send(CTL, type, buf_str(&msg), msg.len, -1) == 0);
    buf_done(&msg);
    if (frame_recv(CTL, &answer, 5000, -1) != 1)
        _exit(78); /* the master hung up on us */
    return answer.type;
}

static uint32_t ask_output(const char *where)
{
    return ask(CT_OUTPUT, -1, STEM, where);
}

static int new_reader(uint64_t *id)
{
    struct fields f;

    WANT(ask(CT_READER, -1, NULL, NULL) == CT_OK);
    fields_init(&f, &answer);
    *id = field_u64(&f);
    WANT(fields_end(&f) && answer.fd >= 0);
    return answer.fd;
}

/* left and where of CT_KILL. */
static uint64_t kill_reader(uint64_t id, const char **where)
{
    struct fields f;
    uint64_t left;

    WANT(ask(CT_KILL, (int64_t)id, NULL, NULL) == CT_OK);
    fields_init(&f, &answer);
    left = field_u64(&f);
    *where = field_str(&f);
    WANT(fields_end(&f));
    return left;
}

static void part_state(void)
{
    static const int ignored[] = {SIGINT, SIGHUP, SIGQUIT, SIGPIPE};
    uid_t r, e, s;
    struct sigaction sa;
    struct rlimit core;
    sigset_t mask;
    char cwd[64];
    int sig, n = 0;

    WANT(!getresuid(&r, &e, &s) && r && e && s && r == e && e == s);
    WANT(getgroups(0, NULL) == 0 || getenv("NOT_ROOT"));
    WANT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
    WANT(!prctl(PR_GET_PDEATHSIG, &sig) && sig == SIGKILL);
    WANT(!getrlimit(RLIMIT_CORE, &core) && core.rlim_max <= 1);
    WANT(getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, "/"));
    WANT(umask(0) == 077);
    WANT(setuid(0) < 0 && chroot("/") < 0);
    for (int fd = 4; fd < 1024; fd++)
        WANT(fcntl(fd, F_GETFD) < 0);
    WANT(!sigprocmask(SIG_BLOCK, NULL, &mask));
    for (int i = 1; i < 32; i++)
        n += sigismember(&mask, i);
    WANT(n == 0);
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        WANT(!sigaction(ignored[i], NULL, &sa) && sa.sa_handler == SIG_IGN);
    WANT(!sigaction(SIGTERM, NULL, &sa) && sa.sa_handler == SIG_DFL);
    _exit(0);
}

static void part_output(void)
{
    struct fields f;
    int fd;

    WANT(ask_output("") == CT_OK && answer.fd >= 0);
    fd = answer.fd;
    WANT(write(fd, "bundle", 6) == 6);
    WANT(ask(CT_SPOOL, -1, NULL, NULL) == CT_OK && answer.fd >= 0);
    WANT(write(answer.fd, "spool", 5) == 5);
    WANT(ask(CT_FINISH, 1, NULL, NULL) == CT_OK);
    fields_init(&f, &answer);
    printf("%s", field_str(&f));
    fflush(stdout);
    WANT(!*field_str(&f) && fields_end(&f));
    _exit(0);
}

static void part_dir(void)
{
    int dir, fd;

    output_format = "dir";
    WANT(ask_output("") == CT_OK && answer.fd >= 0);
    dir = answer.fd;
    WANT(!mkdirat(dir, "xen", 0700));
    fd = openat(dir, "xen/info", O_WRONLY | O_CREAT | O_EXCL, 0600);
    WANT(fd >= 0 && write(fd, "x", 1) == 1);
    WANT(ask(CT_FINISH, 1, NULL, NULL) == CT_OK);
    /* What was taken over cannot be changed any more. */
    WANT(getenv("NOT_ROOT") ||
         openat(dir, "new", O_CREAT | O_WRONLY, 0600) < 0);
    _exit(0);
}

static void part_dir_link(void)
{
    output_format = "dir";
    WANT(ask_output("") == CT_OK && answer.fd >= 0);
    WANT(!symlinkat("/etc/passwd", answer.fd, "link"));
    WANT(ask(CT_FINISH, 1, NULL, NULL) == CT_ERR);
    WANT(strstr(answer.data + 16, "link"));
    _exit(1);
}

static void part_no_finish(void)
{
    WANT(ask_output("") == CT_OK);
    WANT(write(answer.fd, "bundle", 6) == 6);
    _exit(0);
}

/* As for an unknown plugin, which is found after the output is made. */
static void part_usage(void)
{
    WANT(ask_output("") == CT_OK);
    _exit(2);
}

static void part_dropped(void)
{
    WANT(ask_output("") == CT_OK);
    WANT(ask(CT_FINISH, 0, NULL, NULL) == CT_OK);
    _exit(1);
}

static void part_output_error(void)
{
    WANT(ask_output("") == CT_ERR);
    fprintf(stderr, "%s\n", answer.data + 16);
    _exit(1);
}

static void part_stem(void)
{
    ask(CT_OUTPUT, -1, "xen-bugtool-../../etc/cron.d/x", "");
    _exit(0);
}

static void part_twice(void)
{
    WANT(ask_output("") == CT_OK);
    ask_output("");
    _exit(0);
}

static void part_unknown(void)
{
    ask(RQ_READ, -1, "/etc/shadow", NULL);
    _exit(0);
}

static void part_fields(void)
{
    ask(CT_KILL, -1, "no number", NULL);
    _exit(0);
}

static void part_fd(void)
{
    frame_send(CTL, CT_READER, NULL, 0, 1);
    frame_recv(CTL, &answer, 5000, -1);
    _exit(0);
}

static void part_short(void)
{
    WANT(write(CTL, "ab", 2) == 2);
    frame_recv(CTL, &answer, 5000, -1);
    _exit(0);
}

static void part_bad_id(void)
{
    ask(CT_KILL, 4711, NULL, NULL);
    _exit(0);
}

static void part_finish_first(void)
{
    ask(CT_FINISH, 1, NULL, NULL);
    _exit(0);
}

static void part_not_asked(void)
{
    ask(CT_BUNDLE, -1, NULL, NULL);
    _exit(0);
}

/* A reader answers, another is killed, the limit holds. */
static void part_readers(void)
{
    uint64_t id, first;
    const char *where;
    int sock = new_reader(&first), last = -1;

    WANT(!frame_send(sock, 'e', "hello", 5, -1));
    WANT(frame_recv(sock, &answer, 5000, -1) == 1 && answer.len == 5);
    WANT(!kill_reader(first, &where) && strstr(where, "pid "));
    WANT(!kill_reader(first, &where) && !*where); /* twice is no harm */
    close(sock);
    for (int i = 0; i < 64; i++)
        last = new_reader(&id);
    WANT(ask(CT_READER, -1, NULL, NULL) == CT_ERR);
    close(last); /* that one ends by itself */
    WANT(!kill_reader(id, &where));
    new_reader(&id);
    WANT(ask(CT_LEFT, -1, NULL, NULL) == CT_OK && answer.len == 9);
    _exit(0);
}

/* How a reader ended is known: status, signal. */
static void part_reader_ends(void)
{
    uint64_t id;
    const char *where;
    int sock = new_reader(&id);

    WANT(!frame_send(sock, 'x', "", 0, -1));
    WANT(frame_recv(sock, &answer, 5000, -1) == 0);
    usleep(100000);
    WANT(!kill_reader(id, &where) && strstr(where, "status 7"));
    sock = new_reader(&id);
    WANT(!frame_send(sock, 's', "", 0, -1));
    WANT(frame_recv(sock, &answer, 5000, -1) == 0);
    usleep(100000);
    WANT(!kill_reader(id, &where) && strstr(where, "signal 11"));
    _exit(0);
}

/* Whether a process ends soon; init may take its time to bury it. */
static bool is_gone(pid_t pid)
{
    char path[32], text[256], *p;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    for (int i = 0; i < 100; i++) {
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

        if (fd >= 0)
            close(fd);
        text[n > 0 ? n : 0] = '\0';
        p = strrchr(text, ')');
        if (!p || p[2] == 'Z')
            return true;
        usleep(10000);
    }
    return false;
}

/* A killed reader's command goes with it, and what that started too. */
static void part_reader_command(void)
{
    uint64_t id;
    const char *where;
    int sock = new_reader(&id);
    pid_t pids[2];
    char stat[32];

    WANT(!frame_send(sock, 'c', "", 0, -1));
    WANT(frame_recv(sock, &answer, 5000, -1) == 1);
    WANT(answer.len == sizeof(pids));
    memcpy(pids, answer.data, sizeof(pids));
    WANT(!kill_reader(id, &where));
    snprintf(stat, sizeof(stat), "pid %d ", (int)pids[0]);
    WANT(strstr(where, stat));
    for (int i = 0; i < 2; i++)
        WANT(is_gone(pids[i]));
    _exit(0);
}

/* Readers have ended once a foreign bundle is open, and none are made. */
static void part_bundle(void)
{
    uint64_t id;
    int sock = new_reader(&id), dir;
    struct fields f;
    uint64_t is_dir;

    WANT(ask(CT_BUNDLE, -1, NULL, NULL) == CT_OK);
    fields_init(&f, &answer);
    is_dir = field_u64(&f);
    WANT(fields_end(&f) && answer.fd >= 0);
    dir = answer.fd;
    WANT(frame_recv(sock, &answer, 5000, -1) == 0);
    WANT(ask(CT_READER, -1, NULL, NULL) == CT_ERR);
    if (is_dir) {
        char c;

        WANT(ask(CT_OPEN, -1, "xen/info", NULL) == CT_OK);
        WANT(answer.fd >= 0 && read(answer.fd, &c, 1) == 1 && c == 'i');
        WANT(fcntl(answer.fd, F_GETFL) % 4 == O_RDONLY);
        WANT(ask(CT_OPEN, -1, "xen", NULL) == CT_ERR);
        WANT(ask(CT_OPEN, -1, "xen/none", NULL) == CT_ERR);
        WANT(ask(CT_OPEN, -1, "../secret", NULL) == CT_ERR);
        WANT(ask(CT_OPEN, -1, "/etc/passwd", NULL) == CT_ERR);
        WANT(ask(CT_OPEN, -1, "xen/../xen/info", NULL) == CT_ERR);
        WANT(ask(CT_OPEN, -1, "", NULL) == CT_ERR);
        WANT(ask(CT_OPEN, -1, "link", NULL) == CT_ERR);
        WANT(ask(CT_OPEN, -1, "dirlink/info", NULL) == CT_ERR);
        WANT(ask(CT_OPEN, -1, "fifo", NULL) == CT_ERR);
    } else {
        char text[6];

        WANT(read(dir, text, 6) == 6 && !memcmp(text, "packed", 6));
    }
    _exit(0);
}

static void part_bundle_error(void)
{
    WANT(ask(CT_BUNDLE, -1, NULL, NULL) == CT_ERR);
    fprintf(stderr, "%s\n", answer.data + 16);
    _exit(1);
}

/* A mail that goes to sendmail, and one that stays. */
static void part_mail(void)
{
    struct frame *end = calloc(1, sizeof(*end));
    int sock;

    WANT(ask(CT_BUNDLE, -1, NULL, NULL) == CT_OK);
    WANT(ask(CT_DRAFT, -1, NULL, NULL) == CT_OK && answer.fd >= 0);
    WANT(write(answer.fd, "one", 3) == 3);
    WANT(ask(CT_SENDMAIL, 1, "a+b@c", NULL) == CT_OK && answer.fd >= 0);
    sock = answer.fd;
    WANT(frame_recv(sock, end, 5000, -1) == 1 && end->type == SD_END);
    WANT(ask(CT_KEEP, 0, NULL, NULL) == CT_OK);
    WANT(ask(CT_DRAFT, -1, NULL, NULL) == CT_OK && answer.fd >= 0);
    WANT(write(answer.fd, "two", 3) == 3);
    WANT(ask(CT_KEEP, 1, NULL, NULL) == CT_OK);
    _exit(0);
}

static void part_mail_none(void)
{
    WANT(ask(CT_BUNDLE, -1, NULL, NULL) == CT_OK);
    ask(CT_SENDMAIL, 1, "a+b@c", NULL);
    _exit(0);
}

static void part_mail_other(void)
{
    WANT(ask(CT_BUNDLE, -1, NULL, NULL) == CT_OK);
    WANT(ask(CT_DRAFT, -1, NULL, NULL) == CT_OK);
    ask(CT_SENDMAIL, 1, "x@y", NULL);
    _exit(0);
}

static volatile sig_atomic_t got_term;

static void on_term(int sig)
{
    (void)sig;
    got_term = 1;
}

/* Closes its bundle when told to stop. */
static void part_stops(void)
{
    struct sigaction sa = {.sa_handler = on_term};

    sigaction(SIGTERM, &sa, NULL);
    WANT(ask_output("") == CT_OK);
    printf("ready\n");
    fflush(stdout);
    while (!got_term)
        usleep(10000);
    WANT(write(answer.fd, "bundle", 6) == 6);
    WANT(ask(CT_FINISH, 1, NULL, NULL) == CT_OK);
    _exit(3);
}

static void part_deaf(void)
{
    signal(SIGTERM, SIG_IGN);
    WANT(ask_output("") == CT_OK);
    printf("ready\n");
    fflush(stdout);
    for (;;)
        pause();
}

/* Asks without ever reading the answers. */
static void part_flood(void)
{
    signal(SIGTERM, SIG_IGN);
    printf("ready\n");
    fflush(stdout);
    for (;;)
        frame_send(CTL, CT_LEFT, NULL, 0, -1);
}

static void part_exit3(void)
{
    _exit(3);
}

static void part_exit9(void)
{
    _exit(9);
}

static void part_crash(void)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
}

/* Leaves a reader; it must be gone with the master. */
static void part_leave_reader(void)
{
    uint64_t id;

    new_reader(&id);
    _exit(0);
}

static const struct {
    const char *name;
    void (*fn)(void);
} parts[] = {
    {"state", part_state},
    {"output", part_output},
    {"dir", part_dir},
    {"dir-link", part_dir_link},
    {"no-finish", part_no_finish},
    {"usage", part_usage},
    {"dropped", part_dropped},
    {"output-error", part_output_error},
    {"stem", part_stem},
    {"twice", part_twice},
    {"unknown", part_unknown},
    {"fields", part_fields},
    {"fd", part_fd},
    {"short", part_short},
    {"bad-id", part_bad_id},
    {"finish-first", part_finish_first},
    {"not-asked", part_not_asked},
    {"readers", part_readers},
    {"reader-ends", part_reader_ends},
    {"reader-command", part_reader_command},
    {"bundle", part_bundle},
    {"bundle-error", part_bundle_error},
    {"mail", part_mail},
    {"mail-none", part_mail_none},
    {"mail-other", part_mail_other},
    {"stops", part_stops},
    {"deaf", part_deaf},
    {"flood", part_flood},
    {"exit3", part_exit3},
    {"exit9", part_exit9},
    {"crash", part_crash},
    {"leave-reader", part_leave_reader},
};

/* The part is the last argument, after "--note" where the command has it, or
 * in the configuration's name. */
static int play(int argc, char **argv)
{
    const char *part = "";

    for (int i = 1; i + 1 < argc; i++) {
        if (!strcmp(argv[i], "--config"))
            part = argv[i + 1];
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (!strcmp(parts[i].name, part))
            parts[i].fn();
    }
    return 79;
}

/* --- the stand-in reader ------------------------------------------------ */

static int reader_body(int sock)
{
    static struct frame f;

    /* Its socket and the three /dev/null are all that it holds. */
    for (int fd = 4; fd < 1024; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            return 5;
    }
    while (frame_recv(sock, &f, -1, -1) == 1) {
        pid_t pids[2];

        switch (f.type) {
        case 'e':
            frame_send(sock, f.type, f.data, f.len, -1);
            break;
        case 'x':
            return 7;
        case 's':
            signal(SIGSEGV, SIG_DFL);
            raise(SIGSEGV);
            break;
        case 'c': /* a command that starts another one */
            pids[0] = fork();
            if (pids[0] == 0) {
                setpgid(0, 0);
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                pids[0] = getpid();
                pids[1] = fork();
                if (pids[1] > 0)
                    frame_send(sock, f.type, pids, sizeof(pids), -1);
                for (;;)
                    pause();
            }
            pause();
            break;
        default:
            return 1;
        }
    }
    return 0;
}

#endif
