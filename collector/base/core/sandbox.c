#include "collector/base/core/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORKER_USER "xen-bugtool"
/* Above what systemd hands out to containers and services, and below what does
 * not fit a signed number. */
#define HIGH_ID 0x7ff00000u
#define HIGH_ID_MASK 0xffffu
#define NOBODY_ID 65534u

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC 4u
#endif

void sandbox_start(void)
{
    /* Not 0: the kernel ignores the limit for a core_pattern that is a pipe,
     * but takes 1 as "no core" there, and a file so small is not written. */
    static const struct rlimit no_core = {1, 1}, zero = {0, 0};
    int fd;

    umask(077);
    if (setrlimit(RLIMIT_CORE, &no_core))
        setrlimit(RLIMIT_CORE, &zero);
    fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!write(fd, "1000", 4);
        close(fd);
    }
}

/* Whether a line of /proc/self/{uid,gid}_map holds id.  A kernel without user
 * namespaces has no such file. */
static bool is_mapped(const char *path, unsigned id)
{
    FILE *f = fopen(path, "re");
    unsigned long first, parent, count;
    bool found = false;

    if (!f)
        return true;
    while (!found && fscanf(f, "%lu %lu %lu", &first, &parent, &count) == 3)
        found = id >= first && id - first < count;
    fclose(f);
    return found;
}

/* Looks for the worker's user, or for whoever has that number.  libc's own look
 * up would load NSS modules and ask the network. */
static bool passwd_has(const char *name, uid_t uid, struct sandbox_id *out)
{
    FILE *f = fopen("/etc/passwd", "re");
    bool found = false;
    struct passwd *pw;

    if (!f)
        return false;
    while (!found && (pw = fgetpwent(f))) {
        found = name ? !strcmp(pw->pw_name, name) : pw->pw_uid == uid;
        if (found && out) {
            out->uid = pw->pw_uid;
            out->gid = pw->pw_gid;
        }
    }
    fclose(f);
    return found;
}

static bool is_usable(const struct sandbox_id *id)
{
    return id->uid && id->gid && id->uid != (uid_t)-1 && id->gid != (gid_t)-1 &&
           is_mapped("/proc/self/uid_map", id->uid) &&
           is_mapped("/proc/self/gid_map", id->gid);
}

int sandbox_pick_id(struct sandbox_id *out, struct err *err)
{
    uid_t uid = HIGH_ID + ((unsigned)getpid() & HIGH_ID_MASK);

    memset(out, 0, sizeof(*out));
    out->uid = geteuid();
    out->gid = getegid();
    if (out->uid)
        return 0;
    out->drop = true;
    if (passwd_has(WORKER_USER, 0, out) && is_usable(out))
        return 0;
    while (passwd_has(NULL, uid, NULL))
        uid++;
    out->uid = out->gid = uid;
    if (is_usable(out))
        return 0;
    out->uid = out->gid = NOBODY_ID;
    if (is_usable(out))
        return 0;
    return err_set(err, -EPERM,
                   "cannot give up root: this user namespace has no user but "
                   "root; run xen-bugtool outside of it, or as another user");
}

bool sandbox_is_worker(uid_t uid)
{
    struct sandbox_id id;

    return (uid >= HIGH_ID && uid - HIGH_ID <= HIGH_ID_MASK) ||
           (passwd_has(WORKER_USER, 0, &id) && id.uid == uid && uid);
}

static int drop_caps(struct err *err)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];

    memset(data, 0, sizeof(data));
#ifdef PR_CAP_AMBIENT
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
#endif
    if (syscall(SYS_capset, &head, data))
        return err_sys(err, errno, "cannot give up capabilities");
    memset(data, 0xff, sizeof(data));
    if (syscall(SYS_capget, &head, data))
        return err_sys(err, errno, "cannot read back capabilities");
    for (int i = 0; i < 2; i++) {
        if (data[i].effective || data[i].permitted || data[i].inheritable)
            return err_set(err, -EPERM, "cannot give up capabilities");
    }
    return 0;
}

static int drop_ids(const struct sandbox_id *id, struct err *err)
{
    uid_t r, e, s;
    gid_t gr, ge, gs;

    if (setgroups(0, NULL) && getgroups(0, NULL) != 0)
        return err_sys(err, errno, "cannot give up root's groups");
    if (setresgid(id->gid, id->gid, id->gid))
        return err_sys(err, errno, "cannot become group %u", id->gid);
    if (setresuid(id->uid, id->uid, id->uid))
        return err_sys(err, errno, "cannot become user %u", id->uid);
    if (getresuid(&r, &e, &s) || getresgid(&gr, &ge, &gs) || r != id->uid ||
        e != id->uid || s != id->uid || gr != id->gid || ge != id->gid ||
        gs != id->gid || getgroups(0, NULL) != 0)
        return err_set(err, -EPERM, "cannot give up root: some of it is left");
    return 0;
}

int sandbox_drop_root(const struct sandbox_id *id, struct err *err)
{
    int rc;

    if (id->drop) {
        rc = drop_ids(id, err);
        if (rc)
            return rc;
    }
    rc = drop_caps(err);
    if (rc)
        return rc;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return err_sys(err, errno, "cannot renounce new privileges");
    /* Any of these would mean that all of the above is void. */
    if (!setresuid(0, 0, 0) || !setuid(0) || !setgid(0) || !geteuid() ||
        !getuid())
        return err_set(err, -EPERM, "root can be regained; nothing is done");
    return 0;
}

int sandbox_die_with(pid_t parent, struct err *err)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
        return err_sys(err, errno, "cannot tie this process to its parent");
    if (getppid() != parent)
        return err_set(err, -ESRCH, "the parent process has ended");
    return 0;
}

static int close_one(int fd, bool at_exec)
{
    return at_exec ? fcntl(fd, F_SETFD, FD_CLOEXEC) : close(fd);
}

int sandbox_close_from(int first, bool at_exec, struct err *err)
{
    struct dirent *de;
    DIR *dir;

    if (!syscall(SYS_close_range, (unsigned)first, ~0u,
                 at_exec ? CLOSE_RANGE_CLOEXEC : 0u))
        return 0;
    /* Linux before 5.9 (5.11 for at_exec). */
    dir = opendir("/proc/self/fd");
    if (!dir)
        return err_sys(err, errno, "cannot list /proc/self/fd");
    while ((de = readdir(dir))) {
        int fd = atoi(de->d_name);

        if (fd >= first && fd != dirfd(dir))
            close_one(fd, at_exec);
    }
    closedir(dir);
    return 0;
}
