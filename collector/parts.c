#include "collector/parts.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/held.h"
#include "collector/render.h"

#define DOMID_END 0x7ff0u /* DOMID_FIRST_RESERVED */
/* A document of json-c's takes ten times its text. */
#define JSON_BYTES (1u << 20)
#define JSON_DEPTH 32
/* More is not held in memory (--unlimited). */
#define WHOLE_BYTES (16u << 20)

typedef bool (*cut_fn)(const struct buf *whole, unsigned domid,
                       struct buf *out);

/* ---- xenstore ------------------------------------------------------------ */

/* Is path (up to end) this node, or below it? */
static bool below(const char *path, const char *end, const char *node, size_t n)
{
    return (size_t)(end - path) >= n && !memcmp(path, node, n) &&
           (path + n == end || path[n] == '/');
}

/* The part behind the next slash, NULL if there is none before end. */
static const char *part_behind(const char *path, const char *end)
{
    const char *slash = memchr(path, '/', (size_t)(end - path));

    return slash ? slash + 1 : NULL;
}

/* /local/domain/D/backend/KIND/ID, of any D. */
static bool is_backend_of(const char *path, const char *end, const char *id)
{
    static const char domains[] = "/local/domain/", backend[] = "backend/";
    const char *p;

    if ((size_t)(end - path) <= strlen(domains) ||
        memcmp(path, domains, strlen(domains)))
        return false;
    p = part_behind(path + strlen(domains), end);
    if (!p || (size_t)(end - p) <= strlen(backend) ||
        memcmp(p, backend, strlen(backend)))
        return false;
    p = part_behind(p + strlen(backend), end);
    return p && below(p, end, id, strlen(id));
}

struct cutter {
    char id[16], domain[40], libxl[40];
    char vm[80]; /* "": none */
};

/* What "/local/domain/ID/vm = "/vm/UUID"" names.  Guests cannot write that
 * node, but what it says is checked all the same. */
static void find_vm(struct cutter *c, const char *text, const char *end)
{
    char before[64];
    int n = snprintf(before, sizeof(before), "%s/vm = \"/vm/", c->domain);
    const char *p = memmem(text, (size_t)(end - text), before, (size_t)n);
    size_t len;

    if (!p || (p != text && p[-1] != '\n'))
        return;
    p += n;
    for (len = 0; p + len < end && strchr("0123456789abcdef-", p[len]); len++)
        ;
    if (len && len <= 64 && p + len < end && p[len] == '"')
        snprintf(c->vm, sizeof(c->vm), "/vm/%.*s", (int)len, p);
}

bool parts_cut_store(const struct buf *whole, unsigned domid, struct buf *out)
{
    const char *line = buf_str(whole), *end = line + whole->len, *next;
    struct cutter c = {.vm = ""};

    snprintf(c.id, sizeof(c.id), "%u", domid);
    snprintf(c.domain, sizeof(c.domain), "/local/domain/%u", domid);
    snprintf(c.libxl, sizeof(c.libxl), "/libxl/%u", domid);
    if (!whole->len)
        return true;
    find_vm(&c, line, end);
    for (; line < end; line = next) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const char *path_end;

        next = stop ? stop + 1 : end;
        path_end = memchr(line, ' ', (size_t)(next - line));
        if (!path_end)
            path_end = stop ? stop : end;
        if (below(line, path_end, c.domain, strlen(c.domain)) ||
            below(line, path_end, c.libxl, strlen(c.libxl)) ||
            (c.vm[0] && below(line, path_end, c.vm, strlen(c.vm))) ||
            is_backend_of(line, path_end, c.id))
            buf_add(out, line, (size_t)(next - line));
    }
    return true;
}

/* ---- JSON ---------------------------------------------------------------- */

static struct json_object *parse(const struct buf *text)
{
    struct json_tokener *tok = json_tokener_new_ex(JSON_DEPTH);
    struct json_object *o = NULL;

    if (tok && text->len <= JSON_BYTES)
        o = json_tokener_parse_ex(tok, text->data, (int)text->len);
    if (tok)
        json_tokener_free(tok);
    return o;
}

/* Of an array of objects those with that domid. */
static struct json_object *of_domain(struct json_object *all, unsigned domid)
{
    struct json_object *some = json_object_new_array(), *id;

    for (size_t i = 0; i < json_object_array_length(all); i++) {
        struct json_object *one = json_object_array_get_idx(all, i);

        if (json_object_object_get_ex(one, "domid", &id) &&
            json_object_is_type(id, json_type_int) &&
            json_object_get_int64(id) == domid)
            json_object_array_add(some, json_object_get(one));
    }
    return some;
}

static void print(struct json_object *o, struct buf *out)
{
    buf_adds(out, json_object_to_json_string_ext(
                      o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                             JSON_C_TO_STRING_NOSLASHESCAPE));
    buf_addc(out, '\n');
}

bool parts_cut_devices(const struct buf *whole, unsigned domid, struct buf *out)
{
    struct json_object *all = parse(whole), *part;

    if (!all || !json_object_is_type(all, json_type_object)) {
        json_object_put(all);
        return false;
    }
    part = json_object_new_object();
    json_object_object_foreach(all, key, value)
    {
        if (!strcmp(key, "loops") || !strcmp(key, "checks"))
            continue;
        if ((!strcmp(key, "domains") || !strcmp(key, "devices")) &&
            json_object_is_type(value, json_type_array))
            value = of_domain(value, domid);
        else
            json_object_get(value);
        json_object_object_add(part, key, value);
    }
    print(part, out);
    json_object_put(part);
    json_object_put(all);
    return true;
}

bool parts_cut_list(const struct buf *whole, unsigned domid, struct buf *out)
{
    struct json_object *all = parse(whole), *part;

    if (!all || !json_object_is_type(all, json_type_array)) {
        json_object_put(all);
        return false;
    }
    part = of_domain(all, domid);
    if (json_object_array_length(part))
        print(part, out);
    json_object_put(part);
    json_object_put(all);
    return true;
}

/* ---- one task ------------------------------------------------------------ */

static bool is_wanted(const struct planned *it, bool replay)
{
    return it->part_of >= 0 && !it->settled && (!replay || it->item->made_of);
}

bool parts_wanted(const struct planned *items, size_t n, bool replay)
{
    if (items[0].settled || items[0].max_bytes > WHOLE_BYTES)
        return false;
    for (size_t i = 1; i < n; i++)
        if (is_wanted(&items[i], replay))
            return true;
    return false;
}

/* How it is cut: "xenstore-5", "devices-5", "xl list -l 5"; and 5. */
static cut_fn cut_of(const struct planned *it, unsigned *domid)
{
    static const struct {
        const char *probe; /* NULL: the command */
        cut_fn cut;
    } cuts[] = {{"xenstore-", parts_cut_store},
                {"devices-", parts_cut_devices},
                {NULL, parts_cut_list}};

    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        const char *probe = cuts[i].probe, *number = NULL;
        uint64_t id;

        if (probe && it->probe && str_starts(it->probe, probe))
            number = it->probe + strlen(probe);
        else if (!probe && it->argv && !strcmp(it->argv[0], "xl"))
            number = it->argv[3];
        if (number && !str_parse_u64(number, 0, DOMID_END - 1, &id)) {
            *domid = (unsigned)id;
            return cuts[i].cut;
        }
    }
    return NULL;
}

/* The failure itself is told once, with the whole. */
static void settle_empty(struct outcome *o, unsigned domid)
{
    if (o->status == ST_OK) {
        o->status = ST_ABSENT;
        snprintf(o->text, sizeof(o->text), "nothing is known of domain %u",
                 domid);
    } else {
        o->status = ST_SKIPPED;
        o->exit_code = -1;
        o->signal = 0;
        snprintf(o->text, sizeof(o->text),
                 "not asked again: all of it could not be read");
    }
}

/* NULL: it cannot be cut out of that. */
static struct gather *part_new(const struct held *whole,
                               const struct planned *it)
{
    struct held *part;
    unsigned domid;
    cut_fn cut = cut_of(it, &domid);

    if (!cut)
        return NULL;
    part = held_new();
    part->g.outcome = whole->g.outcome;
    if (whole->text.len && !cut(&whole->text, domid, &part->text)) {
        gather_free(&part->g);
        return NULL;
    }
    part->g.outcome.bytes_read = part->text.len;
    part->g.outcome.duration_ms = 0;
    part->g.outcome.left[0] = '\0';
    if (!part->text.len)
        settle_empty(&part->g.outcome, domid);
    return &part->g;
}

/* JSON of the probe as it will stand in the bundle. */
static struct json_object *parse_redacted(const struct redact_rules *rules,
                                          const struct buf *text)
{
    struct buf out = BUF_INIT;
    struct json_object *doc;

    redact_json(rules, text->data ? text->data : "", text->len, &out);
    doc = parse(&out);
    if (out.data)
        explicit_bzero(out.data, out.cap);
    buf_done(&out);
    return doc;
}

/* As text for people, of what was redacted: in the text itself a word that
 * names somebody could not be told from a heading. */
static struct gather *made_new(const struct redact_rules *rules,
                               const struct held *whole,
                               const struct planned *it)
{
    struct held *made = held_new();
    struct outcome *o = &made->g.outcome;
    struct json_object *doc = parse_redacted(rules, &whole->text);

    o->exit_code = -1;
    o->started_ms = whole->g.outcome.started_ms;
    o->status = ST_SKIPPED;
    if (whole->g.outcome.status == ST_OK && render_text(doc, &made->text))
        o->status = ST_OK;
    else
        snprintf(o->text, sizeof(o->text), "not made: %s gave nothing for it",
                 it->item->made_of);
    o->bytes_read = made->text.len;
    json_object_put(doc);
    return &made->g;
}

int parts_read(struct taker *tk, const struct planned *items, size_t n,
               bool replay, struct gather **out, struct err *err)
{
    const struct request rq = {
        .kind = items[0].probe ? REQ_PROBE : REQ_RUN,
        .name = items[0].probe,
        .argv = items[0].argv,
        .max_bytes = items[0].max_bytes,
        .timeout_ms = items[0].timeout_ms,
        .plugin = items[0].plugin->name,
        .item = items[0].item->name,
    };
    struct held *whole = held_new();
    int r;

    out[0] = &whole->g;
    r = held_read(whole, tk->gather, &rq, err);
    if (r < 0 || whole->g.outcome.truncated != TRUNC_NONE)
        return r;
    for (size_t i = 1; i < n; i++)
        if (is_wanted(&items[i], replay))
            out[i] = items[i].item->made_of
                         ? made_new(tk->rules, whole, &items[i])
                         : part_new(whole, &items[i]);
    return 0;
}
