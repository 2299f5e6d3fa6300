/* redact-gen: makes the built-in rule table at build time.
 *
 *   redact-gen RULES.yaml... > rules_gen.c
 *
 * Reads the rule files, refuses bad rules with file and name, and prints C:
 * the table of rule.h and, unless built with REDACT_NO_HS, a libhs database
 * over all anchors for a generic CPU.  Never linked into the worker. */
#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef REDACT_NO_HS
#include <hs/hs.h>
#endif

#include "collector/base/core/xalloc.h"
#include "redact/anchor.h"
#include "redact/rule.h"
#include "redact/value.h"

struct yaml_example {
    char *text;
    char *goes;
};

struct yaml_rule {
    char *name;
    char *why;
    char *anchor;
    char *form;
    struct yaml_example *match;
    uint64_t n_match;
    char **keep;
    uint64_t n_keep;
};

struct yaml_file {
    struct yaml_rule *rules;
    uint64_t n_rules;
};

static const cyaml_schema_field_t example_fields[] = {
    CYAML_FIELD_STRING_PTR("text", CYAML_FLAG_POINTER, struct yaml_example,
                           text, 1, 4096),
    CYAML_FIELD_STRING_PTR("goes", CYAML_FLAG_POINTER, struct yaml_example,
                           goes, 1, 4096),
    CYAML_FIELD_END};

static const cyaml_schema_value_t example_value = {CYAML_VALUE_MAPPING(
    CYAML_FLAG_DEFAULT, struct yaml_example, example_fields)};

static const cyaml_schema_value_t keep_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 4096)};

static const cyaml_schema_field_t rule_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct yaml_rule, name,
                           1, RULE_NAME_MAX),
    CYAML_FIELD_STRING_PTR("why", CYAML_FLAG_POINTER, struct yaml_rule, why, 1,
                           1000),
    CYAML_FIELD_STRING_PTR("anchor", CYAML_FLAG_POINTER, struct yaml_rule,
                           anchor, 1, 2000),
    CYAML_FIELD_STRING_PTR("form", CYAML_FLAG_POINTER, struct yaml_rule, form,
                           1, 32),
    CYAML_FIELD_SEQUENCE_COUNT("match", CYAML_FLAG_POINTER, struct yaml_rule,
                               match, n_match, &example_value, 1, 100),
    CYAML_FIELD_SEQUENCE_COUNT("keep", CYAML_FLAG_POINTER, struct yaml_rule,
                               keep, n_keep, &keep_value, 1, 100),
    CYAML_FIELD_END};

static const cyaml_schema_value_t rule_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_rule, rule_fields)};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_SEQUENCE_COUNT("rules", CYAML_FLAG_POINTER, struct yaml_file,
                               rules, n_rules, &rule_value, 1, 1000),
    CYAML_FIELD_END};

static const cyaml_schema_value_t file_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml_file, file_fields)};

static const cyaml_config_t config = {
    .log_fn = cyaml_log,
    .log_level = CYAML_LOG_WARNING,
    .mem_fn = cyaml_mem,
};

static void __attribute__((noreturn))
die(const char *file, const char *rule, const char *why)
{
    fprintf(stderr, "redact-gen: %s: rule %s: %s\n", file, rule, why);
    exit(1);
}

static void print_string(const char *s)
{
    putchar('"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c < 32 || c > 126 || c == '"' || c == '\\' || c == '?')
            printf("\\%03o", c);
        else
            putchar(c);
    }
    putchar('"');
}

static void check_rule(const char *file, const struct yaml_rule *r)
{
    struct err err = ERR_INIT;
    struct anchor a;

    if (r->name[0] < 'a' || r->name[0] > 'z' ||
        strspn(r->name, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
            strlen(r->name) ||
        !strcmp(r->name, "unscannable"))
        die(file, r->name, "a name is [a-z][a-z0-9-]{0,31}");
    if (value_form_find(r->form) == FORM_COUNT)
        die(file, r->name, "no such form");
    if (anchor_parse(r->anchor, &a, &err))
        die(file, r->name, err.text);
    anchor_done(&a);
    for (uint64_t i = 0; i < r->n_match; i++)
        if (!strstr(r->match[i].text, r->match[i].goes))
            die(file, r->name, "what goes is not in the text of an example");
}

static void print_examples(size_t id, const struct yaml_rule *r)
{
    printf("static const struct rule_example match_%zu[] = {\n", id);
    for (uint64_t i = 0; i < r->n_match; i++) {
        printf("    { ");
        print_string(r->match[i].text);
        printf(", ");
        print_string(r->match[i].goes);
        printf(" },\n");
    }
    printf("    { NULL, NULL }\n};\nstatic const char *const keep_%zu[] = {\n",
           id);
    for (uint64_t i = 0; i < r->n_keep; i++) {
        printf("    ");
        print_string(r->keep[i]);
        printf(",\n");
    }
    printf("    NULL\n};\n");
}

static void print_rule(size_t id, const struct yaml_rule *r)
{
    printf("    { ");
    print_string(r->name);
    printf(",\n      ");
    print_string(r->anchor);
    printf(",\n      (enum value_form)%d, match_%zu, keep_%zu },\n",
           (int)value_form_find(r->form), id, id);
}

#ifndef REDACT_NO_HS
/* Every pattern is only to nominate: HS_FLAG_PREFILTER lets libhs drop the
 * look-around that it does not know, never a match. */
static void print_database(const struct yaml_rule *const *rules, size_t n)
{
    static const hs_platform_info_t generic = {.tune = HS_TUNE_FAMILY_GENERIC};
    const char **patterns = xcalloc(n, sizeof(*patterns));
    unsigned *flags = xcalloc(n, sizeof(*flags));
    unsigned *ids = xcalloc(n, sizeof(*ids));
    struct anchor *a = xcalloc(n, sizeof(*a));
    hs_compile_error_t *error = NULL;
    hs_database_t *db = NULL;
    char *bytes = NULL;
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        anchor_parse(rules[i]->anchor, &a[i], NULL);
        patterns[i] = a[i].pattern;
        flags[i] = HS_FLAG_PREFILTER;
        ids[i] = (unsigned)i;
    }
    if (hs_compile_multi(patterns, flags, ids, (unsigned)n, HS_MODE_BLOCK,
                         &generic, &db, &error) != HS_SUCCESS)
        die("libhs",
            error->expression >= 0 ? rules[error->expression]->name : "-",
            error->message);
    if (hs_serialize_database(db, &bytes, &len) != HS_SUCCESS)
        die("libhs", "-", "cannot serialize the database");
    printf("const unsigned char redact_builtin_hs[] = {");
    for (size_t i = 0; i < len; i++)
        printf("%s%d,", i % 24 ? "" : "\n    ", (unsigned char)bytes[i]);
    printf("\n};\nconst size_t redact_builtin_hs_len = %zu;\n", len);
    hs_free_database(db);
    free(bytes);
    for (size_t i = 0; i < n; i++)
        anchor_done(&a[i]);
    free(a);
    free(ids);
    free(flags);
    free(patterns);
}
#else
static void print_database(const struct yaml_rule *const *rules, size_t n)
{
    (void)rules;
    (void)n;
    printf("const unsigned char redact_builtin_hs[] = { 0 };\n"
           "const size_t redact_builtin_hs_len = 0;\n");
}
#endif

static struct yaml_file *load(const char *path)
{
    struct yaml_file *f = NULL;
    cyaml_err_t rc;

    rc = cyaml_load_file(path, &config, &file_value, (cyaml_data_t **)&f, NULL);
    if (rc != CYAML_OK || !f) {
        fprintf(stderr, "redact-gen: cannot read %s: %s\n", path,
                rc != CYAML_OK ? cyaml_strerror(rc) : "it is empty");
        exit(1);
    }
    for (uint64_t i = 0; i < f->n_rules; i++)
        check_rule(path, &f->rules[i]);
    return f;
}

int main(int argc, char **argv)
{
    struct yaml_file **files = xcalloc((size_t)argc, sizeof(*files));
    const struct yaml_rule **all = NULL;
    size_t n = 0;

    for (int i = 1; i < argc; i++) {
        files[i] = load(argv[i]);
        all = xreallocarray(all, n + files[i]->n_rules, sizeof(*all));
        for (uint64_t k = 0; k < files[i]->n_rules; k++) {
            for (size_t j = 0; j < n; j++)
                if (!strcmp(all[j]->name, files[i]->rules[k].name))
                    die(argv[i], all[j]->name, "the name is taken");
            all[n++] = &files[i]->rules[k];
        }
    }
    printf("/* Made by redact-gen from redact/rules; do not edit. */\n"
           "#include \"redact/rule.h\"\n\n");
    for (size_t i = 0; i < n; i++)
        print_examples(i, all[i]);
    printf("const struct redact_rule redact_builtin[] = {\n");
    for (size_t i = 0; i < n; i++)
        print_rule(i, all[i]);
    printf("};\nconst size_t redact_builtin_count = %zu;\n", n);
    print_database(all, n);
    for (int i = 1; i < argc; i++)
        cyaml_free(&config, &file_value, files[i], 0);
    free(all);
    free(files);
    if (fflush(stdout) || ferror(stdout)) {
        perror("redact-gen: standard output");
        return 1;
    }
    return 0;
}
