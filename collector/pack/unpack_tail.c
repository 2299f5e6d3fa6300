#include "collector/pack/unpack_tail.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bunzip.h"
#include "collector/pack/bz2_search.h"

/* How far from the end is looked at: in steps, each four times the last. */
#define STEP_FIRST (1u << 20)
#define STEP_LAST (64u << 20)
/* Blocks that are opened: a manifest of 100,000 items has 30. */
#define PEEKS_MAX 256u
#define FOUND_MAX 4096u

/* A ustar header (POSIX.1-2017, pax, "ustar Interchange Format"). */
#define HEADER 512
#define AT_SUM 148
#define AT_TYPE 156
#define AT_MAGIC 257

static bool sum_is_right(const unsigned char *h)
{
    unsigned long sum = 8 * ' ';
    char text[9] = "";

    for (unsigned i = 0; i < HEADER; i++)
        if (i < AT_SUM || i >= AT_SUM + 8)
            sum += h[i];
    memcpy(text, h + AT_SUM, 8);
    return strtoul(text, NULL, 8) == sum;
}

/* Is this the header of TOP/member? */
static bool is_header(const unsigned char *h, const char *member)
{
    char name[101] = "";
    const char *slash;

    if (memcmp(h + AT_MAGIC, "ustar", 5) || !sum_is_right(h) ||
        (h[AT_TYPE] != '0' && h[AT_TYPE] != '\0'))
        return false;
    memcpy(name, h, 100);
    slash = strchr(name, '/');
    return slash && !strcmp(slash + 1, member);
}

static bool begins_with(int fd, uint64_t bit, unsigned level,
                        const char *member)
{
    unsigned char h[HEADER];
    struct bunzip *z = NULL;
    bool is = false;

    if (bunzip_open(fd, bit, level, &z, NULL) == 0)
        is = bunzip_read(z, h, sizeof(h), NULL) == (ssize_t)sizeof(h) &&
             is_header(h, member);
    bunzip_free(z);
    return is;
}

/* The blocks that begin at bits from..to, the last one first. */
static bool look(int fd, uint64_t from, uint64_t to, unsigned level,
                 const char *member, unsigned *peeks, uint64_t *bit_out)
{
    struct bz2_search *s = xmalloc(sizeof(*s));
    uint64_t *found = xreallocarray(NULL, FOUND_MAX, sizeof(*found)), bit;
    size_t n = 0;
    bool is = false;

    bz2_search_start(s, fd, from);
    while (bz2_search_next(s, &bit) && bit < to)
        found[n++ % FOUND_MAX] = bit;
    for (size_t k = n; !is && k > 0 && n - k < FOUND_MAX && *peeks; k--) {
        --*peeks;
        *bit_out = found[(k - 1) % FOUND_MAX];
        is = begins_with(fd, *bit_out, level, member);
    }
    free(found);
    free(s);
    return is;
}

int tail_find(int fd, const char *member, uint64_t *bit_out,
              unsigned *level_out)
{
    unsigned peeks = PEEKS_MAX;
    unsigned char head[4];
    uint64_t size, to;
    struct stat st;

    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || pread(fd, head, 4, 0) != 4 ||
        memcmp(head, "BZh", 3) || head[3] < '1' || head[3] > '9')
        return 0;
    *level_out = head[3] - '0';
    size = (uint64_t)st.st_size;
    to = size * 8;
    for (uint64_t step = STEP_FIRST; step <= STEP_LAST && peeks; step *= 4) {
        uint64_t from = size > step ? (size - step) * 8 : BUNZIP_HEADER_BITS;

        if (look(fd, from, to, *level_out, member, &peeks, bit_out))
            return 1;
        if (from == BUNZIP_HEADER_BITS)
            break;
        to = from;
    }
    return 0;
}
