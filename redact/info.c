#include "redact/info.h"

#include <ctype.h>
#include <string.h>

#define WIDTH_CAP 100000u /* sums stop here, far above every limit */

static unsigned cap(unsigned long n)
{
    return n < WIDTH_CAP ? (unsigned)n : WIDTH_CAP;
}

/* Sets of words are large and mostly empty: only what is used is touched. */
static void info_init(struct info *in)
{
    in->min = in->max = in->ahead = in->behind = 0;
    in->exact = false;
    wordset_none(&in->set);
    wordset_none(&in->best);
}

void info_empty(struct info *in)
{
    info_init(in);
    in->exact = true;
    wordset_one_empty(&in->set);
}

void info_copy(struct info *to, const struct info *from)
{
    to->min = from->min;
    to->max = from->max;
    to->ahead = from->ahead;
    to->behind = from->behind;
    to->exact = from->exact;
    wordset_copy(&to->set, &from->set);
    wordset_copy(&to->best, &from->best);
}

/* Letters count in both cases, since (?i) may be in force. */
void info_of_set(const struct byteset *s, struct info *out)
{
    struct anchor_word w = {.len = 1};
    bool few = true;

    info_init(out);
    out->min = out->max = out->ahead = 1;
    for (unsigned c = 0; c < 256 && few; c++) {
        if (!s->has[c])
            continue;
        w.text[0] = (char)tolower((int)c);
        few = wordset_add(&out->set, &w) && out->set.n <= INFO_CLASS_WORDS;
    }
    out->exact = few && out->set.n;
    if (!out->exact)
        wordset_none(&out->set);
}

void info_repeat(struct info *in, unsigned lo, unsigned hi)
{
    struct wordset all, power, next;
    bool exact = in->exact;

    wordset_one_empty(&power);
    wordset_none(&all);
    for (unsigned i = 0; exact && i <= hi; i++) {
        if (i >= lo)
            for (size_t k = 0; exact && k < power.n; k++)
                exact = wordset_add(&all, &power.word[k]);
        if (exact && i < hi) {
            exact = wordset_product(&power, &in->set, &next);
            wordset_copy(&power, &next);
        }
    }
    if (!exact) {
        if (in->exact)
            wordset_better(&in->best, &in->set);
        if (!lo)
            wordset_none(&in->best);
    }
    in->exact = exact;
    wordset_copy(&in->set, &all);
    in->ahead = cap((unsigned long)in->max * (hi - 1) + in->ahead);
    in->min = cap((unsigned long)in->min * lo);
    in->max = cap((unsigned long)in->max * hi);
}

/* ---- sequences ---- */

static void run_begin(struct info_seq *s, const struct wordset *words)
{
    wordset_copy(&s->run, words);
    s->run_lo = s->info.min;
    s->run_hi = s->info.max;
}

void info_seq_begin(struct info_seq *s)
{
    struct wordset empty;

    info_init(&s->info);
    s->broken = false;
    wordset_one_empty(&empty);
    run_begin(s, &empty);
}

/* The run is over: its words may be the best. */
static void run_end(struct info_seq *s)
{
    wordset_move(&s->run, s->run_lo, s->run_hi);
    wordset_better(&s->info.best, &s->run);
}

/* The words of a part that is not exact, as words of the sequence. */
static void add_best(struct info_seq *s, const struct info *in)
{
    struct wordset best;

    wordset_copy(&best, &in->best);
    wordset_move(&best, s->info.min, s->info.max);
    wordset_better(&s->info.best, &best);
}

void info_seq_add(struct info_seq *s, const struct info *in)
{
    unsigned ahead = cap((unsigned long)s->info.max + in->ahead);
    struct wordset next;
    bool goes_on = in->exact && wordset_product(&s->run, &in->set, &next);

    if (ahead > s->info.ahead)
        s->info.ahead = ahead;
    if (in->behind > s->info.behind) /* as if nothing came before */
        s->info.behind = cap(in->behind);
    if (!goes_on) {
        s->broken = true;
        run_end(s);
    }
    if (goes_on)
        wordset_copy(&s->run, &next);
    else if (in->exact)
        run_begin(s, &in->set);
    else
        add_best(s, in);
    s->info.min = cap((unsigned long)s->info.min + in->min);
    s->info.max = cap((unsigned long)s->info.max + in->max);
    if (!in->exact) {
        wordset_one_empty(&next);
        run_begin(s, &next);
    }
}

void info_seq_end(struct info_seq *s, struct info *out)
{
    s->info.exact = !s->broken;
    if (s->info.exact) {
        wordset_copy(&s->info.set, &s->run);
    } else {
        run_end(s);
    }
    info_copy(out, &s->info);
}

/* ---- alternatives ---- */

void info_words(const struct info *in, struct wordset *out)
{
    wordset_copy(out, in->exact ? &in->set : &in->best);
}

void info_alternative(struct info *a, const struct info *b)
{
    const struct wordset *wb = b->exact ? &b->set : &b->best;
    struct wordset wa;
    bool fits;

    info_words(a, &wa);
    fits = wa.n && wb->n;
    for (size_t i = 0; fits && i < wb->n; i++)
        fits = wordset_add(&wa, &wb->word[i]);
    if (!fits)
        wordset_none(&wa);
    a->exact = a->exact && b->exact && fits;
    wordset_copy(&a->set, &wa);
    wordset_copy(&a->best, &wa);
    if (b->min < a->min)
        a->min = b->min;
    if (b->max > a->max)
        a->max = b->max;
    if (b->ahead > a->ahead)
        a->ahead = b->ahead;
    if (b->behind > a->behind)
        a->behind = b->behind;
}
