/* The rows below the head of a table, in which one column is secret.  No row
 * tells which column that is, so whole rows go: up to the first line that is
 * none, and 64 KiB, so that a guest that prints such a head cannot blank the
 * rest of a log.  What a row is, its first one tells: a line with | (and rules
 * of + and -), a tab, a semicolon, a comma or NAME: in it, an item of a list,
 * or else any line that is not empty. */
#include "redact/value.h"

#include <string.h>

#include "redact/redact.h"
#include "redact/token.h"
#include "redact/value_special.h"

#define ROWS_MAX 65536
#define ROW_NEAR 1024 /* so much of a line tells whether it is a row */
#define NEED (ROW_NEAR + 8)

_Static_assert(NEED < VALUE_LOOK, "the stream gives VALUE_LOOK bytes");

static bool ends(uint8_t c)
{
    return c == '\n' || c == '\0';
}

static size_t line_len(const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (i < n && i < ROW_NEAR && !ends(p[i]))
        i++;
    return i && i < n && p[i] == '\n' && p[i - 1] == '\r' ? i - 1 : i;
}

static size_t indent_of(const uint8_t *p, size_t len)
{
    size_t i = 0;

    while (i < len && (p[i] == ' ' || p[i] == '\t'))
        i++;
    return i;
}

static bool is_item(const uint8_t *p, size_t len, size_t indent)
{
    return len > indent + 2 && p[indent] == '-' && p[indent + 1] == ' ';
}

/* NAME: and no blank before the colon. */
static bool is_pair(const uint8_t *p, size_t len)
{
    size_t i = 0;

    while (i < len && p[i] > ' ' && p[i] != ':')
        i++;
    return i && i + 1 < len && p[i] == ':' && p[i + 1] != ' ';
}

static uint8_t kind_of(const uint8_t *p, size_t len)
{
    static const char separators[] = "|\t;,";

    if (is_item(p, len, indent_of(p, len)))
        return '-';
    if (len > 1 && p[0] == '+' && p[1] == '-')
        return '|';
    for (const char *s = separators; *s; s++)
        if (memchr(p, *s, len))
            return (uint8_t)*s;
    return is_pair(p, len) ? ':' : 0;
}

static bool is_row(const struct value *v, const uint8_t *p, size_t n)
{
    size_t len = line_len(p, n), indent = indent_of(p, len);

    if (indent == len || (len == 2 && p[0] == '\\' && p[1] == '.'))
        return false;
    switch (v->quote) {
    case 0:
        return p[0] != '(';
    case '-':
        return is_item(p, len, indent);
    case ':':
        return is_pair(p, len);
    case '|':
        return memchr(p, '|', len) || memmem(p, len, "-+-", 3) ||
               (p[0] == '+' && len > 1 && p[1] == '-');
    default:
        return memchr(p, v->quote, len) != NULL;
    }
}

/* At the end of a line: its length with the next row behind it, else 0. */
static size_t next_row(const struct value *v, const uint8_t *p, size_t n)
{
    size_t k = p[0] == '\r' ? 2 : 1;

    if (p[0] == '\0' || k >= n)
        return 0;
    return is_row(v, p + k, n - k) ? k : 0;
}

static void open_rows(struct value *v, const uint8_t *p, size_t n)
{
    v->opened = true;
    v->quote = kind_of(p, line_len(p, n));
}

int value_rows_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                    size_t *gone)
{
    size_t i = 0, k;

    if (!v->opened && n < NEED + TOKEN_MAX && !eof)
        return VALUE_MORE;
    if (!v->opened && v->context.keep_tokens &&
        redact_token_len((const char *)p, n))
        return VALUE_DONE;
    if (!v->opened)
        open_rows(v, p, n);
    while (i < n && (n - i >= NEED || eof)) {
        k = 1;
        if (ends(p[i]) || (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n')) {
            k = v->taken + i > ROWS_MAX ? 0 : next_row(v, p + i, n - i);
            if (!k) {
                *gone = i;
                return VALUE_DONE;
            }
        }
        i += value_take(v, p + i, k);
    }
    *gone = i;
    return eof ? VALUE_DONE : VALUE_MORE;
}
