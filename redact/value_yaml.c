/* The lines below "key: |" or "key: >" of YAML: those that are indented deeper
 * than the key, and blank ones between them.  The text may itself be a string,
 * its line ends written \n; then v->slashes is the number of backslashes.
 *
 * And where a scalar without | goes on in lines that are indented deeper.
 *
 * What is hashed is the text without its indentation and without line ends
 * behind it, so that it has the token of the same text on one line. */
#include "redact/value.h"

#include <string.h>

#include "redact/redact.h"
#include "redact/token.h"
#include "redact/value_special.h"

#define INDENT_MAX 256
#define BLANK_LINES 16 /* more of them end the block */
#define SLASHES 8
/* It ends at the first line that is not indented deeper, as logs are not; so
 * what a guest prints does not blank the log behind it. */
#define BLOCK_MAX (4u << 20)
#define FOLD_NEAR 96
#define FOLD_LINES 1000
#define NEED (BLANK_LINES * (INDENT_MAX + SLASHES + 2) + 64 + TOKEN_MAX)

_Static_assert(NEED < VALUE_LOOK, "the stream gives VALUE_LOOK bytes");

/* Line end at p: its length, 0 if there is none. */
static size_t line_end(const struct value *v, const uint8_t *p, size_t n)
{
    size_t r = 0;

    if (!v->slashes) {
        if (n > 1 && p[0] == '\r' && p[1] == '\n')
            return 2;
        return n && p[0] == '\n';
    }
    while (r < v->slashes && r < n && p[r] == '\\')
        r++;
    if (r < v->slashes || r == n)
        return 0;
    return p[r] == 'n' || p[r] == 'r' ? r + 1 : 0;
}

/* The line ends and the indentation before the next line of the block: their
 * length, 0 if the block ends. */
static size_t next_line(struct value *v, const uint8_t *p, size_t n,
                        unsigned *n_lines)
{
    unsigned indent = v->slashes ? v->context.escaped : v->context.indent;
    size_t i = 0, k, start;

    for (*n_lines = 0; *n_lines < BLANK_LINES; ++*n_lines) {
        k = line_end(v, p + i, n - i);
        if (!k)
            break;
        i += k;
        for (start = i; i < n && i - start < INDENT_MAX; i++)
            if (p[i] != ' ' && p[i] != '\t')
                break;
        if (i < n && !line_end(v, p + i, n - i)) {
            if (i - start <= indent || p[i] == '\n' || !p[i])
                return 0;
            if (!v->depth)
                v->depth = (unsigned)(i - start);
            /* Deeper than the first line: that much belongs to the text. */
            ++*n_lines;
            return i - start > v->depth ? start + v->depth : i;
        }
    }
    return 0;
}

static bool at_end(const struct value *v, const uint8_t *p, size_t n)
{
    size_t r = 0;

    if (!*p || *p == '\n' || (*p == '\r' && (n < 2 || p[1] == '\n')))
        return true;
    if (!v->slashes)
        return false;
    /* The end of the string that the text stands in. */
    while (r < v->slashes && r < n && p[r] == '\\')
        r++;
    if (r + 1 != v->slashes || r == n)
        return false;
    if (p[r] == '\'' && r + 1 < n && p[r + 1]) /* no apostrophe */
        return strchr("\r\n,)]};\"", p[r + 1]) != NULL;
    return p[r] == '"' || p[r] == '\'';
}

/* Takes one byte of the text as it was before it became a string. */
static size_t take_one(struct value *v, const uint8_t *p, size_t n)
{
    size_t r = 0, unit = 2 * v->slashes;

    while (r < unit && r < n && p[r] == '\\')
        r++;
    if (r && r == unit) {
        value_hash(v, '\\');
        return unit;
    }
    if (r && r + 1 == unit && r < n && (p[r] == '"' || p[r] == '\'')) {
        value_hash(v, p[r]);
        return unit;
    }
    value_hash(v, p[0]);
    return 1;
}

static void open_block(struct value *v, const uint8_t *p, size_t n)
{
    size_t r = 0;

    v->opened = true;
    while (r < SLASHES && r < n && p[r] == '\\')
        r++;
    v->slashes = (unsigned)r;
}

/* Is the text a token of ours and nothing else? */
static bool is_token(struct value *v, const uint8_t *p, size_t n)
{
    size_t t =
        v->context.keep_tokens ? redact_token_len((const char *)p, n) : 0;
    unsigned n_lines;

    if (!t || t == n)
        return t > 0;
    if (line_end(v, p + t, n - t))
        return !next_line(v, p + t, n - t, &n_lines);
    return at_end(v, p + t, n - t);
}

int value_yaml_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                    size_t *raw, size_t *gone)
{
    unsigned n_lines;
    size_t i = 0, k;

    while (i < n && (n - i >= NEED || eof)) {
        if (!v->opened)
            open_block(v, p, n);
        if (line_end(v, p + i, n - i)) {
            k = v->taken + i > BLOCK_MAX ? 0
                                         : next_line(v, p + i, n - i, &n_lines);
            if (!k)
                break;
            if (v->taken + i == 0)
                *raw = k;
            else
                for (; n_lines; n_lines--)
                    value_hash(v, '\n');
            i += k;
        } else if (at_end(v, p + i, n - i) ||
                   (v->taken + i == *raw && is_token(v, p + i, n - i))) {
            break;
        } else {
            i += take_one(v, p + i, n - i);
        }
    }
    *gone = i - *raw;
    if (i < n && (n - i >= NEED || eof))
        return VALUE_DONE;
    return eof ? VALUE_DONE : VALUE_MORE;
}

static bool is_key(const uint8_t *p, size_t n)
{
    if (value_at(p, n, 0) == '-' && value_is(value_at(p, n, 1), C_BLANK))
        return true;
    for (size_t i = 0; i < FOLD_NEAR; i++) {
        if (value_is(value_at(p, n, i), C_EOL))
            return false;
        if (p[i] == ':' && value_is(value_at(p, n, i + 1), C_BLANK | C_EOL))
            return true;
    }
    return false;
}

size_t value_fold(const struct value *v, const uint8_t *p, size_t n)
{
    size_t i = 0, start;

    while (i < FOLD_NEAR && value_is(value_at(p, n, i), C_BLANK))
        i++;
    if (value_at(p, n, i) == '\r')
        i++;
    if (i >= n || p[i] != '\n' || v->n_lines == FOLD_LINES)
        return 0;
    start = ++i;
    while (i - start < FOLD_NEAR && value_is(value_at(p, n, i), C_BLANK))
        i++;
    if (i - start <= v->context.indent || value_is(value_at(p, n, i), C_EOL) ||
        p[i] == '#')
        return 0;
    return v->quoted || !is_key(p + i, n - i) ? i : 0;
}
