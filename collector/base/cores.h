/* cores.h: how many processors this process may use at once. */
#ifndef XB_CORES_H
#define XB_CORES_H

/* At least 1: the processors it may run on, or fewer where a control group has
 * a quota (rounded up). */
unsigned cores_usable(void);

/* What the quotas allow: the least of the process's control group and of all
 * above it, version 1 or 2; 0: no quota.  membership is a file like
 * /proc/self/cgroup, root a folder like /sys/fs/cgroup. */
unsigned cores_quota(const char *membership, const char *root);

#endif
