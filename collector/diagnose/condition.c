#include "collector/diagnose/condition.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"

enum op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_LIKE, OP_UNLIKE, OP_N };

static const char *const ops[OP_N] = {
    "==", "!=", "<", "<=", ">", ">=", "=~", "!~"};

struct parsed {
    char path[64];
    enum op op;
    char value[160];
    bool quoted;
};

static int parse(const char *text, struct parsed *out, struct err *err)
{
    char op[4];
    int at = 0;

    memset(out, 0, sizeof(*out));
    if (sscanf(text, "%63s %3s %n", out->path, op, &at) != 2 || !text[at])
        return err_set(err, -EINVAL, "expected 'PATH OP VALUE', found '%s'",
                       text);
    for (out->op = 0; out->op < OP_N && strcmp(ops[out->op], op); out->op++)
        ;
    if (out->op == OP_N)
        return err_set(err, -EINVAL,
                       "expected one of == != < <= > >= =~ !~, found '%s'", op);
    if (strlen(text + at) >= sizeof(out->value))
        return err_set(err, -EINVAL, "the value is too long");
    memcpy(out->value, text + at, strlen(text + at) + 1);
    if (strchr("'\"", *out->value) && strlen(out->value) > 1 &&
        out->value[strlen(out->value) - 1] == *out->value) {
        out->value[strlen(out->value) - 1] = '\0';
        memmove(out->value, out->value + 1, strlen(out->value));
        out->quoted = true;
    }
    return 0;
}

static pcre2_code *expression(const char *text)
{
    PCRE2_SIZE at;
    int code;

    return pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, &code, &at,
                         NULL);
}

int condition_check(const char *text, struct err *err)
{
    struct parsed p;
    int rc = parse(text, &p, err);
    pcre2_code *code;

    if (rc || p.op < OP_LIKE)
        return rc;
    code = expression(p.value);
    if (!code)
        return err_set(err, -EINVAL, "'%s' is no regular expression", p.value);
    pcre2_code_free(code);
    return 0;
}

struct json_object *condition_fact(struct json_object *facts,
                                   struct json_object *element,
                                   const char *path)
{
    return *path == '.' ? facts_get(element, path + 1) : facts_get(facts, path);
}

static bool is_number(const char *s, double *out)
{
    static const char units[] = "KMG";
    char *end;
    const char *unit;

    *out = strtod(s, &end);
    if (end == s)
        return false;
    unit = *end ? strchr(units, *end) : NULL;
    for (long k = unit ? unit - units : -1; k >= 0; k--)
        *out *= 1024;
    return !end[unit != NULL];
}

/* "bridges.n" and the like: letters, and a dot somewhere. */
static bool is_path(const char *s)
{
    return strchr(s, '.') &&
           strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.") == strlen(s) &&
           !isdigit((unsigned char)*s);
}

static bool like(const char *text, const char *pattern)
{
    pcre2_code *code = expression(pattern);
    pcre2_match_data *md = pcre2_match_data_create(1, NULL);
    bool r = code && pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, md,
                                 NULL) >= 0;

    pcre2_match_data_free(md);
    pcre2_code_free(code);
    return r;
}

static int order(enum op op, int cmp)
{
    switch (op) {
    case OP_EQ:
        return cmp == 0;
    case OP_NE:
        return cmp != 0;
    case OP_LT:
        return cmp < 0;
    case OP_LE:
        return cmp <= 0;
    case OP_GT:
        return cmp > 0;
    default:
        return cmp >= 0;
    }
}

static int unknown(const char *path, char **out)
{
    if (out)
        *out = xstrdup(path);
    return -1;
}

int condition_judge(const char *text, struct json_object *facts,
                    struct json_object *element, char **unknown_out)
{
    struct json_object *left, *right = NULL;
    struct parsed p;
    const char *value;
    double a, b;

    if (parse(text, &p, NULL))
        return 0;
    left = condition_fact(facts, element, p.path);
    if (!left)
        return unknown(p.path, unknown_out);
    if (!p.quoted && p.op < OP_LIKE && is_path(p.value)) {
        right = condition_fact(facts, element, p.value);
        if (!right)
            return unknown(p.value, unknown_out);
    }
    value = right ? json_object_get_string(right) : p.value;
    if (p.op >= OP_LIKE)
        return like(json_object_get_string(left), value) == (p.op == OP_LIKE);
    if (is_number(value, &b) && (json_object_is_type(left, json_type_int) ||
                                 json_object_is_type(left, json_type_double))) {
        a = json_object_get_double(left);
        return order(p.op, (a > b) - (a < b));
    }
    return order(p.op, strcmp(json_object_get_string(left), value));
}
