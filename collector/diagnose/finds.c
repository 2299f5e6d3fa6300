#include "collector/diagnose/finds.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"

void find_done(struct find *f)
{
    free(f->member);
    free(f->text);
    free(f->found);
    free(f->title);
    free(f->time);
    free(f->reason);
    free(f->reason_text);
    memset(f, 0, sizeof(*f));
}

void finds_done(struct finds *f)
{
    if (!f->count && !f->last.member)
        return;
    for (size_t k = 0; k < f->n; k++)
        find_done(&f->first[k]);
    for (size_t k = 0; k < f->n_titles; k++)
        find_done(&f->title[k]);
    find_done(&f->last);
}

static bool before(const struct find *a, const struct find *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    return a->order != b->order ? a->order < b->order : a->line < b->line;
}

static struct find find_copy(const struct find *f)
{
    struct find out = *f;

    out.member = xstrdup(f->member);
    out.text = xstrdup(f->text);
    out.found = xstrdup(f->found);
    out.title = xstrdup(f->title);
    out.time = f->time ? xstrdup(f->time) : NULL;
    out.reason = f->reason ? xstrdup(f->reason) : NULL;
    out.reason_text = f->reason_text ? xstrdup(f->reason_text) : NULL;
    return out;
}

/* Puts a copy of f into the sorted list v of at most max. */
static void keep_first(struct find *v, size_t *n, size_t max,
                       const struct find *f)
{
    size_t at = *n;

    while (at && before(f, &v[at - 1]))
        at--;
    if (at == max)
        return;
    if (*n == max)
        find_done(&v[--*n]);
    memmove(v + at + 1, v + at, (*n - at) * sizeof(*v));
    v[at] = find_copy(f);
    ++*n;
}

static void keep_title(struct finds *fs, const struct find *f)
{
    for (size_t i = 0; i < fs->n_titles; i++) {
        if (strcmp(fs->title[i].title, f->title))
            continue;
        if (!before(f, &fs->title[i]))
            return;
        find_done(&fs->title[i]);
        memmove(fs->title + i, fs->title + i + 1,
                (--fs->n_titles - i) * sizeof(*fs->title));
        break;
    }
    keep_first(fs->title, &fs->n_titles, MATCH_SUBJECTS, f);
}

void finds_keep_last(struct finds *fs, const struct find *f)
{
    const struct find *last = &fs->last;

    if (last->member && (last->order != f->order ? last->order > f->order
                                                 : last->line >= f->line))
        return;
    find_done(&fs->last);
    fs->last = find_copy(f);
}

void finds_keep(struct finds *fs, const struct find *f)
{
    fs->count++;
    keep_first(fs->first, &fs->n, MATCH_KEPT, f);
    keep_title(fs, f);
    finds_keep_last(fs, f);
}

void finds_merge(struct finds *fs, const struct finds *more)
{
    fs->count += more->count;
    for (size_t i = 0; i < more->n; i++)
        keep_first(fs->first, &fs->n, MATCH_KEPT, &more->first[i]);
    for (size_t i = 0; i < more->n_titles; i++)
        keep_title(fs, &more->title[i]);
    finds_keep_last(fs, &more->last);
}

/* Numbers differ where the same is said again. */
static bool is_alike(const char *a, const char *b)
{
    while (*a && *b) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            a += strspn(a, "0123456789");
            b += strspn(b, "0123456789");
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return !*a && !*b;
}

bool finds_is_late(const struct finds *fs, const struct find *f)
{
    for (size_t i = 0; i < fs->n; i++)
        if (fs->first[i].score >= f->score &&
            is_alike(fs->first[i].title, f->title))
            return true;
    return fs->n == MATCH_KEPT && !before(f, &fs->first[MATCH_KEPT - 1]);
}

static void tell(struct find *f, const struct find *more)
{
    if (f->line != more->line)
        return;
    if (more->text) {
        free(f->text);
        f->text = xstrdup(more->text);
        f->shown = more->shown;
    }
    if (more->reason) {
        free(f->reason);
        f->reason = xstrdup(more->reason);
        f->reason_line = more->reason_line;
    }
    if (more->reason_text) {
        free(f->reason_text);
        f->reason_text = xstrdup(more->reason_text);
        f->reason_from = more->reason_from;
    }
}

void finds_tell(struct finds *fs, const struct find *more)
{
    for (size_t i = 0; i < fs->n; i++)
        tell(&fs->first[i], more);
    for (size_t i = 0; i < fs->n_titles; i++)
        tell(&fs->title[i], more);
}
