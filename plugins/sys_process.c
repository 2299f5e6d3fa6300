/* sys_process.c: what runs in dom0, where it waits, and the state of the
 * daemons that Xen needs. */
#include "plugins/plugin.h"

#include "collector/base/core/buf.h"
#include "collector/base/core/clock.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/str.h"
#include "plugins/ask.h"

#include <stdio.h>
#include <string.h>

#define MAX_PROCESSES 4096 /* looked at */
#define MAX_CHOSEN 64      /* shown one by one */
#define LOOK_MS 5000

#define XEN_UNITS                                                              \
    "xen*", "xend*", "oxenstored*", "xendomains*", "libvirt*", "virt*", "qemu*"
#define UNIT_FACTS                                                             \
    "Id,LoadState,ActiveState,SubState,Result,ExecMainPID,ExecMainStatus,"     \
    "ExecMainCode,NRestarts,ActiveEnterTimestamp,InactiveEnterTimestamp,"      \
    "TasksCurrent,MemoryCurrent"

static const struct item items[] = {
    {.name = "ps",
     .argv = {"ps", "-eww", "-o",
              "pid,ppid,user,tty,stat,lstart,time,nice,psr,pcpu,pmem,vsz,rss,"
              "wchan:25,args"}},
    /* busybox, and a procps that lacks one of those columns */
    {.name = "ps-plain",
     .argv = {"ps", "-eo", "pid,ppid,user,stat,time,vsz,args"},
     .instead_of = "ps"},
    {.name = "ps-bare", .argv = {"ps"}, .instead_of = "ps-plain"},
    {.name = "top", .argv = {"top", "-b", "-n", "1"}},
    /* Who holds which disk image.  -b: nothing that a dead mount can hang. */
    {.name = "lsof", .argv = {"lsof", "-b", "-n", "-P"}},
    {.name = "xen-units",
     .argv = {"systemctl", "list-units", "--no-pager", "--all", "--full",
              XEN_UNITS}},
    {.name = "xen-units-show",
     .argv = {"systemctl", "show", "--no-pager", "-p", UNIT_FACTS, XEN_UNITS}},
    {.name = "failed-units",
     .argv = {"systemctl", "list-units", "--no-pager", "--failed", "--full"}},
    {.name = "jobs", .argv = {"systemctl", "list-jobs", "--no-pager"}},
    {.name = "pid-files", .glob = "/var/run/xen*.pid"},
    {.name = "pid-files-xen", .glob = "/var/run/xen/*.pid"},
    {.name = "pid-files-xenstored", .glob = "/var/run/xenstored/*.pid"},
    {.name = "pid-files-libvirt", .glob = "/var/run/libvirt*.pid"},
    {.name = "lock-xend", .file = "/var/lock/subsys/xend"},
    {.name = NULL},
};

/* Names as the kernel has them: at most 15 bytes. */
static const char *const daemons[] = {
    "xenstored", "oxenstored", "xenconsoled", "xend",         "xl",
    "libxl",     "qemu-",      "xenopsd",     "xenguest",     "tapdisk",
    "libvirtd",  "virtxend",   "virtlibxl",   "blkback.",     "xenwatch",
    "xenbus",    "xapi",       "tapback",     "ovs-vswitchd", "multipathd",
    "iscsid",    "drbd",
};

/* Of a /proc/PID/status: is it one of the daemons, or does it wait where no
 * signal reaches it? */
static bool is_of_interest(const char *status)
{
    const char *state = strstr(status, "\nState:\tD");

    if (state)
        return true;
    if (!str_starts(status, "Name:\t"))
        return false;
    for (size_t i = 0; i < sizeof(daemons) / sizeof(daemons[0]); i++) {
        if (str_starts(status + strlen("Name:\t"), daemons[i]))
            return true;
    }
    return false;
}

/* path: /proc/PID/status, or from a recording, anything. */
static bool add_process(struct plan_adder *adder, const char *path)
{
    static const struct {
        const char *name, *file;
    } files[] = {
        {"status", "status"}, {"stack", "stack"},   {"wchan", "wchan"},
        {"limits", "limits"}, {"cgroup", "cgroup"}, {"oom", "oom_score_adj"},
    };
    char pid[16], name[32], file[48];
    int end = 0;

    if (sscanf(path, "/proc/%9[0-9]/status%n", pid, &end) != 1 || !end ||
        path[end])
        return false;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(name, sizeof(name), "pid-%s-%s", pid, files[i].name);
        snprintf(file, sizeof(file), "/proc/%s/%s", pid, files[i].file);
        plan_add(adder, &(struct item){.name = name,
                                       .file = file,
                                       .max_bytes = 64 << 10,
                                       .timeout_ms = 5000});
    }
    return true;
}

static int plan(struct plan_adder *adder, struct gather *g, struct err *err)
{
    int64_t deadline = clock_mono_ms() + LOOK_MS;
    struct buf text = BUF_INIT;
    unsigned chosen = 0;
    char **paths;
    int r;

    r = ask_paths(g, "/proc/[1-9]*/status", MAX_PROCESSES, &paths, err);
    if (r)
        return r;
    for (size_t i = 0; paths[i] && chosen < MAX_CHOSEN; i++) {
        struct request rq = {.kind = REQ_READ,
                             .name = paths[i],
                             .flags = READ_VIRTUAL,
                             .max_bytes = 4096,
                             .timeout_ms = 1000};

        if (clock_mono_ms() > deadline)
            break;
        buf_reset(&text);
        r = gather_slurp(g, &rq, &text, err);
        if (r)
            break;
        if (is_of_interest(buf_str(&text)) && add_process(adder, paths[i]))
            chosen++;
    }
    str_list_free(paths);
    buf_done(&text);
    return r;
}

const struct plugin plugin_sys_process = {
    .name = "sys_process",
    .summary = "processes, where they wait, and the state of Xen's daemons",
    .priority = PRIO_SYSTEM,
    .privacy = PRIVACY_YES,
    .max_bytes = 4 << 20,
    .timeout_ms = 15000,
    .items = items,
    .plan = plan,
};
