/* fuzz_diagnose: the first byte chooses.  Even: the rest is a file of rules;
 * what loads judges its own text.  Odd: it is a log, judged by the built-in
 * rules, cut in two at the second byte; libhs and PCRE2 must find the same. */
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

static char *judge(const struct diag_rules *rules, const uint8_t *data,
                   size_t size, size_t cut)
{
    struct diagnosis *d = diagnosis_new(rules);
    struct match_stream *m = diagnosis_begin_any(d, "log", 0);
    struct json_object *doc;
    char *out;

    cut = cut < size ? cut : size;
    match_feed(m, data, cut);
    match_feed(m, data + cut, size - cut);
    match_end(m);
    match_commit(m);
    doc = diagnosis_json(
        d,
        json_tokener_parse("{\"facts\":{\"a\":{\"b\":1},\"l\":[{\"x\":1}]}}"),
        "1");
    must(facts_count(doc, "findings") <= rules->n);
    out = strdup(json_object_to_json_string(doc));
    json_object_put(doc);
    diagnosis_free(d);
    return out;
}

static void must_tell(const struct err *err)
{
    must(err->code < 0 && *err->text);
    for (const char *s = err->text; *s; s++)
        must((unsigned char)*s >= 0x20 && *s != 0x7f);
}

static void as_rules(const uint8_t *data, size_t size)
{
    struct diag_rules *r = diag_rules_new();
    struct err err = ERR_INIT;

    if (diag_rules_add(r, "f", (const char *)data, size, &err)) {
        must_tell(&err);
        must(!r->n && !r->n_patterns && !r->n_conditions);
    } else if (!diag_rules_ready(r, &err)) {
        free(judge(r, data, size, size / 2));
    }
    diag_rules_free(r);
}

static struct diag_rules *builtin(bool plain)
{
    struct diag_rules *r = diag_rules_new();

    r->plain = plain;
    must(!diag_rules_add_builtin(r, NULL) && !diag_rules_ready(r, NULL));
    return r;
}

static void as_log(const uint8_t *data, size_t size)
{
    static struct diag_rules *usual, *plain;
    char *a, *b;

    if (!usual) {
        usual = builtin(false);
        plain = builtin(true);
    }
    if (size < 1)
        return;
    a = judge(usual, data + 1, size - 1, data[0]);
    b = judge(plain, data + 1, size - 1, size);
    must(!strcmp(a, b));
    free(a);
    free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    if (*data & 1)
        as_log(data + 1, size - 1);
    else
        as_rules(data + 1, size - 1);
    return 0;
}
