/* bunzip.h: one block of a bzip2 stream, decoded by itself.
 *
 * Blocks are independent of each other and begin at any bit.  A block's bits,
 * moved to a byte's border and put behind a stream header of their own, are
 * what libbz2 decodes; it takes input one byte at a time and stops asking once
 * it has the block, so how much it took tells to within a byte where the block
 * ends, and the magic number that must follow tells the bit.  A decoder holds
 * about 4 MB.  Any number of threads, one decoder each; fd is only read with
 * pread. */
#ifndef XB_BUNZIP_H
#define XB_BUNZIP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "collector/base/core/err.h"

/* Bits before the first block: "BZh" and the level. */
#define BUNZIP_HEADER_BITS 32
/* Bits of what ends a stream: its magic number and the CRC of all blocks. */
#define BUNZIP_END_BITS 80

enum bunzip_at { BUNZIP_NOTHING, BUNZIP_BLOCK, BUNZIP_END };

/* What begins at this bit of the file, and the CRC that stands behind the
 * magic number.  -EIO ...: it cannot be read. */
int bunzip_look(int fd, uint64_t bit, enum bunzip_at *at_out, uint32_t *crc_out,
                struct err *err);

struct bunzip;

/* Decodes the block that begins at this bit, in a stream of this level (1 to
 * 9).  -EBADMSG: there is none, or it is damaged. */
int bunzip_open(int fd, uint64_t bit, unsigned level, struct bunzip **out,
                struct err *err);
/* The bit behind the block, what begins there, and the block's CRC. */
uint64_t bunzip_end(const struct bunzip *z);
enum bunzip_at bunzip_next(const struct bunzip *z);
uint32_t bunzip_crc(const struct bunzip *z);
/* The block's bytes; 0: that was all, and its CRC was right. */
ssize_t bunzip_read(struct bunzip *z, void *out, size_t n, struct err *err);
void bunzip_free(struct bunzip *z);

#endif
