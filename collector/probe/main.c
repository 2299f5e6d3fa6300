/* main.c: xen-bugtool-probe SUBJECT, run as root by a reader of xen-bugtool.
 *
 * Exit status: 0 all was read; 1 it failed, and what was read before is on
 * stdout; 2 usage; 3 there is no Xen here or it does not offer this.  Then one
 * line on stderr says what and why. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/str.h"
#include "collector/probe/probe.h"
#include "config.h"

static const struct subject subjects[] = {
    {"console-ring", "the hypervisor's message ring, which is not cleared",
     subject_console_ring, NULL},
    {"console-ring-raw",
     "the same where libxenctrl does not fit the hypervisor", subject_ring_raw,
     NULL},
    {"info", "version, command line, machine, scheduler, ring (JSON)",
     subject_info, NULL},
    {"version",
     "what any release of Xen tells, and whether the tools fit (JSON)",
     subject_version, NULL},
    {"domains", "every domain that the hypervisor knows (JSON)",
     subject_domains, NULL},
    {"cpus", "topology, NUMA distances, idle and power states (JSON)",
     subject_cpus, NULL},
    {"cpupools", "CPU pools and their schedulers' parameters (JSON)",
     subject_cpupools, NULL},
    {"livepatches", "live patches (JSON)", subject_livepatches, NULL},
    {"counters", "times of virtual CPUs, and what backends have moved",
     subject_counters, NULL},
    {"xenstore", "all of xenstore with permissions", subject_xenstore, NULL},
    {"devices", "both ends of each device, and what does not fit (JSON)",
     subject_devices, NULL},
    {"domain-names", "number, UUID and name of each domain",
     subject_domain_names, NULL},
    {"debug-keys", "what these debug keys print (only keys that print)", NULL,
     NULL},
    {"domain", "one domain, as in domains (JSON)", NULL, subject_domain_of},
    {"xenstore", "what belongs to one domain", NULL, subject_xenstore_of},
    {"devices", "the devices of one domain (JSON)", NULL, subject_devices_of},
};
#define N_SUBJECTS (sizeof(subjects) / sizeof(subjects[0]))

static int help(void)
{
    puts("Usage: xen-bugtool-probe SUBJECT\n"
         "Reads what Xen itself says and prints it. Changes nothing.\n\n"
         "Subjects:");
    for (size_t i = 0; i < N_SUBJECTS; i++)
        printf("  %s%-*s %s\n", subjects[i].name,
               (int)(17 - strlen(subjects[i].name)),
               subjects[i].run_of ? "-DOMID"
               : subjects[i].run  ? ""
                                  : "-KEYS",
               subjects[i].summary);
    puts("\n  --help, --version\n\n"
         "Exit status: 0 read, 1 failed, 2 usage, 3 no Xen here");
    return fflush(stdout) ? 1 : 0;
}

static int usage(const char *what, const char *arg)
{
    char shown[200];

    fprintf(stderr, "xen-bugtool-probe: %s%s (try --help)\n", what,
            str_visible(arg, shown, sizeof(shown)));
    return 2;
}

/* "debug-keys-KEYS": the one subject that has Xen do something: print. */
#define KEYS "debug-keys-"

static int run(const struct subject *s, const char *arg, uint32_t domid)
{
    struct err err = ERR_INIT, write_err = ERR_INIT;
    struct out *o = malloc(sizeof(*o));
    char shown[sizeof(err.text)];
    int rc, write_rc;

    if (!o) {
        fputs("out of memory\n", stderr);
        return 1;
    }
    out_init(o, STDOUT_FILENO);
    rc = s->run_of ? s->run_of(o, domid, &err)
         : s->run  ? s->run(o, &err)
                   : subject_debug_keys(o, arg + strlen(KEYS), &err);
    write_rc = out_flush(o, &write_err);
    free(o);
    if (!rc && write_rc) {
        rc = write_rc;
        err = write_err;
    }
    if (!rc)
        return 0;
    fprintf(stderr, "%s\n", str_visible(err.text, shown, sizeof(shown)));
    return rc == -ENODEV ? 3 : 1;
}

/* "domain-5": domain, 5. */
static const struct subject *find(const char *arg, uint32_t *domid)
{
    const char *dash = strrchr(arg, '-');
    uint64_t id = 0;

    for (size_t i = 0; i < N_SUBJECTS; i++)
        if (subjects[i].run && !strcmp(arg, subjects[i].name))
            return subjects + i;
    if (str_starts(arg, KEYS)) {
        for (size_t i = 0; i < N_SUBJECTS; i++)
            if (!subjects[i].run && !subjects[i].run_of)
                return subjects + i;
    }
    if (!dash || str_parse_u64(dash + 1, 0, DOMID_FIRST_RESERVED - 1, &id))
        return NULL;
    *domid = (uint32_t)id;
    for (size_t i = 0; i < N_SUBJECTS; i++)
        if (subjects[i].run_of &&
            strlen(subjects[i].name) == (size_t)(dash - arg) &&
            !memcmp(arg, subjects[i].name, (size_t)(dash - arg)))
            return subjects + i;
    return NULL;
}

int main(int argc, char **argv)
{
    const struct subject *s;
    uint32_t domid = 0;

    /* The libraries take paths from the environment. */
    clearenv();
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2)
        return usage("no subject given", "");
    if (!strcmp(argv[1], "--help"))
        return help();
    if (!strcmp(argv[1], "--version")) {
        puts("xen-bugtool-probe " VERSION);
        return fflush(stdout) ? 1 : 0;
    }
    if (argc > 2)
        return usage("one subject at a time, not also ", argv[2]);
    s = find(argv[1], &domid);
    if (s)
        return run(s, argv[1], domid);
    return usage(argv[1][0] == '-' ? "no such option: " : "no such subject: ",
                 argv[1]);
}
