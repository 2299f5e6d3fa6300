/* A short text in one call. */
#include <string.h>

#include "redact/redact.h"

struct text_sink {
    struct sink sink;
    struct buf *out;
};

static int text_write(struct sink *s, const void *data, size_t n,
                      struct err *err)
{
    (void)err;
    buf_add(((struct text_sink *)s)->out, data, n);
    return 0;
}

static int text_close(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void text_free(struct sink *s)
{
    (void)s;
}

static void whole_text(const struct redact_rules *rules, const char *text,
                       size_t len, bool keep_keys, struct buf *out)
{
    static const struct sink_ops ops = {text_write, text_close, text_free};
    struct text_sink t = {{&ops}, out};
    struct redactor *r = redactor_new(rules, &t.sink);

    if (keep_keys)
        redactor_keep_keys(r);
    sink_write(redactor_sink(r), text, len, NULL);
    sink_close(redactor_sink(r), NULL);
    sink_free(redactor_sink(r));
}

void redact_text(const struct redact_rules *rules, const char *text, size_t len,
                 struct buf *out)
{
    whole_text(rules, text, len, false, out);
}

void redact_json(const struct redact_rules *rules, const char *text, size_t len,
                 struct buf *out)
{
    whole_text(rules, text, len, true, out);
}

/* As /proc/PID/cmdline has them, with NUL between them. */
void redact_args(const struct redact_rules *rules, const char *const *argv,
                 size_t n, char **out)
{
    struct buf whole = BUF_INIT, masked = BUF_INIT, one = BUF_INIT;
    size_t i, from = 0;

    for (i = 0; i < n; i++)
        buf_add(&whole, argv[i], strlen(argv[i]) + 1);
    redact_text(rules, buf_str(&whole), whole.len, &masked);
    for (i = 0; i < n && from < masked.len; i++) {
        const char *end = memchr(masked.data + from, 0, masked.len - from);

        if (!end)
            break;
        buf_adds(&one, masked.data + from);
        out[i] = buf_take(&one);
        from = (size_t)(end - masked.data) + 1;
    }
    /* A line that could not be scanned took the rest with it. */
    for (; i < n; i++) {
        redact_text(rules, argv[i], strlen(argv[i]), &one);
        out[i] = buf_take(&one);
    }
    buf_done(&whole);
    buf_done(&masked);
}
