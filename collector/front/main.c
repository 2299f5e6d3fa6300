/* main.c: xen-bugtool.  Checks the command line, then lets the master run it.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "collector/base/core/confine.h"
#include "collector/base/core/log.h"
#include "collector/base/core/options.h"
#include "collector/base/core/sandbox.h"
#include "collector/base/core/str.h"
#include "collector/front/master.h"
#include "collector/front/output.h"
#include "collector/front/reader.h"
#include "config.h"

#define EXIT_FAILED 1
#define EXIT_USAGE 2

#define ENV_MAX 32
#define ENV_VALUE_MAX 128

/* A descriptor that is opened for another purpose must never be taken for
 * stdin, stdout or stderr.  Returns a bit for each that was closed. */
static unsigned fill_standard_fds(void)
{
    unsigned closed = 0;

    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        closed |= 1u << fd;
        /* The lowest free number is this one. */
        if (open("/dev/null", O_RDWR) != fd)
            _exit(EXIT_FAILED);
    }
    return closed;
}

/* What the worker and the libraries below us may know of the caller's
 * environment: the terminal, the time zone and the language. */
static bool is_kept_variable(const char *var)
{
    static const char *const kept[] = {
        "TERM=",         "COLUMNS=",      "LINES=",
        "TZ=",           "LANG=",         "LC_",
#ifdef __SANITIZE_ADDRESS__
        "ASAN_OPTIONS=", "LSAN_OPTIONS=", "UBSAN_OPTIONS=",
#endif
    };
    const char *value = strchr(var, '=');
    bool named = false;

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        named = named || str_starts(var, kept[i]);
    if (!named || !value || strlen(var) > ENV_VALUE_MAX)
        return false;
    for (; *var; var++) {
        if (!isalnum((unsigned char)*var) && !strchr("_=.,:;+-@/<>", *var))
            return false;
    }
    return true;
}

static void clean_environment(void)
{
    static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    static char *clean[ENV_MAX + 2];
    size_t n = 0;

    clean[n++] = path;
    for (char **e = environ; e && *e && n < ENV_MAX; e++) {
        if (is_kept_variable(*e))
            clean[n++] = *e;
    }
    environ = clean;
}

static void set_log_level(const struct options *opt)
{
    if (options_has(opt, OPT_QUIET))
        log_set_level(LOG_WARN);
    else if (options_has(opt, OPT_VERBOSE))
        log_set_level(LOG_DETAIL);
}

static void print_version(bool verbose)
{
    int files = confine_has_files();

    printf("xen-bugtool %s\n", VERSION);
    if (!verbose)
        return;
    printf("sandbox on this kernel: seccomp %s, Landlock ",
           confine_has_calls() ? "yes" : "no");
    if (files)
        printf("version %d\n", files);
    else
        printf("no\n");
}

/* --help and --version. */
static int print_only(const struct options *opt)
{
    if (options_has(opt, OPT_HELP))
        options_print_help(opt->command);
    else
        print_version(options_has(opt, OPT_VERBOSE));
    if (fflush(stdout) || ferror(stdout)) {
        log_msg(LOG_ERR, "cannot write to stdout: %s", strerror(errno));
        return EXIT_FAILED;
    }
    return 0;
}

/* Before any descriptor of ours can have the number that was given. */
static int check_outfd(const struct options *opt, unsigned closed,
                       struct err *err)
{
    const char *text = options_last(opt, OPT_OUTFD);
    int fd = text ? atoi(text) : -1;

    if (fd < 0)
        return 0;
    if (fd < 3 && (closed & (1u << fd)))
        return err_set(err, -EBADF, "--outfd: descriptor %d is not open", fd);
    return output_check_fd(fd, err);
}

static int run(int argc, char **argv, unsigned closed, struct options *opt)
{
    struct master_spec spec = {argv, opt, LIBEXECDIR "/xen-bugtool-worker",
                               LIBEXECDIR "/xen-bugtool-send", reader_main};
    struct err err = ERR_INIT;
    int rc = options_parse(argc, argv, opt, &err);

    if (!rc && (options_has(opt, OPT_HELP) || options_has(opt, OPT_VERSION)))
        return print_only(opt);
    if (rc) {
        log_msg(LOG_ERR, "%s", err.text);
        return EXIT_USAGE;
    }
    if (check_outfd(opt, closed, &err)) {
        log_msg(LOG_ERR, "%s", err.text);
        return EXIT_FAILED;
    }
    set_log_level(opt);
    return master_run(&spec);
}

int main(int argc, char **argv)
{
    static char name[] = "xen-bugtool", *no_args[] = {name, NULL};
    unsigned closed = fill_standard_fds();
    struct options opt = {0};
    int status;

    if (argc < 1) {
        argc = 1;
        argv = no_args;
    }
    if (getauxval(AT_SECURE)) {
        log_msg(LOG_ERR, "must not be installed setuid, setgid or with "
                         "capabilities; run it as root instead");
        return EXIT_FAILED;
    }
    clean_environment();
    sandbox_start();
    status = run(argc, argv, closed, &opt);
    options_done(&opt);
    return status;
}
