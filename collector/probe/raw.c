#include "collector/probe/raw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xencall.h>

#include "collector/base/core/xalloc.h"
#include "collector/probe/probe.h"
#include "collector/probe/ring.h"

#define HYPERCALL_VERSION 17
#define HYPERCALL_SYSCTL 35
#define SYSCTL_READCONSOLE 1
/* 4 was Xen 3.0's, 0x15 is that of Xen 4.16 to 4.20. */
#define INTERFACE_MIN 3
#define INTERFACE_MAX 0x40

/* struct xen_sysctl with its union as xen_sysctl_readconsole. */
struct call {
    uint32_t cmd;
    uint32_t interface_version;
    uint8_t clear, incremental, pad[2];
    uint32_t index;
    uint64_t buffer;
    uint32_t count;
    uint8_t rest[128]; /* the union is 128 bytes long */
};

struct raw {
    xencall_handle *handle;
    struct call *call; /* these two in memory that Xen can reach */
    char *text;
    unsigned max;
    unsigned interface;
};

static int raw_call(struct raw *raw, unsigned interface, unsigned count,
                    bool incremental, uint32_t index)
{
    memset(raw->call, 0, sizeof(*raw->call));
    raw->call->cmd = SYSCTL_READCONSOLE;
    raw->call->interface_version = interface;
    raw->call->incremental = incremental;
    raw->call->index = index;
    raw->call->buffer = (uintptr_t)raw->text;
    raw->call->count = count;
    return xencall1(raw->handle, HYPERCALL_SYSCTL, (uintptr_t)raw->call);
}

static void find_interface(struct raw *raw)
{
    const unsigned ours = XEN_SYSCTL_INTERFACE_VERSION;

    if (!raw_call(raw, ours, 0, false, 0)) {
        raw->interface = ours;
        return;
    }
    for (unsigned v = INTERFACE_MAX; v >= INTERFACE_MIN && !raw->interface; v--)
        if (errno == EACCES && !raw_call(raw, v, 0, false, 0))
            raw->interface = v;
}

struct raw *raw_new(unsigned max, struct err *err)
{
    struct raw *raw = xcalloc(1, sizeof(*raw));

    if (probe_is_absent(err))
        goto fail;
    raw->max = max;
    errno = 0;
    raw->handle = xencall_open(probe_quiet(), XENCALL_OPENFLAG_NON_REENTRANT);
    if (!raw->handle) {
        err_sys(err, errno ? errno : EIO, "cannot make hypercalls");
        goto fail;
    }
    raw->call = xencall_alloc_buffer(raw->handle, sizeof(*raw->call));
    raw->text = xencall_alloc_buffer(raw->handle, max);
    if (!raw->call || !raw->text) {
        err_sys(err, errno ? errno : ENOMEM, "no memory for hypercalls");
        goto fail;
    }
    return raw;
fail:
    raw_free(raw);
    return NULL;
}

void raw_free(struct raw *raw)
{
    if (!raw)
        return;
    if (raw->handle) {
        xencall_free_buffer(raw->handle, raw->call);
        xencall_free_buffer(raw->handle, raw->text);
        xencall_close(raw->handle);
    }
    free(raw);
}

unsigned raw_interface(struct raw *raw)
{
    if (!raw->interface)
        find_interface(raw);
    return raw->interface;
}

int raw_version(void *arg, int cmd, void *to, size_t size)
{
    struct raw *raw = arg;
    int rc;

    if (size > raw->max) {
        errno = E2BIG;
        return -1;
    }
    memset(raw->text, 0, raw->max);
    if (size)
        memcpy(raw->text, to, size);
    /* XENVER_pagesize wants none. */
    rc = xencall2(raw->handle, HYPERCALL_VERSION, (uint64_t)cmd,
                  size ? (uintptr_t)raw->text : 0);
    if (rc >= 0 && size)
        memcpy(to, raw->text, size);
    return rc;
}

int raw_read_ring(struct raw *raw, char *text, unsigned *n, bool incremental,
                  uint32_t *index)
{
    unsigned want = *n < raw->max ? *n : raw->max;

    if (raw_call(raw, raw->interface, want, incremental, *index))
        return -1;
    *n = raw->call->count;
    *index = raw->call->index;
    if (*n <= want) /* else the caller refuses it */
        memcpy(text, raw->text, *n);
    return 0;
}

static int call_raw_ring(void *arg, char *text, unsigned *n, bool incremental,
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
    if (raw_interface(raw))
        rc = ring_read(call_raw_ring, raw, o, &facts, err);
    else
        rc = probe_failed("the hypervisor takes no sysctl interface that we "
                          "know",
                          errno, err);
    raw_free(raw);
    return rc;
}
