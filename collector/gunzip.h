/* gunzip.h: what gzip packed, over zlib: libarchive looks at no checksum and
 * drops what stands behind the last member without a word. */
#ifndef XB_GUNZIP_H
#define XB_GUNZIP_H

#include "collector/decode.h"

/* What is wrong with such a file. */
#define GUNZIP_BEHIND "what follows its end is not compressed, and is left out"

struct gunzip;

struct gunzip *gunzip_new(decode_source source, void *arg);
/* As decode_read: all that came out before data turned out bad is given first.
 * Zeros behind the last member are what tapes fill up with. */
ssize_t gunzip_read(struct gunzip *g, const void **data, struct err *err);
void gunzip_free(struct gunzip *g);

#endif
