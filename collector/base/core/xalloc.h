/* xalloc.h: allocation that has one exit when memory runs out.
 *
 * None of these returns NULL.  Out of memory calls the handler set by
 * xalloc_on_oom (the conductor's closes the bundle with what it reserved) and,
 * if that returns or none is set, says so on stderr and ends the process with
 * status 1. */
#ifndef XB_XALLOC_H
#define XB_XALLOC_H

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

void xalloc_on_oom(void (*handler)(void));

#endif
