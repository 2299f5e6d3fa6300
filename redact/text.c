/* A short text in one call. */
#include <string.h>

#include "collector/base/sink_buf.h"
#include "redact/redact.h"

static void whole_text(const struct redact_rules *rules, const char *text,
                       size_t len, bool keep_keys, struct buf *out)
{
    struct sink_buf to;
    struct redactor *r = redactor_new(rules, sink_buf_init(&to, out));

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
