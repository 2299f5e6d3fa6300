/* body.h: the bundle as a stream that is read from anywhere, in constant
 * memory, and summed up on the way. */
#ifndef XB_SEND_BODY_H
#define XB_SEND_BODY_H

#include <stdint.h>
#include <sys/types.h>

#include "collector/base/core/err.h"
#include "collector/send/job.h"

struct body;

struct body *body_new(const struct job *job);
void body_free(struct body *b);

void body_seek(struct body *b, uint64_t offset);
uint64_t body_offset(const struct body *b);
/* The most that was ever read. */
uint64_t body_furthest(const struct body *b);
/* 0 at the end; negative: it cannot be read. */
ssize_t body_read(struct body *b, void *out, size_t n);

/* After all was sent: 0 if it was, byte for byte, what the worker had looked
 * through.  -ESTALE: it was changed meanwhile. */
int body_check(struct body *b, struct err *err);

#endif
