#include "collector/review.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "redact/redact.h"
#include "redact/token.h"

#define HELD 65536u
#define BEFORE 60u /* bytes of a line before its first token */
#define AFTER 40u
#define MEMBER_LINES 20u
#define MAX_LINES 20000u /* of all members */
#define MAX_RULES 1024u  /* of a member; a forged bundle could name many */
#define NAME_MAX_BYTES 33u

struct count {
    char rule[NAME_MAX_BYTES];
    uint64_t n;
};

struct line {
    uint64_t number;
    char *text; /* fit to be shown */
};

struct seen {
    char *member;
    uint64_t tokens, lines; /* in all */
    struct count *count;
    size_t n_counts;
    struct line *line;
    size_t n_lines; /* that are kept */
};

struct review {
    struct seen *v;
    size_t n;
    size_t kept;     /* lines of all members */
    struct seen now; /* the member */
    uint64_t number; /* of the line */
    bool told;       /* the line is counted */
    char *held;      /* from done on not looked at; before it for context */
    size_t len, done;
};

struct review *review_new(void)
{
    struct review *r = xcalloc(1, sizeof(*r));

    r->held = xmalloc(HELD);
    return r;
}

static void seen_done(struct seen *s)
{
    for (size_t i = 0; i < s->n_lines; i++)
        free(s->line[i].text);
    free(s->line);
    free(s->count);
    free(s->member);
}

void review_free(struct review *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++)
        seen_done(&r->v[i]);
    seen_done(&r->now);
    free(r->v);
    free(r->held);
    free(r);
}

/* ---- a member ------------------------------------------------------------ */

static void count_rule(struct seen *s, const char *token)
{
    const char *name = strchr(token, ':') + 1;
    size_t n = strcspn(name, ":"), i = 0;

    while (i < s->n_counts && (strlen(s->count[i].rule) != n ||
                               memcmp(s->count[i].rule, name, n) != 0))
        i++;
    if (i == s->n_counts) {
        if (i == MAX_RULES || n >= NAME_MAX_BYTES)
            return;
        s->count = xreallocarray(s->count, ++s->n_counts, sizeof(*s->count));
        memset(&s->count[i], 0, sizeof(s->count[i]));
        memcpy(s->count[i].rule, name, n);
    }
    s->count[i].n++;
}

/* The line, round its first token at at. */
static void keep_line(struct review *r, size_t at, size_t token)
{
    struct seen *s = &r->now;
    size_t from = at, to = at + token;
    char raw[BEFORE + TOKEN_MAX + AFTER + 1], shown[4 * sizeof(raw)];

    while (from && at - from < BEFORE && r->held[from - 1] != '\n')
        from--;
    while (to < r->len && to - at - token < AFTER && r->held[to] != '\n')
        to++;
    for (size_t i = from; i < to; i++)
        raw[i - from] = r->held[i] ? r->held[i] : ' ';
    raw[to - from] = '\0';
    str_visible(raw, shown, sizeof(shown));
    s->line = xreallocarray(s->line, s->n_lines + 1, sizeof(*s->line));
    s->line[s->n_lines++] = (struct line){r->number, xstrdup(shown)};
    r->kept++;
}

/* Looks at what is held up to end. */
static void look(struct review *r, size_t end)
{
    struct seen *s = &r->now;

    while (r->done < end) {
        const char *p = r->held + r->done;
        size_t n = *p == '[' ? redact_token_len(p, r->len - r->done) : 0;

        if (*p == '\n') {
            r->number++;
            r->told = false;
        }
        if (n) {
            s->tokens++;
            count_rule(s, p);
            if (!r->told) {
                s->lines++;
                if (s->n_lines < MEMBER_LINES && r->kept < MAX_LINES)
                    keep_line(r, r->done, n);
            }
            r->told = true;
        }
        r->done += n ? n : 1;
    }
}

void review_begin(struct review *r, const char *member)
{
    r->now = (struct seen){.member = xstrdup(member)};
    r->number = 1;
    r->told = false;
    r->len = r->done = 0;
}

void review_feed(struct review *r, const void *data, size_t n)
{
    const char *p = data;

    while (n) {
        size_t k = HELD - r->len;

        if (k > n)
            k = n;
        memcpy(r->held + r->len, p, k);
        r->len += k;
        p += k;
        n -= k;
        if (r->len == HELD) {
            size_t from;

            look(r, HELD - TOKEN_MAX - AFTER);
            from = r->done - BEFORE;
            memmove(r->held, r->held + from, r->len - from);
            r->len -= from;
            r->done -= from;
        }
    }
}

void review_end(struct review *r)
{
    look(r, r->len);
    if (r->now.tokens) {
        r->v = xreallocarray(r->v, r->n + 1, sizeof(*r->v));
        r->v[r->n++] = r->now;
    } else {
        seen_done(&r->now);
    }
    memset(&r->now, 0, sizeof(r->now));
}

/* ---- what is shown ------------------------------------------------------- */

static char *visible(const char *s)
{
    size_t size = 4 * strlen(s) + 1;

    return str_visible(s, xmalloc(size), size);
}

static void print_counts(FILE *f, const struct seen *s)
{
    char *name = visible(s->member);

    fprintf(f, "%s: %" PRIu64 " redacted:", name, s->tokens);
    for (size_t i = 0; i < s->n_counts; i++)
        fprintf(f, "%s %s %" PRIu64, i ? "," : "", s->count[i].rule,
                s->count[i].n);
    fputc('\n', f);
    free(name);
}

static void print_lines(FILE *f, const struct seen *s)
{
    char *name = visible(s->member);

    fprintf(f, "\n%s\n", name);
    for (size_t i = 0; i < s->n_lines; i++)
        fprintf(f, "%8" PRIu64 "  %s\n", s->line[i].number, s->line[i].text);
    if (s->lines > s->n_lines)
        fprintf(f, "          and %" PRIu64 " more lines\n",
                s->lines - s->n_lines);
    free(name);
}

void review_print(FILE *f, const struct review *r)
{
    for (size_t i = 0; i < r->n; i++)
        print_counts(f, &r->v[i]);
    for (size_t i = 0; i < r->n; i++)
        print_lines(f, &r->v[i]);
    if (r->n)
        fputc('\n', f);
    else
        fputs("nothing was redacted\n", f);
}

static struct json_object *seen_json(const struct seen *s)
{
    struct json_object *o = json_object_new_object();
    struct json_object *rules = json_object_new_object();
    struct json_object *lines = json_object_new_array();
    char *name = visible(s->member);

    for (size_t i = 0; i < s->n_counts; i++)
        json_object_object_add(rules, s->count[i].rule,
                               json_object_new_int64((int64_t)s->count[i].n));
    for (size_t i = 0; i < s->n_lines; i++) {
        struct json_object *l = json_object_new_object();

        json_object_object_add(
            l, "line", json_object_new_int64((int64_t)s->line[i].number));
        json_object_object_add(l, "text",
                               json_object_new_string(s->line[i].text));
        json_object_array_add(lines, l);
    }
    json_object_object_add(o, "member", json_object_new_string(name));
    json_object_object_add(o, "redacted",
                           json_object_new_int64((int64_t)s->tokens));
    json_object_object_add(o, "rules", rules);
    json_object_object_add(o, "n_lines",
                           json_object_new_int64((int64_t)s->lines));
    json_object_object_add(o, "lines", lines);
    free(name);
    return o;
}

struct json_object *review_json(const struct review *r)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < r->n; i++)
        json_object_array_add(list, seen_json(&r->v[i]));
    return list;
}
