/* xen-bugtool upload: sends a bundle that verify --deep finds nothing in. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/asking.h"
#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/url.h"
#include "collector/cmd.h"
#include "collector/deliver.h"
#include "collector/sending.h"

static struct stop *the_stop;

static void on_signal(int sig)
{
    (void)sig;
    stop_request(the_stop, STOP_SIGNAL);
}

/* From here on a signal ends the delivery, and the user is told so; before, it
 * ends the command. */
static void arm(struct stop *stop)
{
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    the_stop = stop;
    sigaction(SIGTERM, &sa, NULL);
}

/* What to run elsewhere: one file, one line. */
static void print_queue(const struct delivery *d, const char *path,
                        const char *url)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    char *again = delivery_command(d, name, url, false);
    struct buf curl = BUF_INIT;
    char size[24];

    printf("Nothing was sent. Take this file to a machine with a network:\n"
           "  %s\n  (%s, sha256 %s)\nand run there:\n"
           "  %s\n",
           path, str_size(delivery_size(d), size), delivery_sha256(d), again);
    if (str_starts(url, "https://")) {
        str_add_word(&curl, name);
        buf_addc(&curl, ' ');
        str_add_word(&curl, url);
        printf("or, where there is no xen-bugtool:\n"
               "  curl --fail --upload-file %s\n",
               buf_str(&curl));
    }
    buf_done(&curl);
    free(again);
}

static int send(const struct options *opt, struct delivery *d, struct err *err)
{
    const char *url = delivery_url(opt);
    struct delivered done;
    int status = EXIT_UNDELIVERED;
    int r = delivery_send(d, url, &done, err);

    if (!r && delivered_print(d, &done, url))
        status = EXIT_WHOLE;
    if (!r && done.result == SEND_USAGE)
        status = EXIT_USAGE;
    delivered_done(&done);
    if (r)
        log_msg(LOG_ERR, "not sent: %s", err->text);
    if (r && r != -EPERM)
        delivery_print_again(d, url);
    return r == -EPERM ? EXIT_FOUND : status;
}

/* Without a URL: on a terminal it is asked for. */
static int ask(const struct options *opt, struct control *ctl)
{
    struct stop *stop;
    struct sending *s;
    struct term *t;
    int status;

    if (!asking_wanted(opt) || options_has(opt, OPT_QUEUE)) {
        log_msg(LOG_ERR,
                "upload: where to? Give a URL behind the bundle (on a terminal "
                "it would be asked for)");
        return EXIT_USAGE;
    }
    stop = stop_new();
    t = term_new(STDIN_FILENO, STDOUT_FILENO, stop);
    s = sending_new(opt, ctl, t, stop, opt->operands[0]);
    arm(stop);
    sending_offer(s);
    status = sending_went_well(s) ? EXIT_WHOLE : EXIT_UNDELIVERED;
    signal(SIGTERM, SIG_IGN);
    sending_free(s);
    term_free(t);
    stop_free(stop);
    return status;
}

static int send_to(const struct options *opt, struct control *ctl,
                   const char *url)
{
    const char *path = opt->operands[0];
    struct stop *stop = stop_new();
    struct delivery *d = delivery_new(opt, ctl, stop, path);
    struct err err = ERR_INIT;
    int status = EXIT_USAGE, r = url_check(url, &err);

    if (r) {
        log_msg(LOG_ERR, "%s", err.text);
        goto out;
    }
    r = delivery_check(d, &err);
    if (r) {
        log_msg(LOG_ERR, "%s", err.text);
        status = r == -EPERM    ? EXIT_FOUND
                 : r == -EINVAL ? EXIT_USAGE
                                : EXIT_NO_BUNDLE;
        goto out;
    }
    arm(stop);
    if (!options_has(opt, OPT_QUEUE)) {
        status = send(opt, d, &err);
        goto out;
    }
    r = delivery_queue(d, url, &err);
    if (r)
        log_msg(LOG_ERR, "%s", err.text);
    else
        print_queue(d, path, url);
    status = r == -EPERM ? EXIT_FOUND : r ? EXIT_NO_BUNDLE : EXIT_WHOLE;
out:
    if (fflush(stdout) || ferror(stdout))
        log_msg(LOG_WARN, "cannot write to stdout: %s", strerror(errno));
    delivery_free(d);
    stop_free(stop);
    return status;
}

int cmd_upload(const struct options *opt, struct control *ctl)
{
    const char *url = delivery_url(opt);

    return url ? send_to(opt, ctl, url) : ask(opt, ctl);
}
