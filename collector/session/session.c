#include "collector/session/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/base/core/xalloc.h"
#include "collector/session/select.h"

/* What a few sentences need; more is a document, not a note. */
#define NOTE_MAX 4096u

void session_intro(struct term *t)
{
    term_say(t, "This collects what a Xen maintainer needs to know of this "
                "host into one file.");
    term_say(t, "Passwords, keys and tokens are hidden while they are read; "
                "nothing is changed.");
    term_say(t, "Nothing leaves this machine unless you choose so when it is "
                "made.");
    term_say(t, "Enter takes what is offered; q or Ctrl-C leaves.");
    term_row(t, "%s", "");
}

int session_pick(struct term *t, const char *title, const char *prompt,
                 const struct session_option *options, size_t n, size_t *chosen)
{
    const char **names = xcalloc(n + 1, sizeof(*names));
    struct buf answer = BUF_INIT;
    int rc = 0;

    for (size_t i = 0; i < n; i++)
        names[i] = options[i].name;
    term_row(t, "%s", title);
    for (size_t i = 0; i < n; i++)
        term_say(t, " %2zu  %-9s %s", i + 1, options[i].name, options[i].text);
    for (;;) {
        struct err err = ERR_INIT;

        if (term_ask(t, &answer, "%s [%zu %s]: ", prompt, *chosen + 1,
                     options[*chosen].name) != TERM_LINE ||
            !strcasecmp(buf_str(&answer), "q") ||
            !strcasecmp(buf_str(&answer), "quit")) {
            rc = -ECANCELED;
            break;
        }
        if (!answer.len ||
            !select_find(buf_str(&answer), names, n, chosen, &err))
            break;
        term_say(t, "%s.", err.text);
    }
    buf_done(&answer);
    free(names);
    return rc;
}

int session_note(struct term *t, struct buf *note)
{
    struct buf line = BUF_INIT;
    int rc = 0;

    term_say(t, "What happened, and when? A few words for whoever reads this; "
                "an empty line ends it (q: leave).");
    for (;;) {
        if (term_ask(t, &line, "> ") != TERM_LINE ||
            !strcasecmp(buf_str(&line), "q")) {
            rc = -ECANCELED;
            break;
        }
        if (!line.len)
            break;
        if (note->len + line.len + 1 > NOTE_MAX) {
            term_say(t, "That is more than %u bytes: this line is left out.",
                     NOTE_MAX);
            break;
        }
        if (note->len)
            buf_addc(note, ' ');
        buf_add(note, line.data, line.len);
    }
    buf_done(&line);
    return rc;
}

int session_yes(struct term *t, bool fallback, const char *question)
{
    struct buf answer = BUF_INIT;
    int rc = -EAGAIN;

    while (rc == -EAGAIN) {
        if (term_ask(t, &answer, "%s [%s]: ", question,
                     fallback ? "Y/n" : "y/N") != TERM_LINE)
            rc = -ECANCELED;
        else if (!answer.len)
            rc = fallback;
        else if (!strcasecmp(buf_str(&answer), "y") ||
                 !strcasecmp(buf_str(&answer), "yes"))
            rc = 1;
        else if (!strcasecmp(buf_str(&answer), "n") ||
                 !strcasecmp(buf_str(&answer), "no"))
            rc = 0;
        else
            term_say(t, "Please answer y or n.");
    }
    buf_done(&answer);
    return rc;
}
