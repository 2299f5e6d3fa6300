/* redact-gen: makes the built-in rule table at build time.
 *
 *   redact-gen RULES.yaml... > rules_gen.c
 *
 * Reads the rule files, refuses bad rules with file and name, and prints C:
 * the table of rule.h and, unless built with REDACT_NO_HS, a libhs database
 * over their words for a generic CPU.  Never linked into the worker. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifndef REDACT_NO_HS
#include <hs/hs.h>
#endif

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "redact/anchor.h"
#include "redact/rulefile.h"

static void __attribute__((noreturn)) die(const char *text)
{
    fprintf(stderr, "redact-gen: %s\n", text);
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

static void print_examples(size_t id, const struct redact_rule *r)
{
    printf("static const struct rule_example match_%zu[] = {\n", id);
    for (const struct rule_example *e = r->match; e->text; e++) {
        printf("    { ");
        print_string(e->text);
        printf(", ");
        print_string(e->goes);
        printf(" },\n");
    }
    printf("    { NULL, NULL }\n};\nstatic const char *const keep_%zu[] = {\n",
           id);
    for (const char *const *k = r->keep; *k; k++) {
        printf("    ");
        print_string(*k);
        printf(",\n");
    }
    printf("    NULL\n};\n");
}

static void print_rule(size_t id, const struct redact_rule *r)
{
    const char *slash = strrchr(r->file, '/');

    printf("    { ");
    print_string(r->name);
    printf(",\n      ");
    print_string(r->anchor);
    printf(",\n      (enum value_form)%d, match_%zu, keep_%zu,\n      ",
           (int)r->form, id, id);
    print_string(r->why);
    printf(",\n      ");
    print_string(slash ? slash + 1 : r->file);
    printf(" },\n");
}

static void print_word(const struct anchor_word *w)
{
    printf("    { %u, %u, %u, %u, %u, %u, %u, {", w->len, w->ahead, w->behind,
           w->lo, w->hi, w->upper, w->lower);
    for (unsigned i = 0; i < w->len; i++)
        printf("%d,", w->text[i]);
    printf("} },\n");
}

static void print_table(const char *name, size_t id, const unsigned char *t,
                        size_t n)
{
    printf("static const unsigned char %s_%zu[] = {", name, id);
    for (size_t i = 0; i < n; i++)
        printf("%s%d,", i % 32 ? "" : "\n    ", t[i]);
    printf("\n};\n");
}

static void print_around(size_t id, const struct anchor_around *a)
{
    print_table("class_of", id, a->class_of, a->class_of ? 256 : 0);
    print_table("ahead", id, a->ahead, a->n_ahead * a->n);
    print_table("behind", id, a->behind, a->n_behind * a->n);
}

/* So that a run need not read the expressions again. */
static void print_anchors(const struct redact_rule *const *rules, size_t n)
{
    struct anchor *a = xcalloc(n + 1, sizeof(*a));

    for (size_t i = 0; i < n; i++) {
        anchor_parse(rules[i]->anchor, &a[i], NULL);
        printf("static const struct anchor_word words_%zu[] = {\n", i);
        for (size_t k = 0; k < a[i].words.n; k++)
            print_word(&a[i].words.word[k]);
        printf("};\n");
        print_around(i, &a[i].around);
    }
    printf("const struct anchor redact_builtin_anchor[] = {\n");
    for (size_t i = 0; i < n; i++) {
        printf("    { true, ");
        print_string(a[i].pattern);
        printf(", %d, %u, %u, %u, %u, { %zu, words_%zu }, { %u, ", a[i].group,
               a[i].min, a[i].max, a[i].ahead, a[i].behind, a[i].words.n, i,
               a[i].around.n);
        printf("%u, %u, class_of_%zu, ahead_%zu, behind_%zu } },\n",
               a[i].around.n_ahead, a[i].around.n_behind, i, i, i);
        anchor_done(&a[i]);
    }
    printf("%s};\n", n ? "" : "    { .constant = true }\n");
    free(a);
}

#ifndef REDACT_NO_HS
/* libhs looks for the words of the anchors alone, as literals: its automata for
 * bounded repeats miss matches (Vectorscan 5.4.9, \\n[a-z]{0,40}word behind
 * 16 bytes or more), and a missed nominee is a secret that passes. */
struct literals {
    size_t n;
    char **text;
    unsigned *flags, *ids;
};

static bool has_literal(const struct literals *l, const char *text)
{
    for (size_t i = 0; i < l->n; i++)
        if (!strcmp(l->text[i], text))
            return true;
    return false;
}

/* Each word once, numbered as they come: engine_hs.c counts the same way. */
static void add_words(struct literals *l, const struct anchor *a)
{
    for (size_t k = 0; k < a->words.n; k++) {
        const struct anchor_word *w = &a->words.word[k];
        struct buf b = BUF_INIT;

        for (size_t i = 0; i < w->len; i++)
            buf_addf(&b, "\\x%02x", (unsigned char)w->text[i]);
        if (has_literal(l, buf_str(&b))) {
            buf_done(&b);
            continue;
        }
        l->text = xreallocarray(l->text, l->n + 1, sizeof(*l->text));
        l->flags = xreallocarray(l->flags, l->n + 1, sizeof(*l->flags));
        l->ids = xreallocarray(l->ids, l->n + 1, sizeof(*l->ids));
        l->text[l->n] = buf_take(&b);
        l->flags[l->n] = HS_FLAG_CASELESS;
        l->ids[l->n] = (unsigned)l->n;
        l->n++;
    }
}

static void print_database(const struct redact_rule *const *rules, size_t n)
{
    static const hs_platform_info_t generic = {.tune = HS_TUNE_FAMILY_GENERIC};
    hs_compile_error_t *error = NULL;
    struct literals l = {0};
    hs_database_t *db = NULL;
    char *bytes = NULL;
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        struct anchor a;

        anchor_parse(rules[i]->anchor, &a, NULL);
        add_words(&l, &a);
        anchor_done(&a);
    }
    if (hs_compile_multi((const char *const *)l.text, l.flags, l.ids,
                         (unsigned)l.n, HS_MODE_BLOCK, &generic, &db,
                         &error) != HS_SUCCESS)
        die(error->message);
    if (hs_serialize_database(db, &bytes, &len) != HS_SUCCESS)
        die("cannot serialize the database of libhs");
    printf("const unsigned char redact_builtin_hs[] = {");
    for (size_t i = 0; i < len; i++)
        printf("%s%d,", i % 24 ? "" : "\n    ", (unsigned char)bytes[i]);
    printf("\n};\nconst size_t redact_builtin_hs_len = %zu;\n", len);
    hs_free_database(db);
    free(bytes);
    for (size_t i = 0; i < l.n; i++)
        free(l.text[i]);
    free(l.text);
    free(l.flags);
    free(l.ids);
}
#else
static void print_database(const struct redact_rule *const *rules, size_t n)
{
    (void)rules;
    (void)n;
    printf("const unsigned char redact_builtin_hs[] = { 0 };\n"
           "const size_t redact_builtin_hs_len = 0;\n");
}
#endif

static struct rulefile *load(const char *path, const struct rulefile *shared)
{
    struct err err = ERR_INIT;
    struct buf text = BUF_INIT;
    struct rulefile *out = NULL;
    FILE *f = fopen(path, "re");
    size_t n;

    if (!f) {
        perror(path);
        exit(1);
    }
    while ((n = fread(buf_room(&text, 65536), 1, 65536, f)) > 0)
        text.len += n;
    if (ferror(f))
        die("cannot read a rule file");
    fclose(f);
    if (rulefile_load(path, buf_str(&text), text.len, shared, &out, &err))
        die(err.text);
    buf_done(&text);
    return out;
}

static void refuse_twins(const struct rulefile *f,
                         const struct redact_rule *const *all, size_t n)
{
    struct err err = ERR_INIT;
    char where[32];

    for (size_t i = 0; i < rulefile_count(f); i++) {
        for (size_t k = 0; k < n; k++) {
            if (strcmp(all[k]->name, rulefile_rule(f, i)->name))
                continue;
            snprintf(where, sizeof(where), "rules/%zu/name", i);
            rulefile_error(f, &err, where, "the name %s is taken",
                           all[k]->name);
            die(err.text);
        }
    }
}

int main(int argc, char **argv)
{
    struct rulefile **files = xcalloc((size_t)argc, sizeof(*files));
    const struct redact_rule **all = NULL;
    size_t n = 0;

    for (int i = 1; i < argc; i++) {
        files[i] = load(argv[i], i > 1 ? files[1] : NULL);
        if (rulefile_disabled_count(files[i]))
            die("disable: is for rules added at run time");
        refuse_twins(files[i], all, n);
        all = xreallocarray(all, n + rulefile_count(files[i]), sizeof(*all));
        for (size_t k = 0; k < rulefile_count(files[i]); k++)
            all[n++] = rulefile_rule(files[i], k);
    }
    printf("/* Made by redact-gen from redact/rules; do not edit. */\n"
           "#include \"redact/anchor.h\"\n#include \"redact/rule.h\"\n\n");
    for (size_t i = 0; i < n; i++)
        print_examples(i, all[i]);
    printf("const struct redact_rule redact_builtin[] = {\n");
    for (size_t i = 0; i < n; i++)
        print_rule(i, all[i]);
    printf("};\nconst size_t redact_builtin_count = %zu;\n", n);
    print_anchors(all, n);
    print_database(all, n);
    for (int i = 1; i < argc; i++)
        rulefile_free(files[i]);
    free(all);
    free(files);
    if (fflush(stdout) || ferror(stdout)) {
        perror("redact-gen: standard output");
        return 1;
    }
    return 0;
}
