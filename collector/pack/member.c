#include "collector/pack/member.h"

#include <stdbool.h>
#include <string.h>

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || (c && strchr("._+,:@=-~", c));
}

static const char *part_fault(const char *p, size_t len)
{
    if (!len)
        return "not a plain path (an empty part)";
    if (len > MEMBER_PART_MAX)
        return "too long";
    if (p[0] == '.' && (len == 1 || (len == 2 && p[1] == '.')))
        return "not a plain path (\".\" or \"..\")";
    for (size_t i = 0; i < len; i++) {
        if (p[i] == '%' && i + 2 < len && is_hex(p[i + 1]) && is_hex(p[i + 2]))
            i += 2;
        else if (!is_plain(p[i]))
            return "not encoded as member names are";
    }
    return NULL;
}

const char *member_name_fault(const char *name, size_t len)
{
    size_t start = 0;

    if (!len)
        return "empty";
    if (len > MEMBER_NAME_MAX)
        return "too long";
    if (name[0] == '/')
        return "absolute";
    for (size_t i = 0; i <= len; i++) {
        if (i == len || name[i] == '/') {
            const char *fault = part_fault(name + start, i - start);

            if (fault)
                return fault;
            start = i + 1;
        }
    }
    return NULL;
}
