#include "collector/render.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/facts_get.h"

#define MAX_COLUMNS 16u
#define CELL 64u
#define NAME_WIDTH 28

/* How a number is told; the first is for texts, too. */
enum unit { PLAIN, PAGES, KIBS, NANOSECONDS, STATE, PAIR };

struct column {
    const char *head, *path;
    enum unit unit;
    const char *second; /* PAIR: "A/B" */
};

/* A list at path; with inner, of each of its elements the list there, with the
 * element's id before. */
struct table {
    const char *title, *path, *inner;
    const char *id, *id_head; /* with inner */
    struct column columns[MAX_COLUMNS];
};

static const struct table tables[] = {
    {"NUMA nodes",
     "numa_nodes",
     NULL,
     NULL,
     NULL,
     {{"Node", "node", PLAIN, NULL},
      {"MiB", "memory_kib", KIBS, NULL},
      {"Free", "free_kib", KIBS, NULL}}},
    {"Domains",
     "domains",
     NULL,
     NULL,
     NULL,
     {{"ID", "domid", PLAIN, NULL},
      {"State", "", STATE, NULL},
      {"Reason", "shutdown_reason", PLAIN, NULL},
      {"HVM", "hvm", PLAIN, NULL},
      {"VCPUs", "vcpus_online", PAIR, "vcpus_max"},
      {"CPU-s", "cpu_time_ns", NANOSECONDS, NULL},
      {"MiB", "pages", PAGES, NULL},
      {"Max-MiB", "max_pages", PAGES, NULL},
      {"Pool", "cpupool", PLAIN, NULL},
      {"Weight", "scheduling.weight", PLAIN, NULL},
      {"Cap", "scheduling.cap", PLAIN, NULL},
      {"Grants", "grant_table.frames", PAIR, "grant_table.max_frames"},
      {"Events", "event_channels.used", PLAIN, NULL},
      {"UUID", "uuid", PLAIN, NULL}}},
    {"Virtual CPUs",
     "domains",
     "vcpus",
     "domid",
     "ID",
     {{"VCPU", "vcpu", PLAIN, NULL},
      {"State", "state", PLAIN, NULL},
      {"CPU", "cpu", PLAIN, NULL},
      {"CPU-s", "cpu_time_ns", NANOSECONDS, NULL},
      {"Hard", "hard_affinity", PLAIN, NULL},
      {"Soft", "soft_affinity", PLAIN, NULL}}},
    {"Processors",
     "cpus",
     NULL,
     NULL,
     NULL,
     {{"CPU", "cpu", PLAIN, NULL},
      {"Online", "online", PLAIN, NULL},
      {"Core", "core", PLAIN, NULL},
      {"Socket", "socket", PLAIN, NULL},
      {"Node", "node", PLAIN, NULL},
      {"Idle-s", "idle_ns", NANOSECONDS, NULL}}},
    {"CPU pools",
     "cpupools",
     NULL,
     NULL,
     NULL,
     {{"Pool", "cpupool", PLAIN, NULL},
      {"Scheduler", "scheduler", PLAIN, NULL},
      {"Domains", "domains", PLAIN, NULL},
      {"CPUs", "cpus", PLAIN, NULL},
      {"Limit-us", "parameters.ratelimit_us", PLAIN, NULL},
      {"Slice-ms", "parameters.timeslice_ms", PLAIN, NULL}}},
    {"Live patches",
     "livepatches",
     NULL,
     NULL,
     NULL,
     {{"Name", "name", PLAIN, NULL},
      {"State", "state", PLAIN, NULL},
      {"Failed", "failed", PLAIN, NULL}}},
};

/* As xl list shows it. */
static void state_cell(struct json_object *o, char out[CELL])
{
    static const char *const flags[] = {"running", "blocked", "paused",
                                        "shutdown", "dying"};

    for (size_t i = 0; i < 5; i++)
        out[i] = facts_is(o, flags[i], true) ? *flags[i] : '-';
    out[5] = '\0';
}

/* "-" for what is not known. */
static void value_text(struct json_object *o, const char *path, enum unit unit,
                       char out[CELL])
{
    struct json_object *v = facts_get(o, path);
    uint64_t n;

    if (unit != PLAIN && unit != PAIR && facts_number(o, path, &n))
        snprintf(out, CELL, "%" PRIu64,
                 unit == PAGES  ? n / 256
                 : unit == KIBS ? n / 1024
                                : n / 1000000000u);
    else if (json_object_is_type(v, json_type_boolean))
        snprintf(out, CELL, "%s", json_object_get_boolean(v) ? "yes" : "no");
    else if (v && *facts_text(o, path))
        str_visible(facts_text(o, path), out, CELL);
    else
        snprintf(out, CELL, "-");
}

static void cell(struct json_object *o, const struct column *c, char out[CELL])
{
    char a[CELL], b[CELL];

    if (c->unit == STATE) {
        state_cell(o, out);
        return;
    }
    value_text(o, c->path, c->unit, a);
    if (c->unit != PAIR) {
        snprintf(out, CELL, "%s", a);
        return;
    }
    value_text(o, c->second, PLAIN, b);
    snprintf(out, CELL, "%.20s/%.20s", a, b);
}

/* Calls row for each element that the table has a line for. */
static void each_row(struct json_object *doc, const struct table *t,
                     void (*row)(struct json_object *o, const char *id,
                                 const struct table *t, void *arg),
                     void *arg)
{
    char id[CELL];

    for (size_t i = 0; i < facts_count(doc, t->path); i++) {
        struct json_object *o = facts_at(doc, t->path, i);

        if (!t->inner) {
            row(o, NULL, t, arg);
            continue;
        }
        value_text(o, t->id, PLAIN, id);
        for (size_t k = 0; k < facts_count(o, t->inner); k++)
            row(facts_at(o, t->inner, k), id, t, arg);
    }
}

static void measure(struct json_object *o, const char *id,
                    const struct table *t, void *arg)
{
    size_t *width = arg;
    char text[CELL];

    (void)id;
    for (size_t i = 0; t->columns[i].head; i++) {
        cell(o, &t->columns[i], text);
        if (strlen(text) > width[i])
            width[i] = strlen(text);
    }
}

struct print {
    const size_t *width;
    struct buf *out;
};

static void end_line(struct buf *out)
{
    while (out->len && out->data[out->len - 1] == ' ')
        out->len--;
    buf_addc(out, '\n');
}

static void print_row(struct json_object *o, const char *id,
                      const struct table *t, void *arg)
{
    const struct print *p = arg;
    char text[CELL];

    if (id)
        buf_addf(p->out, "%-6s ", id);
    for (size_t i = 0; t->columns[i].head; i++) {
        cell(o, &t->columns[i], text);
        buf_addf(p->out, "%-*s ", (int)p->width[i], text);
    }
    end_line(p->out);
}

static void add_table(struct json_object *doc, const struct table *t,
                      struct buf *out)
{
    size_t width[MAX_COLUMNS] = {0};
    const struct print p = {width, out};

    if (!json_object_is_type(facts_get(doc, t->path), json_type_array))
        return;
    buf_addf(out, "%s%s\n", out->len ? "\n" : "", t->title);
    if (!facts_count(doc, t->path)) {
        buf_adds(out, "none\n");
        return;
    }
    for (size_t i = 0; t->columns[i].head; i++)
        width[i] = strlen(t->columns[i].head);
    each_row(doc, t, measure, width);
    if (t->id)
        buf_addf(out, "%-6s ", t->id_head);
    for (size_t i = 0; t->columns[i].head; i++)
        buf_addf(out, "%-*s ", (int)width[i], t->columns[i].head);
    end_line(out);
    each_row(doc, t, print_row, (void *)&p);
}

/* "version                     4.17.7" of what is no list of objects. */
static void add_values(struct json_object *o, struct buf *out)
{
    json_object_object_foreach(o, key, v)
    {
        buf_addf(out, "%-*s ", NAME_WIDTH, key);
        if (!json_object_is_type(v, json_type_array))
            buf_adds(out, v ? json_object_get_string(v) : "-");
        for (size_t i = 0; json_object_is_type(v, json_type_array) &&
                           i < json_object_array_length(v);
             i++)
            buf_addf(out, "%s%s", i ? " " : "",
                     json_object_get_string(json_object_array_get_idx(v, i)));
        end_line(out);
    }
}

bool render_text(struct json_object *doc, struct buf *out)
{
    const size_t before = out->len;

    if (!json_object_is_type(doc, json_type_object))
        return false;
    json_object_object_foreach(doc, name, part)
    {
        if (!json_object_is_type(part, json_type_object))
            continue;
        buf_addf(out, "%s%s\n", out->len ? "\n" : "", name);
        add_values(part, out);
    }
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        add_table(doc, &tables[i], out);
    return out->len > before;
}
