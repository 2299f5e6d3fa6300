#include "collector/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/pack/names.h"

#define MANIFEST "manifest.json"
#define BLOCK_BYTES 65536

struct found {
    uint64_t size;
    uint8_t sum[SHA256_SIZE];
    bool listed;
};

struct verify {
    struct verify_spec spec;
    struct names *names; /* of the members that were read */
    struct found *found; /* by their number */
    size_t cap;
    struct verify_counts counts;
    bool named;    /* the top folder was looked at */
    bool manifest; /* was read */
};

static void problem(struct verify *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void problem(struct verify *v, const char *fmt, ...)
{
    char text[1024], shown[2048];
    va_list ap;

    if (++v->counts.problems > VERIFY_MAX_SHOWN)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    v->spec.problem(v->spec.arg, str_visible(text, shown, sizeof(shown)));
}

/* ---- secrets ---- */

void verify_secret(void *arg, const char *member, uint64_t line,
                   const char *rule)
{
    struct verify *v = arg;

    if (!strcmp(rule, DEEP_OWN) && !line)
        problem(v, "the name %s tells of this host", member);
    else if (!strcmp(rule, DEEP_OWN))
        problem(v,
                "%s:%" PRIu64 ": a name, address or serial number of this host "
                "is left",
                member, line);
    else if (!line)
        problem(v, "the name %s holds a secret, of the rule %s", member, rule);
    else if (str_starts(rule, DEEP_OPAQUE) && rule[strlen(DEEP_OPAQUE)])
        problem(v, "%s: cannot be looked through for secrets: it is %s", member,
                rule + strlen(DEEP_OPAQUE));
    else if (str_starts(rule, DEEP_OPAQUE))
        problem(v,
                "%s:%" PRIu64 ": a compressed stream, an archive or a database "
                "within it cannot be looked through for secrets",
                member, line);
    else if (!strcmp(rule, "unscannable"))
        problem(v,
                "%s:%" PRIu64 ": a line cannot be scanned for "
                "secrets",
                member, line);
    else {
        v->counts.left++;
        problem(v, "%s:%" PRIu64 ": a secret is left, of the rule %s", member,
                line, rule);
    }
}

/* Of the member that u is at. */
static void begin_look(struct verify *v, const struct unpack *u,
                       const char *name)
{
    if (v->spec.reader)
        v->spec.reader->begin(v->spec.reader->arg, name);
    if (v->spec.review)
        review_begin(v->spec.review, name);
    if (!v->spec.deep)
        return;
    if (!v->named && *unpack_top(u))
        deep_name(v->spec.deep, unpack_top(u));
    v->named = true;
    deep_begin(v->spec.deep, name);
}

static void look(struct verify *v, const char *name, const char *data, size_t n)
{
    if (v->spec.member)
        v->spec.member(v->spec.arg, name, data, n);
    if (v->spec.reader)
        v->spec.reader->feed(v->spec.reader->arg, data, n);
    if (v->spec.review)
        review_feed(v->spec.review, data, n);
    if (v->spec.deep)
        deep_feed(v->spec.deep, data, n);
}

static void end_look(struct verify *v)
{
    if (v->spec.reader)
        v->spec.reader->end(v->spec.reader->arg);
    if (v->spec.review)
        review_end(v->spec.review);
    if (v->spec.deep)
        deep_end(v->spec.deep);
}

/* ---- members ---- */

static struct found *add_found(struct verify *v, const char *name)
{
    int64_t i = names_add(v->names, name);

    /* unpack has the same bound and allows no name twice. */
    if (i < 0)
        return NULL;
    if ((size_t)i >= v->cap) {
        v->cap += v->cap / 2 + 64;
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
    char *block = xmalloc(BLOCK_BYTES), hex[SHA256_HEX];
    ssize_t n;

    begin_look(v, u, name);
    while ((n = unpack_read(u, block, BLOCK_BYTES, err)) > 0) {
        sha256_update(h, block, (size_t)n);
        look(v, name, block, (size_t)n);
        if (f)
            f->size += (uint64_t)n;
    }
    end_look(v);
    if (f) {
        sha256_hex(h, hex);
        hex_decode(hex, SHA256_SIZE, f->sum);
        v->counts.bytes += f->size;
    }
    sha256_free(h);
    free(block);
    return (int)n;
}

/* ---- the manifest ---- */

static void check_member(struct verify *v, const struct manifest_member *m)
{
    char hex[SHA256_HEX];
    struct found *f;
    int64_t i;

    if (!m->name || v->spec.apart)
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
    hex_encode(f->sum, SHA256_SIZE, hex);
    if (f->size != m->bytes)
        problem(v, "%s has %" PRIu64 " bytes, but " MANIFEST " says %" PRIu64,
                m->name, f->size, m->bytes);
    else if (strcmp(hex, m->sha256))
        problem(v, "%s was changed: its SHA-256 is not what " MANIFEST " says",
                m->name);
}

static int on_head(const struct manifest_head *head, void *arg, struct err *err)
{
    struct verify *v = arg;

    (void)err;
    if (v->spec.deep)
        deep_head(v->spec.deep, head);
    if (v->spec.head)
        v->spec.head(v->spec.arg, head);
    return 0;
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
    const struct manifest_handler h = {on_head, on_item, v};
    struct manifest_reader *mr = manifest_reader_new(&h);
    char *block = xmalloc(BLOCK_BYTES);
    struct err why = ERR_INIT;
    ssize_t n;
    int r = 0;

    v->manifest = true;
    begin_look(v, u, MANIFEST);
    while ((n = unpack_read(u, block, BLOCK_BYTES, err)) > 0) {
        look(v, MANIFEST, block, (size_t)n);
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
        if (!v->found[i].listed && !v->spec.apart)
            problem(v, "%s is not listed in " MANIFEST, names_at(v->names, i));
    return 0;
}

/* ---- the whole ---- */

int verify_read(struct verify *v, struct unpack *u, bool folder,
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
    return 0;
}

bool verify_has_manifest(const struct verify *v)
{
    return v->manifest;
}

struct verify *verify_new(const struct verify_spec *spec)
{
    struct verify *v = xcalloc(1, sizeof(*v));

    v->spec = *spec;
    v->names = names_new();
    return v;
}

void verify_free(struct verify *v)
{
    if (!v)
        return;
    names_free(v->names);
    free(v->found);
    free(v);
}

void verify_look_for(struct verify *v, struct deep *deep, struct review *review)
{
    v->spec.deep = deep;
    v->spec.review = review;
}

int verify_run(struct verify *v, struct unpack *u, bool folder,
               struct verify_counts *out, struct err *err)
{
    struct err why = ERR_INIT;
    int r = verify_read(v, u, folder, &why);

    if (r == -EBADMSG) {
        problem(v, "%s", why.text);
        r = 0;
    } else if (!r && !v->manifest) {
        problem(v, MANIFEST " is missing");
    }
    v->counts.members = names_count(v->names) + v->manifest;
    *out = v->counts;
    return r < 0 ? err_set(err, r, "%s", why.text) : 0;
}
