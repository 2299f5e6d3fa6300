/* debug_keys.c: has Xen print what debug keys print, and keeps the part of the
 * console ring that came. */
#include "collector/probe/ctrl/ctrl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/debug_keys.h"
#include "collector/base/core/xalloc.h"

#define READ_MAX (1u << 20)
#define TOTAL_MAX (16u << 20)
/* Handlers may run later, on another CPU: it is over when nothing came for a
 * while. */
#define QUIET_MS 300
#define WAIT_MS 10000
#define STEP_MS 50

static bool keys_fit(const char *keys)
{
    size_t n = strlen(keys);

    return n && n <= DEBUG_KEYS_MAX && strspn(keys, DEBUG_KEYS_PRINTING) == n;
}

static void sleep_ms(long ms)
{
    struct timespec t = {0, ms * 1000000};

    nanosleep(&t, NULL);
}

/* What has been printed since, from *index on.  A key that prints more than the
 * ring holds writes over its own begin: *lost grows by what was gone. */
static int read_once(xc_interface *xch, struct out *o, char *text,
                     uint32_t *index, unsigned *n, uint64_t *lost,
                     struct err *err)
{
    uint32_t from = *index;

    *n = READ_MAX;
    if (xc_readconsolering(xch, text, n, 0, 1, index))
        return probe_failed("cannot read the console ring", errno, err);
    if (*n > READ_MAX)
        return probe_absurd("bytes in the console ring", *n, err);
    if (*n)
        *lost += *index - *n - from;
    out_add(o, text, *n);
    return 0;
}

/* Sends key by key, so that each has the ring for itself, and waits for what
 * handlers on other CPUs still print. */
static int send_and_read(xc_interface *xch, struct out *o, const char *keys,
                         uint32_t index, struct err *err)
{
    int64_t start = clock_mono_ms(), last;
    char *text = xmalloc(READ_MAX);
    uint64_t total = 0, lost = 0;
    unsigned n;
    int rc = 0;

    for (; !rc && *keys; keys++) {
        const char key[2] = {*keys, '\0'};

        if (xc_send_debug_keys(xch, key))
            rc = probe_failed("cannot send debug keys", errno, err);
        else
            rc = read_once(xch, o, text, &index, &n, &lost, err);
    }
    last = clock_mono_ms();
    while (!rc && total < TOTAL_MAX && clock_mono_ms() - start < WAIT_MS &&
           clock_mono_ms() - last < QUIET_MS) {
        sleep_ms(STEP_MS);
        rc = read_once(xch, o, text, &index, &n, &lost, err);
        total += n;
        if (n)
            last = clock_mono_ms();
    }
    if (!rc && lost)
        rc = err_set(err, -EOVERFLOW,
                     "%llu bytes of what the debug keys print are missing: "
                     "Xen's ring is too small for them (boot Xen with "
                     "conring_size=)",
                     (unsigned long long)lost);
    free(text);
    return rc;
}

static int check_release(xc_interface *xch, const char *keys, struct err *err)
{
    int version = xc_version(xch, XENVER_version, NULL);

    if (version < 0)
        return probe_failed("cannot read Xen's version", errno, err);
    if (version >> 16 < 4 && strpbrk(keys, DEBUG_KEYS_SINCE_XEN_4))
        return err_set(err, -EINVAL,
                       "before Xen 4.0 these debug keys did not print but "
                       "trigger an NMI: " DEBUG_KEYS_SINCE_XEN_4);
    return 0;
}

int subject_debug_keys(struct out *o, const char *keys, struct err *err)
{
    struct ring_facts ring = {.dropped = 0};
    xc_interface *xch;
    int rc;

    if (!keys_fit(keys))
        return err_set(err, -EINVAL,
                       "only debug keys that print are sent: "
                       "%s",
                       DEBUG_KEYS_PRINTING);
    xch = probe_open(err);
    if (!xch)
        return err->code;
    rc = check_release(xch, keys, err);
    if (!rc)
        rc = ring_read(ring_of_library, xch, NULL, &ring, err);
    if (!rc)
        rc = send_and_read(xch, o, keys, ring.dropped + (uint32_t)ring.bytes,
                           err);
    xc_interface_close(xch);
    return rc;
}
