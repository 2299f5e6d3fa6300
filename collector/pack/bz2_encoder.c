#include "collector/pack/bz2_encoder.h"

struct bz2_encoder *bz2_encoder_new(void)
{
#ifdef BZ2_NO_SORTER
    return bz2_encoder_libbz2();
#else
    return bz2_encoder_own();
#endif
}

int bz2_encode_block(struct bz2_encoder *e, const uint8_t *rle, size_t n,
                     struct bz2_block *out, struct err *err)
{
    return e->encode(e, rle, n, out, err);
}

void bz2_encoder_free(struct bz2_encoder *e)
{
    if (e)
        e->free(e);
}
