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

static int read_new(xc_interface *xch, struct out *o, uint32_t index,
                    struct err *err)
{
    int64_t start = clock_mono_ms(), last = start;
    char *text = xmalloc(READ_MAX);
    uint64_t total = 0;
    int rc = 0;

    while (total < TOTAL_MAX && clock_mono_ms() - start < WAIT_MS &&
           clock_mono_ms() - last < QUIET_MS) {
        unsigned n = READ_MAX;

        sleep_ms(STEP_MS);
        if (xc_readconsolering(xch, text, &n, 0, 1, &index)) {
            rc = probe_failed("cannot read the console ring", errno, err);
            break;
        }
        if (n > READ_MAX) {
            rc = probe_absurd("bytes in the console ring", n, err);
            break;
        }
        if (n)
            last = clock_mono_ms();
        out_add(o, text, n);
        total += n;
    }
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
    if (!rc && xc_send_debug_keys(xch, keys))
        rc = probe_failed("cannot send debug keys", errno, err);
    if (!rc)
        rc = read_new(xch, o, ring.dropped + (uint32_t)ring.bytes, err);
    xc_interface_close(xch);
    return rc;
}
