#include "collector/base/core/status.h"

#include <errno.h>
#include <string.h>

static const char *const names[ST_COUNT] = {"ok",      "partial", "absent",
                                            "denied",  "timeout", "failed",
                                            "skipped", "refused"};

const char *status_name(enum status st)
{
    return st < ST_COUNT ? names[st] : "failed";
}

int status_parse(const char *word, enum status *out)
{
    for (int i = 0; i < ST_COUNT; i++) {
        if (!strcmp(word, names[i])) {
            *out = (enum status)i;
            return 0;
        }
    }
    return -EINVAL;
}
