#include "collector/pack/names.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"

#define PRIME61 ((1ull << 61) - 1)

/* Names lie one behind the other in chunks: most are short, and there may be
 * hundreds of thousands. */
#define CHUNK_BYTES 65536u

struct chunk {
    struct chunk *before;
    size_t used, size;
    char bytes[];
};

struct names {
    uint64_t seed;
    bool kept; /* the names are the caller's */
    const char **name;
    size_t n, cap;
    size_t bytes;
    struct chunk *last;
    unsigned *tried; /* by number: the last number put behind it; NULL: none */
    uint32_t *slot;  /* number + 1, 0: free; n_slots is a power of two */
    size_t n_slots;
};

/* A polynomial over a prime field at a secret point: who does not know the
 * seed cannot choose names that collide. Its coefficients are seven bytes each;
 * no name has a zero byte, so the end needs no mark. */
static size_t hash(const struct names *s, const char *name)
{
    size_t left = strlen(name);
    uint64_t h = 1;

    while (left) {
        size_t n = left < 7 ? left : 7;
        unsigned __int128 v = (unsigned __int128)h * s->seed;
        uint64_t part = 0;

        memcpy(&part, name, n);
        v += part;
        h = (uint64_t)(v & PRIME61) + (uint64_t)(v >> 61);
        h = (h & PRIME61) + (h >> 61);
        name += n;
        left -= n;
    }
    return (size_t)((h * 0x9e3779b97f4a7c15ull) >> 20);
}

/* The slot that holds name, or the free one where it belongs. */
static size_t find_slot(const struct names *s, const char *name)
{
    size_t i = hash(s, name) & (s->n_slots - 1);

    while (s->slot[i] && strcmp(s->name[s->slot[i] - 1], name))
        i = (i + 1) & (s->n_slots - 1);
    return i;
}

static void grow(struct names *s)
{
    s->cap = s->cap ? 2 * s->cap : 64;
    s->name = xreallocarray(s->name, s->cap, sizeof(*s->name));
    if (s->tried) {
        s->tried = xreallocarray(s->tried, s->cap, sizeof(*s->tried));
        memset(s->tried + s->n, 0, (s->cap - s->n) * sizeof(*s->tried));
    }
    s->n_slots = 2 * s->cap;
    free(s->slot);
    s->slot = xcalloc(s->n_slots, sizeof(*s->slot));
    for (size_t i = 0; i < s->n; i++)
        s->slot[find_slot(s, s->name[i])] = (uint32_t)i + 1;
}

struct names *names_new(void)
{
    struct names *s = xcalloc(1, sizeof(*s));

    random_bytes(&s->seed, sizeof(s->seed));
    s->seed = s->seed % (PRIME61 - 1000) + 500;
    grow(s);
    return s;
}

struct names *names_new_of_kept(void)
{
    struct names *s = names_new();

    s->kept = true;
    return s;
}

void names_free(struct names *s)
{
    if (!s)
        return;
    for (struct chunk *c = s->last, *before; c; c = before) {
        before = c->before;
        free(c);
    }
    free(s->name);
    free(s->tried);
    free(s->slot);
    free(s);
}

static char *keep(struct names *s, const char *name, size_t size)
{
    struct chunk *c = s->last;
    char *kept;

    if (!c || c->size - c->used < size) {
        size_t room = size > CHUNK_BYTES ? size : CHUNK_BYTES;

        c = xmalloc(sizeof(*c) + room);
        *c = (struct chunk){.before = s->last, .size = room};
        s->last = c;
    }
    kept = c->bytes + c->used;
    c->used += size;
    return memcpy(kept, name, size);
}

int64_t names_add(struct names *s, const char *name)
{
    size_t len = strlen(name), at;

    if (s->n == s->cap)
        grow(s);
    at = find_slot(s, name);
    if (s->slot[at])
        return -EEXIST;
    if (s->n == NAMES_MAX || (!s->kept && len > NAMES_BYTES_MAX - s->bytes))
        return -E2BIG;
    if (!s->kept) {
        s->bytes += len;
        name = keep(s, name, len + 1);
    }
    s->name[s->n] = name;
    s->slot[at] = (uint32_t)++s->n;
    return (int64_t)s->n - 1;
}

/* The next number behind the name that has number base. */
static char *another(struct names *s, int64_t base, unsigned first)
{
    if (!s->tried)
        s->tried = xcalloc(s->cap, sizeof(*s->tried));
    if (!s->tried[base])
        s->tried[base] = first - 1;
    return xasprintf("%s~%u", s->name[base], ++s->tried[base]);
}

int64_t names_add_another(struct names *s, const char *name, unsigned first)
{
    int64_t at = names_add(s, name);
    int64_t base = at == -EEXIST ? names_find(s, name) : at;

    while (at == -EEXIST) {
        char *next = another(s, base, first);

        at = names_add(s, next);
        free(next);
    }
    return at;
}

int64_t names_add_kept(struct names *s, char **name, unsigned first)
{
    int64_t at = names_add(s, *name);
    int64_t base = at == -EEXIST ? names_find(s, *name) : at;

    while (at == -EEXIST) {
        free(*name);
        *name = another(s, base, first);
        at = names_add(s, *name);
    }
    return at;
}

int64_t names_find(const struct names *s, const char *name)
{
    uint32_t i = s->slot[find_slot(s, name)];

    return i ? (int64_t)i - 1 : -ENOENT;
}

size_t names_count(const struct names *s)
{
    return s->n;
}

const char *names_at(const struct names *s, size_t i)
{
    return s->name[i];
}
