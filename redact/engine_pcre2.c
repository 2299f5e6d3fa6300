/* The engine that is always there: nominates by the words of the anchors. */
#include "redact/engine.h"
#include "redact/words.h"

static int pcre2_open(const struct ruleset *rs, void **state_out,
                      struct err *err)
{
    (void)err;
    *state_out = words_new(rs, false);
    return 0;
}

static void pcre2_close(void *state)
{
    words_free(state);
}

static size_t pcre2_nominate(void *state, void *scratch, const uint8_t *data,
                             size_t len, size_t from, struct nominees *out)
{
    (void)scratch;
    return words_nominate(state, data, len, from, out);
}

const struct engine_ops engine_pcre2 = {
    .name = "pcre2",
    .open = pcre2_open,
    .close = pcre2_close,
    .nominate = pcre2_nominate,
};
