/* reply.h: the answer to one request, and the reader's handlers.
 *
 * A handler sends what it finds, sets the outcome in the struct, and returns;
 * the caller sends the end.  After gone was set (the peer closed) all sending
 * does nothing, and the handler should come to its end. */
#ifndef XB_REPLY_H
#define XB_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/base/core/status.h"

struct reply {
    int sock;
    bool gone;
    int64_t started; /* monotonic */

    enum status status; /* ST_OK to begin with */
    int errnum;         /* 0: none */
    int exit_code;      /* -1: none */
    int signal;         /* 0: none */
    enum truncated truncated;
    uint64_t bytes; /* read and sent, without the lead */
    struct buf text;
    char left[480];
    bool together; /* hold frames back, to send them as one RE_MANY */
    struct buf held;
    int64_t held_since; /* of entries; monotonic */
};

void reply_init(struct reply *rp, int sock);
/* Sends RE_END and frees. */
void reply_end(struct reply *rp);

/* resolved: NULL or "" unless a link was followed. */
void reply_meta(struct reply *rp, const struct stat *st, const char *resolved,
                uint64_t lead);
/* What is sent from now on goes with the end, in one message if it fits: for
 * what is short and cannot be waited for.  Entries are held for a moment only.
 */
void reply_together(struct reply *rp);
/* Sends now what is held back. */
void reply_flush(struct reply *rp);
/* RE_DATA or RE_ERRDATA, in frames of FRAME_MAX. Nonzero: the peer is gone. */
int reply_data(struct reply *rp, bool is_stderr, const char *data, size_t len);
/* False if the path is too long to be sent. */
bool reply_entry(struct reply *rp, const char *path, const struct stat *st);

/* Sets status and text; for an error of code (negative, PATH_UNSAFE too) the
 * status that stands for it. */
void reply_set(struct reply *rp, enum status st, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void reply_fail(struct reply *rp, int code, const char *text);
/* Adds to the text, after "; " if there is some. */
void reply_note(struct reply *rp, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The requests (proto.h). read_file.c, read_list.c, read_run.c, read_conf.c */
void serve_read(struct reply *rp, const char *path, uint64_t flags,
                uint64_t max_bytes);
void serve_glob(struct reply *rp, const char *pattern, uint64_t max_entries);
void serve_tree(struct reply *rp, const char *folder, uint64_t max_depth,
                uint64_t max_entries);
void serve_run(struct reply *rp, const char *const *argv, uint64_t timeout_ms,
               uint64_t max_bytes);
void serve_probe(struct reply *rp, const char *name, uint64_t timeout_ms,
                 uint64_t max_bytes);
void serve_conf(struct reply *rp, const char *name);

/* Sends META and contents of the regular file behind the O_PATH descriptor fd,
 * whose stat is *st.  flags and max_bytes (0: no limit) as for RQ_READ. */
void reply_file(struct reply *rp, int fd, const struct stat *st,
                const char *path, const char *resolved, uint64_t flags,
                uint64_t max_bytes);

/* Sends the regular files (and links to such) of one folder, the hidden ones
 * left out; fd is O_PATH, path and real are as for a walk.  Sets the outcome.
 */
void reply_folder(struct reply *rp, int fd, const char *path, const char *real,
                  uint64_t max_entries);

#endif
