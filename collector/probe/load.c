#include "collector/probe/load.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/path.h"
#include "config.h"

#define MODULE LIBEXECDIR "/xen-bugtool-probe-ctrl.so"

/* As for programs that are run as root. */
static int check_module(struct err *err)
{
    struct path_found f = {.fd = -1};
    char why[96];
    int rc = path_walk(MODULE, 0, &f, err);

    if (!rc && geteuid() == 0 && (!path_safe(&f.st) || !f.safe_dir))
        rc = err_set(err, PATH_UNSAFE, MODULE " %s",
                     path_safe(&f.st)
                         ? "lies in a folder that others can write"
                         : path_unsafe_why(&f.st, why, sizeof(why)));
    path_found_done(&f);
    return rc;
}

static void *handle;

const char *ctrl_release(void)
{
    static const char before[] = "libxenctrl.so.";
    void *symbol = handle ? dlsym(handle, "xc_interface_open") : NULL;
    const char *name;
    Dl_info info;

    if (!symbol || !dladdr(symbol, &info) || !info.dli_fname)
        return NULL;
    name = strstr(info.dli_fname, before);
    return name ? name + strlen(before) : NULL;
}

const struct ctrl_module *ctrl_load(struct err *err)
{
    static const struct ctrl_module *module;

    if (module)
        return module;
    if (check_module(err))
        return NULL;
    handle = dlopen(MODULE, RTLD_NOW | RTLD_LOCAL);
    if (handle)
        module = dlsym(handle, CTRL_SYMBOL);
    if (!module)
        err_set(err, -ELIBACC,
                "%s: Xen's tools are not installed, or of another release than "
                "xen-bugtool was built for",
                dlerror());
    return module;
}
