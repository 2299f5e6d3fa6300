/* fuzz_findings: any bytes up to a line "%%" give rules of the diagnosis, or
 * one line that says where they do not; what follows it is a log, in which
 * these and the built-in rules find the same however it is cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/diagnose/diagnose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
    if (!holds)
        abort();
}

/* The document of one log, fed in pieces of step bytes. */
static char *findings(const struct diag_rules *rules, const uint8_t *log,
                      size_t n, size_t step)
{
    struct diagnosis *d = diagnosis_new(rules);
    struct match_stream *s = diagnosis_begin_any(d, "files/var/log/x", 1);
    struct json_object *doc;
    char *text;

    for (size_t at = 0; at < n; at += step)
        match_feed(s, log + at, n - at < step ? n - at : step);
    match_end(s);
    match_commit(s);
    doc = diagnosis_json(d, json_object_new_object(), "0");
    text = strdup(json_object_to_json_string(doc));
    json_object_put(doc);
    diagnosis_free(d);
    return text;
}

static void same_however_cut(const struct diag_rules *rules, const uint8_t *log,
                             size_t n)
{
    static const size_t steps[] = {1, 7, 4096};
    char *whole = findings(rules, log, n, n ? n : 1);

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        char *cut = findings(rules, log, n, steps[i]);

        must(!strcmp(whole, cut));
        free(cut);
    }
    free(whole);
}

static struct diag_rules *builtin(void)
{
    static struct diag_rules *rules;

    if (!rules) {
        rules = diag_rules_new();
        must(!diag_rules_add_builtin(rules, NULL));
        must(!diag_rules_ready(rules, NULL));
    }
    return rules;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *cut = memmem(data, size, "\n%%\n", 4);
    size_t n_rules = cut ? (size_t)(cut - data) + 1 : size;
    size_t n_log = cut ? size - n_rules - 3 : 0;
    struct diag_rules *rules = diag_rules_new();
    struct err err = ERR_INIT;

    if (diag_rules_add(rules, "f", (const char *)data, n_rules, &err)) {
        must(err.code < 0 && !strncmp(err.text, "f", 1));
        for (const char *s = err.text; *s; s++)
            must((unsigned char)*s >= 0x20 && *s != 0x7f);
    } else if (!diag_rules_ready(rules, &err) && cut) {
        same_however_cut(rules, cut + 4, n_log);
    }
    diag_rules_free(rules);
    if (cut)
        same_however_cut(builtin(), cut + 4, n_log);
    return 0;
}
