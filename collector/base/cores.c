/* The kernel's Documentation/admin-guide/cgroup-v2.rst (cpu.max) and
 * Documentation/scheduler/sched-bwc.rst (cpu.cfs_quota_us) say what is in the
 * files. */
#include "collector/base/cores.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "collector/base/core/buf.h"

#define MAX_LINE 4096

/* Reads the first line of FOLDER/NAME; false: there is none. */
static bool read_line(const char *folder, const char *name, char *line)
{
    struct buf path = BUF_INIT;
    bool ok = false;
    FILE *f;

    buf_addf(&path, "%s/%s", folder, name);
    f = fopen(buf_str(&path), "re");
    if (f) {
        ok = fgets(line, MAX_LINE, f) != NULL;
        fclose(f);
    }
    buf_done(&path);
    return ok;
}

static unsigned round_up(long long quota, long long period)
{
    long long n;

    if (quota <= 0 || period <= 0)
        return 0;
    n = quota / period + (quota % period != 0);
    return n > 65536 ? 65536 : (unsigned)n;
}

/* Of one group; 0: none. */
static unsigned quota_of(const char *folder, bool v2)
{
    long long quota = 0, period = 0;
    char line[MAX_LINE];

    if (v2)
        return read_line(folder, "cpu.max", line) &&
                       sscanf(line, "%lld %lld", &quota, &period) == 2
                   ? round_up(quota, period)
                   : 0;
    if (!read_line(folder, "cpu.cfs_quota_us", line) ||
        sscanf(line, "%lld", &quota) != 1 ||
        !read_line(folder, "cpu.cfs_period_us", line) ||
        sscanf(line, "%lld", &period) != 1)
        return 0;
    return round_up(quota, period);
}

static unsigned lesser(unsigned a, unsigned b)
{
    return !a || (b && b < a) ? b : a;
}

/* The group of that name below top, and all above it. */
static unsigned quota_up(const char *top, const char *group, bool v2)
{
    struct buf path = BUF_INIT;
    unsigned least = 0;
    size_t end;

    buf_addf(&path, "%s%s", top, group);
    for (;;) {
        least = lesser(least, quota_of(buf_str(&path), v2));
        end = path.len;
        while (end > strlen(top) && path.data[end - 1] != '/')
            end--;
        if (end <= strlen(top))
            break;
        path.len = end - 1;
        path.data[path.len] = '\0';
    }
    buf_done(&path);
    return least;
}

/* "0::/GROUP" (version 2), "4:cpu,cpuacct:/GROUP" (version 1). */
static unsigned quota_line(char *line, const char *root)
{
    char *save, *number = strtok_r(line, ":", &save), *rest = save, *group;
    struct buf top = BUF_INIT;
    unsigned n = 0;

    group = number && rest ? strchr(rest, ':') : NULL;
    if (!group)
        return 0;
    *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    if (strstr(group, "/.."))
        group += strlen(group); /* outside of what we see */
    if (!*rest) {
        n = quota_up(root, group, true);
    } else {
        /* The folder has the controllers' names. */
        buf_addf(&top, "%s/%s", root, rest);
        n = quota_up(buf_str(&top), group, false);
    }
    buf_done(&top);
    return n;
}

unsigned cores_quota(const char *membership, const char *root)
{
    FILE *f = fopen(membership, "re");
    char line[MAX_LINE];
    unsigned least = 0;

    while (f && fgets(line, sizeof(line), f))
        least = lesser(least, quota_line(line, root));
    if (f)
        fclose(f);
    return least;
}

unsigned cores_usable(void)
{
    cpu_set_t set;
    unsigned n = 1, quota;

    CPU_ZERO(&set);
    /* Fails where there are more processors than the set holds. */
    if (!sched_getaffinity(0, sizeof(set), &set))
        n = (unsigned)CPU_COUNT(&set);
    else
        n = CPU_SETSIZE;
    quota = cores_quota("/proc/self/cgroup", "/sys/fs/cgroup");
    if (quota && quota < n)
        n = quota;
    return n ? n : 1;
}
