#include "collector/session/select.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

static int find_number(const char *word, size_t n, size_t *index_out,
                       struct err *err)
{
    uint64_t number;

    if (str_parse_u64(word, 1, n, &number))
        return err_set(err, -EINVAL,
                       "there is no number %.20s; they go from 1 to %zu", word,
                       n);
    *index_out = (size_t)number - 1;
    return 0;
}

int select_find(const char *word, const char *const *names, size_t n,
                size_t *index_out, struct err *err)
{
    size_t found = 0, first = 0;

    if (word[strspn(word, "0123456789")] == '\0')
        return find_number(word, n, index_out, err);
    for (size_t i = 0; i < n; i++) {
        if (!strcasecmp(names[i], word)) {
            *index_out = i;
            return 0;
        }
        if (strcasestr(names[i], word) && !found++)
            first = i;
    }
    if (found > 1)
        return err_set(err, -EINVAL,
                       "'%.40s' fits %zu of them (%s, ...); give more of the "
                       "name, or its number",
                       word, found, names[first]);
    if (!found)
        return err_set(err, -EINVAL, "nothing here is called '%.40s'", word);
    *index_out = first;
    return 0;
}

static void toggle(enum select_state *s)
{
    *s = *s == SELECT_ON ? SELECT_OFF : SELECT_ON;
}

/* "3-5": digits, a dash, digits. */
static bool is_range(const char *word)
{
    size_t a = strspn(word, "0123456789"), b;

    if (!a || word[a] != '-')
        return false;
    b = strspn(word + a + 1, "0123456789");
    return b && !word[a + 1 + b];
}

static int switch_range(char *word, size_t n, enum select_state *states,
                        struct err *err)
{
    char *dash = word + strcspn(word, "-");
    size_t from = 0, to = 0;
    int r;

    *dash = '\0';
    r = find_number(word, n, &from, err);
    if (!r)
        r = find_number(dash + 1, n, &to, err);
    if (r)
        return r;
    if (from > to)
        return err_set(err, -EINVAL, "%s-%s: the smaller number comes first",
                       word, dash + 1);
    for (size_t i = from; i <= to; i++)
        toggle(&states[i]);
    return 0;
}

static int switch_word(char *word, const char *const *names, size_t n,
                       enum select_state *states, struct err *err)
{
    bool all = !strcasecmp(word, "all");
    size_t i;
    int r;

    if (all || !strcasecmp(word, "none")) {
        for (i = 0; i < n; i++)
            states[i] = all ? SELECT_ON : SELECT_OFF;
        return 0;
    }
    if (is_range(word))
        return switch_range(word, n, states, err);
    r = select_find(word, names, n, &i, err);
    if (!r)
        toggle(&states[i]);
    return r;
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return !strcasecmp(word, a) || !strcasecmp(word, b);
}

static enum select_answer parse_words(char **words, size_t n_words,
                                      const char *const *names, size_t n,
                                      enum select_state *states,
                                      size_t *index_out, struct err *err)
{
    enum select_state *now;
    int r = 0;

    if (!n_words)
        return SELECT_GO_ON;
    if (n_words == 1 && is_one_of(words[0], "q", "quit"))
        return SELECT_QUIT;
    if (n_words == 1 && is_one_of(words[0], "l", "list"))
        return SELECT_LIST;
    if (n_words == 1 &&
        (is_one_of(words[0], "?", "help") || !strcasecmp(words[0], "h")))
        return SELECT_HELP;
    if (is_one_of(words[0], "o", "open")) {
        if (n_words != 2) {
            err_set(err, -EINVAL, "open which one? One number or name");
            return SELECT_WRONG;
        }
        return select_find(words[1], names, n, index_out, err) ? SELECT_WRONG
                                                               : SELECT_OPEN;
    }
    now = xreallocarray(NULL, n + 1, sizeof(*now));
    memcpy(now, states, n * sizeof(*now));
    for (size_t i = 0; i < n_words && !r; i++)
        r = switch_word(words[i], names, n, now, err);
    if (!r)
        memcpy(states, now, n * sizeof(*now));
    free(now);
    return r ? SELECT_WRONG : SELECT_SWITCHED;
}

enum select_answer select_parse(const char *text, const char *const *names,
                                size_t n, enum select_state *states,
                                size_t *index_out, struct err *err)
{
    char *copy = xstrdup(text), **words;
    enum select_answer a;
    size_t n_words;

    for (char *p = copy; *p; p++)
        if (isspace((unsigned char)*p) || *p == ';')
            *p = ',';
    words = str_split(copy, &n_words);
    a = parse_words(words, n_words, names, n, states, index_out, err);
    str_list_free(words);
    free(copy);
    return a;
}
