#include "collector/diagnose/evidence.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"
#include "collector/diagnose/match.h"

#define ELEMENTS_MAX 16 /* of a list, shown as evidence */

/* Tabs and line ends stay, other controls are made visible. */
static struct json_object *shown(const char *text)
{
    struct buf b = BUF_INIT;
    char line[MATCH_BLOCK];
    struct json_object *o;

    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "\n");
        char *one = xstrndup(p, n);

        buf_adds(&b, str_visible(one, line, sizeof(line)));
        free(one);
        p += n;
        if (*p == '\n')
            buf_addc(&b, *p++);
    }
    o = json_object_new_string(buf_str(&b));
    buf_done(&b);
    return o;
}

static size_t lines_in(const char *text)
{
    size_t n = 1;

    while ((text = strchr(text, '\n')) && *++text)
        n++;
    return n;
}

/* Whether the line stands there, by itself or in a block. */
static bool is_shown(struct json_object *evidence, const char *member,
                     uint64_t line)
{
    for (size_t i = 0; i < json_object_array_length(evidence); i++) {
        struct json_object *e = json_object_array_get_idx(evidence, i);
        uint64_t from = (uint64_t)json_object_get_int64(facts_get(e, "line"));

        if (!strcmp(facts_text(e, "member"), member) && line >= from &&
            line < from + lines_in(facts_text(e, "text")))
            return true;
    }
    return false;
}

void evidence_finds(struct json_object *evidence, const struct finds *f)
{
    for (size_t i = 0; i < f->n; i++) {
        uint64_t line =
            f->first[i].shown ? f->first[i].shown : f->first[i].line;
        struct json_object *e;

        if (is_shown(evidence, f->first[i].member, f->first[i].line))
            continue;
        e = json_object_new_object();
        json_object_object_add(e, "member",
                               json_object_new_string(f->first[i].member));
        json_object_object_add(e, "line", json_object_new_int64((int64_t)line));
        json_object_object_add(e, "text", shown(f->first[i].text));
        json_object_object_add(e, "match", shown(f->first[i].found));
        json_object_array_add(evidence, e);
    }
}

void evidence_reason(struct json_object *evidence, const struct find *f)
{
    struct json_object *e;

    if (is_shown(evidence, f->member, f->reason_line))
        return;
    e = json_object_new_object();
    json_object_object_add(e, "member", json_object_new_string(f->member));
    json_object_object_add(e, "line",
                           json_object_new_int64((int64_t)f->reason_from));
    json_object_object_add(e, "text", shown(f->reason_text));
    json_object_object_add(e, "match", shown(f->reason));
    json_object_object_add(e, "reason", json_object_new_boolean(1));
    json_object_array_add(evidence, e);
}

void evidence_fact(struct json_object *evidence, struct json_object *facts,
                   const char *text)
{
    struct json_object *e = json_object_new_object(), *v;
    char path[64];

    (void)sscanf(text, "%63s", path);
    v = facts_get(facts, path);
    json_object_object_add(e, "fact", json_object_new_string(path));
    json_object_object_add(e, "value", json_object_get(v));
    json_object_array_add(evidence, e);
}

void evidence_elements(struct json_object *evidence, const char *path,
                       struct json_object *elements)
{
    size_t n = json_object_array_length(elements);

    for (size_t i = 0; i < n && i < ELEMENTS_MAX; i++) {
        struct json_object *e = json_object_new_object();

        json_object_object_add(e, "fact", json_object_new_string(path));
        json_object_object_add(
            e, "value",
            json_object_get(json_object_array_get_idx(elements, i)));
        json_object_array_add(evidence, e);
    }
}
