/* A text is looked at in every second place only.  Of each word a window of six
 * bytes was chosen; wherever the word stands, one of the window's two runs of
 * five bytes begins in such a place.  A table of bits tells of nearly all runs
 * that no word has them (a number's upper bits choose 64 bits, and of these two
 * must be set); for the others the words are compared.  Where a word is
 * shorter, runs and steps are, for all.
 *
 * libhs takes longer for the same, and thirty times as long to begin: that
 * counts in a run of a few seconds. */
#include "collector/diagnose/words.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/diagnose/classes.h"
#include "collector/base/typical.h"

#define WINDOW_MAX LITERAL_GOOD
#define USUAL 30u /* a run in a usual log is worse than many words with it */
#define HASH_BITS DIAG_HASH_BITS
#define BUCKET_BITS DIAG_BUCKET_BITS

struct diag_scratch {
    const struct diag_words *w;
    /* Of the line that is open: its words, and whether each is one of them. */
    unsigned *words;
    size_t n_words;
    uint8_t *has_word;
    unsigned *patterns;
    /* of the call that runs */
    const char *data, *line;
    size_t len, line_len;
    diag_line_fn on_line;
    void *arg;
};

/* The first bytes of the 8 at p as a number. */
static inline uint64_t run_of(const char *p, unsigned bytes)
{
    uint64_t run;

    memcpy(&run, p, sizeof(run));
    return le64toh(run) << (64 - 8 * bytes);
}

/* The run at p, where there are so many bytes. */
static uint64_t run_at(const struct diag_words *w, const char *p, size_t left)
{
    char end[sizeof(uint64_t)] = {0};

    if (left >= sizeof(end))
        return run_of(p, w->run);
    memcpy(end, p, left);
    return run_of(end, w->run);
}

#define FACTOR 0x9E3779B97F4A7C15u

static inline uint32_t hash_of(uint64_t run)
{
    return (uint32_t)((run * FACTOR) >> (64 - HASH_BITS));
}

/* The same of the run that begins a number: its other bytes fall off. */
static inline uint32_t hash_begin(uint64_t bytes8, unsigned run)
{
    return (uint32_t)((bytes8 * (FACTOR << (64 - 8 * run))) >>
                      (64 - HASH_BITS));
}

/* ---- making -------------------------------------------------------------- */

struct word_of {
    const char *text;
    unsigned pattern;
};

static int by_text(const void *a, const void *b)
{
    const struct word_of *x = a, *y = b;
    int order = strcmp(x->text, y->text);

    return order ? order
                 : (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

/* Patterns for files alone are tried on each of their lines: their words stand
 * in too many lines of other logs. */
static size_t words_in(const struct diag_rules *r, size_t pattern)
{
    const struct diag_pattern *p = &r->pattern[pattern];

    return r->rule[p->rule].classes == class_file() ? 0 : p->words.n;
}

static size_t count_words(const struct diag_rules *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_patterns; i++)
        n += words_in(r, i);
    return n;
}

static void number_words(struct diag_words *w, const struct diag_rules *r)
{
    size_t n = count_words(r), at = 0;
    unsigned least = WINDOW_MAX;
    struct word_of *all = xcalloc(n + 1, sizeof(*all));
    const char **text;
    uint32_t *len;
    unsigned *of_word, *first;

    for (size_t i = 0; i < r->n_patterns; i++)
        for (size_t k = 0; k < words_in(r, i); k++)
            all[at++] =
                (struct word_of){r->pattern[i].words.word[k], (unsigned)i};
    qsort(all, n, sizeof(*all), by_text);
    text = xcalloc(n + 1, sizeof(*text));
    len = xcalloc(n + 1, sizeof(*len));
    first = xcalloc(n + 1, sizeof(*first));
    of_word = xcalloc(n + 1, sizeof(*of_word));
    for (size_t i = 0; i < n; i++) {
        if (!i || strcmp(all[i].text, all[i - 1].text)) {
            text[w->n] = all[i].text;
            len[w->n] = (uint32_t)strlen(all[i].text);
            if (len[w->n] < least)
                least = len[w->n];
            w->n++;
        }
        of_word[i] = all[i].pattern;
        first[w->n] = (unsigned)i + 1;
    }
    free(all);
    w->text = text;
    w->len = len;
    w->first = first;
    w->of_word = of_word;
    w->stride = least > LITERAL_MIN ? 2 : 1;
    w->run = least - w->stride + 1;
}

static uint32_t hash_in(const struct diag_words *w, size_t word, uint32_t at)
{
    return hash_of(run_at(w, w->text[word] + at, w->len[word] - at));
}

/* What typical_text lacks of logs that the diagnosis looks through: words that
 * stand in good lines and in bad ones. */
static const char more_text[] =
    "[    1.164078] xen: --> pirq=13 -> irq=13 (gsi=13)\n"
    "[    1.162033] xen:events: Using FIFO-based ABI\n"
    "[   12.345678] xen_netfront: XENBUS: registered vif backend_type=vif\n"
    "[20261127T13:27:54.609Z]  A88  newconn  conn A88  endconn\n"
    "xapi.service: Started; xapi.service: Main process exited; start or stop\n"
    "vif1.0: NETDEV WATCHDOG: eth0: transmit queue 0; write to the device\n"
    "domain 1 started; domain 0: state of dom0 state 4; in 0: line 12: and\n"
    "target: Domain target: Done: Started: Starting; allocated and selfcheck\n"
    "is not responding; corresponding, ending, sending, pending, not ready\n"
    "client events: re ents are components, segments and arguments ent e\n"
    "blkback: ack: added; dmesg 0:00:02.0 0000:00:02.0 :00:0 data is \n";

static void count_text(const struct diag_words *w, const char *text,
                       uint32_t *count)
{
    size_t n = strlen(text);

    for (size_t at = 0; at < n; at++)
        count[hash_of(run_at(w, text + at, n - at))] += USUAL;
}

/* How often a run of this hash is in a usual log, and in how many words. */
static uint32_t *count_runs(const struct diag_words *w)
{
    uint32_t *count = xcalloc(1u << HASH_BITS, sizeof(*count));

    count_text(w, typical_text, count);
    count_text(w, more_text, count);
    for (size_t i = 0; i < w->n; i++)
        for (uint32_t at = 0; at + w->run <= w->len[i]; at++)
            count[hash_in(w, i, at)]++;
    return count;
}

/* The window of the word whose runs are the rarest. */
static uint32_t best_window(const struct diag_words *w, size_t word,
                            const uint32_t *count)
{
    uint32_t best = 0, least = UINT32_MAX;

    for (uint32_t at = 0; at + w->stride - 1 + w->run <= w->len[word]; at++) {
        uint32_t sum = 0;

        for (uint32_t k = 0; k < w->stride; k++)
            sum += count[hash_in(w, word, at + k)];
        if (sum < least) {
            least = sum;
            best = at;
        }
    }
    return best;
}

static int by_hash(const void *a, const void *b)
{
    const struct diag_place *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->word > y->word) - (x->word < y->word);
}

static void make_places(struct diag_words *w)
{
    uint32_t *count = count_runs(w);
    uint32_t *bucket = xcalloc((1u << BUCKET_BITS) + 1, sizeof(*bucket));
    uint64_t *bits = xcalloc((1u << HASH_BITS) / 64, sizeof(*bits));
    struct diag_place *place = xcalloc(w->n * w->stride + 1, sizeof(*place));
    size_t b = 0;

    for (size_t i = 0; i < w->n; i++) {
        uint32_t from = best_window(w, i, count);

        for (uint32_t at = from; at < from + w->stride; at++) {
            uint64_t run = run_at(w, w->text[i] + at, w->len[i] - at);
            uint32_t hash = hash_of(run);

            place[w->n_places++] =
                (struct diag_place){run, hash, (uint32_t)i, at};
            bits[hash / 64] |= 1ull << (hash % 64);
        }
    }
    free(count);
    qsort(place, w->n_places, sizeof(*place), by_hash);
    for (size_t i = 0; i < w->n_places; i++)
        while (b <= place[i].hash >> (HASH_BITS - BUCKET_BITS))
            bucket[b++] = (uint32_t)i;
    while (b <= 1u << BUCKET_BITS)
        bucket[b++] = (uint32_t)w->n_places;
    w->bucket = bucket;
    w->bits = bits;
    w->place = place;
}

struct diag_words *diag_words_new(const struct diag_rules *r)
{
    struct diag_words *w = xcalloc(1, sizeof(*w));

    w->n_patterns = r->n_patterns;
    number_words(w, r);
    make_places(w);
    return w;
}

unsigned diag_words_stride(const struct diag_words *w)
{
    return w->stride;
}

void diag_words_free(struct diag_words *w)
{
    if (!w)
        return;
    free((void *)w->text);
    free((void *)w->len);
    free((void *)w->of_word);
    free((void *)w->first);
    free((void *)w->bits);
    free((void *)w->place);
    free((void *)w->bucket);
    free(w);
}

struct diag_scratch *diag_words_scratch_new(const struct diag_words *w)
{
    struct diag_scratch *s = xcalloc(1, sizeof(*s));

    s->w = w;
    s->words = xcalloc(w->n + 1, sizeof(*s->words));
    s->has_word = xcalloc(w->n + 1, 1);
    s->patterns = xcalloc(w->first[w->n] + 1, sizeof(*s->patterns));
    return s;
}

void diag_words_scratch_free(struct diag_scratch *s)
{
    if (!s)
        return;
    free(s->words);
    free(s->patterns);
    free(s->has_word);
    free(s);
}

/* ---- scanning ------------------------------------------------------------ */

static void note_word(struct diag_scratch *s, unsigned word)
{
    if (s->has_word[word])
        return;
    s->has_word[word] = 1;
    s->words[s->n_words++] = word;
}

/* Those of each word come in order, so that little is moved. */
static size_t sort_patterns(unsigned *patterns, size_t n)
{
    size_t kept = 0;

    for (size_t i = 1; i < n; i++) {
        unsigned p = patterns[i];
        size_t k = i;

        for (; k && patterns[k - 1] > p; k--)
            patterns[k] = patterns[k - 1];
        patterns[k] = p;
    }
    for (size_t i = 0; i < n; i++)
        if (!kept || patterns[i] != patterns[kept - 1])
            patterns[kept++] = patterns[i];
    return kept;
}

static void hand_over(struct diag_scratch *s)
{
    const struct diag_words *w = s->w;
    size_t n = 0;

    if (!s->line)
        return;
    for (size_t i = 0; i < s->n_words; i++) {
        unsigned word = s->words[i];

        s->has_word[word] = 0;
        for (unsigned k = w->first[word]; k < w->first[word + 1]; k++)
            s->patterns[n++] = w->of_word[k];
    }
    if (s->n_words > 1)
        n = sort_patterns(s->patterns, n);
    s->on_line(s->arg, s->line, s->line_len, s->patterns, n);
    s->n_words = 0;
    s->line = NULL;
}

/* The line that the byte at p is in becomes the open one. */
static void open_line(struct diag_scratch *s, const char *p)
{
    const char *end = s->data + s->len, *start, *stop;

    if (s->line && p <= s->line + s->line_len)
        return;
    hand_over(s);
    start = memrchr(s->data, '\n', (size_t)(p - s->data));
    start = start ? start + 1 : s->data;
    stop = memchr(p, '\n', (size_t)(end - p));
    s->line = start;
    s->line_len = (size_t)((stop ? stop : end) - start);
}

/* The words that have this run here. */
static void look_at(struct diag_scratch *s, size_t at, uint64_t run,
                    uint32_t hash)
{
    const struct diag_words *w = s->w;
    const uint32_t *b = &w->bucket[hash >> (HASH_BITS - BUCKET_BITS)];

    for (uint32_t i = b[0]; i < b[1]; i++) {
        const struct diag_place *p = &w->place[i];
        uint32_t len = w->len[p->word];

        if (p->run != run || p->at > at || len > s->len - (at - p->at) ||
            memcmp(s->data + (at - p->at), w->text[p->word], len))
            continue;
        open_line(s, s->data + at);
        note_word(s, p->word);
    }
}

static inline void test(struct diag_scratch *s, const uint64_t *bits, size_t at,
                        uint64_t bytes8, unsigned run)
{
    uint32_t hash = hash_begin(bytes8, run);

    if (bits[hash / 64] >> (hash % 64) & 1)
        look_at(s, at, bytes8 << (64 - 8 * run), hash);
}

/* Up to the last eight bytes; where it came to.  Made for one stride and run,
 * it takes half the time. */
static inline __attribute__((always_inline)) size_t scan_most(
    struct diag_scratch *s, unsigned stride, unsigned run)
{
    const uint64_t *bits = s->w->bits;
    const char *data = s->data;
    size_t at = 0, len = s->len;
    uint64_t bytes8;

    for (; at + sizeof(bytes8) <= len; at += 2 * stride) {
        memcpy(&bytes8, data + at, sizeof(bytes8));
        bytes8 = le64toh(bytes8);
        test(s, bits, at, bytes8, run);
        test(s, bits, at + stride, bytes8 >> (8 * stride), run);
    }
    return at;
}

void diag_words_scan(struct diag_scratch *s, const char *data, size_t len,
                     diag_line_fn on_line, void *arg)
{
    const struct diag_words *w = s->w;
    uint64_t run;
    size_t at;

    s->data = data;
    s->len = len;
    s->on_line = on_line;
    s->arg = arg;
    s->line = NULL;
    at = w->stride == 2 && w->run == 5 ? scan_most(s, 2, 5)
                                       : scan_most(s, w->stride, w->run);
    for (; at + w->run <= len; at += w->stride) {
        run = run_at(w, data + at, len - at);
        look_at(s, at, run, hash_of(run));
    }
    hand_over(s);
}
