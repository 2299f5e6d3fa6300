/* Texts with the problem that they show: tests/diagnose/cases, made from the
 * sources' formats for each problem that must be known, and heldout/, from
 * public trackers.
 *
 *   @ ID...         begins a case: these must be found
 *   @1 ID           ... among the first three
 *   @ ID !OTHER     OTHER must not be found
 *   > MEMBER        the lines that follow stand in that member of a bundle;
 *                   without it they are a file that somebody hands in
 *   = {...}         facts of the host
 *   # ...           a comment */
#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/base/facts_get.h"
#include "collector/diagnose/diagnose.h"

#define FIRST 3u
#define HELDOUT_MIN 40u
#define HELDOUT_PCT 85u

static struct diag_rules *rules;

static int load(void **state)
{
    (void)state;
    rules = diag_rules_new();
    diag_rules_add_builtin(rules);
    diag_rules_ready(rules);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    diag_rules_free(rules);
    return 0;
}

static const char *path_of(const char *name)
{
    static char path[512];
    const char *top = getenv("TOP");

    snprintf(path, sizeof(path), "%s/tests/diagnose/%s", top ? top : ".", name);
    return path;
}

static FILE *open_file(const char *name)
{
    FILE *f = fopen(path_of(name), "r");

    if (!f)
        fail_msg("cannot open %s (TOP is the checkout)", path_of(name));
    return f;
}

/* ---- one case ------------------------------------------------------------ */

struct a_case {
    char ids[300];
    bool first; /* among the first three */
    struct diagnosis *d;
    struct match_stream *m;
    uint64_t order;
    struct json_object *facts;
};

struct tally {
    const char *name;
    unsigned cases, found, wrong;
    struct buf known; /* ids of all cases, a blank around each */
    struct buf docs;  /* what was found */
};

static void end_member(struct a_case *c)
{
    match_end(c->m);
    match_commit(c->m);
    c->m = NULL;
}

static bool is_id(const char *is, const char *id, size_t n)
{
    return strlen(is) == n && !strncmp(is, id, n);
}

/* Where the finding stands from 1 on, or the one that includes it; 0: it does
 * not. */
static size_t place_of(struct json_object *doc, const char *id, size_t n)
{
    for (size_t i = 0; i < facts_count(doc, "findings"); i++) {
        struct json_object *f = facts_at(doc, "findings", i);

        if (is_id(facts_text(f, "id"), id, n))
            return i + 1;
        for (size_t k = 0; k < facts_count(f, "includes"); k++)
            if (is_id(json_object_get_string(facts_at(f, "includes", k)), id,
                      n))
                return i + 1;
    }
    return 0;
}

static void tell(const struct tally *t, const struct a_case *c,
                 struct json_object *doc)
{
    fprintf(stderr, "%s: expected %s, found", t->name, c->ids);
    for (size_t i = 0; i < facts_count(doc, "findings"); i++)
        fprintf(stderr, " %s", facts_text(facts_at(doc, "findings", i), "id"));
    fputc('\n', stderr);
}

static void end_case(struct a_case *c, struct tally *t)
{
    struct json_object *doc, *known;
    const char *p = c->ids;
    bool all = true;

    if (!c->d)
        return;
    end_member(c);
    known = json_object_new_object();
    json_object_object_add(known, "facts", c->facts);
    doc = diagnosis_json(c->d, known, "1");
    while (*p) {
        size_t n = strcspn(p, " "), at = place_of(doc, p, n);

        if (*p == '!')
            all &= !place_of(doc, p + 1, n - 1);
        else if (strncmp(p, "none", n))
            all &= at && (!c->first || at <= FIRST);
        else
            all &= !diagnosis_count(doc, SEV_ERROR);
        buf_addf(&t->known, " %.*s ", (int)n, p);
        p += n + strspn(p + n, " ");
    }
    buf_adds(&t->docs, json_object_to_json_string(doc));
    t->cases++;
    t->found += all;
    if (!all)
        tell(t, c, doc);
    json_object_put(doc);
    diagnosis_free(c->d);
    memset(c, 0, sizeof(*c));
}

static void begin_case(struct a_case *c, const char *line)
{
    c->first = line[1] == '1';
    line += 1 + c->first;
    line += strspn(line, " ");
    snprintf(c->ids, sizeof(c->ids), "%s", line);
    c->d = diagnosis_new(rules);
}

static void a_line(struct a_case *c, const char *line, size_t n)
{
    if (!c->m)
        c->m = diagnosis_begin_any(c->d, "log", c->order++);
    match_feed(c->m, line, n);
    match_feed(c->m, "\n", 1);
}

static void run_file(const char *name, struct tally *t)
{
    FILE *f = open_file(name);
    struct a_case c = {.d = NULL};
    char *line = NULL;
    size_t size = 0;
    ssize_t n;

    while ((n = getline(&line, &size, f)) > 0) {
        if (line[n - 1] == '\n')
            line[--n] = '\0';
        if (*line == '@') {
            end_case(&c, t);
            begin_case(&c, line);
        } else if (!c.d || !n || *line == '#') {
            continue;
        } else if (!strncmp(line, "> ", 2)) {
            end_member(&c);
            c.m = diagnosis_begin(c.d, line + 2, c.order++);
            if (!c.m)
                fail_msg("%s: %s is looked through for nothing", name,
                         line + 2);
        } else if (!strncmp(line, "= ", 2)) {
            json_object_put(c.facts);
            c.facts = json_tokener_parse(line + 2);
            if (!c.facts)
                fail_msg("%s: no JSON: %s", name, line + 2);
        } else {
            a_line(&c, line, (size_t)n);
        }
    }
    end_case(&c, t);
    free(line);
    fclose(f);
}

/* ---- the files ----------------------------------------------------------- */

/* Every problem that must be known is a rule, and has a case. */
static void test_ids(void **state)
{
    struct tally t = {.name = "cases", .known = BUF_INIT, .docs = BUF_INIT};
    FILE *f = open_file("ids");
    char *line = NULL, id[128];
    size_t size = 0;
    ssize_t n;

    (void)state;
    run_file("cases", &t);
    while ((n = getline(&line, &size, f)) > 0) {
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
        if (!*line || *line == '#')
            continue;
        snprintf(id, sizeof(id), " %s ", line);
        if (!diag_rules_find(rules, line) || !strstr(buf_str(&t.known), id)) {
            fprintf(stderr, "%s has no %s\n", line,
                    diag_rules_find(rules, line) ? "case" : "rule");
            t.wrong++;
        }
    }
    fclose(f);
    free(line);
    buf_done(&t.known);
    buf_done(&t.docs);
    printf("cases: %u of %u found\n", t.found, t.cases);
    assert_int_equal(t.wrong, 0);
    assert_int_equal(t.found, t.cases);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Real cases: the established cause is among the first three findings. */
static void test_heldout(void **state)
{
    struct tally t = {.name = "heldout", .known = BUF_INIT, .docs = BUF_INIT};
    DIR *dir = opendir(path_of("heldout"));
    char *names[64], rel[300];
    struct dirent *e;
    size_t n = 0;

    (void)state;
    assert_non_null(dir);
    while ((e = readdir(dir)) && n < 64)
        if (strstr(e->d_name, ".txt"))
            names[n++] = strdup(e->d_name);
    closedir(dir);
    qsort(names, n, sizeof(*names), by_name);
    for (size_t i = 0; i < n; i++) {
        snprintf(rel, sizeof(rel), "heldout/%s", names[i]);
        run_file(rel, &t);
        free(names[i]);
    }
    buf_done(&t.known);
    buf_done(&t.docs);
    printf("held out: %u of %u causes among the first %u findings\n", t.found,
           t.cases, FIRST);
    assert_true(t.cases >= HELDOUT_MIN);
    assert_true(t.found * 100 >= t.cases * HELDOUT_PCT);
}

/* ---- a healthy host ------------------------------------------------------ */

static struct diagnosis *healthy;
static uint64_t healthy_files;

static int feed(const char *path, const struct stat *st, int type,
                struct FTW *where)
{
    char block[65536];
    struct match_stream *m;
    size_t n;
    FILE *f;

    (void)st;
    (void)where;
    if (strstr(path, "/etc/xen/scripts/") || strstr(path, "/init.d/"))
        return 0; /* programs have the messages in them */
    f = type == FTW_F ? fopen(path, "r") : NULL;
    if (!f)
        return 0;
    m = diagnosis_begin_any(healthy, path, healthy_files++);
    while ((n = fread(block, 1, sizeof(block), f)) > 0)
        match_feed(m, block, n);
    fclose(f);
    match_end(m);
    match_commit(m);
    return 0;
}

/* What is found in all files of the healthy host; to be freed. */
static struct json_object *look_at_healthy(void)
{
    struct json_object *doc;

    healthy_files = 0;
    healthy = diagnosis_new(rules);
    assert_int_equal(
        nftw(path_of("../hosts/xen-4.17-debian12"), feed, 16, FTW_PHYS), 0);
    assert_true(healthy_files > 100);
    doc = diagnosis_json(healthy, NULL, "1");
    diagnosis_free(healthy);
    return doc;
}

/* Whatever stands in any file of a healthy host is no error, even if it is
 * looked at as every kind of log. */
static void test_healthy(void **state)
{
    struct json_object *doc = look_at_healthy();

    (void)state;
    for (size_t i = 0; i < facts_count(doc, "findings"); i++) {
        struct json_object *f = facts_at(doc, "findings", i);

        if (!strcmp(facts_text(f, "severity"), "error"))
            fail_msg("%s", json_object_to_json_string(f));
    }
    json_object_put(doc);
}

/* The first finding's words; is_guest: the log tells that it is of a guest. */
static char *words_of(bool is_guest)
{
    static const char guest[] = "[ 0.0] DMI: Xen HVM domU, BIOS 4.17\n",
                      line[] = "[ 9.1] watchdog: BUG: soft lockup - CPU#0 "
                               "stuck for 23s! [x:1]\n";
    struct diagnosis *d = diagnosis_new(rules);
    struct match_stream *m = diagnosis_begin_any(d, "standard input", 0);
    struct json_object *doc, *f;
    char *out;

    if (is_guest)
        match_feed(m, guest, strlen(guest));
    match_feed(m, line, strlen(line));
    match_end(m);
    match_commit(m);
    doc = diagnosis_json(d, NULL, "1");
    f = facts_at(doc, "findings", 0);
    assert_string_equal(facts_text(f, "id"), "soft-lockup");
    out = strdup(facts_text(f, "remedy"));
    json_object_put(doc);
    diagnosis_free(d);
    return out;
}

/* Of a guest's log nothing is said of dom0; names of options stay. */
static void test_guest(void **state)
{
    char *host = words_of(false), *guest = words_of(true);

    (void)state;
    assert_non_null(strstr(host, "Give dom0 "));
    assert_null(strstr(guest, "dom0 "));
    assert_non_null(strstr(guest, "Give this guest "));
    assert_non_null(strstr(guest, "dom0_"));
    free(host);
    free(guest);
}

/* Every rule tells where its message or state comes from. */
static void test_source(void **state)
{
    (void)state;
    for (size_t i = 0; i < rules->n; i++)
        if (!rules->rule[i].source)
            fail_msg("rule %s has no source", rules->rule[i].id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),     cmocka_unit_test(test_heldout),
        cmocka_unit_test(test_healthy), cmocka_unit_test(test_guest),
        cmocka_unit_test(test_source),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
