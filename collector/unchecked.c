#include "collector/unchecked.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/facts_get.h"

static int by_reason(const void *a, const void *b)
{
    const struct unchecked *x = a, *y = b;
    int order = strcmp(x->because, y->because);

    if (x->alike != y->alike)
        return x->alike > y->alike ? -1 : 1;
    return order ? order : x->place < y->place ? -1 : 1;
}

struct unchecked *unchecked_list(struct json_object *diagnosis, size_t *n)
{
    size_t all = facts_count(diagnosis, "not_checked"), same;
    struct unchecked *list;

    *n = all < UNCHECKED_MAX ? all : UNCHECKED_MAX;
    list = xcalloc(*n + 1, sizeof(*list));
    for (size_t i = 0; i < *n; i++) {
        struct json_object *o = facts_at(diagnosis, "not_checked", i);

        list[i] = (struct unchecked){.because = facts_text(o, "because"),
                                     .id = facts_text(o, "id"),
                                     .title = facts_text(o, "title"),
                                     .place = i};
    }
    qsort(list, *n, sizeof(*list), by_reason);
    for (size_t i = 0; i < *n; i += same) {
        for (same = 1; i + same < *n; same++)
            if (strcmp(list[i].because, list[i + same].because))
                break;
        for (size_t k = 0; k < same; k++)
            list[i + k].alike = same;
    }
    qsort(list, *n, sizeof(*list), by_reason);
    return list;
}
