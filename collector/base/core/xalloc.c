#include "collector/base/core/xalloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool (*oom_handler)(void);

void xalloc_on_oom(bool (*handler)(void))
{
    oom_handler = handler;
}

void xalloc_end(void)
{
    static const char text[] = "xen-bugtool: out of memory\n";

    (void)!write(STDERR_FILENO, text, sizeof(text) - 1);
    _exit(1);
}

/* Another thread may have set memory free just now, so a try is worth it
 * whatever the handler says. */
bool xalloc_short(void)
{
    if (oom_handler)
        (void)oom_handler();
    return oom_handler != NULL;
}

void *xmalloc(size_t size)
{
    void *p = malloc(size ? size : 1);

    if (!p && xalloc_short())
        p = malloc(size);
    if (!p)
        xalloc_end();
    return p;
}

void *xcalloc(size_t n, size_t size)
{
    void *p;

    n = n ? n : 1;
    size = size ? size : 1;
    p = calloc(n, size);
    if (!p && xalloc_short())
        p = calloc(n, size);
    if (!p)
        xalloc_end();
    return p;
}

void *xrealloc(void *p, size_t size)
{
    void *q;

    size = size ? size : 1;
    q = realloc(p, size);
    if (!q && xalloc_short())
        q = realloc(p, size);
    if (!q)
        xalloc_end();
    return q;
}

void *xreallocarray(void *p, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        xalloc_end();
    return xrealloc(p, n * size);
}

char *xstrndup(const char *s, size_t n)
{
    size_t len = strnlen(s, n);
    char *p = xmalloc(len + 1);

    memcpy(p, s, len);
    p[len] = '\0';
    return p;
}

char *xstrdup(const char *s)
{
    return xstrndup(s, strlen(s));
}

char *xasprintf(const char *fmt, ...)
{
    va_list ap;
    char *p;
    int r;

    va_start(ap, fmt);
    r = vasprintf(&p, fmt, ap);
    va_end(ap);
    if (r < 0)
        xalloc_end();
    return p;
}
