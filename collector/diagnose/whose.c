#include "collector/diagnose/whose.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"

#define NAMED_MAX 3u
#define ID_MAX 32751 /* DOMID_FIRST_RESERVED - 1 */

/* What stands before the number of a domain, and what behind it. */
static const struct {
    const char *before, *behind;
} forms[] = {
    {"Domain ", ": ("},
    {"domain ", ": ,)("},
    {"domid ", ": ,)"},
    {"domid=", ": ,)"},
    {"domid: ", ": ,)"},
    {"(XEN) d", "v :"},
    {"] d", "v :"},
    {"(d", ")"},
    {"backend/vbd/", "/"},
    {"backend/vif/", "/"},
    {"backend/qdisk/", "/"},
    {"backend/pci/", "/"},
    {"backend/vkbd/", "/"},
    {"backend/vfb/", "/"},
    {"backend/console/", "/"},
    {"/local/domain/", "/"},
    {" vif", "."},
    {"vif-", "-"},
    {"vbd-", "-"},
    {"/libxl/", "/"},
};

/* Logs that have a domain's name, or its number, in theirs. */
static const char *const logs[] = {
    "/log/xen/qemu-dm-",    "/log/xen/xl-",        "/log/xen/console/guest-",
    "/log/xen/bootloader.", "/log/libvirt/libxl/",
};

struct domain {
    int id; /* -1: not known */
    char name[80];
};

/* The first number of a domain in the line that is not dom0's; or -1. */
static int id_in(const char *line, size_t len)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const char *at = line;
        size_t n = strlen(forms[i].before);

        while (
            (at = memmem(at, len - (size_t)(at - line), forms[i].before, n))) {
            char *end;
            long id;

            at += n;
            id = isdigit((unsigned char)*at) ? strtol(at, &end, 10) : 0;
            if (id > 0 && id <= ID_MAX && *end && strchr(forms[i].behind, *end))
                return (int)id;
        }
    }
    return -1;
}

/* A guest that moves is so called on the other host until it is there. */
static void drop_suffix(char *name)
{
    static const char *const suffix[] = {"--incoming", "--migratedaway"};
    size_t len = strlen(name), n;

    for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++) {
        n = strlen(suffix[i]);
        if (len > n && !strcmp(name + len - n, suffix[i])) {
            name[len - n] = '\0';
            return;
        }
    }
}

/* Of a member's name, where what is not plain is percent-encoded. */
static void take_name(struct domain *d, const char *from, size_t len)
{
    char name[sizeof(d->name)];

    snprintf(name, sizeof(name), "%.*s", (int)len, from);
    str_percent_decode(name);
    (void)str_visible(name, d->name, sizeof(d->name));
    drop_suffix(d->name);
}

/* The folder of a domain, or a log named after it. */
static void from_member(const char *member, struct domain *d)
{
    const char *from = NULL;
    char *end;

    *d = (struct domain){.id = -1};
    if (sscanf(member, "domains/%d-", &d->id) == 1) {
        from = strchr(member, '-') + 1;
        take_name(d, from, strcspn(from, "/"));
        return;
    }
    for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]) && !from; i++) {
        from = strstr(member, logs[i]);
        from = from ? from + strlen(logs[i]) : NULL;
    }
    end = from ? strstr(from, ".log") : NULL;
    if (!end || !strncmp(from, "libxl-driver", 12))
        return;
    take_name(d, from, (size_t)(end - from));
    if (*d->name && strspn(d->name, "0123456789") == strlen(d->name)) {
        d->id = atoi(d->name);
        *d->name = '\0';
    }
}

/* Numbers are given anew after each start of the host, so that a name is told
 * only of what was read of this one. */
static bool of_this_start(const char *member)
{
    return str_starts(member, "xen/") || str_starts(member, "commands/") ||
           str_starts(member, "domains/");
}

static void complete(const char *member, struct json_object *facts,
                     struct domain *d)
{
    for (size_t i = 0;
         of_this_start(member) && i < facts_count(facts, "domains"); i++) {
        struct json_object *o = facts_at(facts, "domains", i);
        const char *name = facts_text(o, "name");

        if (*name && strcmp(name, "(null)") != 0 && !*d->name &&
            d->id == json_object_get_int(facts_get(o, "id")))
            snprintf(d->name, sizeof(d->name), "%s", name);
    }
}

static void of_evidence(struct json_object *e, struct json_object *facts,
                        struct domain *d)
{
    const char *member = facts_text(e, "member"), *text = facts_text(e, "text");

    from_member(member, d);
    if (d->id < 0 && !*d->name)
        d->id = id_in(text, strcspn(text, "\n"));
    complete(member, facts, d);
}

static bool known(const struct domain *all, size_t n, const struct domain *d)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].id == d->id && !strcmp(all[i].name, d->name))
            return true;
    return false;
}

static void add(struct buf *b, const struct domain *d)
{
    if (d->id < 0)
        buf_adds(b, d->name);
    else if (*d->name)
        buf_addf(b, "%d (%s)", d->id, d->name);
    else
        buf_addf(b, "%d", d->id);
}

char *whose(struct json_object *evidence, struct json_object *facts)
{
    struct domain all[NAMED_MAX], d;
    struct buf b = BUF_INIT;
    size_t n = 0, more = 0;

    for (size_t i = 0; i < json_object_array_length(evidence); i++) {
        of_evidence(json_object_array_get_idx(evidence, i), facts, &d);
        if (d.id == 0 || (d.id < 0 && !*d.name) || known(all, n, &d))
            continue;
        if (n < NAMED_MAX)
            all[n++] = d;
        else
            more++;
    }
    if (!n)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        buf_adds(&b, !i                  ? n > 1 ? "domains " : "domain "
                     : i + 1 < n || more ? ", "
                                         : " and ");
        add(&b, &all[i]);
    }
    buf_adds(&b, more ? " and others" : "");
    return buf_take(&b);
}
