/* libhs (Hyperscan, Vectorscan) scans for all anchors at once; its database
 * was made at build time for a generic CPU. */
#include "redact/engine.h"

#include <errno.h>

static int no_open(const struct ruleset *rs, void **state_out, struct err *err)
{
    (void)rs;
    *state_out = NULL;
    return err_set(err, -ENOTSUP, "this build has no libhs");
}

const struct engine_ops engine_hs = { .name = "hs", .open = no_open };
