/* xen-bugtool diagnose: names the known problems of a bundle, a folder, or a
 * log. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/bundle_arg.h"
#include "collector/cmd.h"
#include "collector/diagnose/classes.h"
#include "collector/diagnose/diagnose.h"
#include "collector/diagnose/titles.h"
#include "collector/diagnosed.h"
#include "collector/facts.h"
#include "collector/filter.h"
#include "collector/known.h"
#include "collector/rules.h"
#include "collector/settings.h"
#include "collector/sound.h"
#include "config.h"

#define BLOCK_BYTES 65536
#define RULES_BYTES (256u << 10)

struct diagnose {
    const struct options *opt;
    struct control *ctl;
    struct diag_rules *known;
    struct redact_rules *rules;
    struct diagnosis *diagnosis;
    struct capture *captures;
    uint64_t order;
    uint64_t problems; /* of what was looked at: it is not sound, or no text */
    /* the member that passes */
    struct match_stream *member;
    struct capture *kept; /* NULL: no fact comes from it */
};

/* ---- what is known ------------------------------------------------------- */

static void list_rules(const struct diagnose *c)
{
    for (size_t i = 0; i < c->known->n; i++) {
        const struct diag_rule *r = &c->known->rule[i];
        char *title = titles_plain(r);

        printf("%-32s %-8s %s\n", r->id, severity_name(r->severity), title);
        free(title);
    }
}

static int explain(const struct diagnose *c, const char *id, struct err *err)
{
    const struct diag_rule *r = diag_rules_find(c->known, id);
    char names[200], *title;

    if (!r)
        return err_set(err, -EINVAL,
                       "there is no rule '%s' (diagnose --list names them)",
                       id);
    title = titles_plain(r);
    printf("%s (%s): %s\n\nCause\n  %s\n\nRemedy\n  %s\n", r->id,
           severity_name(r->severity), title, r->cause, r->remedy);
    free(title);
    if (r->remedy_xm)
        printf("\nRemedy with xm\n  %s\n", r->remedy_xm);
    if (r->classes != CLASS_ALL)
        printf("\nLogs    %s\n", class_names(r->classes, names, sizeof(names)));
    if (r->see)
        printf("See     %s\n", r->see);
    if (r->source)
        printf("Source  %s\n", r->source);
    return 0;
}

/* A log that somebody hands in may hold secrets; a bundle does not. */
static int load_redaction(struct diagnose *c, struct err *err)
{
    struct redact_opts opts = {.keep_tokens = true};
    struct redact_added *added = redact_added_new();
    struct gather *g = live_new(c->ctl, -1);
    int r = rules_read_host(g, added, err);

    gather_free(g);
    random_bytes(opts.key, sizeof(opts.key));
    if (!r)
        r = rules_load(&opts, added, &c->rules, err);
    else
        redact_added_free(added);
    explicit_bzero(&opts, sizeof(opts));
    return r;
}

static int load(struct diagnose *c, struct err *err)
{
    struct gather *g = live_new(c->ctl, -1);
    int r = known_load(g, &c->known, err);

    gather_free(g);
    return r ? r : load_redaction(c, err);
}

/* ---- what is looked at --------------------------------------------------- */

/* The redactor's next stage. */
struct look {
    struct sink sink;
    struct match_stream *member;
};

static int look_write(struct sink *s, const void *data, size_t n,
                      struct err *err)
{
    (void)err;
    match_feed(((struct look *)s)->member, data, n);
    return 0;
}

static int look_close(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void look_free(struct sink *s)
{
    (void)s; /* stands on the stack */
}

static const struct sink_ops look_ops = {look_write, look_close, look_free};

static int a_log(struct diagnose *c, struct input *in, const char *name,
                 struct err *err)
{
    struct look look = {.sink = {&look_ops}};
    struct filter f;
    uint64_t hits;
    int r;

    if (input_is_binary(in)) {
        log_msg(LOG_WARN, "%s: it is no text, nor a bundle", name);
        c->problems++;
    }
    filter_init(&f, c->rules);
    look.member = diagnosis_begin_any(c->diagnosis, name, c->order++);
    r = filter_run(&f, in, &look.sink, &hits, err);
    match_end(look.member);
    match_commit(look.member);
    filter_done(&f);
    return r;
}

/* A member of a bundle. */
static void member_begin_look(void *arg, const char *name)
{
    struct diagnose *c = arg;

    c->member = diagnosis_begin(c->diagnosis, name, c->order++);
    c->kept = capture_find(c->captures, name);
}

static void member_look(void *arg, const char *data, size_t n)
{
    struct diagnose *c = arg;

    if (c->kept)
        capture_add(c->kept, data, n);
    match_feed(c->member, data, n);
}

static void member_end_look(void *arg)
{
    struct diagnose *c = arg;

    match_end(c->member);
    match_commit(c->member);
}

static int a_bundle(struct diagnose *c, const char *name, struct err *err)
{
    const struct verify_reader reader = {member_begin_look, member_look,
                                         member_end_look, c};
    struct unpack *u = NULL;
    bool folder = false;
    int r = bundle_arg_open(c->ctl, &u, &folder, err);

    if (!r)
        r = sound_read(u, folder, name, &reader, &c->problems, err);
    unpack_free(u);
    return r;
}

static int an_input(struct diagnose *c, const char *name, int fd,
                    struct err *err)
{
    struct input *in = NULL;
    int r = input_new(fd, &in, err);

    if (!r && input_is_tar(in))
        r = c->opt->n_operands > 1
                ? err_set(err, -EINVAL, "a bundle stands alone")
                : a_bundle(c, name, err);
    else if (!r)
        r = a_log(c, in, name, err);
    input_free(in);
    return r;
}

static int open_operand(struct diagnose *c, size_t which, enum input_kind *kind,
                        int *fd, struct err *err)
{
    char *why = NULL;
    int r = control_operand(c->ctl, which, kind, fd, &why, err);

    free(why);
    return r;
}

static int an_operand(struct diagnose *c, size_t which, const char *name,
                      struct err *err)
{
    enum input_kind kind = INPUT_SPECIAL;
    int fd = -1, r;

    if (!strcmp(name, "-"))
        return an_input(c, "standard input", STDIN_FILENO, err);
    r = open_operand(c, which, &kind, &fd, err);
    if (r)
        return r;
    if (kind == INPUT_FOLDER && c->opt->n_operands == 1)
        r = a_bundle(c, name, err);
    else if (kind == INPUT_FOLDER)
        r = err_set(err, -EINVAL, "a bundle stands alone");
    else if (kind != INPUT_FILE)
        r = err_set(err, -EINVAL, "it is neither a file nor a folder");
    else
        r = an_input(c, name, fd, err);
    if (fd >= 0)
        close(fd);
    return r;
}

static int look(struct diagnose *c, struct err *err)
{
    const struct options *o = c->opt;
    size_t n = o->n_operands ? o->n_operands : 1;
    int r = 0;

    for (size_t i = 0; i < n && !r; i++) {
        const char *name = o->n_operands ? o->operands[i] : "-";

        r = an_operand(c, i, name, err);
        if (r)
            err_about(err, strcmp(name, "-") ? name : "standard input");
    }
    return r;
}

/* ---- rules that somebody writes ------------------------------------------ */

static int read_rules(struct diagnose *c, size_t which, struct buf *out,
                      struct err *err)
{
    enum input_kind kind = INPUT_SPECIAL;
    char *block = xmalloc(BLOCK_BYTES);
    int fd = -1, r = open_operand(c, which, &kind, &fd, err);
    ssize_t n;

    if (!r && kind != INPUT_FILE)
        r = err_set(err, -EINVAL, "it is no file");
    while (!r && (n = read(fd, block, BLOCK_BYTES))) {
        if (n < 0)
            r = err_sys(err, errno, "cannot read it");
        else if (out->len + (size_t)n > RULES_BYTES)
            r = err_set(err, -EFBIG, "it is longer than 256 KiB");
        else
            buf_add(out, block, (size_t)n);
    }
    if (fd >= 0)
        close(fd);
    free(block);
    return r;
}

/* -EBADMSG with PATH:LINE and what is wrong there, an example included. */
static int check_rules(struct diagnose *c, struct err *err)
{
    const struct options *o = c->opt;
    int r = 0;

    for (size_t i = 0; i < o->n_operands && !r; i++) {
        struct buf text = BUF_INIT;
        size_t had = c->known->n;

        r = read_rules(c, i, &text, err);
        if (r)
            err_prefix(err, "%s: ", o->operands[i]);
        else if (diag_rules_add(c->known, o->operands[i], buf_str(&text),
                                text.len, err))
            r = -EBADMSG;
        else
            printf("%s: %zu rules, their examples hold\n", o->operands[i],
                   c->known->n - had);
        buf_done(&text);
    }
    return r;
}

/* ---- the command --------------------------------------------------------- */

static int tell(struct diagnose *c, bool *found)
{
    struct json_object *doc =
        diagnosis_json(c->diagnosis, facts_make(c->captures), VERSION);

    *found = diagnosis_count(doc, SEV_ERROR) > 0;
    if (options_has(c->opt, OPT_JSON))
        puts(json_object_to_json_string_ext(
            doc, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    else
        diagnosed_print(stdout, doc, options_has(c->opt, OPT_VERBOSE));
    json_object_put(doc);
    return 0;
}

static int run(struct diagnose *c, bool *found, struct err *err)
{
    const struct options *o = c->opt;
    int r = load(c, err);

    if (r)
        return r;
    if (options_has(o, OPT_LIST)) {
        list_rules(c);
        return 0;
    }
    if (options_has(o, OPT_EXPLAIN))
        return explain(c, options_last(o, OPT_EXPLAIN), err);
    if (options_has(o, OPT_CHECK_RULES))
        return check_rules(c, err);
    c->captures = facts_captures_new();
    c->diagnosis = diagnosis_new(c->known);
    r = look(c, err);
    return r ? r : tell(c, found);
}

int cmd_diagnose(const struct options *opt, struct control *ctl)
{
    struct diagnose c = {.opt = opt, .ctl = ctl};
    struct err err = ERR_INIT;
    bool found = false;
    int r = run(&c, &found, &err);

    if (!r)
        r = err_stdout(&err);
    if (r && r != -EPIPE)
        log_msg(LOG_ERR, "%s", err.text);
    diagnosis_free(c.diagnosis);
    facts_captures_free(c.captures);
    diag_rules_free(c.known);
    redact_rules_free(c.rules);
    if (r)
        return r == -EBADMSG                                   ? EXIT_FOUND
               : r == -EINVAL && options_has(opt, OPT_EXPLAIN) ? EXIT_USAGE
                                                               : EXIT_NO_BUNDLE;
    return found || c.problems ? EXIT_FOUND : EXIT_WHOLE;
}
