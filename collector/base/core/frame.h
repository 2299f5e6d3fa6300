/* frame.h: messages between our processes, over SOCK_SEQPACKET pairs.
 *
 * One send is one message: a type, up to FRAME_MAX bytes and at most one file
 * descriptor (SCM_RIGHTS).  The kernel keeps the borders, so a confused peer
 * can send a wrong message but never half of one.  Payloads are either raw
 * bytes or fields: numbers as 8 bytes in host order, strings as a number and
 * their bytes, the final NUL among them.  Reading fields is bounded: what runs
 * out or is too long sets fields->bad and yields 0 or "", so a message is
 * checked once, at its end. */
#ifndef XB_FRAME_H
#define XB_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"

#define FRAME_MAX (64u * 1024u)

struct frame {
    uint32_t type;
    size_t len;
    int fd; /* a received descriptor, caller closes; -1 if none came */
    char data[FRAME_MAX + 1]; /* NUL after len bytes */
};

/* Two connected ends, both CLOEXEC. 0 or -errno. */
int frame_pair(int fds_out[2], struct err *err);

/* Sends one message; fd -1 for none, it is not closed.  Waits while the peer
 * does not read.  0, or -errno (-EPIPE: the peer is gone). */
int frame_send(int sock, uint32_t type, const void *data, size_t len, int fd);

/* Receives one message. 1 got it; 0 the peer closed; -ETIMEDOUT after
 * timeout_ms (-1: waits for ever); -EINTR when wake_fd (-1: none) became
 * readable first; -EPROTO not a message of ours; other -errno.  A message with
 * more than one descriptor is -EPROTO, all of them closed. */
int frame_recv(int sock, struct frame *f, int timeout_ms, int wake_fd);
/* The same, but what is there already wins over wake_fd and spares the wait. */
int frame_recv_soon(int sock, struct frame *f, int timeout_ms, int wake_fd);

/* Writing fields. */
void field_put_u64(struct buf *b, uint64_t v);
void field_put_str(struct buf *b, const char *s);

/* Reading fields. */
struct fields {
    const char *p;
    size_t left;
    bool bad;
};
void fields_init(struct fields *f, const struct frame *frame);
void fields_init_bytes(struct fields *f, const char *data, size_t len);
uint64_t field_u64(struct fields *f);
/* The string is inside the frame and lives as long as it; bytes after an
 * embedded NUL are not seen. */
const char *field_str(struct fields *f);
/* True if all was well formed and nothing is left over. */
bool fields_end(const struct fields *f);

#endif
