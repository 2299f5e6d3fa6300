#include "redact/utf16.h"

#include "collector/base/core/str.h"

size_t utf16_read(struct utf16_reader *r, unsigned unit, uint8_t *out)
{
    size_t n;

    if (r->high && unit >= 0xdc00 && unit < 0xe000) {
        n = str_utf8_put(0x10000 + ((r->high - 0xd800) << 10) + (unit - 0xdc00),
                         out);
        r->high = 0;
        return n;
    }
    n = utf16_read_end(r, out);
    if (unit >= 0xd800 && unit < 0xdc00)
        r->high = unit;
    else
        n += str_utf8_put(unit, out + n);
    return n;
}

size_t utf16_read_end(struct utf16_reader *r, uint8_t *out)
{
    size_t n = r->high ? str_utf8_put(r->high, out) : 0;

    r->high = 0;
    return n;
}

static size_t put(const struct utf16_writer *w, unsigned unit, uint8_t *out)
{
    out[w->big] = (uint8_t)unit;
    out[!w->big] = (uint8_t)(unit >> 8);
    return 2;
}

/* Length of the character that begins so; what is none is one byte. */
static size_t length_of(uint8_t c)
{
    return c >= 0xf0 && c < 0xf5   ? 4
           : c >= 0xe0 && c < 0xf0 ? 3
           : c >= 0xc2 && c < 0xe0 ? 2
                                   : 1;
}

static size_t put_char(const struct utf16_writer *w, uint8_t *out)
{
    const uint8_t *p = w->pend;
    unsigned c;

    switch (w->n_pend) {
    case 2:
        return put(w, (p[0] & 31u) << 6 | (p[1] & 63u), out);
    case 3:
        return put(w, (p[0] & 15u) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u),
                   out);
    case 4:
        c = (p[0] & 7u) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 |
            (p[3] & 63u);
        c -= 0x10000;
        put(w, 0xd800 | (c >> 10 & 0x3ff), out);
        put(w, 0xdc00 | (c & 0x3ff), out + 2);
        return 4;
    default:
        return put(w, p[0], out);
    }
}

size_t utf16_write_end(struct utf16_writer *w, uint8_t *out)
{
    size_t n = 0;

    for (size_t i = 0; i < w->n_pend; i++)
        n += put(w, w->pend[i], out + n);
    w->n_pend = 0;
    return n;
}

size_t utf16_write(struct utf16_writer *w, uint8_t c, uint8_t *out)
{
    size_t n = 0;

    if (w->n_pend && (c & 0xc0) != 0x80)
        n = utf16_write_end(w, out);
    w->pend[w->n_pend++] = c;
    if (w->n_pend == length_of(w->pend[0])) {
        n += put_char(w, out + n);
        w->n_pend = 0;
    }
    return n;
}
