/* The lines of a private key between BEGIN and END.
 *
 * A block is a series of segments: a separator (line ends and indentation, as
 * bytes or as \n escapes of a string in a string, also quotes and commas or the
 * time and host of a log around each line) and then base64.  It ends
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
#define WORD_MIN 32      /* segments between blanks must be this long, */
#define TAIL_MIN 16      /* and the last one before a quote this long */
#define PREFIXED_MAX 512 /* a line with something before the base64, which */
#define WRAP_MAX 256     /* of a line as JSON, what stands round the base64 */
#define PREFIX_SLACK 24  /* is that much longer or shorter than before BEGIN */
#define NEED (SEP_MAX + RUN_MAX + HEADER_MAX + 64)

_Static_assert(NEED < VALUE_LOOK, "the stream gives VALUE_LOOK bytes");
_Static_assert(2 * WRAP_MAX + RUN_MAX + 64 <= NEED, "wrapped() sees all");

static const char end_mark[] = "-----END";

static bool starts(const uint8_t *p, size_t n, const char *text)
{
    size_t k = strlen(text);

    return n >= k && !memcmp(p, text, k);
}

static bool is_end(const uint8_t *p, size_t n)
{
    return starts(p, n, end_mark);
}

/* A line end or blank that is written as text: its length. */
static size_t escaped_end(const uint8_t *p, size_t n)
{
    /* syslog, XML, URLs, and what follows a backslash */
    static const char *const whole[] = {"#012",  "#015",  "&#10;", "&#13;",
                                        "&#xA;", "&#xD;", "&#xa;", "&#xd;",
                                        "%0A",   "%0D",   "%0a",   "%0d"};
    static const char *const names[] = {"n",   "r",   "t",     "012",   "015",
                                        "x0a", "x0d", "u000a", "u000d", "u000A",
                                        "x0A", "x0D", "u000D"};
    size_t i = 0;

    if (!n || !strchr("\\#&%", p[0]) || !p[0])
        return 0;
    while (i < n && i < 8 && p[i] == '\\')
        i++;
    for (size_t k = 0; i && k < sizeof(names) / sizeof(names[0]); k++)
        if (starts(p + i, n - i, names[k]))
            return i + strlen(names[k]);
    for (size_t k = 0; !i && k < sizeof(whole) / sizeof(whole[0]); k++)
        if (starts(p, n, whole[k]))
            return strlen(whole[k]);
    return 0;
}

/* Where a line with something before its base64 begins, and how wide that was
 * before BEGIN; escaped: its lines end in \n as text.  No column: no such. */
struct prefix {
    size_t line, column;
    bool escaped;
};

struct segment {
    size_t sep; /* separator */
    struct prefix prefix;
    bool line;    /* it holds a line end */
    bool escaped; /* and that is written \n */
    bool quoted;  /* and quotes: each line is a string of its own */
    size_t len;   /* base64 behind it */
    size_t after; /* blanks behind that */
};

/* What joins the strings of a program: "..." + "...", and \ at a line's end. */
static bool joins(const uint8_t *p, size_t n)
{
    static const char behind[] = " \t\r\n\"'";

    if (n < 2 || !p[1])
        return false;
    if (p[0] == '\\')
        return p[1] == '\n' || p[1] == '\r';
    return (p[0] == '+' || p[0] == '.') && strchr(behind, p[1]);
}

static size_t separator(const struct value *v, const uint8_t *p, size_t n,
                        struct segment *s)
{
    size_t i = 0, k, bare = 0, line = 0, escaped = 0;
    bool comma = false;

    s->line = s->escaped = s->quoted = false;
    while (i < n && i < SEP_MAX) {
        if (p[i] == '\n' || p[i] == '\r') {
            s->line = true;
            line = ++i;
        } else if (p[i] == ' ' || p[i] == '\t') {
            i++;
        } else if ((k = escaped_end(p + i, n - i)) > 0) {
            s->line = s->escaped = true;
            escaped = i += k;
        } else if (p[i] == '"' || p[i] == '\'' || p[i] == ',') {
            bare = s->quoted ? bare : i;
            comma = comma || (s->quoted && p[i] == ',');
            s->quoted = true;
            i++;
        } else if (s->quoted && joins(p + i, n - i)) {
            i++;
        } else {
            break;
        }
    }
    s->prefix = (struct prefix){.line = line, .column = v->context.column};
    if (!line && escaped && v->context.column_escaped)
        s->prefix = (struct prefix){.line = escaped,
                                    .column = v->context.column_escaped,
                                    .escaped = true};
    if (!s->prefix.line)
        s->prefix.column = 0;
    if (!s->quoted || line ||
        (comma && i && (p[i - 1] == '"' || p[i - 1] == '\'')))
        return i;
    s->quoted = false;
    return bare;
}

static bool is_base64(uint8_t c)
{
    return c < 128 && (isalnum(c) || c == '+' || c == '/' || c == '=');
}

/* One base64 character, as it is or as JSON writers escape it. */
static size_t base64_at(const uint8_t *p, size_t n, uint8_t *out)
{
    static const struct {
        const char *text;
        uint8_t c;
    } escapes[] = {{"\\/", '/'},     {"\\u002b", '+'}, {"\\u002B", '+'},
                   {"\\u002f", '/'}, {"\\u002F", '/'}, {"\\u003d", '='},
                   {"\\u003D", '='}, {"%2B", '+'},     {"%2b", '+'},
                   {"%2F", '/'},     {"%2f", '/'},     {"%3D", '='},
                   {"%3d", '='}};

    if (!n)
        return 0;
    *out = p[0];
    if (is_base64(p[0]))
        return 1;
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
        size_t k = strlen(escapes[i].text);

        if (n >= k && !memcmp(p, escapes[i].text, k)) {
            *out = escapes[i].c;
            return k;
        }
    }
    return 0;
}

/* The base64 behind the separator. */
static void read_base64(const uint8_t *p, size_t n, struct segment *s)
{
    size_t i = s->sep, k, pads = 0;
    uint8_t c;
    bool crc;

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

static bool line_ends(const struct prefix *f, const uint8_t *p, size_t n)
{
    return !n || *p == '\n' || *p == '\r' || (f->escaped && escaped_end(p, n));
}

/* Where the line ends; PREFIXED_MAX behind its begin if it is too long. */
static size_t prefixed_end(const struct prefix *f, const uint8_t *p, size_t n)
{
    size_t end = f->line;

    while (end - f->line < PREFIXED_MAX && end < n &&
           !line_ends(f, p + end, n - end))
        end++;
    return end;
}

/* Does the END line come next?  p is behind a segment. */
static bool end_follows(const struct value *v, const uint8_t *p, size_t n)
{
    struct segment s;
    size_t i = separator(v, p, n, &s), end;

    if (is_end(p + i, n - i))
        return true;
    if (!s.prefix.column)
        return false;
    end = prefixed_end(&s.prefix, p, n);
    for (i = s.prefix.line; i < end; i++)
        if (is_end(p + i, n - i))
            return true;
    return false;
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
    if (s->quoted)
        return s->len >= WORD_MIN || end_follows(v, p, n);
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

/* Each line may have something before it, a time and a host, if the BEGIN line
 * had about as much: takes it into the separator of s if what is behind it, up
 * to the end of the line, looks like key. */
static bool prefixed(const struct value *v, const uint8_t *p, size_t n,
                     struct segment *s)
{
    size_t line = s->prefix.line, column = s->prefix.column, from;
    size_t end = prefixed_end(&s->prefix, p, n);

    if (end - line >= PREFIXED_MAX)
        return false;
    for (from = end; from > line && p[from - 1] != ' ' && p[from - 1] != '\t';)
        from--;
    if (from == line) /* as grep does: FILE:LINE: */
        for (from = end; from > line && is_base64(p[from - 1]);)
            from--;
    if (from - line + PREFIX_SLACK < column ||
        from - line > column + PREFIX_SLACK)
        from = line + column;
    if (from >= end)
        return false;
    s->sep = from;
    read_base64(p, n, s);
    return from + s->len == end &&
           (s->len >= WORD_MIN || end_follows(v, p + end, n - end));
}

/* The end of a line's string, if p is there. */
static bool string_ends(const uint8_t *p, size_t n)
{
    size_t k = escaped_end(p, n);

    return k || (n && (p[0] == '"' || p[0] == '\''));
}

/* Each line of the key is a string of an object of its own, as Docker's log
 * has them: {"log":"BASE64\n","stream":"stdout"}.  Where the next one begins,
 * 0 if p is at no end of one. */
static size_t next_wrapped(const struct value *v, const uint8_t *p, size_t n)
{
    size_t line = 0, column = v->context.column;

    if (!column || column > WRAP_MAX || !string_ends(p, n))
        return 0;
    while (line < WRAP_MAX && line < n && p[line] != '\n')
        line++;
    /* An object ends here, and one begins. */
    if (!line || line >= n || p[line] != '\n' || p[line - 1] != '}')
        return 0;
    if (n - ++line <= column || p[line] != '{' ||
        memchr(p + line, '\n', column))
        return 0;
    return line + column;
}

static bool wrapped(const struct value *v, const uint8_t *p, size_t n,
                    struct segment *s)
{
    size_t from = next_wrapped(v, p, n), end, next;

    if (!from)
        return false;
    s->sep = from;
    read_base64(p, n, s);
    end = from + s->len;
    next = next_wrapped(v, p + end, n - end);
    return s->len && string_ends(p + end, n - end) &&
           (s->len >= WORD_MIN ||
            (next && is_end(p + end + next, n - end - next)));
}

static bool is_header(const uint8_t *p, size_t n)
{
    static const char *const names[] = {
        "Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Hash:", "Charset:"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (starts(p, n, names[i]))
            return true;
    return false;
}

/* The headers of an encrypted or PGP key: the length of the line, 0 if none. */
static size_t header(const uint8_t *p, size_t n)
{
    size_t i;

    if (!is_header(p, n))
        return 0;
    for (i = 0; i < n && i < HEADER_MAX; i++)
        if (p[i] == '\n' || p[i] == '\r' || escaped_end(p + i, n - i))
            return i;
    return i < HEADER_MAX ? i : 0;
}

/* A header in a key whose lines are strings of a list, or are joined by blanks:
 * it goes up to the quote, the next header or the first word that is key. */
static size_t joined_header(const uint8_t *p, size_t n, const struct segment *s)
{
    struct segment word;
    size_t i;

    if (!is_header(p, n))
        return 0;
    for (i = 1; i < n && i < HEADER_MAX; i++) {
        if (p[i] == '\n' || p[i] == '\r' || !p[i])
            return 0;
        if (s->quoted) {
            if (p[i] == '"' || p[i] == '\'')
                return i;
            continue;
        }
        if (p[i] != ' ' && p[i] != '\t')
            continue;
        word.sep = i + 1;
        read_base64(p, n, &word);
        if (word.len >= WORD_MIN || is_header(p + i + 1, n - i - 1))
            return i;
    }
    return 0;
}

/* The same in a line as JSON. */
static size_t wrapped_header(const struct value *v, const uint8_t *p, size_t n,
                             struct segment *s)
{
    size_t from = next_wrapped(v, p, n), k;

    if (!from)
        return 0;
    s->sep = from;
    k = header(p + from, n - from);
    return k || escaped_end(p + from, n - from) ? from + k : 0;
}

/* The same behind a time and a host, and the line between headers and key:
 * where such a line ends, 0 if it is none. */
static size_t prefixed_header(const struct value *v, const uint8_t *p, size_t n,
                              const struct prefix *f)
{
    size_t line = f->line, column = f->column, end = prefixed_end(f, p, n);
    bool found = false;

    for (size_t i = line; i < end && i - line <= column + PREFIX_SLACK; i++)
        found = found || is_header(p + i, n - i);
    if (found)
        return end - line < PREFIXED_MAX ? end : 0;
    return v->opened && end - line <= column &&
                   end - line + PREFIX_SLACK >= column
               ? end
               : 0;
}

static void hash_base64(struct value *v, const uint8_t *p, size_t n)
{
    uint8_t c;

    for (size_t i = 0; i < n;) {
        i += base64_at(p + i, n - i, &c);
        value_hash(v, c);
    }
    v->base64 = true;
    v->midline = n >= RUN_MAX;
}

/* Takes the segment at p if it belongs to the block; its length, or 0. */
static size_t one(struct value *v, const uint8_t *p, size_t n, size_t *raw)
{
    bool prefix, head = !v->base64;
    size_t k = 0, behind;
    struct segment s;

    s.sep = separator(v, p, n, &s);
    read_base64(p, n, &s);
    prefix = s.prefix.column && (s.prefix.escaped || !s.escaped);
    if (v->midline && s.sep)
        v->midline = false;
    if (is_end(p + s.sep, n - s.sep))
        return 0;
    /* The plus of a diff. */
    if (s.line && s.len == v->context.column &&
        is_end(p + s.sep + s.len, n - s.sep - s.len))
        return 0;
    if (head && s.line)
        k = header(p + s.sep, n - s.sep);
    else if (head && s.sep)
        k = joined_header(p + s.sep, n - s.sep, &s);
    if (k)
        k += s.sep;
    behind = s.sep + s.len + s.after;
    if (!k && !fits(v, &s, p + behind, n - behind)) {
        if (prefix && head)
            k = prefixed_header(v, p, n, &s.prefix);
        if (!k && head)
            k = wrapped_header(v, p, n, &s);
        if (!k && !(prefix && prefixed(v, p, n, &s)) && !wrapped(v, p, n, &s))
            return 0;
    }
    if (!k)
        hash_base64(v, p + s.sep, s.len);
    if (!v->opened) {
        v->opened = true;
        *raw = s.sep;
    }
    return k ? k : s.sep + s.len;
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
