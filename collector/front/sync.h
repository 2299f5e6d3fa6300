/* sync.h: writing what was made to the disk, without hanging with it. */
#ifndef XB_SYNC_H
#define XB_SYNC_H

#include <stdbool.h>

/* Of the 3 s in which a signal ends a run. */
#define SYNC_STOPPED_MS 1500

/* Syncs the file fd, or (all) the file system it is on, in a process of its
 * own.  Waits for as long as it takes, but only SYNC_STOPPED_MS once a signal
 * that is blocked here asks us to stop, or if we are stopped already.
 * Returns 0, -errno, or -ETIMEDOUT: the disk may still be at it. */
int sync_fd(int fd, bool all, bool stopped);

#endif
