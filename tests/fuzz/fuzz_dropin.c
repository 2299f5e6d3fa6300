/* fuzz_dropin.c: any bytes give a plugin that keeps plugin.h's rules, or one
 * line that says where they do not. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/plugin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT;
    struct plugin *p;
    size_t n = 0;

    if (dropin_parse("f", (const char *)data, size, &p, &err)) {
        must(!p && err.code < 0);
        must(!strncmp(err.text, "f:", 2));
        for (const char *s = err.text; *s; s++)
            must((unsigned char)*s >= 0x20 && *s != 0x7f);
        return 0;
    }
    must(p->name && p->summary && p->priority && !p->plan && p->origin);
    for (const struct item *i = p->items; i->name; i++, n++) {
        must(!!i->file + !!i->glob + !!i->tree + !!i->argv[0] + !!i->probe ==
             1);
        must(!i->file || i->file[0] == '/');
        must(!i->glob || i->glob[0] == '/');
        must(!i->tree || i->tree[0] == '/');
        must(!i->argv[0] || !strchr(i->argv[0], '/'));
        must(!i->argv[ITEM_MAX_ARGS] && !i->modules[ITEM_MAX_MODULES]);
        must(!i->member && !i->since);
    }
    must(n >= 1 && n <= DROPIN_MAX_ITEMS);
    dropin_free(p);
    return 0;
}
