/* test_plan.c: order, limits, names and tasks, against a host that is a table
 * of file names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>

#include <cmocka.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/plan.h"

/* ---- the host ------------------------------------------------------------ */

struct file {
    const char *path;
    uint64_t size;
    int64_t mtime;
};

struct table_host {
    struct gather g;
    const struct file *files;
    size_t next;
    char *pattern;
    enum request_kind kind;
    enum status listing; /* how each listing ends */
};

static int host_start(struct gather *g, const struct request *rq,
                      struct err *err)
{
    struct table_host *h = (struct table_host *)g;

    (void)err;
    free(h->pattern);
    h->pattern = xstrdup(rq->name);
    h->kind = rq->kind;
    h->next = 0;
    g->outcome.status = h->listing;
    return 0;
}

static int host_next(struct gather *g, struct chunk *out, struct err *err)
{
    struct table_host *h = (struct table_host *)g;

    (void)err;
    while (h->files[h->next].path) {
        const struct file *f = &h->files[h->next++];
        bool fits = h->kind == REQ_TREE
                        ? str_starts(f->path, h->pattern)
                        : !fnmatch(h->pattern, f->path, FNM_PATHNAME);

        if (!fits)
            continue;
        memset(out, 0, sizeof(*out));
        out->kind = CHUNK_ENTRY;
        out->path = f->path;
        out->size = f->size;
        out->mtime = f->mtime;
        return 1;
    }
    return 0;
}

static void host_free(struct gather *g)
{
    free(((struct table_host *)g)->pattern);
}

static const struct gather_ops host_ops = {"table", host_start, host_next,
                                           host_free, NULL};

static const struct file files[] = {
    {"/etc/xen/xl.conf", 100, 1000},
    {"/etc/xen/b c.cfg", 100, 1000},
    {"/var/log/xen/x.log", 300000, 5000},
    {"/var/log/xen/x.log.1", 10, 3000},
    {"/var/log/xen/x.log.2.gz", 10, 2000},
    {"/var/log/xen/x.log.10.gz", 10, 1000},
    {"/var/log/xen/y.log", 10, 4000},
    {"/var/log/xen/y.log.gz", 10, 4000},
    {NULL, 0, 0},
};

/* ---- the plugins --------------------------------------------------------- */

static const struct item late_items[] = {
    {.name = "config", .tree = "/etc/xen"},
    {.name = "none", .glob = "/nowhere/*"},
    {.name = "gone", .file = "/etc/gone"},
    {.name = "brctl", .argv = {"brctl", "show"}, .modules = {"bridge"}},
    {.name = NULL},
};
static const struct plugin late = {
    .name = "late", .priority = PRIO_SYSTEM, .items = late_items};

static const struct item early_items[] = {
    {.name = "logs", .glob = "/var/log/xen/*", .rotated = true},
    {.name = "ring",
     .probe = "console-ring",
     .member = "xen/dmesg.txt",
     .priority = PRIO_XEN},
    {.name = "xl-dmesg", .argv = {"xl", "dmesg"}, .instead_of = "ring"},
    {.name = "journal",
     .argv = {"journalctl"},
     .since = "--since=@",
     .max_bytes = 1000,
     .timeout_ms = 7000},
    {.name = "top", .argv = {"top"}, .interval = true, .timeout_ms = 7000},
    {.name = NULL},
};
static const struct plugin early = {
    .name = "early", .priority = PRIO_DOMAINS, .items = early_items};

static const struct plugin *const plugins[] = {&late, &early, NULL};

static void no_mask(const void *arg, const char *text, size_t len,
                    struct buf *out)
{
    (void)arg;
    buf_add(out, text, len);
}

static char *none[] = {NULL};

static struct settings plain_settings(void)
{
    struct settings s;

    memset(&s, 0, sizeof(s));
    s.only = s.skip = s.skip_file = none;
    s.item_timeout_ms = 30000;
    s.interval_ms = 60000;
    return s;
}

static int build(const struct settings *s, char *const *modules, struct plan *p,
                 struct err *err)
{
    struct table_host h = {.files = files};
    int r;

    h.g.ops = &host_ops;
    r = plan_build(s, plugins, modules, &h.g, no_mask, NULL, p, err);
    gather_free(&h.g);
    return r;
}

/* "plugin/item source [status]", one a line. */
static char *as_text(const struct plan *p)
{
    struct buf b = BUF_INIT;

    for (size_t i = 0; i < p->n; i++) {
        buf_addf(&b, "%s/%s ", p->items[i].plugin->name,
                 p->items[i].item->name);
        plan_source_text(&p->items[i], &b);
        if (p->items[i].settled)
            buf_addf(&b, " [%s]", status_name(p->items[i].status));
        buf_addc(&b, '\n');
    }
    return buf_take(&b);
}

static void order(void **state)
{
    struct settings s = plain_settings();
    struct plan p;
    char *text;

    (void)state;
    assert_int_equal(build(&s, none, &p, NULL), 0);
    text = as_text(&p);
    /* Priority first (an item's own, which its fallback follows), then the
     * plugins' order; logs newest first, rotations of one age by number. */
    assert_string_equal(text, "early/ring probe console-ring\n"
                              "early/xl-dmesg xl dmesg\n"
                              "early/logs /var/log/xen/x.log\n"
                              "early/logs /var/log/xen/y.log\n"
                              "early/logs /var/log/xen/y.log.gz\n"
                              "early/logs /var/log/xen/x.log.1\n"
                              "early/logs /var/log/xen/x.log.2.gz\n"
                              "early/logs /var/log/xen/x.log.10.gz\n"
                              "early/journal journalctl\n"
                              "early/top top 60\n"
                              "late/config /etc/xen/xl.conf\n"
                              "late/config /etc/xen/b c.cfg\n"
                              "late/none /nowhere/* [absent]\n"
                              "late/gone /etc/gone\n"
                              "late/brctl brctl show [skipped]\n");
    free(text);
    plan_done(&p);
}

static const struct planned *find(const struct plan *p, const char *path)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->items[i].path && !strcmp(p->items[i].path, path))
            return &p->items[i];
    }
    fail();
    return NULL;
}

static void member_names(void **state)
{
    struct settings s = plain_settings();
    struct plan p;

    (void)state;
    assert_int_equal(build(&s, none, &p, NULL), 0);
    assert_string_equal(p.items[0].member, "xen/dmesg.txt");
    assert_string_equal(p.items[1].member, "commands/early/xl-dmesg.txt");
    assert_string_equal(find(&p, "/etc/xen/b c.cfg")->member,
                        "files/etc/xen/b%20c.cfg");
    assert_string_equal(find(&p, "/var/log/xen/x.log.2.gz")->plain,
                        "files/var/log/xen/x.log.2");
    /* y.log is there itself: what y.log.gz holds must not take its name. */
    assert_null(find(&p, "/var/log/xen/y.log.gz")->plain);
    plan_done(&p);
}

static void one_mask(const void *arg, const char *text, size_t len,
                     struct buf *out)
{
    (void)arg;
    (void)text;
    (void)len;
    buf_adds(out, "/hidden");
}

/* All files get one name, as they do where all of it is hidden: were each
 * number tried again for each of them, this would take longer than any test
 * may. */
#define SAME 100000u

static void same_names(void **state)
{
    static const struct item items[] = {{.name = "all", .tree = "/d"},
                                        {.name = NULL}};
    static const struct plugin one = {.name = "one", .items = items};
    static const struct plugin *const plugin[] = {&one, NULL};
    struct file *many = xcalloc(SAME + 1, sizeof(*many));
    struct table_host h = {.files = many, .g.ops = &host_ops};
    struct settings s = plain_settings();
    struct plan p;

    (void)state;
    for (unsigned i = 0; i < SAME; i++)
        many[i].path = xasprintf("/d/%u", i);
    assert_int_equal(
        plan_build(&s, plugin, none, &h.g, one_mask, NULL, &p, NULL), 0);
    assert_int_equal(p.n, SAME);
    assert_string_equal(p.items[0].member, "files/hidden");
    assert_string_equal(p.items[1].member, "files/hidden~2");
    assert_string_equal(p.items[SAME - 1].member, "files/hidden~100000");
    plan_done(&p);
    gather_free(&h.g);
    for (unsigned i = 0; i < SAME; i++)
        free((char *)many[i].path);
    free(many);
}

static void tasks(void **state)
{
    struct settings s = plain_settings();
    struct plan p;

    (void)state;
    assert_int_equal(build(&s, none, &p, NULL), 0);
    /* The ring with its fallback; the large log alone; the small ones; the
     * commands; files and settled items of late in one run. */
    assert_int_equal(p.n_tasks, 6);
    assert_int_equal(p.tasks[0].n, 2);
    assert_int_equal(p.items[1].instead_of, 0);
    assert_int_equal(p.tasks[1].n, 1);
    assert_int_equal(p.tasks[2].n, 5);
    assert_int_equal(p.tasks[3].n, 1);
    assert_int_equal(p.tasks[4].n, 1);
    assert_int_equal(p.tasks[5].n, 5);
    plan_done(&p);
}

static void choosing(void **state)
{
    char *only[] = {"early/journal", "late", NULL};
    char *skip[] = {"late/config", NULL};
    char *skip_file[] = {"/etc/g*", NULL};
    char *modules[] = {"bridge", "loop", NULL};
    struct settings s = plain_settings();
    struct plan p;
    char *text;

    (void)state;
    s.only = only;
    s.skip = skip;
    s.skip_file = skip_file;
    assert_int_equal(build(&s, modules, &p, NULL), 0);
    text = as_text(&p);
    assert_string_equal(text, "early/journal journalctl\n"
                              "late/config /etc/xen [skipped]\n"
                              "late/none /nowhere/* [absent]\n"
                              "late/gone /etc/gone [skipped]\n"
                              "late/brctl brctl show\n");
    free(text);
    plan_done(&p);
}

static void unknown_name(void **state)
{
    char *skip[] = {"late/nothing", NULL};
    struct settings s = plain_settings();
    struct err e = ERR_INIT;
    struct plan p;

    (void)state;
    s.skip = skip;
    assert_int_equal(build(&s, none, &p, &e), -EINVAL);
    assert_non_null(strstr(e.text, "--skip: there is no plugin or item "
                                   "'late/nothing' (plugins: late early"));
}

static void limits(void **state)
{
    struct settings s = plain_settings();
    struct plan p;

    (void)state;
    assert_int_equal(build(&s, none, &p, NULL), 0);
    assert_int_equal(p.items[0].max_bytes, 8 << 20);
    assert_int_equal(p.items[0].timeout_ms, 30000);
    assert_int_equal(p.items[8].max_bytes, 1000);
    assert_int_equal(p.items[8].timeout_ms, 7000);
    /* What waits by itself has that time besides. */
    assert_int_equal(p.items[9].timeout_ms, 67000);
    plan_done(&p);
    /* The user's word stands over the table's. */
    s.item_timeout_ms = 90000;
    s.item_timeout_set = true;
    assert_int_equal(build(&s, none, &p, NULL), 0);
    assert_int_equal(p.items[8].timeout_ms, 90000);
    plan_done(&p);
    s.unlimited = true;
    assert_int_equal(build(&s, none, &p, NULL), 0);
    assert_true(p.items[8].max_bytes > (1ull << 40));
    plan_done(&p);
}

static void since(void **state)
{
    struct settings s = plain_settings();
    struct plan p;

    (void)state;
    s.since_ms = 2500 * 1000;
    assert_int_equal(build(&s, none, &p, NULL), 0);
    assert_false(find(&p, "/var/log/xen/x.log.1")->settled);
    assert_int_equal(find(&p, "/var/log/xen/x.log.2.gz")->status, ST_SKIPPED);
    /* Not a log: its age says nothing. */
    assert_false(find(&p, "/etc/xen/xl.conf")->settled);
    assert_string_equal(p.items[8].argv[1], "--since=@2500");
    assert_null(p.items[8].argv[2]);
    plan_done(&p);
}

/* What is cut out of another's answer follows it and its fallbacks, whatever
 * its own plugin's priority, and is one task with them. */
static int add_parts(struct plan_adder *adder, struct gather *g,
                     struct err *err)
{
    (void)g;
    (void)err;
    plan_add(adder, &(struct item){.name = "d1",
                                   .probe = "xenstore-1",
                                   .member = "domains/1/x",
                                   .part_of = "whole/store"});
    return 0;
}

static void parts(void **state)
{
    static const struct item whole_items[] = {
        {.name = "store", .probe = "xenstore", .member = "xen/x"},
        {.name = "ls", .argv = {"xenstore-ls"}, .instead_of = "store"},
        {.name = "other", .probe = "devices", .member = "xen/d"},
        {.name = NULL},
    };
    static const struct plugin whole = {
        .name = "whole", .priority = PRIO_XEN, .items = whole_items};
    static const struct plugin some = {
        .name = "some", .priority = PRIO_LAST, .plan = add_parts};
    static const struct plugin *const both[] = {&whole, &some, NULL};
    struct settings s = plain_settings();
    struct table_host h = {.files = files, .g.ops = &host_ops};
    char *only[] = {"some", NULL};
    struct plan p;
    char *text;

    (void)state;
    assert_int_equal(plan_build(&s, both, none, &h.g, no_mask, NULL, &p, NULL),
                     0);
    text = as_text(&p);
    assert_string_equal(text, "whole/store probe xenstore\n"
                              "whole/ls xenstore-ls\n"
                              "some/d1 probe xenstore-1\n"
                              "whole/other probe devices\n");
    free(text);
    assert_int_equal(p.items[2].part_of, 0);
    assert_int_equal(p.n_tasks, 2);
    assert_int_equal(p.tasks[0].n, 3);
    plan_done(&p);

    /* Where the whole is not read, the host is asked for the part. */
    s.only = only;
    assert_int_equal(plan_build(&s, both, none, &h.g, no_mask, NULL, &p, NULL),
                     0);
    assert_int_equal(p.n, 1);
    assert_int_equal(p.items[0].part_of, -1);
    plan_done(&p);
    gather_free(&h.g);
}

static unsigned asked;

static int add_and_count(struct plan_adder *a, struct gather *g,
                         struct err *err)
{
    asked++;
    return add_parts(a, g, err);
}

/* How often the plugin's plan is asked for under these options. */
static unsigned times_asked(char **only, char **skip)
{
    static const struct item items[] = {
        {.name = "one", .probe = "xenstore", .member = "xen/x"},
        {.name = NULL},
    };
    static const struct plugin whole = {
        .name = "whole", .priority = PRIO_XEN, .items = items};
    static const struct plugin some = {
        .name = "some", .priority = PRIO_LAST, .plan = add_and_count};
    static const struct plugin *const both[] = {&whole, &some, NULL};
    struct settings s = plain_settings();
    struct table_host h = {.files = files, .g.ops = &host_ops};
    struct plan p;

    asked = 0;
    s.only = only;
    s.skip = skip;
    assert_int_equal(plan_build(&s, both, none, &h.g, no_mask, NULL, &p, NULL),
                     0);
    plan_done(&p);
    gather_free(&h.g);
    return asked;
}

/* The host is not asked what --only leaves out. */
static void plan_of_others(void **state)
{
    char *whole[] = {"whole", NULL}, *one[] = {"whole/one", NULL};
    char *d1[] = {"whole", "some/d1", NULL}, *some[] = {"some", NULL};

    (void)state;
    assert_int_equal(times_asked(none, none), 1);
    assert_int_equal(times_asked(whole, none), 0);
    assert_int_equal(times_asked(one, none), 0);
    assert_int_equal(times_asked(d1, none), 1);
    assert_int_equal(times_asked(some, none), 1);
    /* That there is what is named is looked at all the same. */
    assert_int_equal(times_asked(whole, some), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order),        cmocka_unit_test(parts),
        cmocka_unit_test(member_names), cmocka_unit_test(tasks),
        cmocka_unit_test(choosing),     cmocka_unit_test(unknown_name),
        cmocka_unit_test(limits),       cmocka_unit_test(since),
        cmocka_unit_test(same_names),   cmocka_unit_test(plan_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
