/* fuzz_rules.c: any bytes give rules that keep rule.h's promises and that the
 * engine takes, or one line that says where they do not. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "redact/load.h"
#include "redact/rulefile.h"
#include "redact/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
    if (!holds)
        abort();
}

static void must_tell(const struct err *err)
{
    must(err->code < 0 && !strncmp(err->text, "f:", 2));
    for (const char *s = err->text; *s; s++)
        must((unsigned char)*s >= 0x20 && *s != 0x7f);
}

static void must_be_rule(const struct redact_rule *r)
{
    size_t len = strlen(r->name);

    must(len >= 1 && len <= RULE_NAME_MAX && r->form < FORM_COUNT);
    must(r->match[0].text && r->keep[0] && *r->why && !strcmp(r->file, "f"));
    for (const struct rule_example *e = r->match; e->text; e++)
        must(*e->goes && strstr(e->text, e->goes));
}

/* Whatever the examples come to, they do so in the usual window and in the
 * smallest. */
static void run(const struct rulefile *f)
{
    struct redact_opts opts = {.engine = REDACT_ENGINE_PCRE2};
    struct redact_table table = {
        .rules = rulefile_count(f) ? rulefile_rule(f, 0) : NULL,
        .n = rulefile_count(f),
        .match_limit = 10000,
    };
    struct redact_rules *wide, *narrow;
    struct redact_fault a = {.became = BUF_INIT}, b = {.became = BUF_INIT};

    if (!table.n || table.n > 8)
        return;
    if (redact_rules_new_from(&table, &opts, &wide, NULL))
        return; /* told with its line by redact_added_file */
    table.window = 1;
    must(!redact_rules_new_from(&table, &opts, &narrow, NULL));
    for (size_t i = 0; i < table.n; i++) {
        must(redact_rule_proves(wide, i, &a) ==
             redact_rule_proves(narrow, i, &b));
        must(a.n == b.n && a.keep == b.keep);
        must(!strcmp(buf_str(&a.became), buf_str(&b.became)));
    }
    buf_done(&a.became);
    buf_done(&b.became);
    redact_rules_free(wide);
    redact_rules_free(narrow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct redact_added *added;
    struct err err = ERR_INIT;
    struct rulefile *f;

    if (rulefile_load("f", (const char *)data, size, NULL, &f, &err)) {
        must(!f);
        must_tell(&err);
        return 0;
    }
    must(rulefile_count(f) || rulefile_disabled_count(f));
    for (size_t i = 0; i < rulefile_count(f); i++)
        must_be_rule(rulefile_rule(f, i));
    run(f);
    rulefile_free(f);
    added = redact_added_new();
    if (redact_added_file(added, "f", (const char *)data, size, &err))
        must_tell(&err);
    redact_added_free(added);
    return 0;
}
