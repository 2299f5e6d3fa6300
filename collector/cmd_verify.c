/* xen-bugtool verify: whether a bundle is what its manifest says.
 *
 * Every member is read once and its size and sum kept; the manifest comes last
 * and is held against them item by item. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/bundle_arg.h"
#include "collector/cmd.h"
#include "collector/deep.h"
#include "collector/pack/manifest.h"
#include "collector/pack/names.h"
#include "collector/review.h"

#define MANIFEST "manifest.json"
#define BLOCK_BYTES 65536
#define MAX_SHOWN 1000 /* problems; more are only counted */

struct found {
    uint64_t size;
    char sha256[SHA256_HEX];
    bool listed;
};

struct verify {
    struct names *names; /* of the members that were read */
    struct found *found; /* by their number */
    size_t cap;
    uint64_t bytes;
    struct deep *deep;        /* --deep; else NULL */
    struct review *review;    /* --review; else NULL */
    bool named;               /* the top folder was looked at */
    bool manifest;            /* was read */
    struct json_object *list; /* --json: the problems; else NULL */
    uint64_t n_problems;
};

static void problem(struct verify *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void problem(struct verify *v, const char *fmt, ...)
{
    char text[1024], shown[2048];
    va_list ap;

    if (++v->n_problems > MAX_SHOWN)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    str_visible(text, shown, sizeof(shown));
    if (v->list)
        json_object_array_add(v->list, json_object_new_string(shown));
    else
        puts(shown);
}

/* ---- secrets ---- */

static void on_secret(void *arg, const char *member, uint64_t line,
                      const char *rule)
{
    struct verify *v = arg;

    if (!line)
        problem(v, "the name %s holds a secret, of the rule %s", member, rule);
    else if (!strcmp(rule, "unscannable"))
        problem(v,
                "%s:%" PRIu64 ": a line cannot be scanned for "
                "secrets",
                member, line);
    else
        problem(v, "%s:%" PRIu64 ": a secret is left, of the rule %s", member,
                line, rule);
}

/* Of the member that u is at. */
static void begin_look(struct verify *v, const struct unpack *u,
                       const char *name)
{
    if (v->review)
        review_begin(v->review, name);
    if (!v->deep)
        return;
    if (!v->named && *unpack_top(u))
        deep_name(v->deep, unpack_top(u));
    v->named = true;
    deep_begin(v->deep, name);
}

static void look(struct verify *v, const char *data, size_t n)
{
    if (v->review)
        review_feed(v->review, data, n);
    if (v->deep)
        deep_feed(v->deep, data, n);
}

static void end_look(struct verify *v)
{
    if (v->review)
        review_end(v->review);
    if (v->deep)
        deep_end(v->deep);
}

/* ---- members ---- */

static struct found *add_found(struct verify *v, const char *name)
{
    int64_t i = names_add(v->names, name);

    /* unpack has the same bound and allows no name twice. */
    if (i < 0)
        return NULL;
    if ((size_t)i >= v->cap) {
        v->cap = v->cap ? 2 * v->cap : 64;
        v->found = xreallocarray(v->found, v->cap, sizeof(*v->found));
    }
    memset(&v->found[i], 0, sizeof(v->found[i]));
    return &v->found[i];
}

static int read_member(struct verify *v, struct unpack *u, const char *name,
                       struct err *err)
{
    struct found *f = add_found(v, name);
    struct sha256 *h = sha256_new();
    char *block = xmalloc(BLOCK_BYTES);
    ssize_t n;

    begin_look(v, u, name);
    while ((n = unpack_read(u, block, BLOCK_BYTES, err)) > 0) {
        sha256_update(h, block, (size_t)n);
        look(v, block, (size_t)n);
        if (f)
            f->size += (uint64_t)n;
    }
    end_look(v);
    if (f) {
        sha256_hex(h, f->sha256);
        v->bytes += f->size;
    }
    sha256_free(h);
    free(block);
    return (int)n;
}

/* ---- the manifest ---- */

static void check_member(struct verify *v, const struct manifest_member *m)
{
    int64_t i;
    struct found *f;

    if (!m->name)
        return;
    i = names_find(v->names, m->name);
    if (i < 0) {
        problem(v, "%s is listed in " MANIFEST ", but not there", m->name);
        return;
    }
    f = &v->found[i];
    if (f->listed)
        problem(v, "%s is listed twice in " MANIFEST, m->name);
    f->listed = true;
    if (f->size != m->bytes)
        problem(v, "%s has %" PRIu64 " bytes, but " MANIFEST " says %" PRIu64,
                m->name, f->size, m->bytes);
    else if (strcmp(f->sha256, m->sha256))
        problem(v, "%s was changed: its SHA-256 is not what " MANIFEST " says",
                m->name);
}

static int on_item(const struct manifest_item *item, void *arg, struct err *err)
{
    (void)err;
    check_member(arg, &item->out);
    check_member(arg, &item->errout);
    return 0;
}

/* A wrong manifest is a problem, but the archive behind it is still read. */
static int read_manifest(struct verify *v, struct unpack *u, struct err *err)
{
    const struct manifest_handler h = {NULL, on_item, v};
    struct manifest_reader *mr = manifest_reader_new(&h);
    char *block = xmalloc(BLOCK_BYTES);
    struct err why = ERR_INIT;
    ssize_t n;
    int r = 0;

    v->manifest = true;
    begin_look(v, u, MANIFEST);
    while ((n = unpack_read(u, block, BLOCK_BYTES, err)) > 0) {
        look(v, block, (size_t)n);
        if (r == 0)
            r = manifest_reader_feed(mr, block, (size_t)n, &why);
    }
    end_look(v);
    if (n == 0 && r == 0)
        r = manifest_reader_end(mr, &why);
    manifest_reader_free(mr);
    free(block);
    if (n < 0)
        return (int)n;
    if (r < 0)
        problem(v, "%s", why.text);
    for (size_t i = 0; r == 0 && i < names_count(v->names); i++)
        if (!v->found[i].listed)
            problem(v, "%s is not listed in " MANIFEST, names_at(v->names, i));
    return 0;
}

/* ---- the whole ---- */

/* Negative: it could not be read to its end. */
static int read_all(struct verify *v, struct unpack *u, bool folder,
                    struct err *err)
{
    struct unpack_member m;
    int r;

    while ((r = unpack_next(u, &m, err)) != 0) {
        if (r < 0 && !folder)
            return r;
        if (r == -ENOENT)
            continue; /* the manifest's item will say so */
        if (r < 0) {
            problem(v, "%s", err->text);
            continue;
        }
        if (v->manifest)
            problem(v, "%s stands behind " MANIFEST, m.name);
        r = strcmp(m.name, MANIFEST) ? read_member(v, u, m.name, err)
                                     : read_manifest(v, u, err);
        if (r < 0 && !folder)
            return r;
        if (r < 0)
            problem(v, "%s: %s", m.name, err->text);
    }
    if (!v->manifest)
        problem(v, MANIFEST " is missing");
    return 0;
}

static void print_json(const struct verify *v, const char *path)
{
    struct json_object *o = json_object_new_object();
    char shown[1024];

    json_object_object_add(o, "verify", json_object_new_int(1));
    json_object_object_add(
        o, "bundle",
        json_object_new_string(str_visible(path, shown, sizeof(shown))));
    json_object_object_add(o, "ok",
                           json_object_new_boolean(v->n_problems == 0));
    json_object_object_add(
        o, "members",
        json_object_new_int64((int64_t)names_count(v->names) + v->manifest));
    json_object_object_add(o, "bytes",
                           json_object_new_int64((int64_t)v->bytes));
    json_object_object_add(o, "n_problems",
                           json_object_new_int64((int64_t)v->n_problems));
    json_object_object_add(o, "problems", json_object_get(v->list));
    if (v->review)
        json_object_object_add(o, "review", review_json(v->review));
    puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
                                               JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(o);
}

static void print_verdict(const struct verify *v, const char *path, bool quiet)
{
    char shown[1024], size[24];

    if (v->n_problems > MAX_SHOWN)
        printf("... and %" PRIu64 " more\n", v->n_problems - MAX_SHOWN);
    if (v->review)
        review_print(v->review);
    if (quiet)
        return;
    str_visible(path, shown, sizeof(shown));
    if (v->n_problems)
        printf("%s: not sound, %" PRIu64 " problem%s\n", shown, v->n_problems,
               v->n_problems == 1 ? "" : "s");
    else
        printf("%s: sound, %zu members, %s\n", shown, names_count(v->names) + 1,
               str_size(v->bytes, size));
}

int cmd_verify(const struct options *opt, struct control *ctl)
{
    const char *path = opt->operands[0];
    struct verify v = {.names = names_new()};
    struct err err = ERR_INIT;
    struct unpack *u = NULL;
    bool folder = false;
    int r = 0;

    if (options_has(opt, OPT_JSON))
        v.list = json_object_new_array();
    if (options_has(opt, OPT_DEEP))
        r = deep_new(opt, ctl, on_secret, &v, &v.deep, &err);
    if (r) {
        log_msg(LOG_ERR, "%s", err.text);
        json_object_put(v.list);
        names_free(v.names);
        return r == -EINVAL ? EXIT_USAGE : EXIT_NO_BUNDLE;
    }
    if (options_has(opt, OPT_REVIEW))
        v.review = review_new();
    if (v.deep)
        deep_name(v.deep, strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
    r = bundle_arg_open(ctl, &u, &folder, &err);
    if (r == 0)
        r = read_all(&v, u, folder, &err);
    if (r == -EBADMSG) {
        problem(&v, "%s", err.text);
        r = 0;
    }
    if (r < 0)
        log_msg(LOG_ERR, "%s: %s", path, err.text);
    else if (v.list)
        print_json(&v, path);
    else
        print_verdict(&v, path, options_has(opt, OPT_QUIET));
    if (r == 0 && (fflush(stdout) || ferror(stdout))) {
        log_msg(LOG_ERR, "cannot write the output: %s", strerror(errno));
        r = -EIO;
    }
    unpack_free(u);
    deep_free(v.deep);
    review_free(v.review);
    names_free(v.names);
    free(v.found);
    json_object_put(v.list);
    return r < 0 ? EXIT_NO_BUNDLE : v.n_problems ? EXIT_FOUND : EXIT_WHOLE;
}
