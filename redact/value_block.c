/* The lines of a private key between BEGIN and END.
 *
 * A block is a series of segments: a separator (line ends and indentation, as
 * bytes or as \n escapes of a string in a string) and then base64.  It ends
 * before its END line, before the first segment that does not look like key,
 * and after BLOCK_MAX bytes, so that a guest that prints a BEGIN line hides
 * only what looks like key.  What is hashed is the base64 alone, so that all
 * ways to write one key agree. */
#include "redact/value.h"

#include <ctype.h>
#include <string.h>

#define BLOCK_MAX 65536
#define SEP_MAX 256
#define RUN_MAX 4096 /* a longer line is taken piece by piece */
#define HEADER_MAX 256
#define WORD_MIN 32 /* segments between blanks must be this long, */
#define TAIL_MIN 16 /* and the last one before a quote this long */
#define NEED (SEP_MAX + RUN_MAX + HEADER_MAX + 64)

_Static_assert(NEED < VALUE_LOOK, "the stream gives VALUE_LOOK bytes");

static const char end_mark[] = "-----END";

static bool is_end(const uint8_t *p, size_t n)
{
    return n >= sizeof(end_mark) - 1 &&
           !memcmp(p, end_mark, sizeof(end_mark) - 1);
}

/* \n, \r or \t behind up to 8 backslashes: its length. */
static size_t escaped_end(const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (i < n && i < 8 && p[i] == '\\')
        i++;
    return i && i < n && strchr("nrt", p[i]) && p[i] ? i + 1 : 0;
}

struct segment {
    size_t sep;   /* separator */
    bool line;    /* it holds a line end */
    bool escaped; /* and that is written \n */
    size_t len;   /* base64 behind it */
    size_t after; /* blanks behind that */
};

static size_t separator(const uint8_t *p, size_t n, struct segment *s)
{
    size_t i = 0, k;

    while (i < n && i < SEP_MAX) {
        if (p[i] == '\n' || p[i] == '\r') {
            s->line = true;
            i++;
        } else if (p[i] == ' ' || p[i] == '\t') {
            i++;
        } else if ((k = escaped_end(p + i, n - i)) > 0) {
            s->line = s->escaped = true;
            i += k;
        } else {
            break;
        }
    }
    return i;
}

/* One base64 character, as it is or as JSON writers escape it. */
static size_t base64_at(const uint8_t *p, size_t n, uint8_t *out)
{
    static const struct {
        const char *text;
        uint8_t c;
    } escapes[] = {{"\\/", '/'},     {"\\u002b", '+'}, {"\\u002B", '+'},
                   {"\\u002f", '/'}, {"\\u002F", '/'}, {"\\u003d", '='},
                   {"\\u003D", '='}};

    if (!n)
        return 0;
    *out = p[0];
    if (isalnum(p[0]) || p[0] == '+' || p[0] == '/' || p[0] == '=')
        return p[0] < 128;
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
        size_t k = strlen(escapes[i].text);

        if (n >= k && !memcmp(p, escapes[i].text, k)) {
            *out = escapes[i].c;
            return k;
        }
    }
    return 0;
}

static void read_segment(const uint8_t *p, size_t n, struct segment *s)
{
    size_t i, k, pads = 0;
    uint8_t c;
    bool crc;

    s->line = s->escaped = false;
    s->sep = separator(p, n, s);
    i = s->sep;
    crc = i < n && p[i] == '=';
    while (i - s->sep < RUN_MAX && (k = base64_at(p + i, n - i, &c)) > 0) {
        /* = only pads, or begins the checksum line of PGP. */
        if (c != '=' && pads && !crc)
            break;
        pads += c == '=';
        i += k;
    }
    s->len = i - s->sep;
    s->after = 0;
    while (s->after < SEP_MAX && i < n && (p[i] == ' ' || p[i] == '\t')) {
        s->after++;
        i++;
    }
}

/* Does a segment of that kind look like key?  p is at what follows it. */
static bool fits(const struct value *v, const struct segment *s,
                 const uint8_t *p, size_t n)
{
    bool end = is_end(p, n);
    bool newline = !n || *p == '\n' || *p == '\r' || escaped_end(p, n);

    if (!s->len)
        return false;
    if (s->len >= RUN_MAX || v->midline)
        return true;
    if (s->sep && !s->line) /* between blanks */
        return s->len >= WORD_MIN || (v->base64 && (end || newline));
    if (newline || end)
        return true;
    if (s->after)
        return s->len >= WORD_MIN;
    /* The end of a string, a field, an element. */
    return strchr("\"',<&;)]}\\", *p) != NULL &&
           (!*p || s->escaped || s->len >= TAIL_MIN);
}

/* The headers of an encrypted or PGP key: the length of the line, 0 if none. */
static size_t header(const uint8_t *p, size_t n)
{
    static const char *const names[] = {
        "Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Hash:", "Charset:"};
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (n > strlen(names[i]) && !memcmp(p, names[i], strlen(names[i])))
            break;
    if (i == sizeof(names) / sizeof(names[0]))
        return 0;
    for (i = 0; i < n && i < HEADER_MAX; i++)
        if (p[i] == '\n' || p[i] == '\r' || escaped_end(p + i, n - i))
            return i;
    return i < HEADER_MAX ? i : 0;
}

/* Takes the segment at p if it belongs to the block; its length, or 0. */
static size_t one(struct value *v, const uint8_t *p, size_t n, size_t *raw)
{
    struct segment s;
    size_t i, k, used;
    uint8_t c;

    read_segment(p, n, &s);
    if (v->midline && s.sep)
        v->midline = false;
    if (is_end(p + s.sep, n - s.sep))
        return 0;
    k = v->base64 || !s.line ? 0 : header(p + s.sep, n - s.sep);
    if (k) {
        used = s.sep + k;
    } else {
        used = s.sep + s.len;
        if (!fits(v, &s, p + used + s.after, n - used - s.after))
            return 0;
        for (i = s.sep; i < used; i += k) {
            k = base64_at(p + i, n - i, &c);
            value_hash(v, c);
        }
        v->base64 = true;
        v->midline = s.len >= RUN_MAX;
    }
    if (!v->opened) {
        v->opened = true;
        *raw = s.sep;
    }
    return used;
}

int value_block_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                     size_t *raw, size_t *gone)
{
    size_t i = 0, k;

    while (v->taken + i < BLOCK_MAX) {
        if (n - i < NEED && !eof) {
            *gone = i - *raw;
            return VALUE_MORE;
        }
        k = one(v, p + i, n - i, raw);
        if (!k)
            break;
        i += k;
    }
    *gone = i - *raw;
    return VALUE_DONE;
}
