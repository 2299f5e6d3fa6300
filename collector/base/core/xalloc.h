/* xalloc.h: allocation that has one exit when memory runs out.
 *
 * None of these returns NULL.  Out of memory calls the handler set by
 * xalloc_on_oom: if it could set something free it returns true and the
 * allocation is tried once more (the conductor's gives up its reserve and asks
 * the run to close the bundle).  Else the process says so on stderr and ends
 * with status 1. */
#ifndef XB_XALLOC_H
#define XB_XALLOC_H

#include <stdbool.h>
#include <stddef.h>

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *p, size_t size) __attribute__((returns_nonnull));
/* Room for n elements of size bytes; the product is checked. */
void *xreallocarray(void *p, size_t n, size_t size)
    __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *s, size_t n)
    __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *fmt, ...)
    __attribute__((format(printf, 1, 2), returns_nonnull));

/* Called from any thread. */
void xalloc_on_oom(bool (*handler)(void));

/* What the above do when malloc gave nothing, for those that stand in for it
 * (collector/worker_malloc.c): whether to try once more, and the end. */
bool xalloc_short(void);
void xalloc_end(void) __attribute__((noreturn));

#endif
