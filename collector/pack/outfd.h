/* outfd.h: the bundle's bytes on their way to a file, pipe or socket.
 *
 * Buffers, writes whole, waits for slow readers, and can take back on a
 * regular file what was written since a mark.  SIGPIPE must be ignored by the
 * program. */
#ifndef XB_OUTFD_H
#define XB_OUTFD_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"

struct outfd;
struct stop;

/* fd is not closed. */
struct outfd *outfd_new(int fd);
/* Once stop is requested, whoever reads a pipe or socket has OUTFD_PATIENCE_MS
 * for each piece, else writing fails with -ETIMEDOUT; before that they have all
 * time. */
#define OUTFD_PATIENCE_MS 2000
void outfd_stop_with(struct outfd *o, const struct stop *stop);
void outfd_free(struct outfd *o);

int outfd_write(struct outfd *o, const void *data, size_t n, struct err *err);
int outfd_flush(struct outfd *o, struct err *err);
/* Bytes that have left the buffer. */
uint64_t outfd_pos(const struct outfd *o);
/* Forgets the buffer and all that was written behind pos, which is an earlier
 * outfd_pos of an empty buffer.  Negative: it had gone out already and cannot
 * be taken back; every later call then fails with the same words. */
int outfd_rollback(struct outfd *o, uint64_t pos, struct err *err);

/* All n bytes to fd, whatever it is; used for files of a folder too.  what
 * names the object in the error. */
int outfd_all(int fd, const void *data, size_t n, const char *what,
              struct err *err);

#endif
