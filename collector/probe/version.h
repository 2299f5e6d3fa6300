/* version.h: everything that the xen_version hypercall tells.  It is the same
 * in all releases, so it works with tools of another release too. */
#ifndef XB_PROBE_VERSION_H
#define XB_PROBE_VERSION_H

#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/probe/json.h"
#include "collector/probe/probe.h"

#define MAX_BUILD_ID 512
#define FEATURE_WORDS 2

struct version {
    unsigned major, minor, page_size;
    xen_extraversion_t extra;
    xen_compile_info_t compile;
    xen_capabilities_info_t caps;
    xen_changeset_info_t changeset;
    xen_commandline_t commandline;
    xen_platform_parameters_t platform;
    unsigned char build_id[MAX_BUILD_ID];
    unsigned build_id_len; /* 0: there is none */
    uint32_t features[FEATURE_WORDS];
};

/* One call: its answer, of at most size bytes, goes to "to".  What it returns
 * is the hypercall's, negative with errno. */
typedef int (*version_call)(void *arg, int cmd, void *to, size_t size);

/* 0, or negative with err. */
int version_read(version_call call, void *arg, struct version *v,
                 struct err *err);
/* The member "xen" of the object that is open. */
void version_write(struct json *j, const struct version *v);

#endif
