#include "collector/front/mailer.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "collector/base/core/child.h"
#include "collector/base/core/frame.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/sandbox.h"
#include "collector/front/program.h"

#define TIMEOUT_MS 120000u
#define MAX_OUTPUT (1u << 20)

/* The first bytes of what it says. */
struct said {
    char text[320];
    size_t n;
};

int mailer_check_address(const char *s, struct err *err)
{
    size_t at = 0;

    for (const char *p = s; *p; p++) {
        if (*p == '@')
            at++;
        else if (!isalnum((unsigned char)*p) && !strchr("._+=-", *p))
            at = 2;
    }
    if (at == 1 && isalnum((unsigned char)*s) && strlen(s) <= 254 &&
        s[strlen(s) - 1] != '@')
        return 0;
    return err_set(err, -EINVAL,
                   "%.254s: such an address is not handed to sendmail", s);
}

static int keep_said(void *arg, bool is_stderr, const char *data, size_t n)
{
    struct said *s = arg;

    (void)is_stderr;
    for (size_t i = 0; i < n && s->n + 1 < sizeof(s->text); i++)
        s->text[s->n++] = data[i] == '\n' ? ' ' : data[i];
    s->text[s->n] = '\0';
    return 0;
}

static enum send_result judge(const char *program,
                              const struct child_result *res,
                              const struct said *said, struct err *err)
{
    const char *colon = said->n ? ": " : "";

    if (res->end == CHILD_EXITED && res->status == 0)
        return SEND_DONE;
    if (res->end == CHILD_EXITED)
        err_set(err, -EIO, "%.160s took no mail (exit status %d)%s%s", program,
                res->status, colon, said->text);
    else if (res->end == CHILD_SIGNALLED)
        err_set(err, -EIO, "%.160s was ended by signal %d%s%s", program,
                res->status, colon, said->text);
    else
        err_set(err, -EIO, "%.160s did not end within %u s%s%s", program,
                TIMEOUT_MS / 1000, colon, said->text);
    return res->end == CHILD_EXITED && res->status == EX_TEMPFAIL ? SEND_PASSING
                                                                  : SEND_FAILED;
}

static void tell(int sock, enum send_result r, const char *text,
                 const char *answer)
{
    struct buf b = BUF_INIT;

    field_put_u64(&b, r);
    field_put_str(&b, text);
    field_put_str(&b, answer);
    field_put_str(&b, "");
    field_put_u64(&b, 1);
    field_put_u64(&b, 0);
    frame_send(sock, SD_END, b.data, b.len, -1);
    buf_done(&b);
}

/* In a process of its own. */
static int run(const char *program, int message, const char *const *to,
               int sock)
{
    static const char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                      "LC_ALL=C", NULL};
    const char *argv[MAILER_ADDRESSES + 4] = {program, "-i", "--"};
    struct said said = {"", 0};
    struct child_result res = {.end = CHILD_STOPPED};
    struct err err = ERR_INIT;
    struct child_spec spec = {.argv = argv,
                              .env = env,
                              .input = message,
                              .timeout_ms = TIMEOUT_MS,
                              .max_bytes = MAX_OUTPUT,
                              .max_err_bytes = MAX_OUTPUT,
                              .watch_fd = sock,
                              .output = keep_said,
                              .arg = &said};
    enum send_result r = SEND_FAILED;

    for (size_t i = 0; to[i] && i < MAILER_ADDRESSES; i++)
        argv[3 + i] = to[i];
    if (!child_run(&spec, &res, &err)) {
        while (said.n && said.text[said.n - 1] == ' ')
            said.text[--said.n] = '\0';
        r = judge(program, &res, &said, &err);
    }
    tell(sock, r, err.text, r == SEND_DONE ? said.text : "");
    return 0;
}

/* Only the two descriptors, as 3 and 4, and the standard ones. */
static int be_mailer(const char *program, int message, const char *const *to,
                     int sock, pid_t parent)
{
    static const int ignored[] = {SIGINT, SIGHUP, SIGQUIT, SIGPIPE};
    int high[2] = {fcntl(sock, F_DUPFD_CLOEXEC, 5),
                   fcntl(message, F_DUPFD_CLOEXEC, 5)};

    if (high[0] < 0 || high[1] < 0 || dup3(high[0], 3, O_CLOEXEC) < 0 ||
        dup3(high[1], 4, O_CLOEXEC) < 0 || sandbox_close_from(5, false, NULL) ||
        sandbox_die_with(parent, NULL))
        return 1;
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    return run(program, 4, to, 3);
}

int mailer_start(const char *program, int message, const char *const *to,
                 int *sock_out, struct err *err)
{
    pid_t parent = getpid(), pid;
    int pair[2], rc = 0;

    for (size_t i = 0; !rc && to[i]; i++)
        rc = mailer_check_address(to[i], err);
    if (!rc && program[0] != '/')
        rc = err_set(err, -EINVAL,
                     "--sendmail: expected a full path, such as "
                     "/usr/sbin/sendmail");
    if (!rc) {
        rc = program_check(program, err);
        if (rc == -ENOENT)
            rc = err_set(err, rc, "--sendmail: there is no %.255s", program);
    }
    if (!rc)
        rc = frame_pair(pair, err);
    if (rc)
        return rc;
    pid = fork();
    if (pid == 0)
        _exit(be_mailer(program, message, to, pair[1], parent));
    if (pid < 0)
        rc = err_sys(err, errno, "cannot start %.255s", program);
    close(pair[1]);
    if (rc)
        close(pair[0]);
    else
        *sock_out = pair[0];
    return rc;
}
