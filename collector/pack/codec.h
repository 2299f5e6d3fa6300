/* codec.h: what packs the blocks of an archive.
 *
 * A block is packed without knowledge of any other, so that any thread can do
 * it and its bits depend on its bytes alone.  bzip2's blocks are joined bit by
 * bit into one stream (bz2.h); gzip's, xz's and zstd's are members, streams and
 * frames, which those formats allow to follow each other (RFC 1952 2.2,
 * xz-file-format 2, RFC 8878 3.1). */
#ifndef XB_CODEC_H
#define XB_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/pack/bundle.h"
#include "collector/pack/bz2.h"

struct codec {
    enum bundle_format format;
    /* What an encoder takes when it works on a full block; and how many may
     * work at once whatever the cores, 0: any number. */
    size_t encoder_bytes;
    unsigned max_threads;
    /* 0, or negative: this build's libraries cannot write the format. */
    int (*check)(struct err *err);
    /* One thread at a time per encoder. */
    void *(*encoder_new)(void);
    void (*encoder_free)(void *encoder);
    /* out->bits is the encoder's and valid until its next call. */
    int (*encode)(void *encoder, const uint8_t *block, size_t n,
                  struct bz2_block *out, struct err *err);
};

/* NULL: BUNDLE_TAR and BUNDLE_DIR, which pack nothing. */
const struct codec *codec_find(enum bundle_format format);

extern const struct codec codec_gzip, codec_xz, codec_zstd;

#endif
