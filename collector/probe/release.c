/* release.c: of which release the hypervisor is, and whether the tools are of
 * the same. */
#include "collector/probe/json.h"
#include "collector/probe/load.h"
#include "collector/probe/probe.h"
#include "collector/probe/raw.h"
#include "collector/probe/version.h"

/* Whether the tools are those of this hypervisor. */
static void write_interface(struct json *j, struct raw *raw)
{
    unsigned tools = (unsigned)XEN_SYSCTL_INTERFACE_VERSION;
    unsigned xen = raw_interface(raw);

    json_open(j, "sysctl_interface", '{');
    json_u64(j, "tools", tools);
    if (xen) {
        json_u64(j, "hypervisor", xen);
        json_bool(j, "match", xen == tools);
    } else {
        json_null(j, "hypervisor");
        json_null(j, "match");
    }
    json_close(j);
}

/* Libraries of another release lie under other names. */
static void write_library(struct json *j)
{
    struct err err = ERR_INIT;

    if (ctrl_load(&err))
        json_null(j, "libxenctrl_error");
    else
        json_str(j, "libxenctrl_error", err.text, sizeof(err.text));
}

static int call_raw(void *arg, int cmd, void *to, size_t size)
{
    return raw_version(arg, cmd, to, size);
}

int subject_version(struct out *o, struct err *err)
{
    struct raw *raw = raw_new(RAW_VERSION_BYTES, err);
    struct version version;
    struct json j;
    int rc;

    if (!raw)
        return err->code;
    rc = version_read(call_raw, raw, &version, err);
    if (rc)
        goto out;
    json_init(&j, o);
    json_open(&j, NULL, '{');
    version_write(&j, &version);
    write_interface(&j, raw);
    write_library(&j);
    json_close(&j);
out:
    raw_free(raw);
    return rc;
}
