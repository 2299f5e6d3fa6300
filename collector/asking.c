#include "collector/asking.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/bundle_arg.h"
#include "collector/diagnosed.h"
#include "collector/offered.h"
#include "collector/review.h"
#include "collector/sending.h"
#include "collector/session/session.h"

#define SUMMARY "summary.txt"
/* The summary is a page; a bundle of ours has no longer one. */
#define SUMMARY_MAX 65536u

bool asking_wanted(const struct options *opt)
{
    static const enum opt_id never[] = {OPT_BATCH, OPT_QUIET, OPT_JSON,
                                        OPT_OUTFD, OPT_DRY_RUN};

    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        if (options_has(opt, never[i]))
            return false;
    return term_usable(STDIN_FILENO, STDOUT_FILENO);
}

/* ---- before ---------------------------------------------------------------
 */

static bool same_list(char *const *a, char *const *b)
{
    for (; *a && *b; a++, b++)
        if (strcmp(*a, *b))
            return false;
    return !*a && !*b;
}

static int plan_again(struct collect *c, struct err *err)
{
    plan_done(&c->plan);
    return collect_plan(c, err);
}

static int ask_groups(struct collect *c, struct term *t, bool *changed)
{
    struct offered o;
    char **before, **after;
    int r;

    offered_init(&o, &c->plan, c->plugins, &c->cfg);
    before = offered_skip(&o);
    r = session_choose(t, o.groups, o.n);
    after = offered_skip(&o);
    *changed = !same_list(before, after);
    if (*changed) {
        str_list_free(c->cfg.skip);
        c->cfg.skip = after;
        after = NULL;
    }
    str_list_free(before);
    str_list_free(after);
    offered_done(&o);
    return r;
}

static int ask_privacy(struct collect *c, struct term *t, bool *changed,
                       struct err *err)
{
    static const struct session_option levels[] = {
        {"secrets",
         "passwords, keys and tokens; names and addresses stay as they are"},
        {"public",
         "hosts, users and addresses get pseudonyms too: fit for a list"},
    };
    size_t chosen = !strcmp(c->cfg.privacy, levels[1].name);
    int r =
        session_pick(t, "What is to be hidden?", "Level", levels, 2, &chosen);

    if (r || !strcmp(levels[chosen].name, c->cfg.privacy))
        return r;
    *changed = true; /* members have other names */
    return collect_set_privacy(c, levels[chosen].name, err);
}

static int ask_note(struct collect *c, struct term *t)
{
    struct buf note = BUF_INIT;
    int r = c->cfg.note ? 0 : session_note(t, &note);

    if (note.len)
        c->cfg.note = settings_keep(&c->cfg, buf_str(&note));
    buf_done(&note);
    return r;
}

int asking_before(struct collect *c, struct term *t, struct err *err)
{
    bool changed = false;
    int r;

    session_intro(t);
    r = ask_groups(c, t, &changed);
    if (!r)
        r = ask_privacy(c, t, &changed, err);
    if (!r)
        r = ask_note(c, t);
    if (!r && changed)
        r = plan_again(c, err);
    if (r == -ECANCELED)
        term_say(t, "Left before anything was collected: there is no bundle.");
    /* The answers took their time; a recorded run has its own. */
    if (!r && !c->recording)
        c->start_ms = clock_real_ms();
    return r;
}

/* ---- after ----------------------------------------------------------------
 */

/* Lines of a text, a screen at a time. */
static void show_text(struct term *t, const char *text)
{
    term_pages_begin(t);
    while (*text) {
        size_t n = strcspn(text, "\n");

        term_say(t, "%.*s", (int)(n < 4096 ? n : 4096), text);
        text += n + (text[n] == '\n');
    }
    term_pages_end(t);
}

static int read_summary(struct unpack *u, struct buf *out, struct err *err)
{
    struct unpack_member m;
    char block[4096];
    ssize_t n;
    int r = unpack_skip_to(u, SUMMARY, err);

    while (r >= 0 && (r = unpack_next(u, &m, err)) > 0)
        if (!strcmp(m.name, SUMMARY))
            break;
    if (r <= 0)
        return r < 0 ? r : err_set(err, -ENOENT, "it has no " SUMMARY);
    do {
        n = unpack_read(u, block, sizeof(block), err);
        if (n > 0)
            buf_add(out, block, (size_t)n);
    } while (n > 0 && out->len < SUMMARY_MAX);
    return n < 0 ? (int)n : 0;
}

static void show_summary(struct collect *c, struct term *t)
{
    struct buf text = BUF_INIT;
    struct err err = ERR_INIT;
    struct unpack *u = NULL;
    int r = bundle_arg_open(c->ctl, &u, NULL, &err);

    if (!r)
        r = read_summary(u, &text, &err);
    if (r)
        term_say(t, "The summary cannot be shown: %s.", err.text);
    else
        show_text(t, buf_str(&text));
    unpack_free(u);
    buf_done(&text);
}

static int review_all(struct unpack *u, struct review *review, struct err *err)
{
    struct unpack_member m;
    char *block = xmalloc(65536);
    ssize_t n = 0;
    int r;

    while ((r = unpack_next(u, &m, err)) > 0) {
        review_begin(review, m.name);
        while ((n = unpack_read(u, block, 65536, err)) > 0)
            review_feed(review, block, (size_t)n);
        review_end(review);
        if (n < 0)
            break;
    }
    free(block);
    return r < 0 ? r : (int)n;
}

/* Shows what fn prints. */
static void show_printed(struct term *t, void (*fn)(FILE *f, const void *arg),
                         const void *arg)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        xmalloc((size_t)-1); /* out of memory: takes the one exit */
    fn(f, arg);
    if (!fclose(f))
        show_text(t, text);
    free(text);
}

static void print_review(FILE *f, const void *arg)
{
    review_print(f, arg);
}

static void show_review(struct collect *c, struct term *t)
{
    struct review *review = review_new();
    struct err err = ERR_INIT;
    struct unpack *u = NULL;
    int r;

    term_say(t, "Looking through the bundle ...");
    r = bundle_arg_open(c->ctl, &u, NULL, &err);
    if (!r)
        r = review_all(u, review, &err);
    if (r)
        term_say(t, "The bundle cannot be read: %s.", err.text);
    else
        show_printed(t, print_review, review);
    unpack_free(u);
    review_free(review);
}

static void print_problems(FILE *f, const void *arg)
{
    const struct made *made = arg;

    diagnosed_print(f, made->diagnosis, false);
}

enum action {
    ACT_KEEP,
    ACT_SUMMARY,
    ACT_PROBLEMS,
    ACT_REVIEW,
    ACT_BUG,
    ACT_LIST,
    ACT_UPLOAD,
    ACT_COUNT
};

static void act(struct collect *c, struct term *t, const struct made *made,
                struct sending *sending, enum action what)
{
    switch (what) {
    case ACT_SUMMARY:
        show_summary(c, t);
        break;
    case ACT_PROBLEMS:
        show_printed(t, print_problems, made);
        break;
    case ACT_REVIEW:
        show_review(c, t);
        break;
    case ACT_BUG:
        sending_do(sending, SENDING_BUG, NULL);
        break;
    case ACT_LIST:
        sending_do(sending, SENDING_LIST, NULL);
        break;
    case ACT_UPLOAD:
        sending_do(sending, SENDING_UPLOAD, NULL);
        break;
    default:
        break;
    }
}

static void offer(struct collect *c, struct term *t, const struct made *made,
                  struct sending *sending)
{
    static const struct session_option offers[ACT_COUNT] = {
        [ACT_KEEP] = {"keep", "leave the bundle where it is, and end"},
        [ACT_SUMMARY] = {"summary", "show the summary again"},
        [ACT_PROBLEMS] = {"problems",
                          "the problems found, with cause and remedy"},
        [ACT_REVIEW] = {"review", "what was hidden in it, and where"},
        [ACT_BUG] = {"bug", SENDING_BUG_TEXT},
        [ACT_LIST] = {"list", SENDING_LIST_TEXT},
        [ACT_UPLOAD] = {"upload", SENDING_UPLOAD_TEXT},
    };
    /* Folders cannot be sent; and a recorded host was read as somebody else's:
     * what it takes to send is closed to this run then. */
    bool can_send = !c->recording && c->cfg.format != BUNDLE_DIR;
    size_t n = can_send ? ACT_COUNT : ACT_BUG, chosen;

    for (;;) {
        term_row(t, "%s", "");
        term_say(t, "Bundle (%s): %s", made->size, made->path);
        chosen = ACT_KEEP;
        if (session_pick(t, "What now?", "Choose", offers, n, &chosen) ||
            chosen == ACT_KEEP)
            return;
        act(c, t, made, sending, (enum action)chosen);
    }
}

/* What --upload asks for comes first. */
static void send_named(struct sending *sending, const char *url)
{
    enum sending_to to = str_starts(url, "mailto:")     ? SENDING_LIST
                         : str_starts(url, "bugzilla+") ? SENDING_BUG
                                                        : SENDING_UPLOAD;

    sending_do(sending, to, url);
}

bool asking_after(struct collect *c, const struct options *opt, struct term *t,
                  struct stop *stop, const struct made *made)
{
    struct sending *sending = sending_new(opt, c->ctl, t, stop, made->path);
    bool well;

    show_summary(c, t);
    if (options_has(opt, OPT_UPLOAD))
        send_named(sending, options_last(opt, OPT_UPLOAD));
    offer(c, t, made, sending);
    term_say(t, "The bundle stays at %s", made->path);
    if (c->recording)
        term_copy(t, "To send it: xen-bugtool upload %s", made->path);
    well = sending_went_well(sending);
    sending_free(sending);
    return well;
}
