#include "collector/collect.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/confine.h"
#include "collector/base/core/log.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/conf.h"
#include "collector/dropins.h"
#include "collector/learn.h"
#include "collector/rules.h"
#include "collector/version.h"

#define CONF_MAX_BYTES (256u * 1024u)

/* ---- settings ------------------------------------------------------------ */

/* --config of a replayed run: there are no readers, so we open it ourselves,
 * with what rights we have. */
static int read_named(const char *path, struct buf *out, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t n = 0;

    if (fd < 0)
        return err_sys(err, errno, "cannot read %s", path);
    do {
        n = read(fd, buf_room(out, 4096), 4096);
        out->len += n > 0 ? (size_t)n : 0;
    } while (n > 0 && out->len < CONF_MAX_BYTES);
    close(fd);
    return n < 0 ? err_sys(err, errno, "cannot read %s", path) : 0;
}

static int read_config(struct collect *c, struct gather *g, const char *named,
                       struct buf *out, struct err *err)
{
    struct request rq = {
        .kind = named ? REQ_READ : REQ_CONF,
        .name = named ? named : "config.yaml",
        .flags = READ_NAMED,
        .max_bytes = CONF_MAX_BYTES,
        .timeout_ms = CONF_TIMEOUT_MS,
    };
    const struct outcome *o;
    int r;

    if (c->recording)
        return named ? read_named(named, out, err) : 0;
    r = gather_slurp(g, &rq, out, err);
    if (r)
        return r;
    o = gather_outcome(g);
    if (o->status == ST_OK || (!named && o->status == ST_ABSENT))
        return 0;
    if (named)
        return err_set(err, -EIO, "cannot read the configuration %s: %s", named,
                       *o->text ? o->text : status_name(o->status));
    /* Without root it may be closed to us; what is there for others is not
     * guessed at. */
    if (o->status == ST_REFUSED || o->status == ST_DENIED) {
        log_msg(LOG_WARN, "configuration not used: %s", o->text);
        buf_reset(out);
        return 0;
    }
    return err_set(err, -EIO, "cannot read the configuration %s: %s",
                   SYSCONFDIR_TEXT "/config.yaml",
                   *o->text ? o->text : status_name(o->status));
}

static int load_settings(struct collect *c, const struct options *opt,
                         struct gather *g, struct err *err)
{
    const char *named = options_last(opt, OPT_CONFIG);
    struct buf text = BUF_INIT;
    int64_t now = c->recording ? c->start_ms : clock_real_ms();
    int r = read_config(c, g, named, &text, err);

    if (!r) {
        r = settings_load(opt, named ? named : SYSCONFDIR_TEXT "/config.yaml",
                          text.len ? &text : NULL, now, &c->cfg, err);
        c->usage_error = r != 0;
    }
    buf_done(&text);
    return r;
}

static int load_keywords(struct collect *c, struct err *err)
{
    const char *path = c->cfg.keyword_file;
    struct buf text = BUF_INIT;
    int r = 0;

    c->keywords = str_list_copy(c->cfg.keywords);
    if (path && !c->recording)
        return learn_keyword_file(c->gathers[0], path, &c->keywords, err);
    if (path)
        r = read_named(path, &text, err);
    if (!r)
        learn_keywords(buf_str(&text), &c->keywords);
    else
        err_prefix(err, "--keyword-file: ");
    buf_done(&text);
    return r;
}

/* ---- the recorded host --------------------------------------------------- */

static int open_rel(const char *rel, void *arg)
{
    struct err err = ERR_INIT;

    return control_open(arg, rel, &err);
}

static int open_recording(struct collect *c, const char *name, struct err *err)
{
    bool is_dir;
    int fd, r = control_bundle(c->ctl, &fd, &is_dir, err);

    if (r)
        return r;
    r = unpack_new(fd, is_dir ? open_rel : NULL, c->ctl, &c->unpack, err);
    close(fd);
    if (!r)
        r = recording_new(c->unpack, &c->recording, err);
    if (r)
        err_prefix(err, "cannot replay %s: ", name);
    else
        c->start_ms = recording_head(c->recording)->start_ms;
    return r;
}

/* ---- key and rules ------------------------------------------------------- */

static bool is_public(const char *privacy)
{
    return !strcmp(privacy, "public");
}

/* Pseudonyms that could be undone by all who know the key's id are none: unlike
 * tokens they need a key of ours on replay, too. */
static bool needs_key(const struct collect *c)
{
    return !c->recording || is_public(c->cfg.privacy) || *c->keywords;
}

/* This machine, as it runs. */
static bool reads_host(const struct collect *c)
{
    return !c->recording && !c->cfg.sysroot;
}

static int load_rules(struct collect *c, struct err *err)
{
    struct redact_opts opts = {.engine = REDACT_ENGINE_AUTO};
    int r = 0;

    opts.keep_tokens = c->recording != NULL;
    if (needs_key(c)) {
        memcpy(opts.key, c->key, sizeof(opts.key));
        redact_key_id(opts.key, c->key_id);
    } else {
        /* What rules find today that the recorded run left gets the same token
         * each time. */
        const char *id = recording_head(c->recording)->key_id;
        static const uint8_t fixed[REDACT_KEY_SIZE];

        hmac_sha256(fixed, id, strlen(id), opts.key);
        memcpy(c->key_id, id, strnlen(id, sizeof(c->key_id) - 1));
    }
    if (!c->recording)
        r = rules_read_host(c->gathers[0], c->added, err);
    /* It looks while we have enough to do. */
    if (!r && reads_host(c))
        r = host_ask(c->gathers[0], err);
    if (!r)
        r = rules_load(&opts, c->added, &c->rules, err);
    else
        redact_added_free(c->added);
    c->added = NULL;
    c->usage_error = r == -EINVAL;
    explicit_bzero(&opts, sizeof(opts));
    return r;
}

/* A bundle that is public already must not be given pseudonyms for its
 * pseudonyms. */
static bool was_public(const struct collect *c)
{
    return c->recording &&
           is_public(recording_head(c->recording)->options.privacy);
}

static int load_pseudonyms(struct collect *c, struct err *err)
{
    bool public = is_public(c->cfg.privacy) && !was_public(c);
    struct learn_opts o = {.host = c->host.name,
                           .words = c->keywords,
                           .domains = c->cfg.hide_domains,
                           .missed = &c->missed};
    struct pseudonyms *p;
    int r;

    str_list_free(c->missed);
    c->missed = NULL;
    if (was_public(c)) {
        c->cfg.privacy = "public";
        c->missed = str_list_copy(recording_head(c->recording)->names_missed);
    }
    if (!public && !*c->keywords) {
        redact_rules_pseudonyms(c->rules, NULL);
        return 0;
    }
    p = pseudonyms_new(c->key, public);
    r = learn_host(c->gathers[0], &o, p, err);
    c->usage_error = r == -EINVAL;
    learn_warn(c->missed);
    if (public && c->one_key && !c->recording && !c->cfg.quiet)
        log_msg(LOG_NOTE,
                "This host has no key: no other bundle has these pseudonyms, "
                "and verify cannot look for names in this one.  To make a key, "
                "once: xen-bugtool key --init");
    redact_rules_pseudonyms(c->rules, p);
    return r;
}

int collect_set_privacy(struct collect *c, const char *level, struct err *err)
{
    c->cfg.privacy = is_public(level) ? "public" : "secrets";
    return load_pseudonyms(c, err);
}

static int read_named_rules(struct collect *c, const struct options *opt,
                            struct gather *g, struct err *err)
{
    int r = 0;

    for (size_t i = 0; !r && i < opt->n[OPT_REDACT_RULES]; i++)
        r = rules_read_named(g, opt->value[OPT_REDACT_RULES][i], c->added, err);
    c->usage_error = r == -EINVAL;
    return r;
}

/* ---- the host ------------------------------------------------------------ */

static const char *masked(struct collect *c, const char *text)
{
    struct buf b = BUF_INIT;

    if (!text || c->n_texts == sizeof(c->texts) / sizeof(c->texts[0]))
        return NULL;
    redact_text(c->rules, text, strlen(text), &b);
    c->texts[c->n_texts] = buf_take(&b);
    return c->texts[c->n_texts++];
}

static const char *masked_release(struct collect *c, const char *text)
{
    if (!text || c->n_texts == sizeof(c->texts) / sizeof(c->texts[0]))
        return NULL;
    c->texts[c->n_texts] = rules_mask_release(c->rules, text);
    return c->texts[c->n_texts++];
}

/* What was typed: a pattern for files may name the host. */
static char *const *masked_list(struct collect *c, char ***slot,
                                char *const *list)
{
    size_t n = 0;

    str_list_free(*slot);
    while (list && list[n])
        n++;
    *slot = xcalloc(n + 1, sizeof(**slot));
    redact_args(c->rules, (const char *const *)list, n, *slot);
    return *slot;
}

static char *copy(const char *s)
{
    return s ? xstrdup(s) : NULL;
}

static void host_from_recording(struct collect *c)
{
    const struct manifest_head *h = recording_head(c->recording);

    c->host.name = xstrdup(h->host.name);
    c->host.kernel = xstrdup(h->host.kernel);
    c->host.machine = xstrdup(h->host.machine);
    c->host.xen = copy(h->host.xen);
    c->host.role = h->host.role;
    c->host.uptime_s = h->host.uptime_s;
    c->host.disk_system = copy(h->disk.system);
    c->host.disk_kernel = copy(h->disk.kernel);
    c->host.disk_xen = copy(h->disk.xen);
    c->host.disk_last_log_ms = h->disk.last_log_ms;
    c->host.modules = str_list_copy(h->modules_before);
    c->modules_after = str_list_copy(h->modules_after);
}

/* ---- all of it ----------------------------------------------------------- */

/* first becomes one of them: its reader runs already. */
static void make_gathers(struct collect *c, struct gather *first)
{
    c->gathers = xcalloc(c->cfg.jobs, sizeof(struct gather *));
    c->gathers[0] = first;
    for (unsigned i = first != NULL; i < c->cfg.jobs; i++)
        c->gathers[i] = c->recording ? replay_new(c->recording)
                                     : live_new(c->ctl, stop_fd(c->stop));
}

int collect_init(struct collect *c, const struct options *opt,
                 struct control *ctl, struct err *err)
{
    struct gather *first;
    int r;

    memset(c, 0, sizeof(*c));
    c->ctl = ctl;
    c->stop = stop_new();
    c->start_ms = clock_real_ms();
    c->added = redact_added_new();
    /* These before a recorded host is opened: then there are no readers any
     * more.  The number of jobs is not known before the configuration is
     * read. */
    first = live_new(ctl, stop_fd(c->stop));
    r = known_load(first, &c->known, err);
    if (!r)
        r = rules_read_key(first, c->key, err);
    c->one_key = r == 1;
    if (r > 0)
        r = 0;
    if (!r)
        r = read_named_rules(c, opt, first, err);
    if (!r && options_has(opt, OPT_REPLAY))
        r = open_recording(c, options_last(opt, OPT_REPLAY), err);
    if (!r)
        r = load_settings(c, opt, first, err);
    if (r || c->recording) {
        gather_free(first);
        first = NULL;
    }
    if (r)
        return r;
    make_gathers(c, first);
    r = load_keywords(c, err);
    if (!r)
        r = load_rules(c, err);
    if (r)
        return r;
    if (c->recording)
        host_from_recording(c);
    else
        r = reads_host(c) ? host_read(c->gathers[0], &c->host, err)
                          : host_read_disk(c->gathers[0], &c->host, err);
    if (!r)
        r = load_pseudonyms(c, err);
    if (!r)
        r = dropins_load(c, err);
    if (!r)
        rules_tell(c->rules, &c->rule_files, &c->rule_overrides);
    return r;
}

void collect_confine(struct collect *c, int out_fd)
{
    int files = confine_files(c->cfg.format == BUNDLE_DIR ? out_fd : -1, false);
    size_t n = 0;

    c->sandbox[n++] = xstrdup("user");
    if (confine_holds())
        c->sandbox[n++] = xstrdup("seccomp");
    if (files)
        c->sandbox[n++] = xasprintf("landlock-%d", files);
}

void collect_done(struct collect *c)
{
    for (size_t i = 0; i < sizeof(c->sandbox) / sizeof(c->sandbox[0]); i++)
        free(c->sandbox[i]);
    plan_done(&c->plan);
    dropins_free(c);
    for (unsigned i = 0; c->gathers && i < c->cfg.jobs; i++)
        gather_free(c->gathers[i]);
    free(c->gathers);
    redact_rules_free(c->rules);
    diag_rules_free(c->known);
    redact_added_free(c->added);
    host_done(&c->host);
    str_list_free(c->modules_after);
    str_list_free(c->keywords);
    str_list_free(c->missed);
    str_list_free(c->names_missed);
    str_list_free(c->only);
    str_list_free(c->skip);
    str_list_free(c->skip_file);
    explicit_bzero(c->key, sizeof(c->key));
    str_list_free(c->rule_files);
    str_list_free(c->rule_overrides);
    recording_free(c->recording);
    unpack_free(c->unpack);
    settings_done(&c->cfg);
    for (size_t i = 0; i < c->n_texts; i++)
        free(c->texts[i]);
    stop_free(c->stop);
}

char *collect_stem(const struct collect *c)
{
    char stamp[CLOCK_STAMP_SIZE];
    struct buf name = BUF_INIT, out = BUF_INIT;

    redact_text(c->rules, c->host.name, strlen(c->host.name), &name);
    buf_adds(&out, "xen-bugtool-");
    for (const char *p = buf_str(&name); *p && out.len < 80; p++)
        buf_addc(&out,
                 isalnum((unsigned char)*p) || strchr("._-", *p) ? *p : '_');
    buf_addf(&out, "-%s", clock_stamp(c->start_ms, stamp));
    buf_done(&name);
    return buf_take(&out);
}

static void mask(const void *arg, const char *text, size_t len, struct buf *out)
{
    redact_text(arg, text, len, out);
}

int collect_plan(struct collect *c, struct err *err)
{
    int r =
        plan_build(&c->cfg, c->plugins, c->recording ? NULL : c->host.available,
                   c->gathers[0], mask, c->rules, &c->plan, err);

    c->usage_error = r == -EINVAL;
    return r;
}

/* Of a reader that is there; when the run was stopped, of one that is not told
 * of it. */
static void modules_after(struct collect *c)
{
    struct err err = ERR_INIT;
    struct gather *g;

    if (stop_reason(c->stop) == STOP_NONE)
        (void)host_modules(c->gathers[0], &c->modules_after, &err);
    if (stop_reason(c->stop) == STOP_NONE)
        return;
    str_list_free(c->modules_after);
    g = live_new(c->ctl, -1);
    (void)host_modules(g, &c->modules_after, &err);
    gather_free(g);
}

void collect_head(struct collect *c, const char *cut, struct manifest_head *h)
{
    const struct manifest_head *rec =
        c->recording ? recording_head(c->recording) : NULL;

    if (!rec)
        modules_after(c);
    h->tool_version = VERSION_TEXT;
    h->rules_digest = redact_rules_digest(c->rules);
    h->rules_count = redact_rules_in_force(c->rules);
    h->rules_engine = redact_rules_engine(c->rules);
    h->diagnosis.digest = c->known->digest;
    h->diagnosis.count = c->known->n;
    h->diagnosis.engine = "words";
    h->rules_files = c->rule_files;
    h->rules_overrides = c->rule_overrides;
    h->complete = cut == NULL;
    h->cut = cut;
    h->replayed = rec != NULL;
    h->synthetic = rec && rec->synthetic;
    h->sandbox = rec ? NULL : c->sandbox;
    h->sync = c->cfg.format == BUNDLE_DIR ? "not tried" : "tried";
    h->host.name = masked(c, c->host.name);
    h->host.kernel = masked_release(c, c->host.kernel);
    h->host.machine = c->host.machine;
    h->host.xen = masked_release(c, c->host.xen);
    h->host.role = c->host.role;
    h->host.uptime_s = c->host.uptime_s;
    h->disk.system = masked(c, c->host.disk_system);
    h->disk.kernel = masked_release(c, c->host.disk_kernel);
    h->disk.xen = masked_release(c, c->host.disk_xen);
    h->disk.last_log_ms = c->host.disk_last_log_ms;
    h->options.format = c->cfg.format_name;
    h->options.privacy = c->cfg.privacy;
    for (char **w = c->keywords; *w; w++)
        h->options.keywords++;
    h->options.hide_domains = c->cfg.hide_domains;
    if (c->missed && *c->missed)
        h->names_missed = masked_list(c, &c->names_missed, c->missed);
    h->options.since = c->cfg.since;
    h->options.only = masked_list(c, &c->only, c->cfg.only);
    h->options.skip = masked_list(c, &c->skip, c->cfg.skip);
    h->options.skip_file = masked_list(c, &c->skip_file, c->cfg.skip_file);
    h->options.case_id = masked(c, c->cfg.case_id);
    h->options.note = masked(c, c->cfg.note);
    h->options.sysroot = rec ? rec->options.sysroot : masked(c, c->cfg.sysroot);
    h->limits.item_timeout_ms = c->cfg.item_timeout_ms;
    h->limits.max_time_ms = c->cfg.max_time_ms;
    h->limits.max_size = c->cfg.max_size;
    h->limits.unlimited = c->cfg.unlimited;
    h->start_ms = c->start_ms;
    h->end_ms = rec ? rec->end_ms : clock_real_ms();
    h->key_id = c->key_id;
    h->modules_before = c->host.modules;
    h->modules_after = c->modules_after;
}
