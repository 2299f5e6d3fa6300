/* fuzz_parts: any bytes as what is cut for one domain; what comes of xenstore
 * is lines of the input, in their order, and cutting that again keeps it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void cut_store(const struct buf *whole, unsigned domid)
{
    struct buf once = BUF_INIT, twice = BUF_INIT;

    if (!parts_cut_store(whole, domid, &once) || once.len > whole->len)
        abort();
    parts_cut_store(&once, domid, &twice);
    if (twice.len != once.len ||
        (once.len && memcmp(once.data, twice.data, once.len)))
        abort();
    buf_done(&once);
    buf_done(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct buf whole = BUF_INIT, out = BUF_INIT;

    buf_add(&whole, data, n);
    for (unsigned domid = 0; domid < 2; domid++) {
        cut_store(&whole, domid);
        parts_cut_devices(&whole, domid, &out);
        parts_cut_list(&whole, domid, &out);
    }
    buf_done(&whole);
    buf_done(&out);
    return 0;
}
