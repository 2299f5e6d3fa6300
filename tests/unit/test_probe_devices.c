/* The devices of domains, from a xenstore made of lines and a /sys made of
 * files: both ends are found, and what does not fit together is told. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char sysfs_folder[128];
#define SYSFS sysfs_folder
#define access(path, mode)                                                     \
    (strncmp(path, "/dev/xen", 8) ? access(path, mode) : 0)
#include "collector/probe/devices.c"
#include "collector/probe/devices_check.c"
#include "collector/probe/devices_json.c"
#include "collector/probe/json.c"
#include "collector/probe/out.c"
#include "collector/probe/store.c"
#include "collector/probe/sysfs.c"
#undef access

/* --- the hypervisor ------------------------------------------------------ */

static struct domain_seen seen[8];
static size_t n_seen;
static int seen_rc;

static int list_seen(struct domain_seen **list_out, size_t *n_out,
                     struct err *err)
{
    *list_out = NULL;
    *n_out = 0;
    if (seen_rc)
        return err_set(err, seen_rc, "refused");
    *list_out = xcalloc(n_seen, sizeof(**list_out));
    memcpy(*list_out, seen, n_seen * sizeof(**list_out));
    *n_out = n_seen;
    return 0;
}

static const struct ctrl_module module = {.domains_seen = list_seen};
static bool no_module;

const struct ctrl_module *ctrl_load(struct err *err)
{
    if (no_module)
        err_set(err, -ELIBACC, "no libxenctrl");
    return no_module ? NULL : &module;
}

/* --- xenstore: "PATH=VALUE" lines; folders follow from the paths -----------
 */

static const char *store_nodes;

struct xs_handle *xs_open(unsigned long flags)
{
    (void)flags;
    return (struct xs_handle *)&store_nodes;
}

void xs_close(struct xs_handle *xsh)
{
    (void)xsh;
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
              unsigned *len)
{
    size_t n = strlen(path);
    bool folder = false;

    (void)h, (void)t;
    for (const char *p = store_nodes; *p; p += strcspn(p, "\n"), p += *p > 0) {
        if (strncmp(p, path, n))
            continue;
        folder |= p[n] == '/';
        if (p[n] == '=') {
            *len = (unsigned)strcspn(p + n + 1, "\n");
            return xstrndup(p + n + 1, *len);
        }
    }
    errno = ENOENT;
    *len = 0;
    return folder ? xstrdup("") : NULL;
}

char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path,
                    unsigned *num)
{
    size_t n = strlen(path);
    char **list = calloc(1, 64 * sizeof(char *) + 8192);
    char *text = (char *)(list + 64);

    (void)h, (void)t;
    *num = 0;
    for (const char *p = store_nodes; *p; p += strcspn(p, "\n"), p += *p > 0) {
        size_t k =
            strncmp(p, path, n) || p[n] != '/' ? 0 : strcspn(p + n + 1, "/=\n");
        bool known = false;

        for (unsigned i = 0; i < *num; i++)
            known |= strlen(list[i]) == k && !memcmp(list[i], p + n + 1, k);
        if (!k || known)
            continue;
        assert_true(*num < 64);
        list[(*num)++] = text;
        memcpy(text, p + n + 1, k);
        text += k + 1;
    }
    if (*num)
        return list;
    free(list);
    errno = ENOENT;
    return NULL;
}

struct xs_permissions *xs_get_permissions(struct xs_handle *h,
                                          xs_transaction_t t, const char *path,
                                          unsigned *num)
{
    (void)h, (void)t, (void)path, (void)num;
    return NULL;
}

/* --- /sys ---------------------------------------------------------------- */

static char path_of[256];

static const char *in_sys(const char *path)
{
    snprintf(path_of, sizeof(path_of), "%s/%s", sysfs_folder, path);
    for (char *p = path_of + 1; (p = strchr(p, '/')); p++) {
        *p = '\0';
        mkdir(path_of, 0755);
        *p = '/';
    }
    return path_of;
}

static void sys_file(const char *path, const char *text)
{
    FILE *f = fopen(in_sys(path), "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void sys_link(const char *path, const char *to)
{
    unlink(in_sys(path));
    assert_int_equal(symlink(to, in_sys(path)), 0);
}

static int make_sys(void **state)
{
    (void)state;
    snprintf(sysfs_folder, sizeof(sysfs_folder), "/tmp/test-sys-XXXXXX");
    assert_non_null(mkdtemp(sysfs_folder));
    sys_file("class/net/xenbr0/bridge/stp_state", "0\n");
    sys_file("class/net/xenbr0/brif/eth0", "");
    sys_file("class/net/xenbr0/brif/vif1.0", "");
    sys_file("class/net/vif1.0/operstate", "up\n");
    sys_file("class/net/vif1.0/statistics/rx_bytes", "4711\n");
    sys_link("class/net/vif1.0/master", "../../devices/virtual/net/xenbr0");
    sys_file("class/net/vif2.0/operstate", "down\n");
    sys_link("dev/block/7:0", "../../devices/virtual/block/loop0");
    sys_file("class/block/loop0/size", "8192\n");
    sys_file("class/block/loop0/loop/backing_file", "/var/lib/xen/a.img\n");
    sys_file("class/block/loop1/loop/backing_file", "/var/lib/xen/old.img\n");
    /* One half of a RAID is nobody's leftover. */
    sys_file("class/block/loop2/loop/backing_file", "/srv/half.img\n");
    sys_file("class/block/loop2/holders/md0", "");
    sys_file("bus/xen-backend/devices/vbd-1-51712/statistics/rd_req", "12\n");
    return 0;
}

static int remove_sys(void **state)
{
    char command[160];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf %s", sysfs_folder);
    return system(command);
}

/* --- helpers ------------------------------------------------------------- */

static struct {
    int rc;
    struct err err;
    char text[200000];
} res;

static void run(int (*subject)(struct out *, struct err *))
{
    int fd = memfd_create("out", MFD_CLOEXEC);
    struct out o;
    ssize_t n;

    memset(&res, 0, sizeof(res));
    out_init(&o, fd);
    res.rc = subject(&o, &res.err);
    assert_int_equal(out_flush(&o, NULL), 0);
    n = pread(fd, res.text, sizeof(res.text) - 1, 0);
    assert_true(n >= 0);
    close(fd);
}

#define has(part) assert_non_null(strstr(res.text, part))
#define has_not(part) assert_null(strstr(res.text, part))

#define D1 "/local/domain/1/"
#define B0 "/local/domain/0/backend/"
#define HEALTHY                                                                \
    "/local/domain/0/name=Domain-0\n" D1 "name=web\n" D1                       \
    "device/suspend/event-channel=3\n" D1 "memory/target=131072\n" D1          \
    "device/vif/0/backend=" B0 "vif/1/0\n" D1 "device/vif/0/state=4\n" D1      \
    "device/vbd/51712/backend=" B0 "vbd/1/51712\n" D1                          \
    "device/vbd/51712/state=4\n" B0 "vif/1/0/frontend=" D1 "device/vif/0\n" B0 \
    "vif/1/0/state=4\n" B0 "vif/1/0/bridge=xenbr0\n" B0                        \
    "vif/1/0/hotplug-status=connected\n" B0 "vbd/1/51712/frontend=" D1         \
    "device/vbd/51712\n" B0 "vbd/1/51712/state=4\n" B0                         \
    "vbd/1/51712/physical-device=7:0\n" B0                                     \
    "vbd/1/51712/params=/var/lib/xen/a.img\n"

static void hypervisor_has(unsigned a, unsigned b, unsigned n)
{
    memset(seen, 0, sizeof(seen));
    seen[0] = (struct domain_seen){.domid = a, .uuid = "u0"};
    seen[1] = (struct domain_seen){.domid = b, .uuid = "u1"};
    n_seen = n;
    seen_rc = 0;
}

/* --- tests --------------------------------------------------------------- */

static void healthy(void **state)
{
    (void)state;
    hypervisor_has(0, 1, 2);
    store_nodes = HEALTHY;
    unlink(in_sys("class/block/loop1/loop/backing_file"));
    run(subject_devices);
    assert_int_equal(res.rc, 0);
    has("\"name\": \"web\"");
    has("\"memory_target_kib\": 131072");
    has("\"bridge\": \"xenbr0\"");
    has("\"master\": \"xenbr0\"");
    has("\"rx_bytes\": 4711");
    has("\"loop_file\": \"/var/lib/xen/a.img\"");
    has("\"sectors\": 8192");
    has("\"rd_req\": 12");
    has("\"ports\": [\n        \"eth0\",\n        \"vif1.0\"\n      ]");
    has("\"checks\": []");
    sys_file("class/block/loop1/loop/backing_file", "/var/lib/xen/old.img\n");
}

static int of_1(struct out *o, struct err *err)
{
    return subject_devices_of(o, 1, err);
}

static void one_domain(void **state)
{
    (void)state;
    hypervisor_has(0, 1, 2);
    store_nodes = HEALTHY "/local/domain/2/device/vif/0/state=1\n";
    run(of_1);
    assert_int_equal(res.rc, 0);
    has("\"id\": \"51712\"");
    has_not("\"domid\": 2,");
    has_not("\"checks\"");
}

static void what_does_not_fit(void **state)
{
    static const struct {
        const char *why, *nodes, *check, *text;
    } rows[] = {
        {"a guest that never connected",
         D1 "name=a\n" D1 "device/vif/0/backend=" B0 "vif/1/0\n" D1
            "device/vif/0/state=1\n" B0 "vif/1/0/state=4\n",
         "states-disagree", "frontend Initialising (1), backend Connected (4)"},
        {"a backend that a crash left",
         D1 "name=a\n" B0 "vbd/5/51712/frontend=/local/domain/5/device/vbd/"
            "51712\n" B0 "vbd/5/51712/state=2\n",
         "backend-without-frontend", "left behind"},
        {"in a driver domain, too",
         D1 "name=a\n/local/domain/1/backend/vif/9/0/state=2\n",
         "backend-without-frontend", "/local/domain/1/backend/vif/9/0"},
        {"a frontend whose backend has gone",
         D1 "name=a\n" D1 "device/vbd/768/backend=" B0 "vbd/1/768\n",
         "frontend-without-backend", "backend/vbd/1/768"},
        {"the hotplug script failed",
         D1 "name=a\n/local/domain/2/device/vif/0/backend=" B0
            "vif/2/0\n/local/domain/2/device/vif/0/state=1\n" B0
            "vif/2/0/bridge=xenbr0\n",
         "vif-on-no-bridge", "vif2.0 is to be on the bridge xenbr0"},
        {"with a script that names a bridge",
         D1 "name=a\n/local/domain/2/device/vif/0/backend=" B0
            "vif/2/0\n/local/domain/2/device/vif/0/state=1\n" B0
            "vif/2/0/bridge=xenbr0\n" B0
            "vif/2/0/script=/etc/xen/scripts/vif-bridge\n",
         "vif-on-no-bridge", "vif2.0 is to be on the bridge xenbr0"},
        {"moved by hand",
         D1 "name=a\n" D1 "device/vif/0/backend=" B0 "vif/1/0\n" B0
            "vif/1/0/bridge=xenbr1\n",
         "vif-on-other-bridge", "but is on xenbr0"},
        {"no network device",
         D1 "name=a\n" D1 "device/vif/3/backend=" B0 "vif/1/3\n" B0
            "vif/1/3/bridge=xenbr0\n",
         "vif-without-netdev", "no network device vif1.3"},
        {"a loop device that nobody uses", D1 "name=a\n", "loop-without-vbd",
         "loop1 holds /var/lib/xen/old.img"},
        {"xenstored was started anew", "/local/domain/0/name=Domain-0\n",
         "domain-without-name", "domain 1 is in the hypervisor"},
        {"not cleaned up", D1 "name=a\n/local/domain/77/name=ghost\n",
         "name-without-domain", "the domain 77 (ghost)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        hypervisor_has(0, 1, 2);
        store_nodes = rows[i].nodes;
        run(subject_devices);
        if (res.rc || !strstr(res.text, rows[i].check) ||
            !strstr(res.text, rows[i].text))
            fail_msg("%s: %d %s", rows[i].why, res.rc, res.text);
    }
}

/* libxl writes a bridge whatever the script does. */
static void routed_vif(void **state)
{
    (void)state;
    hypervisor_has(0, 1, 2);
    store_nodes =
        D1 "name=pr\xc3\xbc\x66 \xf0\x9f\x90\xbc\xff\n" D1
           "device/vif/0/backend=" B0 "vif/2/0\n" B0 "vif/2/0/frontend=" D1
           "device/vif/0\n" B0 "vif/2/0/bridge=xenbr0\n" B0
           "vif/2/0/script=/etc/xen/scripts/vif-route\n";
    run(subject_devices);
    assert_int_equal(res.rc, 0);
    has_not("vif-on-no-bridge");
    /* A name beyond ASCII, and a byte that is none of it. */
    has("\"name\": \"pr\\u00fcf \\ud83d\\udc3c\\u00ff\"");
}

/* Guests write their frontends' nodes. */
static void hostile_frontends(void **state)
{
    (void)state;
    hypervisor_has(0, 1, 2);
    store_nodes =
        D1 "name=a\"}]\x1b\n" D1 "device/vif/../backend=/etc/passwd\n" D1
           "device/vbd/1/backend=/local/domain/99999/backend/vbd/1/1\n" D1
           "device/vbd/2/backend=/local/domain/0/device/x\n" D1
           "device/vbd/2/state=44444444444444444444444\n" B0
           "vif/1/..%2f/state=1\n" B0 "vif/1/a/vifname=../../etc\n" B0
           "vbd/1/b/physical-device=7:0:0\n";
    run(subject_devices);
    assert_int_equal(res.rc, 0);
    has("\"name\": \"a\\u0022}]\\u001b\"");
    has_not("/etc/passwd");
    has_not("99999");
    has("\"state\": null");
    has("\"name\": \"vif1.a\""); /* not where vifname leads */
    has("\"block\": null");
}

static void names(void **state)
{
    (void)state;
    hypervisor_has(0, 1, 2);
    store_nodes = HEALTHY "/local/domain/7/name=a\tb\n";
    run(subject_domain_names);
    assert_int_equal(res.rc, 0);
    assert_string_equal(res.text, "domain 0 u0\ndomain 1 u1\nname 0 Domain-0\n"
                                  "name 1 web\nname 7 a?b\n");
    /* libxl writes whichever of the two is missing. */
    store_nodes = HEALTHY "/local/domain/0/memory/target=524288\n";
    run(subject_domain_names);
    has_not("target");
    store_nodes = HEALTHY "/local/domain/0/memory/target=524288\n"
                          "/local/domain/0/memory/static-max=524288\n";
    run(subject_domain_names);
    has("name 1 web\ntarget 0\n");
    store_nodes = HEALTHY "/local/domain/7/name=a\tb\n";
    /* Tools of another release: xenstore still knows. */
    seen_rc = -EACCES;
    run(subject_domain_names);
    assert_int_equal(res.rc, -EACCES);
    assert_string_equal(res.text, "name 0 Domain-0\nname 1 web\nname 7 a?b\n");
    hypervisor_has(0, 1, 2);
    no_module = true;
    store_nodes =
        HEALTHY "/local/domain/1/vm=/vm/911e5508-906b-4d1e-b83d-04bac6f2184c\n"
                "/local/domain/7/vm=/vm/../../etc\n/local/domain/7/name=a\tb\n";
    run(subject_domain_names);
    assert_int_equal(res.rc, -ELIBACC);
    assert_string_equal(res.text,
                        "name 0 Domain-0\n"
                        "domain 1 911e5508-906b-4d1e-b83d-04bac6f2184c\n"
                        "name 1 web\nname 7 a?b\n");
    run(subject_devices);
    no_module = false;
    assert_int_equal(res.rc, 0);
    has("\"in_hypervisor\": null");
    /* And the other way round. */
    store_nodes = "";
    run(subject_domain_names);
    assert_int_not_equal(res.rc, 0);
    assert_string_equal(res.text, "domain 0 u0\ndomain 1 u1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthy),           cmocka_unit_test(one_domain),
        cmocka_unit_test(what_does_not_fit), cmocka_unit_test(routed_vif),
        cmocka_unit_test(hostile_frontends), cmocka_unit_test(names),
    };

    return cmocka_run_group_tests(tests, make_sys, remove_sys);
}
