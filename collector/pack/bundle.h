/* bundle.h: writing a bundle.
 *
 * Members are written into segments, by any thread, in any order of segments;
 * the owner of the bundle appends finished segments in plan order.  Compressed
 * formats: each segment is a run of blocks of its own, compressed by a
 * pool of threads while it is filled; finished blocks wait in a small pool of
 * memory, then in the spool.  The tar header of a member is made when its size
 * is known.  Format dir: members are files, written at once.
 *
 * The bytes that come out depend only on the members' bytes and on how they
 * are spread over segments, never on timing or on the number of threads. */
#ifndef XB_BUNDLE_H
#define XB_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/base/digest.h"
#include "collector/base/sink.h"

enum bundle_format {
    BUNDLE_TAR_BZ2,
    BUNDLE_TAR_ZST,
    BUNDLE_TAR_GZ,
    BUNDLE_TAR_XZ,
    BUNDLE_TAR,
    BUNDLE_DIR
};

struct stop;

struct bundle_opts {
    enum bundle_format format;
    int out_fd;        /* file, pipe or socket (the program ignores SIGPIPE);
                          for BUNDLE_DIR the folder.  Not closed */
    int spool_fd;      /* unnamed file for finished blocks; -1: memory only */
    const char *top;   /* the one top folder's name; not used by BUNDLE_DIR */
    unsigned threads;  /* of the packing pool, at least 1 */
    size_t pool_bytes; /* finished blocks kept in memory; 0: the default */
    uint64_t reserve;  /* bytes on the output's file system set aside for
                          closing; 0: none */
    int64_t mtime;     /* of the top folder's entry; seconds since 1970 */
    const struct stop *stop; /* once requested, a reader of out_fd is not
                                waited for without end; NULL: none */
};

struct bundle;
struct segment;

struct member_info {
    const char *name; /* below the top folder, '/'-separated, already safe (see
                         str_add_member_name) */
    int64_t mtime;    /* seconds since 1970 */
};

int bundle_new(const struct bundle_opts *opts, struct bundle **out,
               struct err *err);

/* Any thread; the segment belongs to the caller until bundle_append. */
struct segment *segment_new(struct bundle *b);
/* One member at a time.  -ENOSPC, -EIO ...: the spool cannot be written; the
 * segment is then only good for segment_free. */
int member_begin(struct segment *s, const struct member_info *info,
                 struct err *err);
int member_write(struct segment *s, const void *data, size_t n,
                 struct err *err);
/* What is written to it goes to the current member.  Closing it ends nothing;
 * sink_free frees it alone, not the segment. */
struct sink *member_sink(struct segment *s);
/* Bytes put in front of all that was written to this member; once, just before
 * member_end (the manifest's head, which is known last). */
int member_prepend(struct segment *s, const void *data, size_t n,
                   struct err *err);
/* size_out and sha256_out (of all bytes, the prepended ones first; may be NULL)
 * are set on success. With member_prepend or member_unsummed
 * there is no sha256. */
int member_end(struct segment *s, uint64_t *size_out,
               char sha256_out[SHA256_HEX], struct err *err);
/* Of a member without a sum (that of the manifest stands nowhere): after
 * member_begin. */
void member_unsummed(struct segment *s);
/* After member_begin: each part bytes of the member are handed over as they are
 * there, so that packing does not wait for its end.  For one that is waited for
 * while nothing else is left to pack. */
void member_in_parts(struct segment *s, size_t part);
/* Hands over what there is of a large member, to be packed meanwhile. */
int member_cut(struct segment *s, struct err *err);
/* Forgets the member that was begun, as if it never had been. */
void member_drop(struct segment *s);
/* Bytes written to the current member so far. */
uint64_t member_size(const struct segment *s);

/* No more members.  May be called by the filling thread. */
int segment_close(struct segment *s, struct err *err);
void segment_free(struct segment *s);

/* Writes a closed segment, waiting for its blocks, and frees it in any case.
 * All or nothing: on failure (-ENOSPC, -EPIPE ...) the output is as before and
 * bundle_finish is still possible.  One thread only. */
int bundle_append(struct bundle *b, struct segment *s, struct err *err);

/* Gives the reserved space back to the file system, for closing. */
void bundle_release_reserve(struct bundle *b);

/* End of archive and of stream.  The output is then whole. */
int bundle_finish(struct bundle *b, struct err *err);

/* Compressed bytes: written, and finished but waiting. Any thread. */
uint64_t bundle_written(const struct bundle *b);
uint64_t bundle_waiting(const struct bundle *b);

/* Stops the pool and frees everything; fds stay open. */
void bundle_free(struct bundle *b);

#endif
