/* delivered.c: what the user is told of a delivery. */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/url.h"
#include "collector/deliver.h"

static void print_json(const struct delivered *d, const char *path,
                       const char *shown)
{
    struct json_object *o = json_object_new_object();
    const struct {
        const char *name, *value;
    } texts[] = {{"bundle", path},
                 {"url", shown},
                 {"error", d->text},
                 {"answer", d->answer},
                 {"where", d->where}};
    char safe[1024];

    json_object_object_add(o, "upload", json_object_new_int(1));
    json_object_object_add(o, "ok",
                           json_object_new_boolean(d->result == SEND_DONE));
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        json_object_object_add(o, texts[i].name,
                               json_object_new_string(str_visible(
                                   texts[i].value, safe, sizeof(safe))));
    json_object_object_add(o, "draft", json_object_new_boolean(d->draft));
    json_object_object_add(o, "tries", json_object_new_int64((int)d->tries));
    puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
                                               JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(o);
}

/* What belongs to one run alone, or is told again by itself. */
static bool is_repeated(const struct option_def *def, const struct options *opt)
{
    static const enum opt_id not_again[] = {OPT_BATCH, OPT_QUIET, OPT_VERBOSE,
                                            OPT_JSON,  OPT_QUEUE, OPT_UPLOAD};

    for (size_t i = 0; i < sizeof(not_again) / sizeof(not_again[0]); i++)
        if (def->id == not_again[i])
            return false;
    if (def->id == OPT_NOTE && opt->command->bit != CMD_UPLOAD)
        return false;
    return def->commands & CMD_UPLOAD;
}

char *delivery_command(const struct delivery *d, const char *path,
                       const char *url, bool shown)
{
    const struct options *opt = delivery_options(d);
    char *seen = shown && url_hides(url) ? url_shown(url) : NULL;
    struct buf b = BUF_INIT;

    buf_adds(&b, "xen-bugtool upload ");
    for (const struct option_def *o = option_table; o->name; o++) {
        for (size_t i = 0; is_repeated(o, opt) && i < opt->n[o->id]; i++) {
            buf_addf(&b, "--%s ", o->name);
            if (o->type != OT_FLAG) {
                str_add_word(&b, opt->value[o->id][i]);
                buf_addc(&b, ' ');
            }
        }
    }
    if (*delivery_text(d, "private-ok") && !options_has(opt, OPT_PRIVATE_OK))
        buf_adds(&b, "--private-ok ");
    str_add_word(&b, path);
    buf_addc(&b, ' ');
    /* Of a URL without a query the user's name is no secret. */
    str_add_word(&b, seen ? seen : url);
    free(seen);
    return buf_take(&b);
}

char *delivery_smaller(const struct delivery *d, uint64_t room)
{
    struct buf b = BUF_INIT;

    buf_adds(&b, "xen-bugtool collect --replay ");
    str_add_word(&b, delivery_path(d));
    if (!strcmp(delivery_text(d, "privacy"), "public"))
        buf_adds(&b, " --privacy public");
    buf_addf(&b, " --max-size %" PRIu64 "K -o smaller.tar.bz2",
             room > 1024 ? room / 1024 : 1);
    return buf_take(&b);
}

static void print_smaller(const struct delivery *d, uint64_t room)
{
    char *smaller = delivery_smaller(d, room);

    log_msg(LOG_ERR,
            "the bundle is kept; upload it elsewhere and name it with --link "
            "URL, or send a smaller one, which this makes: %s",
            smaller);
    free(smaller);
}

void delivery_print_again(const struct delivery *d, const char *url)
{
    char *again = delivery_command(d, delivery_path(d), url, true);

    /* Also with -q: a failure says what to do. */
    log_msg(LOG_ERR, "the bundle is kept; to try again: %s", again);
    if (url_hides(url))
        log_msg(LOG_ERR, "what stands behind the ? of the URL is left out "
                         "here, since it may be a secret: put it back");
    free(again);
}

bool delivered_print(const struct delivery *delivery, const struct delivered *d,
                     const char *url)
{
    const struct options *opt = delivery_options(delivery);
    char *shown = url_shown(url);
    bool done = d->result == SEND_DONE;

    if (options_has(opt, OPT_JSON))
        print_json(d, delivery_path(delivery), shown);
    else if (d->draft && options_has(opt, OPT_QUIET))
        puts(d->where);
    else if (d->draft)
        printf("The draft of a mail: %s\n"
               "Nothing was sent.  Open it with a mail program, such as\n"
               "  mutt -H %s\n  thunderbird %s\n",
               d->where, d->where, d->where);
    else if (done && !options_has(opt, OPT_QUIET))
        printf("Sent to %s\n", *d->where ? d->where : shown);
    if (!done)
        log_msg(LOG_ERR, "not sent: %s", d->text);
    if (*d->answer && !options_has(opt, OPT_QUIET))
        log_msg(LOG_NOTE, "The server says: %s", d->answer);
    if (d->result == SEND_LARGE)
        print_smaller(delivery, d->room);
    else if (!done &&
             (d->result != SEND_USAGE || opt->command->bit != CMD_UPLOAD))
        delivery_print_again(delivery, url);
    free(shown);
    return done;
}
