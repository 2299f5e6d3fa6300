#include "collector/probe/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/probe/probe.h"

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

int ring_read(ring_call call, void *arg, struct out *o,
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
