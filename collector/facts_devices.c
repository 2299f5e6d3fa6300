/* facts_devices.c: facts of bridges, virtual devices and loop devices. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"
#include "collector/facts_part.h"

#define MAX_BRIDGES 1024u
#define MAX_CHECKS 500u

/* ---- vifs and vbds ------------------------------------------------------- */

/* xen/include/public/io/xenbus.h: enum xenbus_state */
static const char *state_name(struct json_object *d, const char *path)
{
    static const char *const words[] = {
        "unknown", "initialising", "initwait",      "initialised", "connected",
        "closing", "closed",       "reconfiguring", "reconfigured"};
    uint64_t n;

    if (!facts_number(d, path, &n))
        return "absent";
    return n < sizeof(words) / sizeof(words[0]) ? words[n] : "unknown";
}

static void put_states(struct json_object *o, struct json_object *d)
{
    const char *front = state_name(d, "frontend.state");
    const char *back = state_name(d, "backend.state");
    char text[64];

    snprintf(text, sizeof(text), "frontend %s, backend %s", front, back);
    facts_put_text(o, "state", strcmp(front, back) ? text : front);
}

static struct json_object *vif_facts(struct json_object *d)
{
    struct json_object *o = json_object_new_object();
    const char *master = facts_text(d, "netdev.master");
    const char *bridge = facts_text(d, "backend.bridge");
    char name[64];

    facts_put_from(o, "domid", d, "domid", 1);
    facts_put_text(o, "index", facts_text(d, "id"));
    snprintf(name, sizeof(name), "vif%.20s.%.20s", facts_text(d, "domid"),
             facts_text(d, "id"));
    facts_put_text(o, "dev",
                   *facts_text(d, "netdev.name") ? facts_text(d, "netdev.name")
                                                 : name);
    /* Open vSwitch has one datapath for all its bridges. */
    if (!strcmp(master, "ovs-system"))
        facts_put_text(o, "switch", master);
    else if (*master)
        bridge = master;
    facts_put_text(o, "bridge", *bridge ? bridge : master);
    facts_put_text(o, "mac", facts_text(d, "backend.mac"));
    put_states(o, d);
    return o;
}

static struct json_object *vbd_facts(struct json_object *d)
{
    struct json_object *o = json_object_new_object();
    const char *block = facts_text(d, "block.name");
    const char *file = facts_text(d, "block.loop_file");
    char *loop = NULL;

    facts_put_from(o, "domid", d, "domid", 1);
    facts_put_text(o, "dev",
                   *facts_text(d, "backend.dev") ? facts_text(d, "backend.dev")
                                                 : facts_text(d, "id"));
    facts_put_text(o, "backend", facts_text(d, "backend.kind"));
    facts_put_text(o, "mode", facts_text(d, "backend.mode"));
    if (*file)
        loop = xasprintf("/dev/%s", block);
    facts_put_text(o, "loop", loop);
    facts_put_text(o, "params", *file ? file : facts_text(d, "backend.params"));
    put_states(o, d);
    free(loop);
    return o;
}

static struct json_object *device_facts(
    struct json_object *devices, const char *kind,
    struct json_object *(*make)(struct json_object *d))
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < facts_count(devices, "devices"); i++) {
        struct json_object *d = facts_at(devices, "devices", i);

        if (!strcmp(facts_text(d, "kind"), kind))
            json_object_array_add(list, make(d));
    }
    return list;
}

/* ---- bridges ------------------------------------------------------------- */

/* A port that leads out: neither a guest's nor an emulated card. */
static bool is_physical(const char *port)
{
    return *port && !str_starts(port, "vif") && !str_starts(port, "tap");
}

static void count_physical(struct json_object *bridge)
{
    uint64_t n = 0;

    for (size_t k = 0; k < facts_count(bridge, "ports"); k++) {
        const char *port = json_object_get_string(facts_at(bridge, "ports", k));

        n += port && is_physical(port);
    }
    facts_put_number(bridge, "physical", n);
}

static struct json_object *bridge_facts(struct json_object *devices)
{
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < facts_count(devices, "bridges"); i++) {
        struct json_object *b = facts_at(devices, "bridges", i);
        struct json_object *o = json_object_new_object();
        struct json_object *ports = facts_get(b, "ports");

        facts_put_text(o, "name", facts_text(b, "name"));
        if (ports)
            json_object_object_add(o, "ports", json_object_get(ports));
        count_physical(o);
        json_object_array_add(list, o);
    }
    return list;
}

/* brctl show: name, id, STP, port; a further port on a line of its own. */
static struct json_object *listed_bridges(const char *text)
{
    struct json_object *list = json_object_new_array(), *o = NULL;
    char *line;

    while ((line = facts_next_line(&text)) &&
           json_object_array_length(list) < MAX_BRIDGES) {
        char name[32], id[32], stp[8], port[32] = "";
        int n = sscanf(line, "%31s %31s %7s %31s", name, id, stp, port);

        if (isspace((unsigned char)*line) && n == 1 && o) {
            json_object_array_add(facts_get(o, "ports"),
                                  json_object_new_string(name));
        } else if (!isspace((unsigned char)*line) && n >= 3 &&
                   (!strcmp(stp, "no") || !strcmp(stp, "yes"))) {
            o = json_object_new_object();
            facts_put_text(o, "name", name);
            json_object_object_add(o, "ports", json_object_new_array());
            if (*port)
                json_object_array_add(facts_get(o, "ports"),
                                      json_object_new_string(port));
            json_object_array_add(list, o);
        }
        free(line);
    }
    free(line);
    for (size_t i = 0; i < json_object_array_length(list); i++)
        count_physical(json_object_array_get_idx(list, i));
    return list;
}

/* ---- loop devices -------------------------------------------------------- */

static uint64_t count_lines(const char *text, const char *begin)
{
    uint64_t n = 0;
    char *line;

    while ((line = facts_next_line(&text))) {
        n += str_starts(line, begin);
        free(line);
    }
    return n;
}

/* Nodes /dev/loopN in the output of find -ls; can_grow: there is
 * /dev/loop-control, so that more can be made. */
static uint64_t count_nodes(const char *text, bool *can_grow)
{
    uint64_t n = 0;
    char *line;

    *can_grow = false;
    while ((line = facts_next_line(&text))) {
        const char *name = strstr(line, "/dev/loop");

        *can_grow |= name && !strcmp(name, "/dev/loop-control");
        n += name && (isdigit((unsigned char)name[9]) ||
                      (name[9] == '/' && isdigit((unsigned char)name[10])));
        free(line);
    }
    return n;
}

static struct json_object *loop_facts(struct json_object *devices,
                                      const struct facts_in *in)
{
    struct json_object *o = json_object_new_object();
    const char *used = facts_member(in, LOSETUP);
    const char *nodes = facts_member(in, LOOP_NODES);
    const char *max = facts_member(in, LOOP_MAX);
    bool can_grow = false;
    uint64_t n;

    if (devices)
        facts_put_number(o, "used", facts_count(devices, "loops"));
    else if (used)
        facts_put_number(o, "used", count_lines(used, "/dev/loop"));
    facts_rest_said(in, "loop", o, devices ? DEVICES : LOSETUP);
    if (max && isdigit((unsigned char)*max))
        facts_put_number(o, "max_loop", strtoull(max, NULL, 10));
    facts_rest_said(in, "loop", o, LOOP_MAX);
    if (nodes) {
        n = count_nodes(nodes, &can_grow);
        facts_put_number(o, "nodes", n);
        if (!can_grow && n)
            facts_put_number(o, "max", n);
    }
    facts_rest_said(in, "loop", o, LOOP_NODES);
    return o;
}

/* ---- what does not fit together ------------------------------------------ */

/* "loop3 holds FILE, ...": a mounted one is in use, by a snap or an image. */
static bool is_mounted(const struct facts_in *in, const char *text)
{
    static const char *const members[] = {DF, DF_PLAIN};
    char source[64];

    snprintf(source, sizeof(source), "/dev/%.*s ", (int)strcspn(text, " "),
             text);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (facts_after(facts_member(in, members[i]), source)) {
            facts_said(in, "checks", members[i]);
            return true;
        }
    }
    return false;
}

static struct json_object *checks(struct json_object *devices,
                                  const struct facts_in *in)
{
    static const char *const texts[] = {"check", "device", "text"};
    struct json_object *list = json_object_new_array();

    for (size_t i = 0; i < facts_count(devices, "checks") && i < MAX_CHECKS;
         i++) {
        struct json_object *from = facts_at(devices, "checks", i), *o;

        if (!strcmp(facts_text(from, "check"), "loop-without-vbd") &&
            is_mounted(in, facts_text(from, "text")))
            continue;
        o = json_object_new_object();
        facts_put_from(o, "domid", from, "domid", 1);
        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
            facts_put_text(o, texts[k], facts_text(from, texts[k]));
        json_object_array_add(list, o);
    }
    return list;
}

/* ---- all of it ----------------------------------------------------------- */

void facts_put_devices(struct json_object *facts, struct json_object *devices,
                       const struct facts_in *in)
{
    static const char *const lists[] = {"vifs", "vbds", "checks"};
    const char *member = facts_member(in, BRCTL) ? BRCTL : BRIDGE_XM;
    const char *listed = facts_member(in, member);

    json_object_object_add(facts, "loop", loop_facts(devices, in));
    if (devices)
        json_object_object_add(facts, "bridges", bridge_facts(devices));
    else if (listed)
        json_object_object_add(facts, "bridges", listed_bridges(listed));
    if (devices || listed)
        facts_said(in, "bridges", devices ? DEVICES : member);
    if (!devices)
        return;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        facts_said(in, lists[i], DEVICES);
    json_object_object_add(facts, "vifs",
                           device_facts(devices, "vif", vif_facts));
    json_object_object_add(facts, "vbds",
                           device_facts(devices, "vbd", vbd_facts));
    json_object_object_add(facts, "checks", checks(devices, in));
}
