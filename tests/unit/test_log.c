/* test_log.c: what the user sees: on a pipe, on a terminal, on one that knows
 * no escape sequences. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>

#include "collector/base/core/log.h"

static int saved, there;
static char seen[8192];

/* Standard error goes into fd until back() has read it from from. */
static void away(int fd)
{
    saved = dup(STDERR_FILENO);
    assert_true(saved >= 0);
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    close(fd);
}

static const char *back(int from)
{
    struct pollfd p = {from, POLLIN, 0};
    size_t n = 0;
    ssize_t r;

    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    close(saved);
    while (poll(&p, 1, 100) > 0 &&
           (r = read(from, seen + n, sizeof(seen) - 1 - n)) > 0)
        n += (size_t)r;
    seen[n] = '\0';
    close(from);
    return seen;
}

static void to_pipe(void)
{
    int p[2];

    assert_int_equal(pipe(p), 0);
    there = p[0];
    away(p[1]);
}

/* A terminal with so many columns, 0: it does not say. */
static void to_terminal(const char *term, unsigned short columns)
{
    struct winsize size = {.ws_row = 24, .ws_col = columns};
    struct termios t;
    int side;

    there = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(there >= 0);
    assert_int_equal(grantpt(there), 0);
    assert_int_equal(unlockpt(there), 0);
    side = open(ptsname(there), O_RDWR | O_NOCTTY);
    assert_true(side >= 0);
    assert_int_equal(ioctl(side, TIOCSWINSZ, &size), 0);
    assert_int_equal(tcgetattr(side, &t), 0);
    cfmakeraw(&t);
    assert_int_equal(tcsetattr(side, TCSANOW, &t), 0);
    if (term)
        setenv("TERM", term, 1);
    else
        unsetenv("TERM");
    away(side);
}

static void levels(void **state)
{
    (void)state;
    to_pipe();
    log_msg(LOG_ERR, "no %s", "bundle");
    log_msg(LOG_WARN, "not synced");
    log_msg(LOG_NOTE, "made it");
    log_msg(LOG_DETAIL, "not without -v");
    assert_string_equal(back(there), "xen-bugtool: no bundle\n"
                                     "xen-bugtool: warning: not synced\n"
                                     "made it\n");
    log_set_level(LOG_ERR);
    to_pipe();
    log_msg(LOG_WARN, "not with -q");
    log_msg(LOG_ERR, "told");
    assert_string_equal(back(there), "xen-bugtool: told\n");
    log_set_level(LOG_DETAIL);
    to_pipe();
    log_msg(LOG_DETAIL, "with -v");
    assert_string_equal(back(there), "with -v\n");
    log_set_level(LOG_NOTE);
}

/* What a guest called itself cannot write to the terminal. */
static void harmless(void **state)
{
    (void)state;
    to_pipe();
    log_msg(LOG_NOTE, "domain \033]0;owned\007 has\nended");
    back(there);
    assert_null(strchr(seen, '\033'));
    assert_null(strchr(seen, '\007'));
    assert_ptr_equal(strchr(seen, '\n'), seen + strlen(seen) - 1);
    assert_non_null(strstr(seen, "]0;owned"));
}

static void take(enum log_level level, const char *text, void *arg)
{
    char *out = arg;

    assert_int_equal(level, LOG_WARN);
    strcpy(out, text);
}

static void another_output(void **state)
{
    char got[4096] = "";

    (void)state;
    log_set_output(take, got);
    to_terminal("xterm", 80);
    log_msg(LOG_WARN, "%d left", 3);
    log_progress("1 of 2");
    assert_string_equal(back(there), "");
    assert_string_equal(got, "3 left");
    log_set_output(NULL, NULL);
}

/* One line that is written over, and goes before a message. */
static void progress(void **state)
{
    (void)state;
    to_terminal("xterm", 20);
    log_progress("1 of 2: xl dmesg");
    log_progress("1 of 2: xl dmesg"); /* the same: not sent again */
    log_progress("2 of 2: a line that is too long");
    log_msg(LOG_NOTE, "made");
    log_msg(LOG_NOTE, "and told");
    log_progress("once more");
    log_progress("%s", "");
    assert_string_equal(back(there), "\r1 of 2: xl dmesg\033[K"
                                     "\r2 of 2: a line that\033[K"
                                     "\r\033[Kmade\nand told\n"
                                     "\ronce more\033[K\r\033[K");
    to_terminal("xterm", 0);
    log_progress("%0100d", 0);
    assert_int_equal(strlen(back(there)), 1 + 79 + 3);
    log_progress("%s", "");
}

/* A serial line with nothing that understands escapes: whole lines, and not one
 * for each item. */
static void dumb(void **state)
{
    static const char *const terms[] = {"dumb", "", "unknown", NULL};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        to_terminal(terms[i], 80);
        log_progress("%u of 9", i);
        log_progress("%u of 8", i);
        log_msg(LOG_NOTE, "made");
        assert_string_equal(back(there), i ? "made\n" : "0 of 9\nmade\n");
    }
}

static void no_terminal(void **state)
{
    (void)state;
    to_pipe();
    log_progress("1 of 2");
    assert_string_equal(back(there), "");
    log_set_level(LOG_ERR);
    to_terminal("xterm", 80);
    log_progress("1 of 2");
    assert_string_equal(back(there), "");
    log_set_level(LOG_NOTE);
}

/* Nobody is there to be told: no loop, no end. */
static void nobody(void **state)
{
    (void)state;
    saved = dup(STDERR_FILENO);
    close(STDERR_FILENO);
    log_msg(LOG_ERR, "told to nobody");
    assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
    close(saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels),         cmocka_unit_test(harmless),
        cmocka_unit_test(another_output), cmocka_unit_test(progress),
        cmocka_unit_test(dumb),           cmocka_unit_test(no_terminal),
        cmocka_unit_test(nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
