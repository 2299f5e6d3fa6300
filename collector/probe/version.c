#include "collector/probe/version.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/probe/probe.h"

static int read_build_id(version_call call, void *arg, struct version *v,
                         struct err *err)
{
    size_t head = offsetof(xen_build_id_t, buf);
    size_t size = head + MAX_BUILD_ID + sizeof(xen_build_id_t);
    xen_build_id_t *answer = xcalloc(1, size);
    int n, rc = 0;

    answer->len = MAX_BUILD_ID;
    n = call(arg, XENVER_build_id, answer, size);
    if (n > MAX_BUILD_ID) {
        rc = probe_absurd("length of the build id", (uint64_t)n, err);
    } else if (n > 0) { /* negative: built without, or Xen before 4.7 */
        memcpy(v->build_id, (char *)answer + head, (size_t)n);
        v->build_id_len = (unsigned)n;
    }
    free(answer);
    return rc;
}

/* Flags of XENFEAT_, 32 to a word; 3.0's and later have them. */
static void read_features(version_call call, void *arg, struct version *v)
{
    xen_feature_info_t info;

    for (unsigned i = 0; i < FEATURE_WORDS; i++) {
        memset(&info, 0, sizeof(info));
        info.submap_idx = i;
        if (call(arg, XENVER_get_features, &info, sizeof(info)) >= 0)
            v->features[i] = info.submap;
    }
}

int version_read(version_call call, void *arg, struct version *v,
                 struct err *err)
{
    const struct {
        int op;
        void *to;
        size_t size;
        const char *what;
    } texts[] = {
        {XENVER_extraversion, v->extra, sizeof(v->extra),
         "cannot read Xen's version"},
        {XENVER_compile_info, &v->compile, sizeof(v->compile),
         "cannot read Xen's compiler"},
        {XENVER_capabilities, v->caps, sizeof(v->caps),
         "cannot read Xen's capabilities"},
        {XENVER_changeset, v->changeset, sizeof(v->changeset),
         "cannot read Xen's changeset"},
        {XENVER_commandline, v->commandline, sizeof(v->commandline),
         "cannot read Xen's command line"},
        {XENVER_platform_parameters, &v->platform, sizeof(v->platform),
         "cannot read Xen's platform parameters"},
    };
    int n;

    memset(v, 0, sizeof(*v));
    n = call(arg, XENVER_version, NULL, 0);
    if (n < 0)
        return probe_failed("cannot read Xen's version", errno, err);
    v->major = (unsigned)n >> 16;
    v->minor = (unsigned)n & 0xffff;
    if (v->major < 3 || v->major > 99 || v->minor > 999)
        return probe_absurd("Xen's version", (uint64_t)n, err);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (call(arg, texts[i].op, texts[i].to, texts[i].size) < 0)
            return probe_failed(texts[i].what, errno, err);
    n = call(arg, XENVER_pagesize, NULL, 0);
    if (n < 4096 || n > 1 << 20 || (n & (n - 1)))
        return probe_absurd("page size", (uint64_t)n, err);
    v->page_size = (unsigned)n;
    read_features(call, arg, v);
    return read_build_id(call, arg, v, err);
}

void version_write(struct json *j, const struct version *v)
{
    const xen_compile_info_t *c = &v->compile;
    char text[64], built_for[32];

    snprintf(text, sizeof(text), "%u.%u%.*s", v->major, v->minor,
             (int)strnlen(v->extra, sizeof(v->extra)), v->extra);
    snprintf(built_for, sizeof(built_for), "0x%x",
             (unsigned)XEN_SYSCTL_INTERFACE_VERSION);
    json_open(j, "xen", '{');
    json_str(j, "version", text, sizeof(text));
    json_u64(j, "major", v->major);
    json_u64(j, "minor", v->minor);
    json_str(j, "extra", v->extra, sizeof(v->extra));
    json_str(j, "changeset", v->changeset, sizeof(v->changeset));
    if (v->build_id_len)
        json_hex(j, "build_id", v->build_id, v->build_id_len);
    else
        json_null(j, "build_id");
    json_str(j, "compiler", c->compiler, sizeof(c->compiler));
    json_str(j, "compile_by", c->compile_by, sizeof(c->compile_by));
    json_str(j, "compile_domain", c->compile_domain, sizeof(c->compile_domain));
    json_str(j, "compile_date", c->compile_date, sizeof(c->compile_date));
    json_str(j, "capabilities", v->caps, sizeof(v->caps));
    json_str(j, "command_line", v->commandline, sizeof(v->commandline));
    json_u64(j, "page_size", v->page_size);
    snprintf(text, sizeof(text), "0x%08x%08x", v->features[1], v->features[0]);
    json_str(j, "features", text, sizeof(text));
    snprintf(text, sizeof(text), "0x%llx",
             (unsigned long long)v->platform.virt_start);
    json_str(j, "virt_start", text, sizeof(text));
    /* What the tools were made for; with another release it is refused. */
    json_str(j, "tools_sysctl_interface", built_for, sizeof(built_for));
    json_close(j);
}
