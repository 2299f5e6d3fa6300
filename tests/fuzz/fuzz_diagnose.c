/* fuzz_diagnose: any bytes up to a line "%%" give rules of the diagnosis, or
 * one line that says where they do not; what follows it is a log, in which
 * these and the built-in rules find the same however it is cut. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/facts_get.h"
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
    doc = diagnosis_json(
        d,
        json_tokener_parse("{\"facts\":{\"a\":{\"b\":1},\"l\":[{\"x\":1}]}}"),
        "0");
    must(facts_count(doc, "findings") <= rules->n);
    text = strdup(json_object_to_json_string(doc));
    json_object_put(doc);
    diagnosis_free(d);
    return text;
}

static void same(const struct diag_rules *rules, const uint8_t *log, size_t n,
                 size_t step)
{
    char *whole = findings(rules, log, n, n ? n : 1);
    char *cut = findings(rules, log, n, step);

    must(!strcmp(whole, cut));
    free(whole);
    free(cut);
}

static struct diag_rules *builtin(void)
{
    struct diag_rules *r = diag_rules_new();

    diag_rules_add_builtin(r);
    diag_rules_ready(r);
    return r;
}

static void as_rules(const uint8_t *data, size_t n, const uint8_t *log,
                     size_t n_log)
{
    struct diag_rules *rules = diag_rules_new();
    struct err err = ERR_INIT;

    if (diag_rules_add(rules, "f", (const char *)data, n, &err)) {
        must(err.code < 0 && !strncmp(err.text, "f", 1));
        must(!rules->n && !rules->n_patterns && !rules->n_conditions);
        for (const char *s = err.text; *s; s++)
            must((unsigned char)*s >= 0x20 && *s != 0x7f);
    } else {
        diag_rules_ready(rules);
        same(rules, log, n_log, 1);
    }
    diag_rules_free(rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct diag_rules *usual;
    const uint8_t *cut = memmem(data, size, "\n%%\n", 4);
    size_t n = cut ? (size_t)(cut - data) + 1 : size;
    const uint8_t *log = cut ? cut + 4 : data + size;
    size_t n_log = (size_t)(data + size - log);

    if (!usual)
        usual = builtin();
    as_rules(data, n, log, n_log);
    same(usual, log, n_log, 1 + n_log % 61);
    return 0;
}
