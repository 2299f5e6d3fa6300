/* release.c: of which release the hypervisor is, and whether the tools are of
 * the same. */
#include <stdio.h>
#include <string.h>

#include "collector/probe/json.h"
#include "collector/probe/load.h"
#include "collector/probe/probe.h"
#include "collector/probe/raw.h"
#include "collector/probe/version.h"

/* Whether the tools are those of this hypervisor.  The number that we were
 * built with is that of the installed tools only where their library could be
 * loaded: release is its. */
static void write_interface(struct json *j, struct raw *raw,
                            const char *release)
{
    unsigned tools = release ? (unsigned)XEN_SYSCTL_INTERFACE_VERSION : 0;
    unsigned xen = raw_interface(raw);

    json_open(j, "sysctl_interface", '{');
    if (tools)
        json_u64(j, "tools", tools);
    else
        json_null(j, "tools");
    if (xen)
        json_u64(j, "hypervisor", xen);
    else
        json_null(j, "hypervisor");
    if (tools && xen)
        json_bool(j, "match", xen == tools);
    else
        json_null(j, "match");
    json_close(j);
}

/* "4.17" or "4.17.3" of 4.17. */
static bool is_release(const char *name, unsigned major, unsigned minor)
{
    char want[32];
    size_t n = (size_t)snprintf(want, sizeof(want), "%u.%u", major, minor);

    return !strncmp(name, want, n) && (!name[n] || name[n] == '.');
}

/* Neighbouring releases can have one sysctl interface and differ all the same:
 * what tells is the name of the library. */
static void write_tools(struct json *j, const struct version *v,
                        const char *release, const struct err *err)
{
    json_open(j, "tools", '{');
    json_str(j, "libxenctrl", release, 32);
    if (release)
        json_bool(j, "match", is_release(release, v->major, v->minor));
    else
        json_null(j, "match");
    json_str(j, "error", err->code ? err->text : NULL, sizeof(err->text));
    json_close(j);
}

int subject_version(struct out *o, struct err *err)
{
    struct raw *raw = raw_new(RAW_VERSION_BYTES, err);
    struct err load = ERR_INIT;
    const char *release;
    struct version version;
    struct json j;
    int rc;

    if (!raw)
        return err->code;
    rc = version_read(raw_version, raw, &version, err);
    if (rc)
        goto out;
    release = ctrl_load(&load) ? ctrl_release() : NULL;
    json_init(&j, o);
    json_open(&j, NULL, '{');
    version_write(&j, &version);
    write_interface(&j, raw, release);
    write_tools(&j, &version, release, &load);
    json_close(&j);
out:
    raw_free(raw);
    return rc;
}
