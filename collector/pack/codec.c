#include "collector/pack/codec.h"

static int bzip2_check(struct err *err)
{
    (void)err;
    return 0;
}

static void *bzip2_new(void)
{
    return bz2_encoder_new();
}

static void bzip2_free(void *encoder)
{
    bz2_encoder_free(encoder);
}

static int bzip2_encode(void *encoder, const uint8_t *block, size_t n,
                        struct bz2_block *out, struct err *err)
{
    return bz2_encode_block(encoder, block, n, out, err);
}

static const struct codec codec_bzip2 = {
    .format = BUNDLE_TAR_BZ2,
    .encoder_bytes = BZ2_ENCODER_BYTES,
    .check = bzip2_check,
    .encoder_new = bzip2_new,
    .encoder_free = bzip2_free,
    .encode = bzip2_encode,
};

const struct codec *codec_find(enum bundle_format format)
{
    static const struct codec *const all[] = {
        &codec_bzip2,
        &codec_gzip,
        &codec_xz,
        &codec_zstd,
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i]->format == format)
            return all[i];
    return NULL;
}
