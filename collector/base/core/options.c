/* options.c: reads argv by option_table.
 *
 * Not getopt_long: that takes abbreviations, so that a new option could change
 * what an old script means, and prints its own messages. */
#include "collector/base/core/debug_keys.h"
#include "collector/base/core/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define TEXT_MAX 4096 /* bytes of one value; PATH_MAX */

/* One run over argv.  The first mistake is kept, since --help may follow. */
struct parse {
    int argc;
    char **argv;
    int i;
    struct options *out;
    const char **operands;
    struct err *err;
    int rc;
    bool later; /* the command is not there yet: no help to point at */
};

const struct option_def *option_find(const char *long_name)
{
    for (const struct option_def *d = option_table; d->name; d++) {
        if (!strcmp(d->name, long_name))
            return d;
    }
    return NULL;
}

static const struct option_def *find_letter(char c)
{
    for (const struct option_def *d = option_table; d->name; d++) {
        if (d->letter && d->letter == c)
            return d;
    }
    return NULL;
}

static const struct option_def *find_id(enum opt_id id)
{
    const struct option_def *d = option_table;

    while (d->id != id)
        d++;
    return d;
}

/* "a|b|c" holds word. */
static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);

    while (words) {
        size_t n = strcspn(words, "|");

        if (n == len && !memcmp(words, word, n))
            return true;
        words = words[n] ? words + n + 1 : NULL;
    }
    return false;
}

/* "2026-11-22", "2026-11-22 08:30", "2026-11-22T08:30:15Z". */
static int parse_date(const char *s, struct tm *tm, bool *utc)
{
    static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M",
                                        "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S",
                                        "%Y-%m-%dT%H:%M:%S"};
    struct tm want, got;

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const char *end;

        memset(tm, 0, sizeof(*tm));
        end = strptime(s, forms[i], tm);
        if (!end)
            continue;
        *utc = !strcmp(end, "Z");
        if (*end && !*utc)
            continue;
        /* strptime takes the 31st of February; timegm moves it. */
        want = got = *tm;
        timegm(&got);
        if (got.tm_mday != want.tm_mday || got.tm_mon != want.tm_mon)
            return -EINVAL;
        tm->tm_isdst = -1;
        return 0;
    }
    return -EINVAL;
}

int option_since(const char *text, int64_t now_ms, int64_t *real_ms_out)
{
    uint64_t ago;
    struct tm tm;
    bool utc;

    if (!str_parse_time_ms(text, &ago)) {
        if (ago > (uint64_t)now_ms)
            return -EINVAL;
        *real_ms_out = now_ms - (int64_t)ago;
        return 0;
    }
    if (parse_date(text, &tm, &utc))
        return -EINVAL;
    *real_ms_out = (int64_t)(utc ? timegm(&tm) : mktime(&tm)) * 1000;
    return 0;
}

/* A value of the wrong form; expected says what would be right. */
static int bad_value(struct err *err, const char *name, const char *text,
                     const char *what, const char *expected)
{
    return err_set(err, -EINVAL, "%s: '%.64s' %s; expected %s", name, text,
                   what, expected);
}

static int check_time(const struct option_def *def, const char *name,
                      const char *text, struct err *err)
{
    char expected[64];
    uint64_t ms;

    if (str_parse_time_ms(text, &ms) || !ms)
        return bad_value(err, name, text, "is not a length of time",
                         "a number with its unit, such as 30s, 5m or 2h");
    if (!def->max || ms <= def->max * 1000ull)
        return 0;
    snprintf(expected, sizeof(expected), "at most %us", def->max);
    return bad_value(err, name, text, "is too long", expected);
}

static int check_uint(const struct option_def *def, const char *name,
                      const char *text, struct err *err)
{
    char expected[64];
    uint64_t v;

    snprintf(expected, sizeof(expected), "a whole number from %u to %u",
             def->min, def->max);
    switch (str_parse_u64(text, def->min, def->max, &v)) {
    case 0:
        return 0;
    case -ERANGE:
        return bad_value(err, name, text, "is out of range", expected);
    default:
        return bad_value(err, name, text, "is not a number", expected);
    }
}

static int check_word(const struct option_def *def, const char *name,
                      const char *text, struct err *err)
{
    char expected[128];
    size_t n = 0;

    if (has_word(def->words, text))
        return 0;
    if (has_word(def->later, text))
        return err_set(err, -EINVAL, "%s: '%s' is not there yet", name, text);
    for (const char *w = def->words; *w && n + 3 < sizeof(expected); w++) {
        if (*w == '|')
            expected[n++] = ',';
        expected[n++] = *w == '|' ? ' ' : *w;
    }
    expected[n] = '\0';
    return bad_value(err, name, text, "is not known", expected);
}

static int check_list(const char *name, const char *text, struct err *err)
{
    size_t n;
    char **list = str_split(text, &n);

    str_list_free(list);
    if (!n)
        return err_set(err, -EINVAL,
                       "%s: the list is empty; expected names with commas "
                       "between them",
                       name);
    return 0;
}

int option_check(const struct option_def *def, const char *name,
                 const char *text, struct err *err)
{
    int64_t t;
    uint64_t v;

    if (def->later && !strcmp(def->later, "*"))
        return err_set(err, -EINVAL, "the option %s is not there yet", name);
    if (def->type == OT_FLAG)
        return 0;
    if (!*text)
        return err_set(err, -EINVAL, "%s: the value is empty; expected %s",
                       name, def->arg);
    if (strlen(text) >= TEXT_MAX)
        return err_set(err, -EINVAL,
                       "%s: the value is too long; expected less than %d bytes",
                       name, TEXT_MAX);
    if (def->id == OPT_SINCE && option_since(text, INT64_MAX, &t))
        return bad_value(err, name, text, "is not a time",
                         "2d, 2026-11-20 or \"2026-11-20 08:30\"");
    if (def->id == OPT_DEBUG_KEYS &&
        (strspn(text, DEBUG_KEYS_PRINTING) != strlen(text) ||
         strlen(text) > DEBUG_KEYS_MAX))
        return bad_value(err, name, text, "has keys that do more than print",
                         "some of " DEBUG_KEYS_PRINTING);
    switch (def->type) {
    case OT_LIST:
        return check_list(name, text, err);
    case OT_UINT:
        return check_uint(def, name, text, err);
    case OT_WORD:
        return check_word(def, name, text, err);
    case OT_SIZE:
        if (str_parse_size(text, &v) || !v)
            return bad_value(err, name, text, "is not a size",
                             "a number such as 512M or 2G, above 0");
        return 0;
    case OT_TIME:
        return check_time(def, name, text, err);
    default:
        return 0;
    }
}

static void mistake(struct parse *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void mistake(struct parse *p, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    if (p->rc)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    p->rc = err_set(p->err, -EINVAL, "%s", text);
}

/* value: NULL for a flag.  The strings belong to argv. */
static void add_value(struct parse *p, const struct option_def *def,
                      const char *value)
{
    struct options *o = p->out;

    o->value[def->id] = xreallocarray(o->value[def->id], o->n[def->id] + 1,
                                      sizeof(*o->value[def->id]));
    o->value[def->id][o->n[def->id]++] = value ? value : "";
}

/* Adds def with the value that is attached to it, or with the next word of
 * argv.  name: as the user wrote it. */
static void take_option(struct parse *p, const struct option_def *def,
                        const char *name, const char *attached)
{
    if (def->type == OT_FLAG) {
        if (attached)
            mistake(p, "%s takes no value, but '%.64s' was given", name,
                    attached);
    } else if (!attached) {
        if (p->i + 1 >= p->argc) {
            mistake(p, "%s needs a value: %s", name, def->arg);
            return;
        }
        attached = p->argv[++p->i];
    }
    add_value(p, def, attached);
}

static void take_long(struct parse *p, const char *word)
{
    size_t len = strcspn(word + 2, "=");
    char *name = xstrndup(word, len + 2);
    const struct option_def *def = option_find(name + 2);

    if (def)
        take_option(p, def, name, word[len + 2] ? word + len + 3 : NULL);
    else
        mistake(p, "unknown option '%.64s'", name);
    free(name);
}

/* "-qv", "-o", "-oPATH". */
static void take_short(struct parse *p, const char *word)
{
    while (*++word) {
        const struct option_def *def = find_letter(*word);
        char name[3] = {'-', *word, '\0'};

        if (!def) {
            mistake(p, "unknown option '%s'", name);
            return;
        }
        if (def->type != OT_FLAG) {
            take_option(p, def, name, word[1] ? word + 1 : NULL);
            return;
        }
        take_option(p, def, name, NULL);
    }
}

static void take_words(struct parse *p)
{
    bool only_operands = false;

    for (p->i = 1; p->i < p->argc; p->i++) {
        const char *word = p->argv[p->i];

        if (!only_operands && !strcmp(word, "--")) {
            only_operands = true;
        } else if (only_operands || word[0] != '-' || !word[1]) {
            p->operands[p->out->n_operands++] = word;
        } else if (word[1] == '-') {
            take_long(p, word);
        } else {
            take_short(p, word);
        }
    }
}

/* The first operand names the command; no command but collect goes without. */
static void find_command(struct parse *p)
{
    struct options *o = p->out;
    const char *word = o->n_operands ? o->operands[0] : "collect";
    const struct command *c = command_table;

    while (c->name && strcmp(c->name, word))
        c++;
    if (!c->name) {
        mistake(p, "unknown command '%.64s'", word);
        return;
    }
    if (!c->bit) {
        p->later = true;
        p->rc = 0; /* says more than what is wrong with its options */
        mistake(p, "the command '%s' is not there yet", word);
        return;
    }
    o->command = c;
    if (o->n_operands)
        memmove(p->operands, p->operands + 1,
                --o->n_operands * sizeof(*p->operands));
}

static void check_operands(struct parse *p)
{
    const struct options *o = p->out;
    const struct command *c = o->command;

    if (o->n_operands < c->min_operands)
        mistake(p, "%s: an operand is missing; expected %s", c->name,
                c->operands);
    else if (o->n_operands > c->max_operands && !c->max_operands)
        mistake(p, "%s takes no operand, but '%.64s' was given", c->name,
                o->operands[0]);
    else if (o->n_operands > c->max_operands)
        mistake(p, "%s: '%.64s' is one operand too many; expected %s", c->name,
                o->operands[c->max_operands], c->operands);
}

static void check_values(struct parse *p)
{
    const struct options *o = p->out;

    for (const struct option_def *d = option_table; d->name && !p->rc; d++) {
        char name[48];

        if (!o->n[d->id])
            continue;
        snprintf(name, sizeof(name), "--%s", d->name);
        if (!(d->commands & o->command->bit))
            mistake(p, "%s is not an option of %s", name, o->command->name);
        for (size_t i = 0; i < o->n[d->id] && !p->rc; i++)
            p->rc = option_check(d, name, o->value[d->id][i], p->err);
    }
}

/* Pairs that cannot both be meant. */
static void check_pairs(struct parse *p)
{
    static const struct {
        enum opt_id a, b;
    } pairs[] = {
        {OPT_OUTFILE, OPT_OUTFD},          {OPT_QUIET, OPT_VERBOSE},
        {OPT_UNLIMITED, OPT_MAX_SIZE},     {OPT_UNLIMITED, OPT_MAX_TIME},
        {OPT_UNLIMITED, OPT_ITEM_TIMEOUT}, {OPT_UPLOAD, OPT_OUTFD},
        {OPT_UPLOAD, OPT_DRY_RUN},         {OPT_SMTP, OPT_SENDMAIL},
    };
    const char *format = options_last(p->out, OPT_FORMAT);

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (options_has(p->out, pairs[i].a) && options_has(p->out, pairs[i].b))
            mistake(p, "--%s and --%s exclude each other; give one of them",
                    find_id(pairs[i].a)->name, find_id(pairs[i].b)->name);
    }
    if (options_has(p->out, OPT_OUTFD) && format && !strcmp(format, "dir"))
        mistake(p, "--outfd and --format dir exclude each other: a descriptor "
                   "takes one file");
    if (options_has(p->out, OPT_UPLOAD) && options_has(p->out, OPT_REPLAY))
        mistake(p, "--upload and --replay exclude each other; send what it "
                   "makes with the command upload");
    if (options_has(p->out, OPT_UPLOAD) && format && !strcmp(format, "dir"))
        mistake(p, "--upload and --format dir exclude each other: a folder "
                   "cannot be sent");
}

static void check_redact(struct parse *p)
{
    const struct options *o = p->out;
    bool tree = options_has(o, OPT_RECURSIVE);
    bool check = options_has(o, OPT_CHECK);
    bool list = options_has(o, OPT_LIST_RULES);

    if (list && (o->n_operands || tree || check || options_has(o, OPT_STATS) ||
                 options_has(o, OPT_OUTFILE)))
        mistake(p, "--list-rules stands alone");
    if (check && options_has(o, OPT_OUTFILE))
        mistake(p, "--check writes nothing, so leave out --outfile");
    if (tree && !o->n_operands)
        mistake(p, "--recursive: expected the folder to read");
    if (tree && !check && !options_has(o, OPT_OUTFILE))
        mistake(p, "--recursive: expected the new folder with --outfile");
}

/* What a command cannot do without. */
static void check_needs(struct parse *p)
{
    const struct options *o = p->out;
    const char *outfile = options_last(o, OPT_OUTFILE);

    if (outfile && !strcmp(outfile, "-"))
        mistake(p, "--outfile -: expected a path (collect writes to stdout "
                   "with --outfd 1, redact without --outfile; ./- is a file)");
    if (o->command->bit == CMD_KEY &&
        options_has(o, OPT_INIT) == options_has(o, OPT_SHOW_ID))
        mistake(p, "key needs one of --init and --show-id");
    if (o->command->bit == CMD_REDACT)
        check_redact(p);
    if (options_has(o, OPT_CHECK_RULES) && !o->n_operands)
        mistake(p, "--check-rules: expected the file to check");
}

int options_parse(int argc, char **argv, struct options *out, struct err *err)
{
    struct parse p = {.argc = argc, .argv = argv, .out = out, .err = err};
    bool help;

    memset(out, 0, sizeof(*out));
    p.operands = xcalloc(argc > 0 ? (size_t)argc : 1, sizeof(*p.operands));
    out->operands = p.operands;
    take_words(&p);
    help = options_has(out, OPT_HELP) || options_has(out, OPT_VERSION);
    if (!help || out->n_operands)
        find_command(&p);
    if (help)
        return 0;
    if (!p.rc) {
        check_values(&p);
        check_operands(&p);
        check_pairs(&p);
        check_needs(&p);
    }
    if (p.rc && !p.later && err) {
        size_t n = strlen(err->text);

        snprintf(err->text + n, sizeof(err->text) - n,
                 " (see xen-bugtool %s%s--help)",
                 out->command ? out->command->name : "",
                 out->command ? " " : "");
    }
    return p.rc;
}

void options_done(struct options *o)
{
    for (int i = 0; i < OPT_COUNT; i++)
        free(o->value[i]);
    free((void *)o->operands);
    memset(o, 0, sizeof(*o));
}

const char *options_last(const struct options *o, enum opt_id id)
{
    return o->n[id] ? o->value[id][o->n[id] - 1] : NULL;
}

bool options_has(const struct options *o, enum opt_id id)
{
    return o->n[id] != 0;
}
