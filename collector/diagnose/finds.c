#include "collector/diagnose/finds.h"

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
    if (fs->last.member && !before(&fs->last, f))
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
