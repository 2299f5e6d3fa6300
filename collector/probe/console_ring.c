/* console_ring.c: Xen's message ring, byte for byte. */
#include "collector/probe/probe.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/probe/raw.h"

/* One call gives a picture of one moment.  Rings are 16 KiB to 1 MiB unless
 * somebody asked Xen for more (conring_size=); what is beyond the first call is
 * read on from where that one ended. */
#define RING_CHUNK (1u << 20)
/* Xen may print faster than we read: that must end. */
#define RING_MAX (64u << 20)
/* Messages of early boot come before the version line. */
#define VERSION_WITHIN 4096

static void note_start(struct ring_facts *facts, const char *text, size_t n)
{
    const char *end = memchr(text, '\n', n);
    size_t len = end ? (size_t)(end - text) : n;

    if (len > sizeof(facts->first_line) - 1)
        len = sizeof(facts->first_line) - 1;
    memcpy(facts->first_line, text, len);
    facts->first_line[len] = '\0';
    facts->has_version = memmem(text, n < VERSION_WITHIN ? n : VERSION_WITHIN,
                                "Xen version ", 12) != NULL;
}

/* How one call is made: as xc_readconsolering. */
typedef int (*ring_call)(void *arg, char *text, unsigned *n, bool incremental,
                         uint32_t *index);

static int call_library(void *arg, char *text, unsigned *n, bool incremental,
                        uint32_t *index)
{
    return xc_readconsolering(arg, text, n, 0, incremental, index);
}

static int read_calls(ring_call call, void *arg, struct out *o,
                      struct ring_facts *facts, struct err *err)
{
    char *text = xmalloc(RING_CHUNK);
    uint32_t index = 0, from;
    unsigned n;
    int rc = 0;

    memset(facts, 0, sizeof(*facts));
    do {
        from = index;
        n = RING_CHUNK;
        if (call(arg, text, &n, facts->bytes > 0, &index)) {
            rc = probe_failed("cannot read the console ring", errno, err);
            break;
        }
        if (n > RING_CHUNK) {
            rc = probe_absurd("bytes in the console ring", n, err);
            break;
        }
        /* index counts every byte since boot, modulo 2^32. */
        if (!facts->bytes) {
            facts->dropped = index - n;
            note_start(facts, text, n);
        } else if (n && index - n != from) {
            rc = err_set(err, -EOVERFLOW,
                         "Xen printed faster than its ring was read: %u bytes "
                         "are missing after %llu",
                         (unsigned)(index - n - from),
                         (unsigned long long)facts->bytes);
            break;
        }
        if (o)
            out_add(o, text, n);
        facts->bytes += n;
    } while (n == RING_CHUNK && facts->bytes < RING_MAX);
    free(text);
    return rc;
}

int ring_read(xc_interface *xch, struct out *o, struct ring_facts *facts,
              struct err *err)
{
    return read_calls(call_library, xch, o, facts, err);
}

int subject_console_ring(struct out *o, struct err *err)
{
    xc_interface *xch = probe_open(err);
    struct ring_facts facts;
    int rc;

    if (!xch)
        return err->code;
    rc = ring_read(xch, o, &facts, err);
    xc_interface_close(xch);
    return rc;
}

static int call_raw(void *arg, char *text, unsigned *n, bool incremental,
                    uint32_t *index)
{
    return raw_read_ring(arg, text, n, incremental, index);
}

/* Where libxenctrl is of another release than the hypervisor. */
int subject_ring_raw(struct out *o, struct err *err)
{
    struct raw *raw = raw_new(RING_CHUNK, err);
    struct ring_facts facts;
    int rc;

    if (!raw)
        return err->code;
    rc = read_calls(call_raw, raw, o, &facts, err);
    raw_free(raw);
    return rc;
}
