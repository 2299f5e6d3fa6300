/* cmd_collect.c: makes a bundle, of this host or of a recorded one. */
#include "collector/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "collector/asking.h"
#include "collector/base/core/clock.h"
#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/url.h"
#include "collector/base/core/xalloc.h"
#include "collector/collect.h"
#include "collector/conductor.h"
#include "collector/deliver.h"
#include "collector/diagnosed.h"
#include "collector/events.h"
#include "collector/facts.h"
#include "collector/summary.h"

/* Set aside on the output's file system for log, report, summary and manifest.
 */
#define RESERVE_BYTES (2048u * 1024u)
#define RESERVE_PER_ITEM 512u
/* Set aside in memory: closing needs no more than this. */
#define RESERVE_MEMORY (4u * 1024u * 1024u)

/* The one stop of this process, for the signal handler and out-of-memory. */
static struct stop *the_stop;
static void *reserve_memory;

static void on_signal(int sig)
{
    stop_request(the_stop, sig == SIGALRM ? STOP_TIME : STOP_SIGNAL);
}

static bool on_out_of_memory(void)
{
    void *p = __atomic_exchange_n(&reserve_memory, NULL, __ATOMIC_ACQ_REL);

    if (!p)
        return false;
    free(p);
    stop_request(the_stop, STOP_MEMORY);
    return true;
}

static void arm(struct stop *stop)
{
    struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    the_stop = stop;
    reserve_memory = malloc(RESERVE_MEMORY);
    xalloc_on_oom(on_out_of_memory);
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGALRM, &sa, NULL);
}

/* 0: no end is set, and one that was is forgotten. */
static void start_clock(uint64_t max_time_ms)
{
    struct itimerval limit = {
        .it_value = {(time_t)(max_time_ms / 1000),
                     (suseconds_t)(max_time_ms % 1000) * 1000}};

    setitimer(ITIMER_REAL, &limit, NULL);
}

static void disarm(void)
{
    signal(SIGTERM, SIG_IGN);
    signal(SIGALRM, SIG_IGN);
    xalloc_on_oom(NULL);
    free(reserve_memory);
    reserve_memory = NULL;
}

/* What the conductor's callbacks need. */
struct making {
    struct collect *c;
    struct capture *captures;
    const char *stem;
};

static void make_head(struct manifest_head *head, const char *cut, void *arg)
{
    struct making *m = arg;

    m->c->cut = cut;
    collect_head(m->c, cut, head);
}

static void make_summary(const struct manifest_head *head,
                         const struct tally *tally,
                         struct json_object *diagnosis, struct buf *out,
                         void *arg)
{
    struct making *m = arg;

    summary_write(head, tally, diagnosis, m->stem, out);
}

static void tell_item(const struct manifest_item *item, void *arg)
{
    struct making *m = arg;

    if (m->c->cfg.json)
        event_item(item);
}

static int open_output(struct collect *c, char **stem, int *out_fd,
                       int *spool_fd, struct err *err)
{
    int r;

    *stem = collect_stem(c);
    r = control_output(c->ctl, *stem, c->cfg.folder, c->cfg.format_name, out_fd,
                       err);
    if (!r)
        collect_confine(c, *out_fd);
    if (!r && c->cfg.format != BUNDLE_DIR)
        r = control_spool(c->ctl, spool_fd, err);
    return r;
}

static int make_bundle(struct collect *c, const char *stem, int out_fd,
                       int spool_fd, struct tally *tally, uint64_t *bytes_out,
                       struct err *err)
{
    struct making m = {c, facts_captures_new(), stem};
    struct bundle_opts bo = {
        .format = c->cfg.format,
        .out_fd = out_fd,
        .spool_fd = spool_fd,
        .top = stem,
        .threads = c->cfg.threads,
        .reserve = RESERVE_BYTES + c->plan.n * RESERVE_PER_ITEM,
        .mtime = c->start_ms / 1000,
        .stop = c->stop,
    };
    struct conductor_opts co = {
        .cfg = &c->cfg,
        .plan = &c->plan,
        .rules = c->rules,
        .gathers = c->gathers,
        .n_gathers = c->cfg.jobs,
        .stop = c->stop,
        .diagnosis = diagnosis_new(c->known),
        .start_ms = c->start_ms,
        .captures = m.captures,
        .head = make_head,
        .summary = make_summary,
        .on_item = tell_item,
        .arg = &m,
    };
    int r = bundle_new(&bo, &co.bundle, err);

    if (!r)
        r = conductor_run(&co, tally, err);
    if (!r)
        *bytes_out = bundle_written(co.bundle);
    bundle_free(co.bundle);
    diagnosis_free(co.diagnosis);
    facts_captures_free(m.captures);
    return r;
}

/* Those that there are any of, as a sentence. */
static void print_counts(FILE *f, const struct tally *t)
{
    static const enum status order[] = {
        ST_OK,     ST_PARTIAL, ST_FAILED,  ST_TIMEOUT,
        ST_DENIED, ST_REFUSED, ST_SKIPPED, ST_ABSENT,
    };
    const char *between = "Items: ";

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if (!t->by_status[order[i]])
            continue;
        fprintf(f, "%s%zu %s", between, t->by_status[order[i]],
                status_name(order[i]));
        between = ", ";
    }
    fprintf(f, "; %" PRIu64 " secret%s hidden\n", t->redactions,
            t->redactions == 1 ? "" : "s");
}

static void print_end(const struct collect *c, const char *path,
                      const char *size, const struct tally *t)
{
    if (c->cfg.quiet) {
        if (path)
            printf("%s\n", path);
        return;
    }
    /* With --outfd the descriptor may be our stdout. */
    FILE *f = path ? stdout : stderr;

    fprintf(f, "Bundle: %s (%s)\n",
            path ? path : "written to the descriptor of --outfd", size);
    print_counts(f, t);
    collect_print_missing(f, t);
    if (t->diagnosis)
        diagnosed_print_short(f, t->diagnosis);
    if (path) {
        struct buf word = BUF_INIT;

        str_add_word(&word, path);
        fprintf(f,
                "Look inside: xen-bugtool inspect %s\n"
                "Send it: xen-bugtool upload %s URL\n",
                buf_str(&word), buf_str(&word));
        buf_done(&word);
    }
}

/* The most bytes that a file may have by the limits of whoever called; 0: there
 * is no such limit. */
static uint64_t file_limit(void)
{
    struct rlimit lim;

    return getrlimit(RLIMIT_FSIZE, &lim) || lim.rlim_cur == RLIM_INFINITY
               ? 0
               : (uint64_t)lim.rlim_cur;
}

/* Less than the whole is better than nothing. */
static void keep_to_file_limit(struct collect *c, int out_fd)
{
    uint64_t most = file_limit();
    struct stat st;

    if (most && !fstat(out_fd, &st) && S_ISREG(st.st_mode) &&
        (!c->cfg.max_size || c->cfg.max_size > most))
        c->cfg.max_size = most;
}

/* Which file system it was that could not take the bundle, or which limit. */
static void name_place(const struct collect *c, const struct options *opt,
                       int rc, struct err *err)
{
    const char *named = options_last(opt, OPT_OUTFILE);

    if ((rc == -ENOSPC || rc == -EDQUOT || rc == -EIO || rc == -EROFS) &&
        !options_has(opt, OPT_OUTFD))
        err_prefix(err, "%s: ",
                   named            ? named
                   : *c->cfg.folder ? c->cfg.folder
                                    : "/var/tmp");
    if (rc == -EFBIG && file_limit())
        err_prefix(err,
                   "no file may have more than %llu bytes here (ulimit -f): ",
                   (unsigned long long)file_limit());
}

/* --upload.  False: it was not delivered, and the user was told. */
static bool deliver(struct collect *c, const struct options *opt,
                    const char *path)
{
    const char *url = options_last(opt, OPT_UPLOAD);
    struct delivery *d = delivery_new(opt, c->ctl, c->stop, path);
    struct delivered done = {.result = SEND_FAILED};
    struct err err = ERR_INIT;
    bool sent = false;
    int r = delivery_check(d, &err);

    if (!r)
        r = delivery_send(d, url, &done, &err);
    if (!r)
        sent = delivered_print(d, &done, url);
    else
        log_msg(LOG_ERR, "%s", err.text);
    if (r && r != -EPERM)
        delivery_print_again(d, url);
    delivered_done(&done);
    delivery_free(d);
    return sent;
}

/* What ended the collection must not end what comes after it. */
static bool talk(struct collect *c, const struct options *opt, struct term *t,
                 const struct made *made)
{
    struct stop *after = stop_new();
    bool well;

    start_clock(0);
    the_stop = after;
    term_set_stop(t, after);
    well = asking_after(c, opt, t, after, made);
    the_stop = c->stop;
    term_set_stop(t, c->stop);
    stop_free(after);
    return well;
}

/* t NULL: nobody is asked.  *sent is set to false if it was to be sent and
 * could not. */
static int finish(struct collect *c, const struct options *opt, struct term *t,
                  uint64_t bytes, const struct tally *tally, bool *sent,
                  struct err *err)
{
    char *path = NULL, *note = NULL, size[24];
    int r = control_finish(c->ctl, true, &path, &note, err);

    if (r)
        goto out;
    if (note && *note)
        log_msg(LOG_WARN, "%s", note);
    if (c->cut)
        log_msg(LOG_WARN, "the bundle was cut short: %s", c->cut);
    log_progress("%s", "");
    str_size(bytes, size);
    if (c->cfg.json)
        event_end(path, bytes, tally, c->cut);
    else if (t && path)
        *sent = talk(c, opt, t, &(struct made){path, size, tally->diagnosis});
    else
        print_end(c, path, size, tally);
    if (!t && path && options_has(opt, OPT_UPLOAD))
        *sent = deliver(c, opt, path);
out:
    free(path);
    free(note);
    return r;
}

/* Before the items are read: a bundle of the wrong machine helps nobody. */
static void tell_where(const struct collect *c)
{
    if (c->cfg.replay || c->cfg.dry_run || c->cfg.quiet)
        return;
    if (c->cfg.sysroot) {
        log_msg(LOG_NOTE,
                "Files of the disk at %s only: commands and the hypervisor "
                "would tell of the machine that runs now.  Its journal, if it "
                "has one: journalctl -D %s/var/log/journal",
                c->cfg.sysroot, c->cfg.sysroot);
        return;
    }
    if (!control_is_root(c->ctl))
        log_msg(LOG_WARN, "not run as root: what only root may read will be "
                          "missing");
    if (!strcmp(c->host.role, "domU"))
        log_msg(LOG_WARN, "this is a Xen guest (domU), not dom0: what only the "
                          "hypervisor and dom0 know will be missing");
    else if (!c->host.xen)
        log_msg(LOG_WARN, "this machine does not run under Xen now: if it is a "
                          "Xen host, it was booted without the hypervisor");
}

static void tell_begin(const struct collect *c, const struct options *opt,
                       struct term *t)
{
    if (t) {
        start_clock(c->cfg.max_time_ms);
        term_say(t, "Collecting. Ctrl-C once closes the bundle with what is in "
                    "it by then, twice leaves without one.");
    } else if (!c->cfg.json && !c->cfg.quiet && !c->cfg.replay) {
        log_msg(LOG_NOTE,
                "Collecting %zu item%s. Secrets are hidden while reading; %s.",
                c->plan.n, c->plan.n == 1 ? "" : "s",
                options_has(opt, OPT_UPLOAD)
                    ? "the bundle is sent when it is made"
                    : "nothing leaves this machine");
    }
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* *sent is set to false if a delivery failed. */
static int run(struct collect *c, const struct options *opt, struct term *t,
               bool *sent, struct err *err)
{
    struct tally tally;
    char *stem = NULL;
    int out_fd = -1, spool_fd = -1, r = 0;
    uint64_t bytes = 0;

    memset(&tally, 0, sizeof(tally));
    /* The bundle's name follows from the answers, where there are some. */
    if (!c->cfg.dry_run && !t)
        r = open_output(c, &stem, &out_fd, &spool_fd, err);
    if (!r)
        r = collect_plan(c, err);
    if (r)
        goto out;
    tell_where(c);
    if (c->cfg.dry_run) {
        collect_print_plan(c);
        goto out;
    }
    if (t)
        r = asking_before(c, t, err);
    if (!r && t)
        r = open_output(c, &stem, &out_fd, &spool_fd, err);
    if (r)
        goto out;
    keep_to_file_limit(c, out_fd);
    tell_begin(c, opt, t);
    if (c->cfg.json)
        event_start(stem, &c->plan);
    r = make_bundle(c, stem, out_fd, spool_fd, &tally, &bytes, err);
    name_place(c, opt, r, err);
    close_fd(&out_fd);
    close_fd(&spool_fd);
    if (!r)
        r = finish(c, opt, t, bytes, &tally, sent, err);
out:
    close_fd(&out_fd);
    close_fd(&spool_fd);
    tally_done(&tally);
    free(stem);
    return r;
}

int cmd_collect(const struct options *opt, struct control *ctl)
{
    struct err err = ERR_INIT;
    struct collect c;
    int status = EXIT_NO_BUNDLE, r;
    struct term *t = NULL;
    bool sent = true;

    if (options_has(opt, OPT_UPLOAD) &&
        url_check(options_last(opt, OPT_UPLOAD), &err)) {
        log_msg(LOG_ERR, "--upload: %s", err.text);
        return EXIT_USAGE;
    }
    r = collect_init(&c, opt, ctl, &err);
    if (!r) {
        if (asking_wanted(opt))
            t = term_new(STDIN_FILENO, STDOUT_FILENO, c.stop);
        arm(c.stop);
        if (!t)
            start_clock(c.cfg.max_time_ms);
        r = run(&c, opt, t, &sent, &err);
        disarm();
        term_free(t);
    }
    log_progress("%s", "");
    if (fflush(stdout) && !r)
        log_msg(LOG_WARN, "cannot write to stdout: %s", strerror(errno));
    if (r) {
        if (r != -ECANCELED)
            log_msg(LOG_ERR, "%s", err.text);
        status = c.usage_error ? EXIT_USAGE : EXIT_NO_BUNDLE;
    } else {
        status = !sent ? EXIT_UNDELIVERED : c.cut ? EXIT_CUT : EXIT_WHOLE;
    }
    collect_done(&c);
    return status;
}
