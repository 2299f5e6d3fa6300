#include "collector/diagnose/reason.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"
#include "collector/diagnose/ordinary.h"
#include "collector/diagnose/speaker.h"

#define LOOK_MAX 700u /* of a line, what is looked at */
#define SAID_MAX 200u
#define SAID_HEAD 70u /* of a longer line; the rest is from its end */
#define HEADING_MAX 60u
#define BLOCK_ABOVE 3u
#define BLOCK_BELOW 8u
#define TOLD 4   /* a line that a finding of its own tells */
#define BETTER 2 /* a reason tells that much more than the line itself */

/* Of the words that a line has the two best count.  In small letters. */
static const struct {
    const char *word;
    int points;
} cues[] = {
    {"no translation", 7},
    {"no support", 6},
    {"not present", 5},
    {"not usable", 5},
    {"not conform", 6},
    {"bad path", 7},
    {"not exported", 7},
    {"unmatched host", 7},
    {"illegal port", 7},
    {"no such", 6},
    {"no module named", 7},
    {"not found", 6},
    {"cannot find", 5},
    {"can't find", 5},
    {"could not find", 5},
    {"unable to find", 5},
    {"failed to find", 5},
    {"not exist", 6},
    {"n't exist", 6},
    {"not support", 6},
    {"n't support", 6},
    {"unsupported", 5},
    {"not implemented", 6},
    {"conflict", 6},
    {"refused", 5},
    {"permission denied", 6},
    {"not permitted", 6},
    {"not allowed", 6},
    {"forbid", 5},
    {"denied", 5},
    {"read-only file", 6},
    {"no space", 7},
    {"file exists", 6},
    {"already", 5},
    {"busy", 5},
    {"in use", 5},
    {"being used", 5},
    {"invalid", 5},
    {"illegal", 5},
    {"unknown", 4},
    {"unrecogni", 5},
    {"unexpected", 4},
    {"has no ", 5},
    {"there is no ", 5},
    {"no valid", 5},
    {"no suitable", 5},
    {"no free", 5},
    {"not defined", 5},
    {"undefined", 5},
    {"unresolved", 5},
    {"shared object", 4},
    {"mismatch", 6},
    {"ncompatible", 6},
    {"not match", 6},
    {"n't match", 6},
    {"out of memory", 6},
    {"cannot allocate", 6},
    {"not enough", 6},
    {"insufficient", 6},
    {"exceed", 5},
    {"too large", 6},
    {"too small", 6},
    {"too big", 6},
    {"too many", 6},
    {"too long", 6},
    {"too old", 6},
    {"too new", 6},
    {"must be", 5},
    {"must not", 5},
    {"must have", 5},
    {"should be", 4},
    {"require", 4},
    {"missing", 5},
    {"depend", 3},
    {"not registered", 6},
    {"not available", 5},
    {"unavailable", 4},
    {"not enabled", 6},
    {"disabled", 3},
    {"not configured", 5},
    {"not set", 4},
    {"not loaded", 5},
    {"not running", 5},
    {"not ready", 4},
    {"not connected", 4},
    {"not mounted", 5},
    {"not a ", 4},
    {"not an ", 4},
    {"corrupt", 5},
    {"bad magic", 6},
    {"wrong", 5},
    {"duplicate", 5},
    {"out of range", 6},
    {"greater than", 6},
    {"smaller than", 6},
    {"less than", 5},
    {"larger than", 6},
    {"overlap", 5},
    {"timed out", 4},
    {"timeout", 3},
    {"no route", 6},
    {"unreachable", 6},
    {"not known", 6},
    {"resolve", 4},
    {"certificate", 5},
    {"expired", 5},
    {"exec format", 6},
    {"i/o error", 5},
    {"input/output error", 5},
    {"stale file", 6},
    {"syntax error", 6},
    {"parse error", 5},
    {"malformed", 5},
    {"is full", 6},
    {"quota", 5},
    {"_error,", 4},
    {"errno", 3},
    {"failed", 2},
    {"failure", 2},
    {"error", 2},
    {"cannot", 2},
    {"can't", 2},
    {"could not", 2},
    {"couldn't", 2},
    {"unable", 2},
    {"fatal", 3},
    {"panic", 3},
    {"assert", 4},
    {"caused by", 4},
    {"reason:", 4},
    {"bug:", 4},
    {"holding", 5},
    {"perhaps", 4},
    {"locked", 4},
    {"in the way", 4},
    {"gave up", 3},
    {"giving up", 3},
    {"no longer", 4},
    {"out of", 3},
    {"too few", 6},
    {"at least", 4},
    {"at most", 4},
    {"only ", 2},
    {"no room", 6},
    {"not one of", 5},
    {"not among", 5},
    {"not belong", 5},
    {"not the ", 3},
    {"reject", 5},
    {"disallow", 5},
    {"blocked", 4},
    {"stale", 4},
    {"signature", 3},
    {"checksum", 4},
    {"dangling", 5},
    {"loop detected", 6},
    {"recursion", 5},
    {"nonetype", 4},
    {"keyerror", 4},
    {"bad ", 4},
    {"broken", 4},
    {"not started", 3},
    {"does not", 4},
    {"did not", 3},
    {"doesn't", 4},
    {"didn't", 3},
    {"is not ", 4},
    {"isn't", 4},
    {"are not ", 4},
    {"no ", 2},
    {"without", 2},
};

/* What makes a line a consequence, or no failure. */
static const struct {
    const char *word;
    int points;
} doubts[] = {
    {"debug", 4},
    {"ignor", 4},
    {"non-fatal", 5},
    {"harmless", 5},
    {"continuing", 4},
    {"default", 3},
    {"succe", 3},
    {"deprecat", 5},
    {"for details", 4},
    {"for more", 4},
    {"exit status", 3},
    {"exited with", 3},
    {"exit code", 3},
    {"non-zero", 3},
    {"exit-code", 4},
    {"aborting", 2},
    {"|debug|", 3},
    {"|info|", 3},
    {" info ", 3},
    {"taint", 4},
    {"warning", 1},
    {"not starting", 2},
    {"rolled back", 3},
    {"cleanup", 2},
    {"previous error", 3},
    {"dependency failed", 4},
    {"failed state", 6},
    {"failed with result", 5},
    {"main process", 4},
    {"control process", 4},
    {"non-exist", 5},
    {"unable to destroy", 5},
    {"destruction of", 5},
    {"devices_destroy", 5},
    {"start request", 4},
    {"logfile", 2},
    {"log file", 2},
    {"see \"", 5},
    {"during handling of", 9},
    {"direct cause of", 9},
    {"not exist, creating", 5},
    {"will be created", 4},
    {"falling back", 3},
    {"retrying", 3},
    {"will retry", 3},
    {"trying", 2},
    {"password", 2},
    {"skipp", 2},
    {"not tainted", 9},
    {"disabling lock", 5},
    {"info:", 4},
    {"notice:", 3},
    {"kernel command line", 9},
    {"command line:", 9},
    {"(re-)build", 5},
    {"unable to add", 4},
    {"device_model", 1},
    {"usage:", 5},
    {"backtrace", 5},
    {"raised at", 5},
    {"hint", 1},
};

struct line {
    const char *p;
    size_t len;
    size_t indent; /* blanks in front of what is said */
};

/* Without stamp, host and program. */
static struct line body_of(const char *line, size_t len)
{
    struct line l = {line, len, 0};
    size_t skip = speaker_skip(line, len);

    l.p += skip;
    l.len -= skip;
    while (l.len && isspace((unsigned char)*l.p)) {
        l.p++;
        l.len--;
        l.indent++;
    }
    while (l.len && isspace((unsigned char)l.p[l.len - 1]))
        l.len--;
    return l;
}

static bool is_heading(const struct line *l)
{
    return l->len && l->len < HEADING_MAX && l->p[l->len - 1] == ':';
}

/* "NameError: ", "xapi.XenAPIPlugin.Failure(": an exception and its text */
static bool is_exception(const struct line *l)
{
    static const char *const ends[] = {"Error", "Exception", "Failure",
                                       "error", "Failed",    "NotFound"};
    size_t n = 0;

    while (n < l->len && (isalnum((unsigned char)l->p[n]) ||
                          strchr("._", l->p[n] ? l->p[n] : ' ')))
        n++;
    if (n + 2 >= l->len || (l->p[n] != ':' && l->p[n] != '('))
        return false;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t k = strlen(ends[i]);

        if (n > k && !memcmp(l->p + n - k, ends[i], k))
            return true;
    }
    return false;
}

static int score_of(const struct line *l)
{
    char low[LOOK_MAX + 1];
    size_t n = l->len < LOOK_MAX ? l->len : LOOK_MAX;
    int best = 0, second = 0, score, quotes = 0;

    for (size_t i = 0; i < n; i++) {
        low[i] = (char)tolower((unsigned char)l->p[i]);
        quotes += low[i] == '\'' || low[i] == '"' || low[i] == '`';
    }
    low[n] = '\0';
    if (!strncmp(low, "traceback (", 11) || !strncmp(low, "info", 4))
        return 0;
    for (size_t i = 0; i < sizeof(cues) / sizeof(cues[0]); i++) {
        int p = cues[i].points;

        if (p <= second || !strstr(low, cues[i].word))
            continue;
        second = p > best ? best : p;
        best = p > best ? p : best;
    }
    score = best + second / 2;
    if (!score || ordinary(low))
        return 0;
    if (is_exception(l))
        score += 4;
    score += quotes > 1 || strchr(low, '/');
    if (is_heading(l) || n < 14)
        score -= 5;
    for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++)
        if (strstr(low, doubts[i].word))
            score -= doubts[i].points;
    return score > 0 ? score : 0;
}

int reason_score(const char *line, size_t len)
{
    struct line l = body_of(line, len);

    return score_of(&l);
}

/* ---- lines of a text ----------------------------------------------------- */

static size_t line_end(const char *text, size_t len, size_t at)
{
    const char *end = at < len ? memchr(text + at, '\n', len - at) : NULL;

    return end ? (size_t)(end - text) : len;
}

/* Where the line before the one at `at` begins; at > 0. */
static size_t line_before(const char *text, size_t at)
{
    const char *end = memrchr(text, '\n', at - 1);

    return end ? (size_t)(end - text) + 1 : 0;
}

static struct line line_at(const char *text, size_t len, size_t at)
{
    return body_of(text + at, line_end(text, len, at) - at);
}

struct choice {
    struct part part;
    int score;
    bool guest; /* a guest said the find's line */
};

static bool is_told(const struct reason_text *t, uint64_t number)
{
    for (size_t i = 0; i < t->n_told; i++)
        if (t->told[i] == number)
            return true;
    return false;
}

bool reason_is_guests(const char *line, size_t len)
{
    return speaker_classes(line, len, 0);
}

/* The line at `at`, `lines` away from the find's. */
static void consider(const struct reason_text *t, size_t at, int64_t lines,
                     struct choice *best)
{
    size_t end = line_end(t->text, t->len, at);
    struct line l = line_at(t->text, t->len, at);
    int score = score_of(&l);

    score -= (int)(lines < 0 ? -lines / 5 : lines / 8);
    if (score < REASON_GOOD || score <= best->score)
        return;
    if (is_told(t, t->number + (uint64_t)lines))
        score -= TOLD;
    if (score < REASON_GOOD || score <= best->score ||
        speaker_of(t->text + at, end - at) == SPEAKER_OTHER ||
        (reason_is_guests(t->text + at, end - at) && !best->guest))
        return;
    best->score = score;
    best->part = (struct part){at, end - at};
}

struct part reason_near(const struct reason_text *t)
{
    struct line own = line_at(t->text, t->len, t->at);
    struct choice best = {
        {0, 0},
        score_of(&own) + BETTER - 1,
        reason_is_guests(t->text + t->at,
                         line_end(t->text, t->len, t->at) - t->at)};
    int64_t lines = 0;

    for (size_t to = line_end(t->text, t->len, t->at) + 1; to < t->len;
         to = line_end(t->text, t->len, to) + 1)
        consider(t, to, ++lines, &best);
    lines = 0;
    for (size_t to = t->at; to;) {
        to = line_before(t->text, to);
        consider(t, to, --lines, &best);
    }
    return best.part;
}

static bool is_below(const struct line *l, size_t indent)
{
    return l->len && (l->indent > indent ||
                      (l->len > 10 && !memcmp(l->p, "Caused by:", 10)));
}

struct part reason_block(const char *text, size_t len, size_t at)
{
    struct line own = line_at(text, len, at), l;
    size_t from = at, to = line_end(text, len, at), next = at;
    bool heading = is_heading(&own);

    for (unsigned i = 0; i < BLOCK_ABOVE && next; i++) {
        next = line_before(text, next);
        l = line_at(text, len, next);
        if (!l.len || (l.indent <= own.indent && !is_heading(&l)) ||
            (l.indent > own.indent && !is_exception(&own)))
            break;
        from = next;
        if (is_heading(&l) || (l.len > 5 && !memcmp(l.p, "File \"", 6)))
            break;
    }
    for (unsigned i = 0; i < BLOCK_BELOW && to + 1 < len; i++) {
        l = line_at(text, len, to + 1);
        if (!l.len || !(is_below(&l, own.indent) || heading))
            break;
        to = line_end(text, len, to + 1);
    }
    return (struct part){from, to - from};
}

char *reason_said(const char *line, size_t len)
{
    struct line l = body_of(line, len);
    struct buf b = BUF_INIT;
    size_t from;

    if (l.len <= SAID_MAX)
        return xstrndup(l.p, l.len);
    from = l.len - (SAID_MAX - SAID_HEAD);
    while (from < l.len - 1 && l.p[from - 1] != ' ')
        from++;
    buf_add(&b, l.p, SAID_HEAD);
    buf_adds(&b, " ... ");
    buf_add(&b, l.p + from, l.len - from);
    return buf_take(&b);
}
