#include "collector/diagnose/titles.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/diagnose/condition.h"
#include "collector/diagnose/match.h"
#include "collector/diagnose/reason.h"

char *titles_fill(const char *title, struct json_object *facts,
                  struct json_object *element, const char *unknown)
{
    bool begins_with_fact = str_starts(title, "{host.called");
    struct buf b = BUF_INIT;
    char path[64];
    const char *end;

    for (; *title; title++) {
        struct json_object *v;
        char *other;

        end = *title == '{' ? strchr(title, '}') : NULL;
        if (!end || (size_t)(end - title) > sizeof(path)) {
            buf_addc(&b, *title == MATCH_BRACE  ? '{'
                         : *title == MATCH_HOLE ? '?'
                                                : *title);
            continue;
        }
        memcpy(path, title + 1, (size_t)(end - title - 1));
        path[end - title - 1] = '\0';
        other = strchr(path, '|');
        if (other)
            *other++ = '\0';
        v = condition_fact(facts, element, path);
        buf_adds(&b, v && !json_object_is_type(v, json_type_object) &&
                             !json_object_is_type(v, json_type_array)
                         ? json_object_get_string(v)
                         : (other ? other : unknown));
        title = end;
    }
    if (begins_with_fact && b.len)
        b.data[0] = (char)toupper((unsigned char)b.data[0]);
    return buf_take(&b);
}

char *titles_plain(const struct diag_rule *r)
{
    return titles_fill(r->title, NULL, NULL, "...");
}

/* Facts have a dot in their name. */
bool titles_left_open(const char *title)
{
    const char *end;

    if (strchr(title, MATCH_HOLE))
        return true;
    while ((title = strchr(title, '{')) && (end = strchr(title, '}'))) {
        if (!memchr(title, '.', (size_t)(end - title)))
            return true;
        title = end;
    }
    return false;
}

const char *titles_whole(const struct finds *f)
{
    for (size_t i = 0; i < f->n_titles; i++)
        if (!titles_left_open(f->title[i].title))
            return f->title[i].title;
    return NULL;
}

/* The find that the title is of, if it has a reason, or the first that has. */
static const struct find *find_with_reason(const struct finds *f)
{
    const char *whole = titles_whole(f);

    for (size_t i = 0; i < f->n_titles; i++)
        if (f->title[i].reason && f->title[i].title == whole)
            return &f->title[i];
    for (size_t i = 0; i < f->n; i++)
        if (f->first[i].reason)
            return &f->first[i];
    return NULL;
}

/* Of a place what the title does not name: "FUNCTION, called by ...". */
static const char *unsaid(const char *place, const char *title)
{
    const char *rest = strstr(place, ", ");
    char *function = xstrndup(place, strcspn(place, ", "));
    bool named = strstr(title, function);

    free(function);
    return !named ? place : rest ? rest + 2 : "";
}

char *titles_reason(const struct finds *f, const char *title,
                    const struct find **of_out)
{
    const struct find *of = find_with_reason(f);
    char *said, visible[400];

    *of_out = of;
    if (!of)
        return NULL;
    said = of->reason_line ? reason_said(of->reason, strlen(of->reason))
                           : xstrdup(unsaid(of->reason, title));
    str_visible(said, visible, sizeof(visible));
    free(said);
    return strstr(title, visible) ? NULL : xstrdup(visible);
}

const char *titles_first_time(const struct finds *f)
{
    const struct find *first = &f->first[0];

    for (size_t i = 1; i < f->n; i++)
        if (f->first[i].order < first->order ||
            (f->first[i].order == first->order &&
             f->first[i].line < first->line))
            first = &f->first[i];
    return first->time;
}
