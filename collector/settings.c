#include "collector/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/cores.h"
#include "collector/settings_file.h"

#define DEFAULT_ITEM_TIMEOUT_MS 30000u
#define DEFAULT_JOBS 12u
#define DEFAULT_INTERVAL_MS 2000
#define MAX_DEFAULT_THREADS 8u

static const struct {
    const char *name;
    enum bundle_format format;
} formats[] = {
    {"tar.bz2", BUNDLE_TAR_BZ2}, {"tar.zst", BUNDLE_TAR_ZST},
    {"tar.gz", BUNDLE_TAR_GZ},   {"tar.xz", BUNDLE_TAR_XZ},
    {"tar", BUNDLE_TAR},         {"dir", BUNDLE_DIR},
};

static unsigned default_threads(void)
{
    unsigned n = cores_usable();

    return n > MAX_DEFAULT_THREADS ? MAX_DEFAULT_THREADS : n;
}

static void list_add(char ***list, const char *s)
{
    size_t n = 0;

    while (*list && (*list)[n])
        n++;
    *list = xreallocarray(*list, n + 2, sizeof(**list));
    (*list)[n] = xstrdup(s);
    (*list)[n + 1] = NULL;
}

static void list_split(char ***list, const char *words)
{
    char **parts = str_split(words, NULL);

    for (char **p = parts; *p; p++)
        list_add(list, *p);
    str_list_free(parts);
}

const char *settings_keep(struct settings *s, const char *text)
{
    s->texts.v = xreallocarray(s->texts.v, s->texts.n + 1, sizeof(*s->texts.v));
    s->texts.v[s->texts.n] = xstrdup(text);
    return s->texts.v[s->texts.n++];
}

/* One option's value, already checked against its type. */
static int apply(struct settings *s, enum opt_id id, const char *v,
                 int64_t now_ms, struct err *err)
{
    uint64_t n = 0;

    switch (id) {
    case OPT_FORMAT:
        for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
            if (!strcmp(v, formats[i].name)) {
                s->format = formats[i].format;
                s->format_name = formats[i].name;
            }
        }
        break;
    case OPT_ONLY:
        list_split(&s->only, v);
        break;
    case OPT_SKIP:
        list_split(&s->skip, v);
        break;
    case OPT_SKIP_FILE:
        list_add(&s->skip_file, v);
        break;
    case OPT_PRIVACY:
        s->privacy = strcmp(v, "public") ? "secrets" : "public";
        break;
    case OPT_KEYWORD:
        list_add(&s->keywords, v);
        break;
    case OPT_KEYWORD_FILE:
        s->keyword_file = settings_keep(s, v);
        break;
    case OPT_SINCE:
        s->since = settings_keep(s, v);
        if (option_since(v, now_ms, &s->since_ms))
            return err_set(err, -EINVAL,
                           "'%s' is no time: expected 2d or 6h (ago), "
                           "2026-11-20, or \"2026-11-20 08:30\"",
                           v);
        break;
    case OPT_MAX_SIZE:
        return str_parse_size(v, &s->max_size);
    case OPT_MAX_TIME:
        return str_parse_time_ms(v, &s->max_time_ms);
    case OPT_ITEM_TIMEOUT:
        s->item_timeout_set = true;
        return str_parse_time_ms(v, &s->item_timeout_ms);
    case OPT_INTERVAL:
        return str_parse_time_ms(v, &s->interval_ms);
    case OPT_NICE:
        s->nice = !strcmp(v, "all")    ? NICE_ALL
                  : !strcmp(v, "none") ? NICE_NONE
                                       : NICE_LOGS;
        break;
    case OPT_JOBS:
        (void)str_parse_u64(v, 1, 64, &n);
        s->jobs = (unsigned)n;
        break;
    case OPT_THREADS:
        (void)str_parse_u64(v, 1, 64, &n);
        s->threads = (unsigned)n;
        break;
    case OPT_CASE:
        s->case_id = settings_keep(s, v);
        break;
    case OPT_DEBUG_KEYS:
        s->debug_keys = settings_keep(s, v);
        break;
    case OPT_SYSROOT:
        s->sysroot = settings_keep(s, v);
        break;
    case OPT_NOTE:
        s->note = settings_keep(s, v);
        break;
    default:
        break;
    }
    return 0;
}

static int from_command_line(const struct options *opt, int64_t now_ms,
                             struct settings *s, struct err *err)
{
    for (int id = 0; id < OPT_COUNT; id++) {
        for (size_t i = 0; i < opt->n[id]; i++) {
            if (!opt->value[id][i])
                continue;
            if (apply(s, (enum opt_id)id, opt->value[id][i], now_ms, err)) {
                if (id == OPT_SINCE)
                    err_prefix(err, "--since: ");
                return -EINVAL;
            }
        }
    }
    if (s->sysroot && options_has(opt, OPT_REPLAY))
        return err_set(err, -EINVAL,
                       "--sysroot and --replay: one source at a time");
    s->hide_domains |= options_has(opt, OPT_HIDE_DOMAINS);
    s->unlimited |= options_has(opt, OPT_UNLIMITED);
    s->json = options_has(opt, OPT_JSON);
    s->quiet = options_has(opt, OPT_QUIET);
    s->dry_run = options_has(opt, OPT_DRY_RUN);
    s->replay = options_has(opt, OPT_REPLAY);
    return 0;
}

struct file_apply {
    struct settings *s;
    int64_t now_ms;
};

static int from_file(const struct option_def *def, const char *value, void *arg,
                     struct err *err)
{
    struct file_apply *f = arg;

    if (def->id == OPT_OUTFILE) {
        f->s->folder = settings_keep(f->s, value);
        return 0;
    }
    return apply(f->s, def->id, value, f->now_ms, err);
}

int settings_load(const struct options *opt, const char *conf_path,
                  const struct buf *conf, int64_t now_ms, struct settings *s,
                  struct err *err)
{
    struct file_apply f = {s, now_ms};
    int r = 0;

    memset(s, 0, sizeof(*s));
    s->format_name = "tar.bz2";
    s->privacy = "secrets";
    s->folder = "";
    s->item_timeout_ms = DEFAULT_ITEM_TIMEOUT_MS;
    s->jobs = DEFAULT_JOBS;
    s->interval_ms = DEFAULT_INTERVAL_MS;
    s->threads = default_threads();
    s->only = xcalloc(1, sizeof(*s->only));
    s->skip = xcalloc(1, sizeof(*s->skip));
    s->skip_file = xcalloc(1, sizeof(*s->skip_file));
    s->keywords = xcalloc(1, sizeof(*s->keywords));
    if (conf)
        r = settings_file_read(conf_path, conf, from_file, &f, err);
    return r ? r : from_command_line(opt, now_ms, s, err);
}

void settings_done(struct settings *s)
{
    str_list_free(s->only);
    str_list_free(s->skip);
    str_list_free(s->skip_file);
    str_list_free(s->keywords);
    for (size_t i = 0; i < s->texts.n; i++)
        free(s->texts.v[i]);
    free(s->texts.v);
    memset(s, 0, sizeof(*s));
}
