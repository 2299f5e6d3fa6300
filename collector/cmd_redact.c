/* xen-bugtool redact: the redactor by itself, on a file, a folder, a bundle or
 * standard input. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "collector/base/core/confine.h"
#include "collector/base/core/clock.h"
#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/bundle_arg.h"
#include "collector/cmd.h"
#include "collector/filter.h"
#include "collector/filter_bundle.h"
#include "collector/filter_tree.h"
#include "collector/gather/replay.h"
#include "collector/learn.h"
#include "collector/rules.h"
#include "collector/settings.h"
#include "redact/pseudonym.h"

#define STEM "xen-bugtool-redacted"

struct redact {
    const struct options *opt;
    struct control *ctl;
    struct settings cfg;
    struct redact_rules *rules, *keeping;
    char **rules_files, **rules_overrides;
    uint8_t key[REDACT_KEY_SIZE];
    char key_id[REDACT_KEY_ID_SIZE];
    char **keywords;
    char **missed; /* learn.h */
    struct filter filter;
    bool check;
    bool usage_error;
    uint64_t left_out, failed;
};

/* ---- rules and key ------------------------------------------------------- */

static int read_rules(struct redact *c, struct gather *g,
                      struct redact_added *added, struct err *err)
{
    const struct options *o = c->opt;
    int r = rules_read_host(g, added, err);

    for (size_t i = 0; !r && i < o->n[OPT_REDACT_RULES]; i++)
        r = rules_read_named(g, o->value[OPT_REDACT_RULES][i], added, err);
    return r;
}

static bool is_public(const struct redact *c)
{
    return !strcmp(c->cfg.privacy, "public");
}

/* Pseudonyms for the names that g tells of. */
static int learn(struct redact *c, struct gather *g, const char *host,
                 bool public, struct err *err)
{
    struct learn_opts o = {.host = host,
                           .words = c->keywords,
                           .domains = c->cfg.hide_domains,
                           .missed = &c->missed};
    struct pseudonyms *p = NULL;
    int r = 0;

    str_list_free(c->missed);
    c->missed = NULL;

    if (public || *c->keywords) {
        p = pseudonyms_new(c->key, public);
        r = learn_host(g, &o, p, err);
        c->usage_error = r == -EINVAL;
        learn_warn(c->missed);
    }
    redact_rules_pseudonyms(c->rules, p);
    return r;
}

static int load_names(struct redact *c, struct gather *g, struct err *err)
{
    struct utsname u;
    int r = 0;

    c->keywords = str_list_copy(c->cfg.keywords);
    if (c->cfg.keyword_file)
        r = learn_keyword_file(g, c->cfg.keyword_file, &c->keywords, err);
    if (!r)
        r = learn(c, g, uname(&u) ? NULL : u.nodename, is_public(c), err);
    return r;
}

/* Before anything of the input is opened: then there are no readers. */
static int load(struct redact *c, struct err *err)
{
    /* What is a token already would not be hidden any better. */
    struct redact_opts opts = {.keep_tokens = c->check,
                               .around_tokens = c->check};
    struct gather *g = live_new(c->ctl, -1);
    struct redact_added *added = redact_added_new();
    int r = rules_read_key(g, opts.key, err);

    if (r >= 0)
        r = read_rules(c, g, added, err);
    redact_key_id(opts.key, c->key_id);
    if (!r)
        r = rules_load(&opts, added, &c->rules, err);
    else
        redact_added_free(added);
    c->usage_error = r == -EINVAL;
    memcpy(c->key, opts.key, sizeof(c->key));
    explicit_bzero(&opts, sizeof(opts));
    if (!r)
        r = load_names(c, g, err);
    gather_free(g);
    if (r)
        return r;
    c->keeping = redact_rules_keeping(c->rules);
    rules_tell(c->rules, &c->rules_files, &c->rules_overrides);
    filter_init(&c->filter, c->rules);
    c->filter.json = options_has(c->opt, OPT_JSON);
    return 0;
}

static void list_rules(const struct redact *c)
{
    for (size_t i = 0; i < redact_rules_count(c->rules); i++) {
        struct redact_rule_info r;
        struct json_object *o;

        redact_rule_info(c->rules, i, &r);
        if (!options_has(c->opt, OPT_JSON)) {
            printf("%-24s %-10s %s%s\n    %s\n", r.name, r.form, r.file,
                   r.off         ? " (switched off)"
                   : r.overrides ? " (overrides a built-in rule)"
                                 : "",
                   r.why);
            continue;
        }
        o = json_object_new_object();
        json_object_object_add(o, "rule", json_object_new_string(r.name));
        json_object_object_add(o, "form", json_object_new_string(r.form));
        json_object_object_add(o, "why", json_object_new_string(r.why));
        json_object_object_add(o, "file", json_object_new_string(r.file));
        json_object_object_add(o, "builtin",
                               json_object_new_boolean(r.builtin));
        json_object_object_add(o, "switched_off",
                               json_object_new_boolean(r.off));
        json_object_object_add(o, "overrides",
                               json_object_new_boolean(r.overrides));
        puts(json_object_to_json_string_ext(
            o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
        json_object_put(o);
    }
}

/* ---- statistics ---------------------------------------------------------- */

static void stats_json(const struct redact *c, FILE *f)
{
    struct json_object *o = json_object_new_object();
    struct json_object *rules = json_object_new_object();
    const struct filter *s = &c->filter;

    for (size_t i = 0; i < redact_rules_count(c->rules); i++)
        if (s->hits[i])
            json_object_object_add(rules, redact_rule_name(c->rules, i),
                                   json_object_new_int64((int64_t)s->hits[i]));
    json_object_object_add(o, "redact", json_object_new_int(1));
    json_object_object_add(o, "files",
                           json_object_new_int64((int64_t)s->inputs));
    json_object_object_add(o, "bytes",
                           json_object_new_int64((int64_t)s->bytes));
    json_object_object_add(o, "left_out",
                           json_object_new_int64((int64_t)c->left_out));
    json_object_object_add(o, "failed",
                           json_object_new_int64((int64_t)c->failed));
    json_object_object_add(o, "hidden",
                           json_object_new_int64((int64_t)s->total));
    json_object_object_add(o, "unscannable",
                           json_object_new_int64((int64_t)s->unscannable));
    json_object_object_add(o, "pseudonyms",
                           json_object_new_int64((int64_t)s->pseudonyms));
    json_object_object_add(o, "rules", rules);
    fprintf(f, "%s\n",
            json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
    json_object_put(o);
}

/* Where standard output carries the redacted bytes, this goes beside them. */
static void show_stats(const struct redact *c, bool stdout_free)
{
    FILE *f = stdout_free ? stdout : stderr;
    const struct filter *s = &c->filter;
    char size[24];

    if (!options_has(c->opt, OPT_STATS))
        return;
    if (options_has(c->opt, OPT_JSON)) {
        stats_json(c, f);
        return;
    }
    for (size_t i = 0; i < redact_rules_count(c->rules); i++)
        if (s->hits[i])
            fprintf(stderr, "%-32s %10" PRIu64 "\n",
                    redact_rule_name(c->rules, i), s->hits[i]);
    if (s->unscannable)
        fprintf(stderr, "%-32s %10" PRIu64 "\n", "unscannable lines",
                s->unscannable);
    if (s->pseudonyms)
        fprintf(stderr, "%-32s %10" PRIu64 "\n", "pseudonyms", s->pseudonyms);
    fprintf(stderr, "%-32s %10" PRIu64 "\n%" PRIu64 " file%s, %s\n", "all",
            s->total, s->inputs, s->inputs == 1 ? "" : "s",
            str_size(s->bytes, size));
}

/* ---- what is made -------------------------------------------------------- */

/* -o: opens it; else standard output.  A descriptor, or negative.  All that is
 * read by path has been read: nothing but a folder for output is open to us
 * from here on. */
static int open_output(struct redact *c, const char *format, struct err *err)
{
    bool folder = !strcmp(format, "tree") || !strcmp(format, "dir");
    int fd = -1, r = 0;

    if (!c->check && !options_has(c->opt, OPT_OUTFILE))
        fd = dup(STDOUT_FILENO);
    else if (!c->check)
        r = control_output(c->ctl, STEM, "", format, &fd, err);
    (void)confine_files(!r && folder ? fd : -1, false);
    return r ? r : fd;
}

static int finish_output(struct redact *c, struct err *err)
{
    char *path = NULL, *note = NULL;
    int r;

    if (c->check || !options_has(c->opt, OPT_OUTFILE))
        return 0;
    r = control_finish(c->ctl, true, &path, &note, err);
    if (!r && note && *note)
        log_msg(LOG_WARN, "%s", note);
    if (!r && path)
        log_msg(LOG_NOTE, "made %s", path);
    free(path);
    free(note);
    return r;
}

/* ---- one file ------------------------------------------------------------ */

static int one_file(struct redact *c, struct input *in, const char *name,
                    struct err *err)
{
    uint64_t hits;
    int fd, r;

    if (input_is_binary(in))
        return err_set(err, -EINVAL,
                       "%s is no text: binary content cannot be redacted",
                       name);
    fd = open_output(c, "file", err);
    if (fd < 0 && !c->check)
        return fd;
    r = filter_run(&c->filter, in, sink_to_fd(fd, "the output"), &hits, err);
    if (fd >= 0)
        close(fd);
    if (r == -EBADMSG) { /* what could be read has been passed on */
        log_msg(LOG_WARN, "%s: %s", name, err->text);
        c->failed++;
        r = 0;
    }
    return r ? r : finish_output(c, err);
}

/* Of a bundle its own names count, not those of this host; one that is public
 * already has no more to be replaced than keywords. */
static int learn_from_bundle(struct redact *c, struct err *err)
{
    const struct manifest_head *head;
    struct recording *rec = NULL;
    struct unpack *u = NULL;
    struct gather *g;
    int r;

    if (!is_public(c))
        return 0;
    r = bundle_arg_open(c->ctl, &u, NULL, err);
    if (!r)
        r = recording_new(u, &rec, err);
    if (!r) {
        head = recording_head(rec);
        g = replay_new(rec);
        r = learn(c, g, head->host.name,
                  strcmp(head->options.privacy, "public") != 0, err);
        gather_free(g);
    }
    recording_free(rec);
    unpack_free(u);
    return r;
}

static int a_bundle(struct redact *c, bool folder, struct err *err)
{
    struct bundle_job job = {
        .f = &c->filter,
        .ctl = c->ctl,
        .key_id = c->key_id,
        .format = c->cfg.format,
        .format_name = c->cfg.format_name,
        .threads = c->cfg.threads,
        .privacy = c->cfg.privacy,
        .hide_domains = c->cfg.hide_domains,
        .rules_files = c->rules_files,
        .rules_overrides = c->rules_overrides,
    };
    struct bundle_result res;
    int r;

    for (char **w = c->keywords; *w; w++)
        job.keywords++;
    r = learn_from_bundle(c, err);
    job.missed = c->missed;
    if (r)
        return r;
    if (c->check)
        return filter_bundle_check(&c->filter, c->ctl, err);
    if (!options_has(c->opt, OPT_OUTFILE)) {
        c->usage_error = true;
        return err_set(err, -EINVAL,
                       folder ? "%s is a folder; say with --outfile where the "
                                "new one is to go, and --recursive unless it "
                                "is a bundle"
                              : "%s is a bundle; say with --outfile where the "
                                "new one is to go",
                       c->opt->operands[0]);
    }
    r = filter_bundle(&job, &res, err);
    if (!r && res.note && *res.note)
        log_msg(LOG_WARN, "%s", res.note);
    if (!r && options_has(c->opt, OPT_QUIET))
        printf("%s\n", res.path);
    else if (!r)
        log_msg(LOG_NOTE, "made %s", res.path);
    free(res.path);
    free(res.note);
    return r;
}

/* The operand without --recursive. */
static int file_or_bundle(struct redact *c, struct err *err)
{
    const char *name = c->opt->operands[0];
    enum input_kind kind = INPUT_SPECIAL;
    struct input *in = NULL;
    char *why = NULL;
    int fd, r;

    r = control_input(c->ctl, "", &kind, &fd, &why, err);
    free(why);
    if (r)
        return r;
    if (kind == INPUT_FOLDER) {
        r = a_bundle(c, true, err);
    } else if (kind != INPUT_FILE) {
        r = err_set(err, -EINVAL, "%s is neither a file nor a folder", name);
    } else {
        r = input_new(fd, &in, err);
        if (r)
            err_prefix(err, "%s: ", name);
        else
            r = input_is_tar(in) ? a_bundle(c, false, err)
                                 : one_file(c, in, name, err);
    }
    input_free(in);
    if (fd >= 0)
        close(fd);
    return r;
}

static int standard_input(struct redact *c, struct err *err)
{
    struct input *in = NULL;
    int r;

    r = input_new(STDIN_FILENO, &in, err);
    if (r)
        err_prefix(err, "standard input: ");
    else
        r = one_file(c, in, "standard input", err);
    input_free(in);
    return r;
}

static int a_tree(struct redact *c, struct err *err)
{
    struct tree_result res;
    int fd = open_output(c, "tree", err), r;

    if (fd < 0 && !c->check)
        return fd;
    r = filter_tree(&c->filter, c->keeping, c->ctl, fd, &res, err);
    if (fd >= 0)
        close(fd);
    c->left_out = res.left_out;
    c->failed = res.failed;
    return r ? r : finish_output(c, err);
}

/* ---- the command --------------------------------------------------------- */

static int run(struct redact *c, struct err *err)
{
    const struct options *o = c->opt;
    int r = settings_load(o, NULL, NULL, clock_real_ms(), &c->cfg, err);

    if (!r)
        r = load(c, err);
    if (r)
        return r;
    if (options_has(o, OPT_LIST_RULES))
        list_rules(c);
    else if (options_has(o, OPT_RECURSIVE))
        r = a_tree(c, err);
    else if (o->n_operands && strcmp(o->operands[0], "-"))
        r = file_or_bundle(c, err);
    else
        r = standard_input(c, err);
    if (!r && !options_has(o, OPT_LIST_RULES))
        show_stats(c, c->check || options_has(o, OPT_OUTFILE));
    return r ? r : err_stdout(err);
}

int cmd_redact(const struct options *opt, struct control *ctl)
{
    struct redact c = {
        .opt = opt, .ctl = ctl, .check = options_has(opt, OPT_CHECK)};
    struct err err = ERR_INIT;
    int status = EXIT_WHOLE;
    int r = run(&c, &err);

    if (r) {
        if (r != -EPIPE)
            log_msg(LOG_ERR, "%s", err.text);
        status = c.usage_error   ? EXIT_USAGE
                 : r == -EBADMSG ? EXIT_FOUND
                                 : EXIT_NO_BUNDLE;
    } else if (c.check && (c.filter.total || c.filter.unscannable ||
                           c.filter.pseudonyms)) {
        status = EXIT_FOUND;
    } else if (c.failed) {
        status = EXIT_CUT;
    }
    if (c.rules)
        filter_done(&c.filter);
    redact_rules_free(c.keeping);
    redact_rules_free(c.rules);
    explicit_bzero(c.key, sizeof(c.key));
    str_list_free(c.keywords);
    str_list_free(c.missed);
    str_list_free(c.rules_files);
    str_list_free(c.rules_overrides);
    settings_done(&c.cfg);
    return status;
}
