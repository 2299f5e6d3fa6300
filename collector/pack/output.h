/* output.h: the bundle's bytes on their way to a file, pipe or socket.
 *
 * Buffers, writes whole, waits for slow readers, and can take back on a
 * regular file what was written since a mark.  SIGPIPE must be ignored by the
 * program. */
#ifndef XB_OUTPUT_H
#define XB_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"

struct output;

/* fd is not closed. */
struct output *output_new(int fd);
void output_free(struct output *o);

int output_write(struct output *o, const void *data, size_t n, struct err *err);
int output_flush(struct output *o, struct err *err);
/* Bytes that have left the buffer. */
uint64_t output_pos(const struct output *o);
/* Forgets the buffer and all that was written behind pos, which is an earlier
 * output_pos of an empty buffer.  Negative: it had gone out already and cannot
 * be taken back; every later call then fails with the same words. */
int output_rollback(struct output *o, uint64_t pos, struct err *err);

/* All n bytes to fd, whatever it is; used for files of a folder too.  what
 * names the object in the error. */
int output_all(int fd, const void *data, size_t n, const char *what,
               struct err *err);

#endif
