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
#include "collector/probe/load.h"
#include "collector/probe/probe.h"
#include "config.h"

/* Those that need no libxenctrl; the module has the others. */
static const struct subject subjects[] = {
    {"version",
     "what any release of Xen tells, and whether the tools fit (JSON)",
     subject_version, NULL, NULL},
    {"console-ring-raw",
     "the message ring, where libxenctrl does not fit the hypervisor",
     subject_ring_raw, NULL, NULL},
    {"xenstore", "all of xenstore with permissions", subject_xenstore, NULL,
     NULL},
    {"devices", "both ends of each device, and what does not fit (JSON)",
     subject_devices, NULL, NULL},
    {"domain-names", "number, UUID and name of each domain",
     subject_domain_names, NULL, NULL},
    {"xenstore", "what belongs to one domain", NULL, subject_xenstore_of, NULL},
    {"devices", "the devices of one domain (JSON)", NULL, subject_devices_of,
     NULL},
};
#define N_SUBJECTS (sizeof(subjects) / sizeof(subjects[0]))

static void list(const struct subject *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("  %s%-*s %s\n", list[i].name, (int)(17 - strlen(list[i].name)),
               list[i].run_of     ? "-DOMID"
               : list[i].run_keys ? "-KEYS"
                                  : "",
               list[i].summary);
}

static int help(void)
{
    struct err err = ERR_INIT;
    const struct ctrl_module *module = ctrl_load(&err);

    puts("Usage: xen-bugtool-probe SUBJECT\n"
         "Reads what Xen itself says and prints it. Changes nothing.\n\n"
         "Subjects:");
    list(subjects, N_SUBJECTS);
    if (module)
        list(module->subjects, module->n);
    else
        printf("  (those of libxenctrl: %s)\n", err.text);
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

/* "domain-5": domain and 5; "debug-keys-mr": debug-keys and mr. */
struct request {
    const struct subject *subject;
    uint32_t domid;
    const char *keys;
};

static bool find(const struct subject *list, size_t n, const char *arg,
                 struct request *rq)
{
    const char *dash = strrchr(arg, '-');
    uint64_t id;

    for (size_t i = 0; i < n; i++) {
        const struct subject *s = rq->subject = list + i;
        size_t len = strlen(s->name);

        if (s->run && !strcmp(arg, s->name))
            return true;
        if (s->run || strncmp(arg, s->name, len) || arg[len] != '-')
            continue;
        rq->keys = arg + len + 1;
        if (s->run_keys)
            return true;
        if (dash == arg + len &&
            !str_parse_u64(dash + 1, 0, DOMID_FIRST_RESERVED - 1, &id)) {
            rq->domid = (uint32_t)id;
            return true;
        }
    }
    return false;
}

static int answer(const struct request *rq, struct out *o, struct err *err)
{
    const struct subject *s = rq->subject;

    return s->run      ? s->run(o, err)
           : s->run_of ? s->run_of(o, rq->domid, err)
                       : s->run_keys(o, rq->keys, err);
}

/* The exit status for what a subject returned. */
static int conclude(int rc, const struct err *err)
{
    char shown[sizeof(err->text)];

    if (!rc)
        return 0;
    fprintf(stderr, "%s\n", str_visible(err->text, shown, sizeof(shown)));
    return rc == -ENODEV ? 3 : 1;
}

static int run(const struct request *rq)
{
    struct err err = ERR_INIT, write_err = ERR_INIT;
    struct out *o = malloc(sizeof(*o));
    int rc, write_rc;

    if (!o) {
        fputs("out of memory\n", stderr);
        return 1;
    }
    out_init(o, STDOUT_FILENO);
    rc = answer(rq, o, &err);
    write_rc = out_flush(o, &write_err);
    free(o);
    return rc ? conclude(rc, &err) : conclude(write_rc, &write_err);
}

/* Among the module's subjects, where it can be loaded. */
static int run_module(const char *arg)
{
    const struct ctrl_module *module;
    struct err err = ERR_INIT;
    struct request rq;
    int rc = probe_is_absent(&err);

    if (rc)
        return conclude(rc, &err);
    module = ctrl_load(&err);
    if (!module)
        return conclude(err.code, &err);
    if (find(module->subjects, module->n, arg, &rq))
        return run(&rq);
    return usage("no such subject: ", arg);
}

int main(int argc, char **argv)
{
    struct request rq;

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
    if (argv[1][0] == '-')
        return usage("no such option: ", argv[1]);
    if (argc > 2)
        return usage("one subject at a time, not also ", argv[2]);
    if (find(subjects, N_SUBJECTS, argv[1], &rq))
        return run(&rq);
    return run_module(argv[1]);
}
