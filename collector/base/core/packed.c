#include "collector/base/core/packed.h"

#include <string.h>

const char *packed_format(const void *data, size_t n)
{
    static const struct {
        const char *name, *magic;
        size_t len;
    } formats[] = {
        {"gzip", "\x1f\x8b\x08", 3}, /* RFC 1952 */
        {"bzip2", "BZh", 3},
        {"xz",
         "\xfd"
         "7zXZ\0",
         6},                             /* xz-file-format 2.1.1.1 */
        {"zstd", "\x28\xb5\x2f\xfd", 4}, /* RFC 8878 3.1.1 */
    };

    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (n >= formats[i].len &&
            !memcmp(data, formats[i].magic, formats[i].len))
            return formats[i].name;
    }
    return NULL;
}
