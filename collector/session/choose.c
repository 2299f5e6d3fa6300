/* choose.c: the table of groups, and of one group's items. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/session/select.h"
#include "collector/session/session.h"

/* So many rows that have changed are shown again. */
#define ROWS_AGAIN 8u
/* The widths of a row's cells, what is before the last in all. */
#define ROW "%3zu %s %-14s %5zu %9s %5s %-6s "
#define ROW_WIDTH 52u

static const char *const marks[] = {"[ ]", "[x]", "[-]"};

void session_add_totals(const struct session_group *g,
                        struct session_totals *sum)
{
    for (size_t i = 0; i < g->n_items; i++) {
        if (!g->items[i].on)
            continue;
        sum->n += g->items[i].here;
        sum->bytes += g->items[i].bytes;
        sum->time_ms += g->items[i].time_ms;
    }
}

static enum select_state group_state(const struct session_group *g)
{
    size_t on = 0;

    for (size_t i = 0; i < g->n_items; i++)
        on += g->items[i].on;
    return !on ? SELECT_OFF : on == g->n_items ? SELECT_ON : SELECT_PART;
}

static const char *bytes_text(uint64_t bytes, char out[24])
{
    return bytes ? str_size(bytes, out) : "-";
}

static const char *time_text(uint64_t ms, char out[24])
{
    uint64_t s = (ms + 500) / 1000;

    if (!s)
        return "<1 s";
    if (s < 100)
        snprintf(out, 24, "%u s", (unsigned)s);
    else
        snprintf(out, 24, "%u min", (unsigned)((s + 30) / 60));
    return out;
}

/* As much of a sentence as there is room for, to the end of a word. */
static void short_text(const char *text, unsigned room, char *out, size_t size)
{
    size_t n = strlen(text);

    if (n > room) {
        n = room;
        while (n && text[n] != ' ')
            n--;
        while (n && strchr(" ,;:", text[n - 1]))
            n--;
    }
    snprintf(out, size, "%.*s", (int)n, text);
}

/* The sums of all of it, on or off. */
static struct session_totals whole(const struct session_group *g)
{
    struct session_totals sum = {0, 0, 0};

    for (size_t i = 0; i < g->n_items; i++) {
        sum.n += g->items[i].here;
        sum.bytes += g->items[i].bytes;
        sum.time_ms += g->items[i].time_ms;
    }
    return sum;
}

static void show_head(struct term *t, const char *what)
{
    term_row(t, "  # on  %-14s %5s %9s %5s %-6s %s", what, "items", "files",
             "time", "priv.", what[0] == 'g' ? "what it is" : "what is read");
}

static void show_group(struct term *t, const struct session_group *groups,
                       size_t i)
{
    unsigned width = term_width(t);
    unsigned room = width > ROW_WIDTH ? width - ROW_WIDTH : 0;
    const struct session_group *g = &groups[i];
    struct session_totals sum = whole(g);
    char size[24], time[24], what[128];

    short_text(g->summary, room, what, sizeof(what));
    term_row(t, ROW "%s", i + 1, marks[group_state(g)], g->name, sum.n,
             bytes_text(sum.bytes, size), time_text(sum.time_ms, time),
             g->privacy, what);
}

static void show_groups(struct term *t, const struct session_group *groups,
                        size_t n)
{
    term_pages_begin(t);
    show_head(t, "group");
    for (size_t i = 0; i < n; i++)
        show_group(t, groups, i);
    term_pages_end(t);
}

/* On a serial line a whole list takes seconds. */
static bool is_few(struct term *t, size_t n_changed)
{
    if (n_changed > ROWS_AGAIN)
        term_say(t, "%zu of them are switched; l lists all.", n_changed);
    return n_changed <= ROWS_AGAIN;
}

static void help(struct term *t, bool groups)
{
    term_say(t, "  3  1,3-5  net  switches these: by number, range, or name");
    term_say(t, "  all  none      all of them; \"none 3 4\" leaves only these");
    term_say(t, "  l              lists them again");
    if (groups)
        term_say(t, "  o 3            opens one, to see and switch its items");
    term_say(t, groups ? "  Enter          goes on        q  leaves, without a "
                         "bundle"
                       : "  Enter  q       goes back to the groups");
    term_say(t, "  items: what there is to read here; [-] some of them are on");
    term_say(t, "  files: size of the files, as they are on the disk; commands "
                "are not counted");
    term_say(t, "  priv.: whether names, addresses and the like are in it: "
                "no, yes, maybe, or custom: only if you changed the defaults");
}

/* Asks until the answer means something, and shows help. */
static enum select_answer ask(struct term *t, const char *prompt,
                              const char *const *names, size_t n,
                              enum select_state *states, size_t *opened,
                              bool groups)
{
    struct buf answer = BUF_INIT;
    enum select_answer a;

    for (;;) {
        struct err err = ERR_INIT;

        if (term_ask(t, &answer, "%s", prompt) != TERM_LINE) {
            a = SELECT_QUIT;
            break;
        }
        a = select_parse(buf_str(&answer), names, n, states, opened, &err);
        if (a == SELECT_HELP)
            help(t, groups);
        else if (a == SELECT_WRONG)
            term_say(t, "%s. ? shows what can be answered.", err.text);
        else
            break;
    }
    buf_done(&answer);
    return a;
}

/* ---- the items of one group -----------------------------------------------
 */

static void show_item(struct term *t, const struct session_group *g, size_t i)
{
    const struct session_item *it = &g->items[i];
    char size[24], time[24], name[15];

    snprintf(name, sizeof(name), "%s", it->name);
    term_row(t, ROW "%s", i + 1, marks[it->on], name, it->here,
             bytes_text(it->bytes, size), time_text(it->time_ms, time),
             it->privacy, it->source);
}

static void show_items(struct term *t, const struct session_group *g)
{
    term_pages_begin(t);
    term_say(t, "%s: %s%s%s", g->name, g->summary, g->origin ? ", from " : "",
             g->origin ? g->origin : "");
    show_head(t, "item");
    for (size_t i = 0; i < g->n_items; i++)
        show_item(t, g, i);
    term_pages_end(t);
}

/* Items have no parts. */
static void take_items(struct term *t, struct session_group *g,
                       const enum select_state *states)
{
    size_t changed = 0;

    for (size_t i = 0; i < g->n_items; i++)
        changed += g->items[i].on != (states[i] == SELECT_ON);
    bool few = is_few(t, changed);

    for (size_t i = 0; i < g->n_items; i++) {
        if (g->items[i].on == (states[i] == SELECT_ON))
            continue;
        g->items[i].on = !g->items[i].on;
        if (few)
            show_item(t, g, i);
    }
}

/* Leaving it only leads back to the groups. */
static void open_group(struct term *t, struct session_group *g)
{
    const char **names = xcalloc(g->n_items + 1, sizeof(*names));
    enum select_state *states = xcalloc(g->n_items + 1, sizeof(*states));
    enum select_answer a = SELECT_LIST;
    size_t opened;

    for (size_t i = 0; i < g->n_items; i++) {
        names[i] = g->items[i].name;
        states[i] = g->items[i].on ? SELECT_ON : SELECT_OFF;
    }
    while (a == SELECT_SWITCHED || a == SELECT_OPEN || a == SELECT_LIST) {
        if (a == SELECT_LIST)
            show_items(t, g);
        a = ask(t, "Switch items (? helps), or Enter to go back: ", names,
                g->n_items, states, &opened, false);
        if (a == SELECT_OPEN)
            term_say(t, "%s: %s", g->items[opened].name,
                     g->items[opened].source);
        else if (a == SELECT_SWITCHED)
            take_items(t, g, states);
    }
    free(names);
    free(states);
}

/* ---- the groups -----------------------------------------------------------
 */

static void prompt_text(const struct session_group *groups, size_t n,
                        struct buf *out)
{
    struct session_totals sum = {0, 0, 0};
    char size[24], time[24];

    for (size_t i = 0; i < n; i++)
        session_add_totals(&groups[i], &sum);
    if (sum.time_ms < 1000)
        sum.time_ms = 1000;
    buf_addf(out, "%zu items, %s, about %s. Switch some (? helps), or Enter: ",
             sum.n, str_size(sum.bytes, size), time_text(sum.time_ms, time));
}

static void take_groups(struct term *t, struct session_group *groups, size_t n,
                        const enum select_state *states)
{
    size_t changed = 0;

    for (size_t i = 0; i < n; i++)
        changed += group_state(&groups[i]) != states[i];
    bool few = is_few(t, changed);

    for (size_t i = 0; i < n; i++) {
        if (group_state(&groups[i]) == states[i])
            continue;
        for (size_t k = 0; k < groups[i].n_items; k++)
            groups[i].items[k].on = states[i] == SELECT_ON;
        if (few)
            show_group(t, groups, i);
    }
}

static bool any_on(const struct session_group *groups, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (group_state(&groups[i]) != SELECT_OFF)
            return true;
    return false;
}

int session_choose(struct term *t, struct session_group *groups, size_t n)
{
    const char **names = xcalloc(n + 1, sizeof(*names));
    enum select_state *states = xcalloc(n + 1, sizeof(*states));
    enum select_answer a = SELECT_LIST;
    struct buf prompt = BUF_INIT;
    size_t opened = 0;
    int rc = 0;

    for (size_t i = 0; i < n; i++)
        names[i] = groups[i].name;
    while (a != SELECT_QUIT) {
        if (a == SELECT_LIST)
            show_groups(t, groups, n);
        for (size_t i = 0; i < n; i++)
            states[i] = group_state(&groups[i]);
        buf_reset(&prompt);
        prompt_text(groups, n, &prompt);
        a = ask(t, buf_str(&prompt), names, n, states, &opened, true);
        if (a == SELECT_SWITCHED)
            take_groups(t, groups, n, states);
        if (a == SELECT_OPEN) {
            open_group(t, &groups[opened]);
            show_group(t, groups, opened);
        }
        if (a == SELECT_GO_ON && any_on(groups, n))
            break;
        if (a == SELECT_GO_ON)
            term_say(t, "Nothing is switched on: all, or q to leave?");
    }
    if (a == SELECT_QUIT)
        rc = -ECANCELED;
    buf_done(&prompt);
    free(names);
    free(states);
    return rc;
}
