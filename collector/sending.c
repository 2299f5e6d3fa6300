#include "collector/sending.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/base/core/str.h"
#include "collector/base/core/url.h"
#include "collector/base/core/xalloc.h"
#include "collector/deliver.h"
#include "collector/session/places.h"
#include "collector/session/session.h"

/* The master starts no more of them; nobody gets there by hand. */
#define MAX_TIMES 30

struct sending {
    const struct options *opt;
    struct control *ctl;
    struct term *t;
    struct stop *stop;
    const char *path;
    struct delivery *d; /* NULL: not looked through yet */
    unsigned times;
    bool failed;
};

struct sending *sending_new(const struct options *opt, struct control *ctl,
                            struct term *t, struct stop *stop, const char *path)
{
    struct sending *s = xcalloc(1, sizeof(*s));

    s->opt = opt;
    s->ctl = ctl;
    s->t = t;
    s->stop = stop;
    s->path = path;
    return s;
}

void sending_free(struct sending *s)
{
    if (!s)
        return;
    delivery_free(s->d);
    free(s);
}

bool sending_went_well(const struct sending *s)
{
    return !s->failed;
}

/* ---- where to -------------------------------------------------------------
 */

static const struct {
    const char *explain, *prompt;
    const char *otherwise; /* what Enter means; NULL: nowhere */
    char *(*url)(const char *text);
} kinds[] = {
    [SENDING_BUG] = {"Which bug? The address that a browser shows for it, or "
                     "bugzilla+https://HOST/NUMBER. You see its title before "
                     "anything is sent.",
                     "Bug [none]: ", NULL, place_of_bug},
    [SENDING_LIST] = {"To which address? Without --smtp or --sendmail it "
                      "becomes a draft for your mail program, and nothing is "
                      "sent.",
                      "Address [xen-users@lists.xenproject.org; q: none]: ",
                      "xen-users@lists.xenproject.org", place_of_list},
    [SENDING_UPLOAD] = {"Where to? https://HOST/PATH/, sftp://USER@HOST/PATH/ "
                        "or ftps://USER@HOST/PATH/; a slash at the end: under "
                        "the bundle's name.",
                        "URL [none]: ", NULL, xstrdup},
};

/* To be freed; NULL: the user does not want to. */
static char *ask_where(struct sending *s, enum sending_to to)
{
    struct buf answer = BUF_INIT;
    char *url = NULL;

    term_say(s->t, "%s", kinds[to].explain);
    while (!url) {
        struct err err = ERR_INIT;

        if (term_ask(s->t, &answer, "%s", kinds[to].prompt) != TERM_LINE ||
            !strcasecmp(buf_str(&answer), "q"))
            break;
        if (!answer.len && !kinds[to].otherwise)
            break;
        url =
            kinds[to].url(answer.len ? buf_str(&answer) : kinds[to].otherwise);
        if (url_check(url, &err)) {
            term_say(s->t, "%s", err.text);
            free(url);
            url = NULL;
        }
    }
    buf_done(&answer);
    return url;
}

/* ---- whether it may -------------------------------------------------------
 */

/* All that verify --deep does, once. */
static bool look_through(struct sending *s)
{
    struct delivery *d;
    struct err err = ERR_INIT;

    if (s->d)
        return true;
    term_say(s->t, "Looking through the bundle for secrets that were missed "
                   "(verify --deep) ...");
    d = delivery_new(s->opt, s->ctl, s->stop, s->path);
    if (delivery_check(d, &err)) {
        term_say(s->t, "%s", err.text);
        delivery_free(d);
        s->failed = true;
        return false;
    }
    s->d = d;
    return stop_reason(s->stop) == STOP_NONE;
}

/* What is public should not name what is private, unless its owner says so. */
static bool may_be_public(struct sending *s)
{
    if (!strcmp(delivery_text(s->d, "privacy"), "public"))
        return true;
    term_say(s->t, "Others can read what goes there. Passwords and keys are "
                   "hidden in this bundle, but hosts, guests and addresses "
                   "have their true names (privacy level secrets).");
    if (session_yes(s->t, false, "Send it with them?") != 1)
        return false;
    delivery_tell(s->d, "private-ok", "yes");
    return true;
}

/* What a list wants to know besides; blanks are left for what is not said. */
static bool ask_report(struct sending *s)
{
    static const struct {
        const char *prompt, *name;
    } asked[] = {
        {"What did you expect instead? [say it in the mail]: ", "expected"},
        {"What have you tried? [say it in the mail]: ", "tried"},
    };
    struct buf answer = BUF_INIT;
    bool on = true;

    for (size_t i = 0; on && i < sizeof(asked) / sizeof(asked[0]); i++) {
        on = term_ask(s->t, &answer, "%s", asked[i].prompt) == TERM_LINE;
        if (on)
            delivery_tell_typed(s->d, asked[i].name, buf_str(&answer));
    }
    buf_done(&answer);
    return on;
}

/* ---- what came of it ------------------------------------------------------
 */

static void tell_end(struct sending *s, const struct delivered *done,
                     const char *url)
{
    char *shown = url_shown(url), *again;
    const char *where = *done->where ? done->where : shown;

    if (done->draft) {
        term_say(s->t, "Nothing is sent: the mail is a draft, to be opened "
                       "with a mail program, such as");
        term_copy(s->t, "  mutt -H %s", where);
    } else if (done->result == SEND_DONE) {
        term_say(s->t, "Sent to %s", where);
    } else if (done->result == SEND_NO) {
        term_say(s->t, "Nothing was sent.");
    } else {
        term_say(s->t, "Not sent: %s", done->text);
    }
    if (*done->answer)
        term_say(s->t, "The server says: %s", done->answer);
    if (done->result == SEND_FAILED || done->result == SEND_PASSING) {
        again = delivery_command(s->d, s->path, url, true);
        term_say(s->t, url_hides(url)
                           ? "To try again later (put back what stands behind "
                             "the ? of the URL):"
                           : "To try again later:");
        term_copy(s->t, "  %s", again);
        free(again);
    }
    free(shown);
}

/* It is too large for url: what can be done instead.  True: it is uploaded,
 * and url can be told where. */
static bool offer_less(struct sending *s, uint64_t room)
{
    static const struct session_option offers[] = {
        {"upload", "upload it to a web server, then send its address"},
        {"smaller", "see how a smaller one is made of it"},
        {"leave", "do not send it there"},
    };
    size_t chosen = 0;
    char *smaller;

    if (session_pick(s->t, "It is too large for there.", "Choose", offers,
                     sizeof(offers) / sizeof(offers[0]), &chosen) ||
        chosen == 2)
        return false;
    if (!chosen) {
        sending_do(s, SENDING_UPLOAD, NULL);
        if (*delivery_text(s->d, "link"))
            return true;
        term_say(s->t, "There is no https:// address of it to be sent.");
        return false;
    }
    smaller = delivery_smaller(s->d, room);
    term_say(s->t, "This makes one that fits; what is left out stands in its "
                   "summary. Then send it with xen-bugtool upload:");
    term_copy(s->t, "  %s", smaller);
    free(smaller);
    return false;
}

static void deliver(struct sending *s, const char *url)
{
    struct delivered done;
    struct err err = ERR_INIT;
    bool again = false;

    if (delivery_send(s->d, url, &done, &err)) {
        term_say(s->t, "Not sent: %s", err.text);
        s->failed = true;
    } else {
        tell_end(s, &done, url);
        if (done.result != SEND_NO)
            s->failed = done.result != SEND_DONE;
        again = done.result == SEND_LARGE && offer_less(s, done.room);
    }
    delivered_done(&done);
    /* Ctrl-C has ended this delivery, and no more. */
    stop_clear(s->stop);
    if (again)
        deliver(s, url);
}

void sending_do(struct sending *s, enum sending_to to, const char *url)
{
    char *asked = NULL;

    if (s->times++ >= MAX_TIMES) {
        term_say(s->t, "That is enough of one session; later: xen-bugtool "
                       "upload");
        return;
    }
    if (!url)
        url = asked = ask_where(s, to);
    if (url && look_through(s) && (to == SENDING_UPLOAD || may_be_public(s)) &&
        (to != SENDING_LIST || ask_report(s)))
        deliver(s, url);
    free(asked);
}

void sending_offer(struct sending *s)
{
    static const struct session_option offers[] = {
        {"end", "send it nowhere (else)"},
        {"bug", SENDING_BUG_TEXT},
        {"list", SENDING_LIST_TEXT},
        {"upload", SENDING_UPLOAD_TEXT},
    };
    static const enum sending_to to[] = {SENDING_BUG, SENDING_BUG, SENDING_LIST,
                                         SENDING_UPLOAD};
    size_t chosen;

    for (;;) {
        chosen = 0;
        if (session_pick(s->t, "Where is it to go?", "Choose", offers,
                         sizeof(offers) / sizeof(offers[0]), &chosen) ||
            !chosen)
            return;
        sending_do(s, to[chosen], NULL);
        term_row(s->t, "%s", "");
    }
}
