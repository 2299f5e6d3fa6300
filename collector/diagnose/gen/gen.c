/* diag-gen: makes the built-in rules of the diagnosis at build time.
 *
 *   diag-gen RULES.yaml... > builtin.c
 *
 * Prints C: each file's text, and the rules, their patterns and the table of
 * words as reading these texts gives them.  Never linked into the worker. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "collector/diagnose/rules.h"
#include "collector/diagnose/words.h"

/* What is made here is asked for by rules.c. */
const struct diag_builtin diag_builtin[1];
const size_t diag_builtin_count;
const struct diag_made diag_made;

static void print_bytes(const char *s, size_t n)
{
    putchar('"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c < 32 || c > 126 || c == '"' || c == '\\' || c == '?')
            printf("\\%03o", c);
        else
            putchar(c);
        if (c == '\n' && i + 1 < n)
            printf("\"\n\"");
    }
    putchar('"');
}

/* With a comma behind it. */
static void print_string(const char *s)
{
    if (s)
        print_bytes(s, strlen(s));
    else
        printf("0");
    putchar(',');
}

static void print_file(unsigned i, const char *path, const struct buf *text)
{
    printf("static const char path_%u[] = ", i);
    print_bytes(path, strlen(path));
    printf(";\nstatic const char text_%u[] =\n", i);
    print_bytes(text->data, text->len);
    printf(";\n");
}

/* The list KIND_ID, to be named by print_name. */
static void print_list(const char *kind, size_t id, const char *const *list,
                       size_t n)
{
    if (!n)
        return;
    printf("static const char *const %s_%zu[] = {", kind, id);
    for (size_t i = 0; i < n; i++)
        print_string(list[i]);
    printf("};\n");
}

static void print_name(const char *kind, size_t id, size_t n)
{
    if (n)
        printf("%s_%zu,", kind, id);
    else
        printf("0,");
    printf("%zu,", n);
}

/* The conditions from number `from` on, of all rules' conditions. */
static void print_conditions(const char *kind, size_t rule,
                             const struct diag_condition *c, unsigned n,
                             size_t from)
{
    if (!n)
        return;
    for (unsigned i = 0; i < n; i++) {
        print_list("match", from + i, c[i].match, c[i].n_match);
        print_list("where", from + i, c[i].where, c[i].n_where);
    }
    printf("static const struct diag_condition %s_%zu[] = {\n", kind, rule);
    for (unsigned i = 0; i < n; i++) {
        printf("{");
        print_name("match", from + i, c[i].n_match);
        print_string(c[i].fact);
        print_string(c[i].any);
        print_name("where", from + i, c[i].n_where);
        printf("},\n");
    }
    printf("};\n");
}

static void print_parts(size_t i, const struct diag_rule *r)
{
    print_conditions("when", i, r->when, r->n_when, r->first);
    print_conditions("alt", i, r->alt, r->n_alt, r->first + r->n_when);
    print_conditions("unless", i, r->unless, r->n_unless,
                     r->first + r->n_when + r->n_alt);
    print_list("follows", i, r->follows, r->n_follows);
    print_list("example", i, r->examples, r->n_examples);
    print_list("counter", i, r->counter, r->n_counter);
}

/* In the order of the fields. */
static void print_rule(size_t i, const struct diag_rule *r)
{
    printf("{");
    print_string(r->id);
    printf("%d,%u,", (int)r->severity, r->rank);
    print_string(r->title);
    printf("%" PRIu32 "u,%d,%d,", r->classes, r->unexplained, (int)r->reason);
    printf(r->n_when ? "when_%zu," : "0,", i);
    printf(r->n_alt ? "alt_%zu," : "0,", i);
    printf(r->n_unless ? "unless_%zu," : "0,", i);
    printf("%u,%u,%u,", r->n_when, r->n_alt, r->n_unless);
    print_name("follows", i, r->n_follows);
    printf("%u,%u,", r->first, r->block);
    print_string(r->until_text);
    printf("0,");
    print_string(r->cause);
    print_string(r->remedy);
    print_string(r->remedy_xm);
    print_string(r->see);
    print_string(r->source);
    printf(r->n_examples ? "example_%zu," : "0,", i);
    printf(r->n_counter ? "counter_%zu," : "0,", i);
    printf("%u,%u},\n", r->n_examples, r->n_counter);
}

static void print_rules(const struct diag_rules *r)
{
    for (size_t i = 0; i < r->n; i++)
        print_parts(i, &r->rule[i]);
    printf("static const struct diag_rule rules[] = {\n");
    for (size_t i = 0; i < r->n; i++)
        print_rule(i, &r->rule[i]);
    printf("};\n");
    for (size_t i = 0; i < r->n_patterns; i++)
        print_list("words", i, (const char *const *)r->pattern[i].words.word,
                   r->pattern[i].words.n);
    printf("static const struct diag_pattern patterns[] = {\n");
    for (size_t i = 0; i < r->n_patterns; i++) {
        const struct diag_pattern *p = &r->pattern[i];

        printf("{%u,%u,%d,", p->rule, p->condition, p->explains);
        print_string(p->text);
        printf("{(char **)words_%zu,%zu},0,0},\n", i, p->words.n);
    }
    printf("};\n");
}

static void print_numbers(const char *name, const uint32_t *list, size_t n)
{
    printf("static const uint32_t %s[] = {", name);
    for (size_t i = 0; i < n; i++)
        printf("%s%" PRIu32 ",", i % 16 ? "" : "\n", list[i]);
    printf("\n};\n");
}

static void print_words(const struct diag_words *w)
{
    printf("static const char *const word[] = {\n");
    for (size_t i = 0; i < w->n; i++)
        print_string(w->text[i]);
    printf("\n};\n");
    print_numbers("word_len", w->len, w->n);
    print_numbers("word_first", w->first, w->n + 1);
    print_numbers("word_of", w->of_word, w->first[w->n]);
    print_numbers("word_bucket", w->bucket, (1u << DIAG_BUCKET_BITS) + 1);
    printf("static const uint64_t word_bits[] = {");
    for (size_t i = 0; i < (1u << DIAG_HASH_BITS) / 64; i++)
        printf("%s0x%" PRIx64 ",", i % 8 ? "" : "\n", w->bits[i]);
    printf("\n};\nstatic const struct diag_place word_place[] = {\n");
    for (size_t i = 0; i < w->n_places; i++)
        printf("{0x%" PRIx64 "u,%" PRIu32 ",%" PRIu32 ",%" PRIu32 "},\n",
               w->place[i].run, w->place[i].hash, w->place[i].word,
               w->place[i].at);
    printf("};\nstatic const struct diag_words words = {\n"
           "%zu,word,word_len,%zu,word_of,word_first,%u,%u,word_bits,"
           "word_place,%zu,word_bucket};\n",
           w->n_patterns, w->n, w->stride, w->run, w->n_places);
}

static void load(struct diag_rules *r, unsigned i, const char *path)
{
    struct err err = ERR_INIT;
    struct buf text = BUF_INIT;
    FILE *f = fopen(path, "re");
    size_t n;

    if (!f) {
        perror(path);
        exit(1);
    }
    while ((n = fread(buf_room(&text, 65536), 1, 65536, f)) > 0)
        text.len += n;
    if (ferror(f)) {
        perror(path);
        exit(1);
    }
    fclose(f);
    if (diag_rules_add_untried(r, path, buf_str(&text), text.len, &err)) {
        fprintf(stderr, "diag-gen: %s\n", err.text);
        exit(1);
    }
    print_file(i, path, &text);
    buf_done(&text);
}

int main(int argc, char **argv)
{
    struct diag_rules *r = diag_rules_new();

    printf("/* Made by diag-gen from rules/; do not edit. */\n"
           "#include \"collector/diagnose/rules.h\"\n"
           "#include \"collector/diagnose/words.h\"\n");
    for (int i = 1; i < argc; i++)
        load(r, (unsigned)i, argv[i]);
    diag_rules_ready(r);
    if (!r->n || !r->n_patterns) {
        fprintf(stderr, "diag-gen: there are no rules\n");
        return 1;
    }
    printf("const struct diag_builtin diag_builtin[] = {\n");
    for (int i = 1; i < argc; i++)
        printf("{path_%d,text_%d,sizeof(text_%d) - 1},\n", i, i, i);
    printf("};\nconst size_t diag_builtin_count = %d;\n", argc - 1);
    print_rules(r);
    print_words(r->words);
    printf("const struct diag_made diag_made = {rules,%zu,patterns,%zu,%u,"
           "\"%s\",&words};\n",
           r->n, r->n_patterns, r->n_conditions, r->digest);
    diag_rules_free(r);
    if (fflush(stdout) || ferror(stdout)) {
        perror("diag-gen: standard output");
        return 1;
    }
    return 0;
}
