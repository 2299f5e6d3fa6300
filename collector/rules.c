#include "collector/rules.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/log.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/base/yaml.h"
#include "collector/conf.h"
#include "collector/version.h"

#define FOLDER "redact.d/"
#define KEY_FILE SYSCONFDIR_TEXT "/key"
#define MAX_KEY_BYTES 4096u
/* One more than a file may have, so that a longer one is seen to be longer. */
#define MAX_BYTES (YAML_MAX_BYTES + 1u)

/* ---- the key ------------------------------------------------------------- */

/* The key file: one line of 64 hexadecimal digits. */
static bool parse_key(const struct buf *text, uint8_t key[REDACT_KEY_SIZE])
{
    size_t n = text->len;

    while (n && isspace((unsigned char)text->data[n - 1]))
        n--;
    if (n != 2 * REDACT_KEY_SIZE)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isxdigit((unsigned char)text->data[i]))
            return false;
    for (size_t i = 0; i < REDACT_KEY_SIZE; i++) {
        char digits[3] = {text->data[2 * i], text->data[2 * i + 1], 0};

        key[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return true;
}

/* 0 if the file holds a key; else *why is filled. */
static int take_key(const struct outcome *o, const struct buf *text,
                    uint8_t key[REDACT_KEY_SIZE], struct err *why)
{
    switch (o->status) {
    case ST_OK:
        return parse_key(text, key)
                   ? 0
                   : err_set(why, -EBADMSG,
                             "the key %s is no line of 64 hexadecimal digits",
                             KEY_FILE);
    case ST_ABSENT:
        return err_set(why, -ENOENT, "there is no key %s", KEY_FILE);
    case ST_DENIED:
        return err_set(why, -EACCES, "%s", o->text);
    default:
        return err_set(why, -EPERM, "%s",
                       *o->text ? o->text : status_name(o->status));
    }
}

int rules_find_key(struct gather *g, uint8_t key[REDACT_KEY_SIZE],
                   struct err *why, struct err *err)
{
    struct buf text = BUF_INIT;
    int r = conf_read(g, "key", MAX_KEY_BYTES, &text, err);

    if (!r)
        r = take_key(gather_outcome(g), &text, key, why) ? 1 : 0;
    if (text.data)
        explicit_bzero(text.data, text.cap);
    buf_done(&text);
    return r;
}

int rules_read_key(struct gather *g, uint8_t key[REDACT_KEY_SIZE],
                   struct err *err)
{
    struct err why = ERR_INIT;
    int r = rules_find_key(g, key, &why, err);

    if (r != 1)
        return r;
    random_bytes(key, REDACT_KEY_SIZE);
    /* Who is not root cannot read it, and need not. */
    if (why.code != -ENOENT && why.code != -EACCES)
        log_msg(LOG_WARN, "%s; this run uses a key of its own", why.text);
    return 1;
}

/* ---- rules --------------------------------------------------------------- */

static int unreadable(const struct outcome *o, const char *path,
                      struct err *err)
{
    return err_set(err, -EIO,
                   "cannot read the redaction rules %s, and nothing is done "
                   "without them: %s",
                   path, *o->text ? o->text : status_name(o->status));
}

static int add(struct gather *g, const char *path, const struct buf *text,
               struct redact_added *added, struct err *err)
{
    const struct outcome *o = gather_outcome(g);

    if (o->status != ST_OK)
        return unreadable(o, path, err);
    return redact_added_file(added, path, buf_str(text), text->len, err);
}

int rules_read_host(struct gather *g, struct redact_added *added,
                    struct err *err)
{
    char **names = NULL;
    int r = conf_list(g, FOLDER, &names, err);
    enum status status = gather_outcome(g)->status;

    if (!r && status != ST_OK && status != ST_ABSENT)
        r = unreadable(gather_outcome(g), SYSCONFDIR_TEXT "/" FOLDER, err);
    for (size_t i = 0; !r && names[i]; i++) {
        char *rel = xasprintf(FOLDER "%s", names[i]);
        char *path = xasprintf(SYSCONFDIR_TEXT "/%s", rel);
        struct buf text = BUF_INIT;

        r = conf_read(g, rel, MAX_BYTES, &text, err);
        if (!r)
            r = add(g, path, &text, added, err);
        buf_done(&text);
        free(path);
        free(rel);
    }
    str_list_free(names);
    return r;
}

int rules_read_named(struct gather *g, const char *path,
                     struct redact_added *added, struct err *err)
{
    struct request rq = {
        .kind = REQ_READ,
        .name = path,
        .flags = READ_NAMED,
        .max_bytes = MAX_BYTES,
        .timeout_ms = CONF_TIMEOUT_MS,
    };
    struct buf text = BUF_INIT;
    int r = gather_slurp(g, &rq, &text, err);

    if (!r)
        r = add(g, path, &text, added, err);
    buf_done(&text);
    return r;
}

static char *override_text(const struct redact_override *o)
{
    return xasprintf("%s %s by %s", o->rule,
                     o->disabled ? "switched off" : "replaced", o->file);
}

int rules_load(const struct redact_opts *opts, struct redact_added *added,
               struct redact_rules **out, struct err *err)
{
    const struct redact_override *o;
    int r = redact_rules_load(opts, added, out, err);

    if (!r && redact_rules_no_hs(*out))
        log_msg(LOG_NOTE, "%s; PCRE2 looks for secrets here as well",
                redact_rules_no_hs(*out));
    for (size_t i = 0; !r && (o = redact_rules_override(*out, i)); i++) {
        char *text = override_text(o);

        log_msg(LOG_WARN, "built-in redaction rule %s", text);
        free(text);
    }
    return r;
}

static void append(char ***list, size_t n, char *text)
{
    *list = xreallocarray(*list, n + 2, sizeof(**list));
    (*list)[n] = text;
    (*list)[n + 1] = NULL;
}

void rules_tell(const struct redact_rules *rules, char ***files_out,
                char ***overrides_out)
{
    const struct redact_override *o;
    const char *file;

    *files_out = *overrides_out = NULL;
    for (size_t i = 0; (file = redact_rules_file(rules, i)); i++) {
        struct buf b = BUF_INIT;

        redact_text(rules, file, strlen(file), &b);
        append(files_out, i, buf_take(&b));
    }
    for (size_t i = 0; (o = redact_rules_override(rules, i)); i++) {
        struct buf b = BUF_INIT;
        char *text = override_text(o);

        redact_text(rules, text, strlen(text), &b);
        append(overrides_out, i, buf_take(&b));
        free(text);
    }
}

char *rules_mask_release(const struct redact_rules *rules, const char *text)
{
    static const char before[] = "version ";
    struct buf plain = BUF_INIT, masked = BUF_INIT;
    char *out;

    if (!text)
        return NULL;
    buf_addf(&plain, "%s%s", before, text);
    redact_text(rules, buf_str(&plain), plain.len, &masked);
    out = xstrdup(str_starts(buf_str(&masked), before)
                      ? buf_str(&masked) + strlen(before)
                      : buf_str(&masked));
    buf_done(&plain);
    buf_done(&masked);
    return out;
}
