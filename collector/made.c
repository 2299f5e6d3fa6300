#include "collector/made.h"

#include <string.h>

#include "collector/base/core/str.h"

static bool of_probe(const char *member, const char *suffix)
{
    static const char *const names[] = {"info",   "version",  "domains",
                                        "cpus",   "cpupools", "livepatches",
                                        "devices"};
    static const char folder[] = "xen/";
    size_t n;

    if (!str_starts(member, folder) || !str_ends(member, suffix))
        return false;
    member += sizeof(folder) - 1;
    n = strlen(member) - strlen(suffix);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strlen(names[i]) == n && !memcmp(member, names[i], n))
            return true;
    return false;
}

bool made_json(const char *member)
{
    const char *name = strrchr(member, '/');

    return of_probe(member, ".json") ||
           (str_starts(member, "domains/") && name &&
            (!strcmp(name, "/domain.json") || !strcmp(name, "/devices.json")));
}

bool made_text(const char *member)
{
    return of_probe(member, ".txt");
}
