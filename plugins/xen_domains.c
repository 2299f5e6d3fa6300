/* xen_domains.c: one folder per domain: how it was configured, how it runs, its
 * part of xenstore, its devices, its logs.
 *
 * Which domains there are is asked while the plan is made, of the hypervisor
 * and xenstore, else of the toolstack; names that these do not have, of libxl's
 * files.  Names are what guests' owners chose: they become one part of a
 * member's name, and part of a path only where they lead nowhere else. */
#include "plugins/plugin.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/path.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "plugins/ask.h"

#define MAX_DOMAINS 4096u
#define NAMES_BYTES (1024u * 1024u)
#define NAMES_MS 25000
#define NAME_MAX_BYTES 200u
#define NETWORK_IDS 12u /* domains that one xl command is asked of */

#define LONG_LISTS 32u /* commands of their own */
#define LIST_WORDS 12u /* of a line of "xl list -v", from its end */

#define CONFIGS 4096u /* in one folder */

#define DOMID_END 0x7ff0u /* DOMID_FIRST_RESERVED */

static const struct item items[] = {
    {.name = "names",
     .probe = "domain-names",
     .member = "xen/domain-names.txt",
     .privacy = PRIVACY_YES},
    {.name = NULL},
};

struct domain {
    unsigned domid;
    char *uuid, *name; /* NULL: not known */
};

/* Where configurations lie beside those of other domains. */
static const struct {
    const char *what, *folder;
} config_folders[] = {{"cfg-auto", "/etc/xen/auto/"},
                      {"cfg-suse", "/etc/xen/vm/"}};
#define CONFIG_FOLDERS (sizeof(config_folders) / sizeof(config_folders[0]))

struct domains {
    struct domain *v;
    size_t n;
    bool target; /* xenstore has dom0's memory target and maximum */
    bool of_xm;  /* xend's tool told them */
    char **configs[CONFIG_FOLDERS]; /* all paths there; of as many domains */
};

static void domains_done(struct domains *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free(d->v[i].uuid);
        free(d->v[i].name);
    }
    free(d->v);
    for (size_t i = 0; i < CONFIG_FOLDERS; i++)
        str_list_free(d->configs[i]);
}

static struct domain *domain_of(struct domains *d, unsigned domid)
{
    for (size_t i = 0; i < d->n; i++) {
        if (d->v[i].domid == domid)
            return &d->v[i];
    }
    if (d->n >= MAX_DOMAINS)
        return NULL;
    d->v = xreallocarray(d->v, d->n + 1, sizeof(*d->v));
    d->v[d->n] = (struct domain){.domid = domid};
    return &d->v[d->n++];
}

static int by_domid(const void *a, const void *b)
{
    const struct domain *x = a, *y = b;

    return x->domid < y->domid ? -1 : x->domid > y->domid;
}

static bool domid_of(const char *s, unsigned *out)
{
    uint64_t n;

    if (str_parse_u64(s, 0, DOMID_END - 1, &n))
        return false;
    *out = (unsigned)n;
    return true;
}

/* ---- who is there -------------------------------------------------------- */

static bool uuid_ok(const char *s)
{
    return strlen(s) == 36 && strspn(s, "0123456789abcdef-") == 36;
}

/* "domain ID UUID", "name ID NAME" and "target 0", as xen-bugtool-probe
 * writes them. */
static void take_probe_line(struct domains *d, char *line)
{
    char *save = NULL, *word = strtok_r(line, " ", &save);
    char *id = strtok_r(NULL, " ", &save);
    struct domain *dom;
    unsigned domid;

    if (!word || !id || !domid_of(id, &domid) || !save)
        return;
    if (!strcmp(word, "target")) {
        d->target = d->target || !domid;
        return;
    }
    dom = domain_of(d, domid);
    if (!dom)
        return;
    if (!strcmp(word, "domain") && !dom->uuid && uuid_ok(save))
        dom->uuid = xstrdup(save);
    else if (!strcmp(word, "name") && !dom->name && *save)
        dom->name = xstrndup(save, NAME_MAX_BYTES);
}

/* "NAME ID MEM VCPUS STATE TIME" of xm list, with "UUID ..." behind it from
 * xl list -v.  A name may hold blanks, so words are counted from the end. */
static void take_list_line(struct domains *d, char *line)
{
    char *word[LIST_WORDS], *end = line + strlen(line);
    size_t n = 0, id = 4;
    struct domain *dom;
    unsigned domid;

    while (n <= id && id < LIST_WORDS) {
        while (end > line && end[-1] == ' ')
            *--end = '\0';
        while (end > line && end[-1] != ' ')
            end--;
        if (end == line)
            break;
        word[n] = end;
        if (uuid_ok(end))
            id = n + 5;
        n++;
    }
    if (id >= n || !domid_of(word[id], &domid))
        return;
    for (end = word[id]; end > line && (end[-1] == ' ' || !end[-1]);)
        *--end = '\0';
    dom = *line ? domain_of(d, domid) : NULL;
    if (!dom || dom->name)
        return;
    /* What printf of xl makes of a name that there is not. */
    if (strcmp(line, "(null)"))
        dom->name = xstrndup(line, NAME_MAX_BYTES);
    if (id > 4 && !dom->uuid)
        dom->uuid = xstrdup(word[id - 5]);
}

static int ask(struct gather *g, const struct request *rq, struct domains *d,
               void (*take)(struct domains *, char *), struct err *err)
{
    struct buf text = BUF_INIT;
    char *copy, *save = NULL;
    int r = gather_slurp(g, rq, &text, err);

    copy = buf_take(&text);
    for (char *line = copy ? strtok_r(copy, "\n", &save) : NULL; line && !r;
         line = strtok_r(NULL, "\n", &save))
        take(d, line);
    free(copy);
    return r;
}

static int ask_domains(struct gather *g, struct domains *d, struct err *err)
{
    static const char *const xl[] = {"xl", "list", "-v", NULL};
    static const char *const xm[] = {"xm", "list", NULL};
    const struct request probe = {.kind = REQ_PROBE,
                                  .name = "domain-names",
                                  .timeout_ms = NAMES_MS,
                                  .max_bytes = NAMES_BYTES};
    struct request list = {.kind = REQ_RUN,
                           .argv = xl,
                           .timeout_ms = 5000,
                           .max_bytes = NAMES_BYTES};
    int r = ask(g, &probe, d, take_probe_line, err);

    /* "Absent" of a probe that ran: this is not Xen's control domain. */
    if (r || d->n || gather_outcome(g)->exit_code == 3)
        return r;
    r = ask(g, &list, d, take_list_line, err);
    if (r || d->n)
        return r;
    list.argv = xm;
    r = ask(g, &list, d, take_list_line, err);
    d->of_xm = d->n > 0;
    return r;
}

/* ---- names that xenstore does not tell ----------------------------------- */

/* "c_info": {"name": "web"} of libxl's JSON; NULL: none.  To be freed. */
static char *configured_name(const struct buf *text)
{
    struct json_object *doc = json_tokener_parse(buf_str(text)), *info, *name;
    char *found = NULL;

    if (json_object_is_type(doc, json_type_object) &&
        json_object_object_get_ex(doc, "c_info", &info) &&
        json_object_is_type(info, json_type_object) &&
        json_object_object_get_ex(info, "name", &name) &&
        json_object_is_type(name, json_type_string) &&
        *json_object_get_string(name) &&
        !strpbrk(json_object_get_string(name), "\r\n"))
        found = xstrndup(json_object_get_string(name), NAME_MAX_BYTES);
    json_object_put(doc);
    return found;
}

/* As libxl was told when it made the domain: for where xenstored does not
 * answer.  Who got a name is told in a member of its own. */
static int ask_configured(struct plan_adder *adder, struct gather *g,
                          struct domains *d, struct err *err)
{
    struct buf text = BUF_INIT, told = BUF_INIT;
    char path[128];
    const struct request rq = {.kind = REQ_READ,
                               .name = path,
                               .timeout_ms = 5000,
                               .max_bytes = NAMES_BYTES};
    int r = 0;

    for (size_t i = 0; i < d->n && !r; i++) {
        struct domain *dom = &d->v[i];

        if (dom->name || !dom->uuid)
            continue;
        snprintf(path, sizeof(path), "/var/lib/xen/userdata-d.%u.%s.libxl-json",
                 dom->domid, dom->uuid);
        buf_reset(&text);
        r = gather_slurp(g, &rq, &text, err);
        if (gather_outcome(g)->status == ST_TIMEOUT)
            break; /* a disk that hangs does so each time */
        dom->name = configured_name(&text);
        if (dom->name)
            buf_addf(&told, "name %u %s\n", dom->domid, dom->name);
    }
    if (told.len)
        plan_add(adder, &(struct item){.name = "names-libxl",
                                       .text = buf_str(&told),
                                       .member = "xen/domain-names-libxl.txt",
                                       .priority = PRIO_XEN});
    buf_done(&told);
    buf_done(&text);
    return r;
}

static int ask_configs(struct gather *g, struct domains *d, struct err *err)
{
    char pattern[64];
    int r = 0;

    for (size_t i = 0; i < CONFIG_FOLDERS && !r; i++) {
        snprintf(pattern, sizeof(pattern), "%s*", config_folders[i].folder);
        r = ask_paths(g, pattern, CONFIGS, &d->configs[i], err);
    }
    return r;
}

/* ---- one folder ---------------------------------------------------------- */

/* Fit for a part of a path: xl takes blanks, and any language. */
static bool fits_path(const char *name)
{
    if (!name || !*name || *name == '.' || *name == '-')
        return false;
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;

        if (c < ' ' || c == 0x7f || strchr("/\\", c))
            return false;
    }
    return true;
}

struct folder {
    struct plan_adder *adder;
    const struct domain *dom;
    const char *name;   /* that its files have */
    const char *member; /* "domains/5-guest" */
};

static void add_name(struct item *it, char name[32], const struct folder *f,
                     const char *what)
{
    snprintf(name, 32, "d%u-%s", f->dom->domid, what);
    it->name = name;
}

static void add_probe(const struct folder *f, const char *what,
                      const char *subject, const char *file,
                      const char *part_of)
{
    char name[32], probe[32], member[1024];
    struct item it = {.probe = probe, .member = member, .part_of = part_of};

    add_name(&it, name, f, what);
    snprintf(probe, sizeof(probe), "%s-%u", subject, f->dom->domid);
    snprintf(member, sizeof(member), "%s/%s", f->member, file);
    plan_add(f->adder, &it);
}

/* Files keep their path below the domain's folder. */
static void add_files(const struct folder *f, const char *what, bool log,
                      const char *before, const char *id, const char *after)
{
    const bool glob = strchr(after, '*');
    char name[32], *literal = glob ? path_as_pattern(id) : xstrdup(id);
    char *path = xasprintf("%s%s%s", before, literal, after);
    struct item it = {.member = f->member};

    add_name(&it, name, f, what);
    if (glob)
        it.glob = path;
    else
        it.file = path;
    it.rotated = log;
    if (log) /* the newest part of each is enough beside so many others */
        it.max_bytes = 1 << 20;
    plan_add(f->adder, &it);
    free(path);
    free(literal);
}

static void add_by_id(const struct folder *f)
{
    char domid[16];

    snprintf(domid, sizeof(domid), "%u", f->dom->domid);
    /* As it runs (libxl-json), and the file that "xl create" was given (xl). */
    add_files(f, "userdata", false, "/var/lib/xen/userdata-*.", domid, ".*.*");
    if (f->dom->uuid)
        add_files(f, "xend", false, "/var/lib/xend/domains/", f->dom->uuid,
                  "/*.sxp");
    add_files(f, "bootloader", true, "/var/log/xen/bootloader.", domid,
              ".log*");
}

static void add_by_name(const struct folder *f)
{
    static const struct {
        const char *what, *before, *after;
        bool log;
    } files[] = {
        {"cfg", "/etc/xen/", ".cfg*", false},
        {"cfg-classic", "/etc/xen/", "", false},
        {"libvirt", "/etc/libvirt/libxl/", ".xml", false},
        {"libvirt-run", "/run/libvirt/libxl/", ".xml", false},
        {"xl-log", "/var/log/xen/xl-", ".log*", true},
        {"qemu-log", "/var/log/xen/qemu-dm-", ".log*", true},
        {"console", "/var/log/xen/console/guest-", ".log*", true},
        /* One that was migrated to here: until its last page is there xl calls
         * it so (tools/xl/xl_migrate.c), and logs keep their name. */
        {"xl-log-in", "/var/log/xen/xl-", "--incoming.log*", true},
        {"qemu-log-in", "/var/log/xen/qemu-dm-", "--incoming.log*", true},
        {"console-in", "/var/log/xen/console/guest-", "--incoming.log*", true},
        {"libvirt-log", "/var/log/libvirt/libxl/", ".log*", true},
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        add_files(f, files[i].what, files[i].log, files[i].before, f->name,
                  files[i].after);
}

static bool is_config_end(const char *s)
{
    static const char *const ends[] = {"",    ".cfg", ".conf", ".hvm",
                                       ".pv", ".sxp", ".xl",   ".xml"};

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (!strcmp(s, ends[i]))
            return true;
    }
    return false;
}

/* A pattern for guest1 would fit guest10's, and one for web that of
 * web.example. */
static void add_own_configs(const struct folder *f, const struct domains *d)
{
    const char *name = f->name;

    for (size_t i = 0; i < CONFIG_FOLDERS; i++) {
        const char *folder = config_folders[i].folder;
        size_t n = strlen(folder);

        for (char **p = d->configs[i]; *p; p++) {
            if (str_starts(*p, folder) && str_starts(*p + n, name) &&
                is_config_end(*p + n + strlen(name)))
                add_files(f, config_folders[i].what, false, folder, name,
                          *p + n + strlen(name));
        }
    }
}

/* "domains/5-guest".  Domain 0 has its name from every toolstack; xenstore may
 * have lost it, or not answer. */
static void add_folder_name(struct buf *member, const struct domain *dom)
{
    const char *known = dom->domid ? "unnamed" : "Domain-0";

    buf_addf(member, "domains/%u-", dom->domid);
    str_add_member_name(member, dom->name ? dom->name : known, false);
}

/* Before what xl adds to the name of one that is moved: to that here until its
 * last page has come, to that there until it is destroyed
 * (tools/xl/xl_migrate.c).  Its configuration and most logs have it without. */
static char *name_of_files(const char *name)
{
    static const char *const added[] = {"--incoming", "--migratedaway"};

    for (size_t i = 0; name && i < sizeof(added) / sizeof(added[0]); i++)
        if (str_ends(name, added[i]) && strlen(name) > strlen(added[i]))
            return xstrndup(name, strlen(name) - strlen(added[i]));
    return name ? xstrdup(name) : NULL;
}

static void add_domain(struct plan_adder *adder, const struct domains *d,
                       const struct domain *dom)
{
    struct buf member = BUF_INIT;
    char *name = name_of_files(dom->name);
    struct folder f = {.adder = adder, .dom = dom, .name = name};

    add_folder_name(&member, dom);
    f.member = buf_str(&member);
    add_probe(&f, "domain", "domain", "domain.json", NULL);
    add_probe(&f, "xenstore", "xenstore", "xenstore.txt", "xen_store/xenstore");
    add_probe(&f, "devices", "devices", "devices.json", "xen_store/devices");
    if (dom->domid) {
        add_by_id(&f);
        if (fits_path(name)) {
            add_by_name(&f);
            add_own_configs(&f, d);
        }
    }
    free(name);
    buf_done(&member);
}

/* xl network-list and block-list take the domains as arguments. */
static void add_lists(struct plan_adder *adder, const struct domains *d)
{
    static const char *const commands[] = {"network-list", "block-list"};
    char ids[NETWORK_IDS][16], name[48];

    for (size_t c = 0; c < 2; c++) {
        for (size_t i = 0, part = 1; i < d->n; part++) {
            struct item it = {.name = name,
                              .argv = {"xl", commands[c]},
                              .priority = PRIO_TOOLSTACK,
                              .timeout_ms = 20000};
            size_t n = 0;

            for (; i < d->n && n < NETWORK_IDS; i++) {
                if (!d->v[i].domid)
                    continue;
                snprintf(ids[n], sizeof(ids[n]), "%u", d->v[i].domid);
                it.argv[2 + n] = ids[n];
                n++;
            }
            snprintf(name, sizeof(name), "xl-%s-%zu", commands[c], part);
            if (n)
                plan_add(adder, &it);
        }
    }
}

/* Where xenstore lacks the memory target or maximum of dom0 (with dom0_mem= it
 * has none until somebody asks), libxl fills it in while it lists dom0
 * (libxl__fill_dom0_memory_info).  Nothing of ours may write there: unless both
 * are known to be there, the guests are asked for one by one, as far as that
 * many commands are reasonable.  xend's tool does not write. */
static void add_whole_list(struct plan_adder *adder, const struct domains *d)
{
    if (d->target)
        plan_add(adder, &(struct item){.name = "xl-list-l",
                                       .argv = {"xl", "list", "-l"},
                                       .priority = PRIO_TOOLSTACK,
                                       .timeout_ms = 20000});
    if (d->target || d->of_xm)
        plan_add(adder,
                 &(struct item){.name = "xm-list-l",
                                .argv = {"xm", "list", "--long"},
                                .instead_of = d->target ? "xl-list-l" : NULL,
                                .priority = PRIO_TOOLSTACK,
                                .timeout_ms = 20000});
}

static void add_long_list(struct plan_adder *adder, const struct domains *d)
{
    const bool apart = !d->target;
    size_t guests = 0;

    add_whole_list(adder, d);
    for (size_t i = 0; i < d->n; i++) {
        struct buf member = BUF_INIT;
        char name[32], id[16];

        if (apart && (!d->v[i].domid || guests++ >= LONG_LISTS))
            continue;
        snprintf(name, sizeof(name), "d%u-xl-list-l", d->v[i].domid);
        snprintf(id, sizeof(id), "%u", d->v[i].domid);
        add_folder_name(&member, &d->v[i]);
        buf_adds(&member, "/xl-list-l.json");
        plan_add(adder, &(struct item){
                            .name = name,
                            .argv = {"xl", "list", "-l", id},
                            .member = buf_str(&member),
                            .part_of = apart ? NULL : "xen_domains/xl-list-l",
                            .timeout_ms = 20000});
        buf_done(&member);
    }
}

static int plan(struct plan_adder *adder, struct gather *g, struct err *err)
{
    struct domains d = {.v = NULL};
    int r = ask_domains(g, &d, err);

    if (!r)
        r = ask_configured(adder, g, &d, err);
    if (!r && d.n)
        r = ask_configs(g, &d, err);
    if (d.n)
        qsort(d.v, d.n, sizeof(*d.v), by_domid);
    for (size_t i = 0; i < d.n && !r; i++)
        add_domain(adder, &d, &d.v[i]);
    if (!r)
        add_lists(adder, &d);
    if (!r)
        add_long_list(adder, &d);
    domains_done(&d);
    return r;
}

const struct plugin plugin_xen_domains = {
    .name = "xen_domains",
    .summary = "each domain: configuration, state, xenstore, devices, logs",
    .priority = PRIO_DOMAINS,
    .privacy = PRIVACY_YES,
    .max_bytes = 8 << 20,
    .timeout_ms = 20000,
    .items = items,
    .plan = plan,
};
