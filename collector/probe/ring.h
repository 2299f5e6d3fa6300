/* ring.h: Xen's message ring, byte for byte, by whichever way it is called. */
#ifndef XB_PROBE_RING_H
#define XB_PROBE_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/probe/out.h"

/* One call gives a picture of one moment.  Rings are 16 KiB to 1 MiB unless
 * somebody asked Xen for more (conring_size=); what is beyond the first call is
 * read on from where that one ended. */
#define RING_CHUNK (1u << 20)

struct ring_facts {
    uint64_t bytes;       /* read */
    uint32_t dropped;     /* bytes since boot that were gone before we read */
    char first_line[256]; /* as it stands, cut; NUL-terminated */
    int has_version;      /* Xen's version line is near the start */
};

/* One call, as xc_readconsolering, without clearing. */
typedef int (*ring_call)(void *arg, char *text, unsigned *n, bool incremental,
                         uint32_t *index);

/* The bytes go to o unless it is NULL. */
int ring_read(ring_call call, void *arg, struct out *o,
              struct ring_facts *facts, struct err *err);

#endif
