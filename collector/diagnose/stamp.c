#include "collector/diagnose/stamp.h"

#include <ctype.h>
#include <string.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/xalloc.h"

/* 9: a digit, a: a letter, 0: a digit or a blank. */
static const struct {
    const char *shape;
    size_t skip; /* what stands before it */
    int date;    /* with a year: where its month, day and time begin */
    int month, day, time;
} shapes[] = {
    {"9999-99-99T99:99:99", 0, 1, 5, 8, 11},
    {"9999-99-99 99:99:99", 0, 1, 5, 8, 11},
    {"[9999-99-99 99:99:99", 1, 1, 5, 8, 11},
    {"[9999-99-99T99:99:99", 1, 1, 5, 8, 11},
    {"[99999999T99:99:99", 1, 1, 4, 6, 9},
    {"aaa 09 99:99:99", 0, 0, 0, 0, 0},
};

static size_t fits(const char *shape, const char *line, size_t len)
{
    size_t k = 0;

    for (; shape[k] && k < len; k++) {
        unsigned char c = (unsigned char)line[k];

        if (shape[k] == '9'   ? !isdigit(c)
            : shape[k] == 'a' ? !isalpha(c)
            : shape[k] == '0' ? !isdigit(c) && c != ' '
                              : c != (unsigned char)shape[k])
            return 0;
    }
    return shape[k] ? 0 : k;
}

static int digit_at(const char *p, const char *end)
{
    return p < end && isdigit((unsigned char)*p);
}

/* Fraction and offset behind the seconds, as far as they are there. */
static void add_rest(struct buf *b, const char *p, const char *end)
{
    if (p < end && (*p == '.' || *p == ',') && digit_at(p + 1, end)) {
        buf_addc(b, '.');
        for (p++; digit_at(p, end); p++)
            buf_addc(b, *p);
    }
    if (p < end && *p == 'Z') {
        buf_addc(b, 'Z');
    } else if (p < end && (*p == '+' || *p == '-') && digit_at(p + 1, end) &&
               digit_at(p + 2, end)) {
        const char *minutes = p + 3 + (p + 3 < end && p[3] == ':');

        if (digit_at(minutes, end) && digit_at(minutes + 1, end))
            buf_addf(b, "%.3s:%.2s", p, minutes);
    }
}

/* "[   12.345678]" of the kernel */
static char *since_boot(const char *line, size_t len)
{
    size_t k = 1;

    if (len < 4 || line[0] != '[')
        return NULL;
    while (
        k < len && k < 20 &&
        (line[k] == ' ' || line[k] == '.' || isdigit((unsigned char)line[k])))
        k++;
    return k < len && line[k] == ']' && memchr(line, '.', k)
               ? xstrndup(line, k + 1)
               : NULL;
}

char *stamp_of(const char *line, size_t len)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        size_t k = fits(shapes[i].shape, line, len);
        const char *p = line + shapes[i].skip;
        struct buf b = BUF_INIT;

        if (!k)
            continue;
        if (!shapes[i].date)
            return xstrndup(p, k - shapes[i].skip);
        buf_addf(&b, "%.4s-%.2s-%.2sT%.8s", p, p + shapes[i].month,
                 p + shapes[i].day, p + shapes[i].time);
        add_rest(&b, line + k, line + len);
        return buf_take(&b);
    }
    return since_boot(line, len);
}
