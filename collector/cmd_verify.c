/* xen-bugtool verify: says what is not as it should be in a bundle. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/bundle_arg.h"
#include "collector/cmd.h"
#include "collector/verify.h"

struct shown {
    struct json_object *list; /* --json: the problems; else NULL */
    struct review *review;    /* --review; else NULL */
    struct verify_counts counts;
    bool public;         /* it says so */
    char *const *missed; /* could not be learned; NULL: none */
    bool names;          /* names of this host were looked for */
    char host[256];      /* that it was made on */
    char **left;         /* not learned when it was made; NULL: none */
};

static void show_problem(void *arg, const char *text)
{
    struct shown *v = arg;

    if (v->list)
        json_object_array_add(v->list, json_object_new_string(text));
    else
        puts(text);
}

static void on_head(void *arg, const struct manifest_head *head)
{
    struct shown *v = arg;

    v->public = !strcmp(head->options.privacy, "public");
    if (head->host.name)
        str_visible(head->host.name, v->host, sizeof(v->host));
    if (head->names_missed && *head->names_missed && !v->left)
        v->left = str_list_copy(head->names_missed);
}

static void print_json(const struct shown *v, const char *path)
{
    struct json_object *o = json_object_new_object();
    char shown[1024];

    json_object_object_add(o, "verify", json_object_new_int(1));
    json_object_object_add(
        o, "bundle",
        json_object_new_string(str_visible(path, shown, sizeof(shown))));
    json_object_object_add(o, "ok",
                           json_object_new_boolean(v->counts.problems == 0));
    json_object_object_add(o, "members",
                           json_object_new_int64((int64_t)v->counts.members));
    json_object_object_add(o, "bytes",
                           json_object_new_int64((int64_t)v->counts.bytes));
    json_object_object_add(o, "n_problems",
                           json_object_new_int64((int64_t)v->counts.problems));
    if (v->public)
        json_object_object_add(
            o, "names_checked",
            json_object_new_boolean(v->names && !v->missed && !v->left));
    json_object_object_add(o, "problems", json_object_get(v->list));
    if (v->review)
        json_object_object_add(o, "review", review_json(v->review));
    puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
                                               JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(o);
}

static void print_names(const struct shown *v)
{
    char shown[1024];

    if (v->names)
        puts(v->missed ? "Some names, addresses and serial numbers of this "
                         "host were looked for, too, but not those of:"
                       : "Names, addresses and serial numbers of this host "
                         "were looked for, too.");
    else
        printf("Only rules for secrets were checked: names and addresses can "
               "be looked for on the host that made a public bundle (here %s) "
               "only, with the same key (xen-bugtool key).\n",
               v->host);
    for (char *const *m = v->missed; v->names && m && *m; m++)
        printf("    %s\n", str_visible(*m, shown, sizeof(shown)));
    if (v->left)
        puts("When it was made, names could not be learned from these, and may "
             "stand in it:");
    for (char *const *m = v->left; m && *m; m++)
        printf("    %s\n", str_visible(*m, shown, sizeof(shown)));
}

static void print_verdict(const struct shown *v, const char *path, bool quiet)
{
    char shown[1024], size[24];

    if (v->counts.problems > VERIFY_MAX_SHOWN)
        printf("... and %" PRIu64 " more\n",
               v->counts.problems - VERIFY_MAX_SHOWN);
    if (v->review)
        review_print(stdout, v->review);
    if (quiet)
        return;
    str_visible(path, shown, sizeof(shown));
    if (v->counts.problems)
        printf("%s: not sound, %" PRIu64 " problem%s\n", shown,
               v->counts.problems, v->counts.problems == 1 ? "" : "s");
    if (v->counts.left)
        printf(
            "'xen-bugtool redact %s -o NEW' makes a bundle in which they are "
            "hidden.\n",
            shown);
    if (!v->counts.problems)
        printf("%s: sound, %zu members, %s\n", shown, (size_t)v->counts.members,
               str_size(v->counts.bytes, size));
}

int cmd_verify(const struct options *opt, struct control *ctl)
{
    const char *path = opt->operands[0];
    struct shown s = {.list = NULL};
    struct verify_spec spec = {
        .problem = show_problem, .head = on_head, .arg = &s};
    struct verify *v = verify_new(&spec);
    struct err err = ERR_INIT;
    struct deep *deep = NULL;
    struct unpack *u = NULL;
    bool folder = false;
    int r = 0;

    if (options_has(opt, OPT_JSON))
        s.list = json_object_new_array();
    if (options_has(opt, OPT_DEEP))
        r = deep_new(opt, ctl, verify_secret, v, &deep, &err);
    if (r) {
        log_msg(LOG_ERR, "%s", err.text);
        json_object_put(s.list);
        verify_free(v);
        return r == -EINVAL ? EXIT_USAGE : EXIT_NO_BUNDLE;
    }
    if (options_has(opt, OPT_REVIEW))
        s.review = review_new();
    verify_look_for(v, deep, s.review);
    if (deep)
        deep_name(deep, strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
    r = bundle_arg_open(ctl, &u, &folder, &err);
    if (r == 0)
        r = verify_run(v, u, folder, &s.counts, &err);
    s.names = deep && deep_knows_names(deep);
    s.missed = deep ? deep_missed(deep) : NULL;
    if (r < 0) {
        err_about(&err, path);
        log_msg(LOG_ERR, "%s", err.text);
    } else if (s.list) {
        print_json(&s, path);
    } else {
        print_verdict(&s, path, options_has(opt, OPT_QUIET));
    }
    if (r == 0 && deep && s.public && !s.list && !options_has(opt, OPT_QUIET))
        print_names(&s);
    if (r == 0) {
        r = err_stdout(&err);
        if (r && r != -EPIPE)
            log_msg(LOG_ERR, "%s", err.text);
    }
    unpack_free(u);
    deep_free(deep);
    review_free(s.review);
    verify_free(v);
    str_list_free(s.left);
    json_object_put(s.list);
    if (r == -EBADMSG) /* a folder's manifest, when it was opened */
        return EXIT_FOUND;
    return r < 0 ? EXIT_NO_BUNDLE : s.counts.problems ? EXIT_FOUND : EXIT_WHOLE;
}
