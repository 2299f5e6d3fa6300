/* sysfs.h: what dom0's kernel says of the backends' own ends: bridge, counters,
 * block device, loop file.  Names are built from numbers or checked to be one
 * plain part, so that what guests write leads nowhere else. */
#ifndef XB_PROBE_SYSFS_H
#define XB_PROBE_SYSFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A single name: not empty, no '/', not "." or "..", shorter than 64. */
bool sysfs_plain(const char *name);

/* The first line of /sys/PATH, or NULL; to be freed.  At most 4 KiB. */
char *sysfs_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The last part of where the link /sys/PATH leads, or NULL; to be freed. */
char *sysfs_link(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool sysfs_exists(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The names in the folder /sys/PATH, sorted, at most max; *n_out of them.  Free
 * with sysfs_names_free. */
char **sysfs_names(size_t max, size_t *n_out, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void sysfs_names_free(char **names, size_t n);

#endif
