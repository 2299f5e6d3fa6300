/* worker_malloc.c: the one exit for memory, for libraries too.
 *
 * Some of those that we use crash where malloc fails (OpenSSL 3.0 while it
 * starts), or end the process with words of their own (libarchive).  In the
 * worker their calls come here: what the conductor holds in reserve is given up
 * and the call tried again, as xalloc does it; without any, the process says so
 * and ends.  A size that only a broken input can ask for is still refused.
 *
 * Linked into the program alone.  Needs glibc's own functions under their other
 * names; elsewhere, and where a sanitizer has a malloc of its own, libraries
 * see NULL as ever. */
#include <stdlib.h>

#include "collector/base/core/xalloc.h"

#ifdef __SANITIZE_ADDRESS__
#define OTHER_MALLOC
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OTHER_MALLOC
#endif
#endif
#ifdef __SANITIZE_THREAD__
#define OTHER_MALLOC
#endif

#if defined(__GLIBC__) && !defined(OTHER_MALLOC)

/* No honest request is larger. */
#define LARGEST ((size_t)64 << 20)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
    void *p = __libc_malloc(size);

    if (!p && size <= LARGEST) {
        xalloc_short();
        p = __libc_malloc(size);
        if (!p)
            xalloc_end();
    }
    return p;
}

void *calloc(size_t n, size_t size)
{
    void *p = __libc_calloc(n, size);

    if (!p && (!size || n <= LARGEST / size)) {
        xalloc_short();
        p = __libc_calloc(n, size);
        if (!p)
            xalloc_end();
    }
    return p;
}

void *realloc(void *old, size_t size)
{
    void *p = __libc_realloc(old, size);

    /* Of size 0 it frees, and gives NULL. */
    if (!p && size && size <= LARGEST) {
        xalloc_short();
        p = __libc_realloc(old, size);
        if (!p)
            xalloc_end();
    }
    return p;
}
#endif
