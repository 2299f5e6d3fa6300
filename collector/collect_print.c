/* collect_print.c: the plan and what is missing, for people. */
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/collect.h"
#include "collector/events.h"

#define MISSING_LINES 12

void collect_print_planned(const struct planned *it)
{
    struct buf source = BUF_INIT;
    char shown[512], size[24] = "", label[96];

    plan_source_text(it, &source);
    snprintf(label, sizeof(label), "%s/%s", it->plugin->name, it->item->name);
    if (it->path && it->size)
        str_size(it->size, size);
    printf("%-34s %10s  %s", label, size,
           str_visible(buf_str(&source), shown, sizeof(shown)));
    for (size_t i = 0; it->item->modules[i]; i++)
        printf("%s%s", i ? ", " : "  (needs the kernel's ",
               it->item->modules[i]);
    if (it->item->modules[0])
        putchar(')');
    if (it->settled)
        printf("  [%s%s%s]", status_name(it->status), it->why ? ": " : "",
               it->why ? str_visible(it->why, shown, sizeof(shown)) : "");
    putchar('\n');
    buf_done(&source);
}

void collect_print_plan(const struct collect *c)
{
    const struct plan *p = &c->plan;
    size_t settled = 0;
    char size[24];

    for (size_t i = 0; i < p->n; i++) {
        settled += p->items[i].settled;
        if (c->cfg.json)
            event_planned(&p->items[i]);
        else
            collect_print_planned(&p->items[i]);
    }
    if (!c->cfg.json && !c->cfg.quiet)
        printf("%zu items, %zu of them skipped or not there; %s in files "
               "(before compression)\n",
               p->n, settled, str_size(p->bytes, size));
}

void collect_print_missing(FILE *f, const struct tally *t)
{
    char *text = xstrdup(buf_str(&t->missing)), *rest = text, *line;
    char shown[512];
    size_t n = 0, more = 0;

    while ((line = strsep(&rest, "\n"))) {
        if (!*line)
            continue;
        if (n++ < MISSING_LINES)
            fprintf(f, "  %s\n", str_visible(line, shown, sizeof(shown)));
        else
            more++;
    }
    if (more)
        fprintf(f, "  ... and %zu more, see the manifest\n", more);
    free(text);
}
