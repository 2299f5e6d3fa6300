#include "collector/events.h"

#include <json-c/json.h>
#include <stdio.h>

#include "collector/base/core/xalloc.h"

static void put(struct json_object *o, const char *key, const char *value)
{
    if (value)
        json_object_object_add(o, key, json_object_new_string(value));
}

static void put_n(struct json_object *o, const char *key, uint64_t n)
{
    json_object_object_add(o, key, json_object_new_uint64(n));
}

static void print(struct json_object *o)
{
    printf("%s\n",
           json_object_to_json_string_ext(
               o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    fflush(stdout);
    json_object_put(o);
}

static struct json_object *event(const char *name)
{
    struct json_object *o = json_object_new_object();

    put(o, "event", name);
    return o;
}

void event_start(const char *stem, const struct plan *plan)
{
    struct json_object *o = event("start");

    put(o, "name", stem);
    put_n(o, "items", plan->n);
    put_n(o, "bytes", plan->bytes);
    print(o);
}

void event_item(const struct manifest_item *item)
{
    struct json_object *o = event("item");

    put(o, "plugin", item->plugin);
    put(o, "item", item->item);
    put(o, "path", item->path);
    put(o, "status", status_name(item->status));
    put(o, "member", item->out.name);
    put(o, "error", item->error);
    put_n(o, "duration_ms", item->duration_ms);
    put_n(o, "bytes_read", item->bytes_read);
    print(o);
}

void event_end(const char *path, uint64_t bytes, const struct tally *tally,
               const char *cut)
{
    struct json_object *o = event("end"), *items = json_object_new_object();

    put(o, "bundle", path);
    put_n(o, "bytes", bytes);
    json_object_object_add(o, "complete", json_object_new_boolean(!cut));
    put(o, "cut", cut);
    for (int i = 0; i < ST_COUNT; i++)
        put_n(items, status_name((enum status)i), tally->by_status[i]);
    json_object_object_add(o, "items", items);
    put_n(o, "redactions", tally->redactions);
    put_n(o, "pseudonyms", tally->pseudonyms);
    print(o);
}

void event_planned(const struct planned *it)
{
    struct json_object *o = event("planned");
    struct buf source = BUF_INIT;

    plan_source_text(it, &source);
    put(o, "plugin", it->plugin->name);
    put(o, "item", it->item->name);
    put(o, "source", buf_str(&source));
    put(o, "member", it->member);
    if (it->size)
        put_n(o, "bytes", it->size);
    if (it->item->modules[0]) {
        struct json_object *modules = json_object_new_array();

        for (size_t i = 0; it->item->modules[i]; i++)
            json_object_array_add(modules,
                                  json_object_new_string(it->item->modules[i]));
        json_object_object_add(o, "modules", modules);
    }
    if (it->settled) {
        put(o, "status", status_name(it->status));
        put(o, "why", it->why);
    }
    buf_done(&source);
    print(o);
}
