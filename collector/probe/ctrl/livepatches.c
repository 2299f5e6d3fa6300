/* livepatches.c: the live patches that Xen has loaded (JSON). */
#include "collector/probe/ctrl/ctrl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/probe/json.h"

#define MAX_PATCHES 1024u
#define MAX_NAMES (1u << 20)

static void write_patches(struct json *j, unsigned n,
                          const xen_livepatch_status_t *status,
                          const char *names, const uint32_t *lens,
                          uint32_t names_len)
{
    static const char *const states[] = {
        [LIVEPATCH_STATE_CHECKED] = "checked",
        [LIVEPATCH_STATE_APPLIED] = "applied",
    };
    uint32_t at = 0;

    json_open(j, "livepatches", '[');
    for (unsigned i = 0; i < n && lens[i] <= names_len - at; i++) {
        uint32_t state = status[i].state;

        json_open(j, NULL, '{');
        json_str(j, "name", names + at, lens[i]);
        json_str(j, "state",
                 state < sizeof(states) / sizeof(states[0]) ? states[state]
                                                            : NULL,
                 16);
        json_bool(j, "failed", status[i].rc != 0);
        json_close(j);
        at += lens[i];
    }
    json_close(j);
}

int subject_livepatches(struct out *o, struct err *err)
{
    static const char what[] = "cannot list the live patches";
    xc_interface *xch = probe_open(err);
    xen_livepatch_status_t *status = NULL;
    char *names = NULL, *meta = NULL;
    uint32_t *lens = NULL, *meta_lens = NULL, names_len = 0, meta_len = 0;
    unsigned n = 0, done = 0, left = 0;
    struct json j;
    int rc = 0;

    if (!xch)
        return err->code;
    if (xc_livepatch_list_get_sizes(xch, &n, &names_len, &meta_len)) {
        rc = probe_failed(what, errno, err);
        goto out;
    }
    if (n > MAX_PATCHES || names_len > MAX_NAMES || meta_len > MAX_NAMES) {
        rc = probe_absurd("number of live patches", n, err);
        goto out;
    }
    status = xcalloc(n + 1, sizeof(*status));
    names = xcalloc(names_len + 1, 1);
    meta = xcalloc(meta_len + 1, 1);
    lens = xcalloc(n + 1, sizeof(*lens));
    meta_lens = xcalloc(n + 1, sizeof(*meta_lens));
    if (n && xc_livepatch_list(xch, n, 0, status, names, lens, names_len, meta,
                               meta_lens, meta_len, &done, &left)) {
        rc = probe_failed(what, errno, err);
        goto out;
    }
    json_init(&j, o);
    json_open(&j, NULL, '{');
    write_patches(&j, done < n ? done : n, status, names, lens, names_len);
    json_close(&j);
out:
    free(status);
    free(names);
    free(meta);
    free(lens);
    free(meta_lens);
    xc_interface_close(xch);
    return rc;
}
