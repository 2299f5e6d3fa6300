#include "collector/send/uploader.h"

#include <string.h>

#define UPLOADER(scheme, name) extern const struct uploader uploader_##name;
#include "collector/base/core/uploaders.def"
#undef UPLOADER

static const struct {
    const char *scheme;
    const struct uploader *uploader;
} uploaders[] = {
#define UPLOADER(scheme, name) {scheme, &uploader_##name},
#include "collector/base/core/uploaders.def"
#undef UPLOADER
};

const struct uploader *uploader_find(const char *url)
{
    size_t n = strcspn(url, ":");

    for (size_t i = 0; i < sizeof(uploaders) / sizeof(uploaders[0]); i++)
        if (strlen(uploaders[i].scheme) == n &&
            !strncmp(url, uploaders[i].scheme, n))
            return uploaders[i].uploader;
    return NULL;
}
