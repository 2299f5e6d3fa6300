#include "collector/capture.h"

#include <string.h>

void capture_add(struct capture *c, const void *data, size_t n)
{
    size_t room = c->max - c->text.len;

    buf_add(&c->text, data, n < room ? n : room);
}

struct capture *capture_find(struct capture *list, const char *member)
{
    for (struct capture *c = list; c && c->member; c++)
        if (!strcmp(c->member, member))
            return c;
    return NULL;
}
