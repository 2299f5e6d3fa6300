#include "collector/sound.h"

#include <errno.h>
#include <inttypes.h>

#include "collector/base/core/log.h"

#define SHOWN 3u

struct told {
    const char *name;
    uint64_t n;
};

static void tell(void *arg, const char *text)
{
    struct told *t = arg;

    if (++t->n <= SHOWN)
        log_msg(LOG_WARN, "%s: not sound: %s", t->name, text);
}

int sound_read(struct unpack *u, bool folder, const char *name,
               const struct verify_reader *reader, uint64_t *problems,
               struct err *err)
{
    struct told told = {.name = name};
    struct verify_spec spec = {
        .problem = tell, .arg = &told, .reader = reader, .apart = folder};
    struct verify *v = verify_new(&spec);
    int r = verify_read(v, u, folder, err);

    if (!r && !verify_has_manifest(v))
        r = err_set(err, -EBADMSG, "it is no bundle: it has no manifest.json");
    verify_free(v);
    *problems = r ? 0 : told.n;
    if (*problems > SHOWN)
        log_msg(LOG_WARN, "%s: not sound: %" PRIu64 " problems more", name,
                *problems - SHOWN);
    return r;
}
