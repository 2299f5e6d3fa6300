/* worker.c: main of xen-bugtool-worker: never root; the front starts it with
 * the command line as it was given and its control socket as descriptor 3. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "collector/base/core/confine.h"
#include "collector/base/core/log.h"
#include "collector/base/core/options.h"
#include "collector/base/core/proto.h"
#include "collector/cmd.h"

static const struct {
    unsigned bit;
    int (*run)(const struct options *opt, struct control *ctl);
} commands[] = {
    {CMD_COLLECT, cmd_collect}, {CMD_INSPECT, cmd_inspect},
    {CMD_VERIFY, cmd_verify},   {CMD_PLUGINS, cmd_plugins},
    {CMD_KEY, cmd_key},         {CMD_REDACT, cmd_redact},
    {CMD_REPORT, cmd_report},   {CMD_DIAGNOSE, cmd_diagnose},
    {CMD_UPLOAD, cmd_upload},
};

/* What comes from the terminal is the front's to handle: it asks us with
 * SIGTERM (cmd_collect). A reader of our output that went away is an error of
 * write. */
static void ignore_terminal_signals(void)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

/* Before the first byte from outside.  Those that can make a folder say which
 * one it is once they have it (collect.c, cmd_redact.c). */
static void confine(const struct options *opt)
{
    (void)confine_calls(false);
    if (!(opt->command->bit & (CMD_COLLECT | CMD_REDACT)))
        (void)confine_files(-1, false);
}

/* glibc keeps a heap for each thread and, once one was freed, large buffers
 * too: with twelve threads that is more than all they use. */
static void tune_malloc(void)
{
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 256 * 1024);
    /* What is freed at the heap's end is mostly wanted again at once. */
    mallopt(M_TRIM_THRESHOLD, 1024 * 1024);
#endif
}

int main(int argc, char **argv)
{
    struct options opt;
    struct err err = ERR_INIT;
    struct control *ctl;
    int status = EXIT_USAGE;

    tune_malloc();
    prctl(PR_SET_DUMPABLE, 0);
    /* Started by descriptor: the kernel would call us by its number. */
    prctl(PR_SET_NAME, "xen-bugtool-wrk");
    ignore_terminal_signals();
    if (fcntl(PROTO_CONTROL_FD, F_SETFD, FD_CLOEXEC)) {
        log_msg(LOG_ERR, "this program is started by xen-bugtool, not by hand");
        return EXIT_USAGE;
    }
    if (options_parse(argc, argv, &opt, &err)) {
        log_msg(LOG_ERR, "%s", err.text);
        options_done(&opt);
        return EXIT_USAGE;
    }
    confine(&opt);
    if (options_has(&opt, OPT_QUIET))
        log_set_level(LOG_WARN);
    else if (options_has(&opt, OPT_VERBOSE))
        log_set_level(LOG_DETAIL);
    ctl = control_new(PROTO_CONTROL_FD);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (opt.command->bit == commands[i].bit)
            status = commands[i].run(&opt, ctl);
    }
    control_free(ctl);
    options_done(&opt);
    return status;
}
