/* xen_store.c: the xenstore tree with its permissions.
 *
 * A xenstored that does not answer costs each reader its whole time, so the
 * fallbacks wait less than the probe. */
#include "plugins/plugin.h"

static const struct item items[] = {
    {.name = "xenstore", .probe = "xenstore", .member = "xen/xenstore.txt"},
    {.name = "xenstore-ls",
     .argv = {"xenstore-ls", "-fp"},
     .instead_of = "xenstore",
     .timeout_ms = 15000},
    /* Before Xen 3.4 there is no -f. */
    {.name = "xenstore-ls-plain",
     .argv = {"xenstore-ls"},
     .instead_of = "xenstore-ls",
     .timeout_ms = 10000},
    /* Both ends of each device, and what does not fit together. */
    {.name = "devices", .probe = "devices", .member = "xen/devices.json"},
    {.name = NULL},
};

const struct plugin plugin_xen_store = {
    .name = "xen_store",
    .summary = "the xenstore tree, and the devices of all domains",
    .priority = PRIO_XEN,
    .privacy = PRIVACY_YES,
    .max_bytes = 16 << 20,
    /* The probe itself gives up a xenstored that is slow, or does not answer,
     * long before: store.h. */
    .timeout_ms = 170000,
    .items = items,
};
