#include "collector/probe/raw.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xencall.h>

#include "collector/base/core/xalloc.h"
#include "collector/probe/probe.h"

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
    find_interface(raw);
    if (!raw->interface) {
        probe_failed("the hypervisor takes no sysctl interface that we know",
                     errno, err);
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

unsigned raw_interface(const struct raw *raw)
{
    return raw->interface;
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

unsigned sysctl_interface(void)
{
    struct err unused = ERR_INIT;
    struct raw *raw = raw_new(4096, &unused);
    unsigned version = raw ? raw->interface : 0;

    raw_free(raw);
    return version;
}
