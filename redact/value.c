#include "redact/value.h"

#include <string.h>

#include "redact/redact.h"
#include "redact/token.h"

#define LOOK 320 /* no decision needs more bytes than this, blocks apart */
#define SEMI_LOOK 64
#define BLANKS 256 /* a longer run of blanks is part of the value */

enum {
    C_EOL = 1,
    C_BLANK = 2,
    C_QUOTE = 4,
    C_SLASH = 8,
    C_COMMA = 16,
    C_PAREN = 32,
    C_SEMI = 64,
    C_ANGLE = 128,
    C_AMP = 256,
    C_AT = 512,
    C_PERCENT = 1024,
};

static const uint16_t byte_class[256] = {
    ['\0'] = C_EOL,    ['\n'] = C_EOL,  ['\r'] = C_EOL,   [' '] = C_BLANK,
    ['\t'] = C_BLANK,  ['"'] = C_QUOTE, ['\''] = C_QUOTE, ['\\'] = C_SLASH,
    [','] = C_COMMA,   ['('] = C_PAREN, [')'] = C_PAREN,  [';'] = C_SEMI,
    ['<'] = C_ANGLE,   ['>'] = C_ANGLE, ['&'] = C_AMP,    ['@'] = C_AT,
    ['%'] = C_PERCENT,
};

/* Called at a byte that may end the value or needs decoding.  Hashes what it
 * takes and returns how much; 0: the value ends here. */
typedef size_t special_fn(struct value *v, const uint8_t *p, size_t n);

static special_fn quoted_special, word_special, line_special, sexpr_special,
    escaped_line_special, xml_special, userinfo_special;

/* How the forms differ; a quoted value of the first six is FORM_QUOTED's. */
static const struct form {
    const char *name;
    uint16_t special; /* classes that need a look */
    bool quotes;      /* an opening quote changes to quoted */
    special_fn *fn;
} forms[FORM_COUNT] = {
    [FORM_QUOTED] = {"quoted", C_EOL | C_QUOTE | C_SLASH, true, quoted_special},
    [FORM_AUTO] = {"auto",
                   C_EOL | C_BLANK | C_QUOTE | C_SLASH | C_COMMA | C_SEMI, true,
                   word_special},
    [FORM_BLANK] = {"blank", C_EOL | C_BLANK | C_QUOTE | C_SLASH, true,
                    word_special},
    [FORM_COMMA] = {"comma", C_EOL | C_BLANK | C_QUOTE | C_SLASH | C_COMMA,
                    true, word_special},
    [FORM_ITEM] = {"item", C_EOL | C_QUOTE | C_SLASH | C_COMMA, true,
                   word_special},
    [FORM_INSIDE] = {"inside", C_EOL | C_QUOTE | C_SLASH, false, word_special},
    [FORM_LINE] = {"line", C_EOL | C_BLANK, true, line_special},
    [FORM_SEXPR] = {"sexpr", C_EOL | C_BLANK | C_PAREN | C_SLASH, true,
                    sexpr_special},
    [FORM_XML_ATTR] = {"xml-attr", C_EOL | C_QUOTE | C_ANGLE | C_AMP, true,
                       xml_special},
    [FORM_XML_TEXT] = {"xml-text", C_EOL | C_BLANK | C_ANGLE | C_AMP, false,
                       xml_special},
    [FORM_XML_QUOTED] = {"xml-quoted", 0, false, NULL},
    [FORM_XAPI] = {"xapi", 0, false, NULL},
    [FORM_ESCAPED_LINE] = {"escaped-line", C_EOL | C_BLANK | C_QUOTE | C_SLASH,
                           true, escaped_line_special},
    [FORM_YAML_BLOCK] = {"yaml-block", 0, false, NULL},
    [FORM_USERINFO] = {"userinfo",
                       C_EOL | C_BLANK | C_QUOTE | C_ANGLE | C_AT | C_PERCENT,
                       false, userinfo_special},
    [FORM_BLOCK] = {"block", 0, false, NULL},
    [FORM_TOKEN] = {"token", 0, false, NULL},
    [FORM_WORD] = {"word", 0, false, NULL},
    [FORM_BASE64] = {"base64", 0, false, NULL},
    [FORM_SEMI] = {"semi", C_EOL | C_BLANK | C_QUOTE | C_SLASH | C_SEMI, true,
                   word_special},
    [FORM_HASH] = {"hash", 0, false, NULL},
};

static bool is(uint8_t c, unsigned classes)
{
    return byte_class[c] & classes;
}

/* The byte at i; the end of the text is as good as the end of a line. */
static uint8_t at(const uint8_t *p, size_t n, size_t i)
{
    return i < n ? p[i] : '\n';
}

/* ---- hashing ---- */

static void flush(struct value *v)
{
    if (v->n_pend)
        sha256_update(v->hash, v->pend, v->n_pend);
    v->n_pend = 0;
}

void value_hash(struct value *v, uint8_t c)
{
    if (v->n_pend == sizeof(v->pend))
        flush(v);
    v->pend[v->n_pend++] = c;
}

static void hash_run(struct value *v, const uint8_t *p, size_t n)
{
    if (n > sizeof(v->pend)) {
        flush(v);
        sha256_update(v->hash, p, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        value_hash(v, p[i]);
}

static size_t take(struct value *v, const uint8_t *p, size_t n)
{
    hash_run(v, p, n);
    return n;
}

void value_hash_utf8(struct value *v, unsigned long c)
{
    if (c < 0x80) {
        value_hash(v, (uint8_t)c);
    } else if (c < 0x800) {
        value_hash(v, (uint8_t)(0xc0 | c >> 6));
        value_hash(v, (uint8_t)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        value_hash(v, (uint8_t)(0xe0 | c >> 12));
        value_hash(v, (uint8_t)(0x80 | (c >> 6 & 63)));
        value_hash(v, (uint8_t)(0x80 | (c & 63)));
    } else {
        value_hash(v, (uint8_t)(0xf0 | (c >> 18 & 7)));
        value_hash(v, (uint8_t)(0x80 | (c >> 12 & 63)));
        value_hash(v, (uint8_t)(0x80 | (c >> 6 & 63)));
        value_hash(v, (uint8_t)(0x80 | (c & 63)));
    }
}

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 32) >= 'a' && (c | 32) <= 'f')
        return (c | 32) - 'a' + 10;
    return 99;
}

/* Up to max digits of the base; the number, and how many there were. */
size_t value_number(const uint8_t *p, size_t n, int base, size_t max,
                    unsigned long *out)
{
    size_t i;

    *out = 0;
    for (i = 0; i < max && i < n && digit(p[i]) < base; i++)
        *out = *out * (unsigned)base + (unsigned)digit(p[i]);
    return i;
}

/* ---- quoted ---- */

/* A quote ends a value only if what follows can follow a value; so it's and
 * a"b stay whole.  p[i] is the byte behind the quote. */
static bool closes(const struct value *v, const uint8_t *p, size_t n, size_t i,
                   uint8_t quote)
{
    static const char loose[] = ",;)]}>\\", strict[] = ",;#)]}>(\\";
    const char *after = loose;
    size_t end, k;
    uint8_t c;

    if (v->form == FORM_LINE) {
        for (end = i + BLANKS; i < end && is(at(p, n, i), C_BLANK);)
            i++;
        /* xenstore-ls -p pads with dots before the permissions. */
        for (k = i; k < end && strchr(" .", at(p, n, k)) && at(p, n, k);)
            k++;
        i = at(p, n, k) == '(' ? k : i;
        after = strict;
    }
    c = at(p, n, i);
    if (is(c, C_EOL) || (is(c, C_BLANK) && after == loose))
        return true;
    if (c == '/' && at(p, n, i + 1) == '>')
        return true;
    if (is(c, C_QUOTE) && c != quote)
        return true;
    return strchr(after, c) != NULL;
}

/* p is at the letter of an escape that r backslashes begin. */
static size_t unescape(struct value *v, const uint8_t *p, size_t n, unsigned r)
{
    static const char names[] = "n\nt\tr\rb\bf\fa\av\v";
    unsigned long c, low;
    size_t k;

    for (const char *q = names; *q; q += 2) {
        if (p[0] == (uint8_t)*q) {
            value_hash(v, (uint8_t)q[1]);
            return 1;
        }
    }
    if (p[0] == 'u' && value_number(p + 1, n - 1, 16, 4, &c) == 4) {
        k = 5;
        if (c >= 0xd800 && c < 0xdc00 && n > k + r + 5 && p[k] == '\\' &&
            p[k + r] == 'u' &&
            value_number(p + k + r + 1, n - k - r - 1, 16, 4, &low) == 4 &&
            low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
            k += r + 5;
        }
        value_hash_utf8(v, c);
        return k;
    }
    if (p[0] == 'x' && (k = value_number(p + 1, n - 1, 16, 2, &c)) > 0) {
        value_hash(v, (uint8_t)c);
        return k + 1;
    }
    if ((k = value_number(p, n, 8, 3, &c)) > 0) {
        value_hash(v, (uint8_t)c);
        return k;
    }
    value_hash(v, p[0]);
    return 1;
}

/* How shells write a quote inside of quotes: '\\'' and '"'"'. */
static size_t shell_quote(const struct value *v, const uint8_t *p, size_t n)
{
    if (p[0] == '\'' && v->quote == '\'') {
        if (n >= 4 && !memcmp(p, "'\\''", 4))
            return 4;
        if (n >= 5 && !memcmp(p, "'\"'\"'", 5))
            return 5;
    }
    return 0;
}

/* A string inside a string inside ...: where the quotes have s backslashes, a
 * backslash of the value is written with 2(s + 1), and a quote of the value has
 * 2s + 1. */
static size_t quoted_special(struct value *v, const uint8_t *p, size_t n)
{
    unsigned unit = 2 * (v->slashes + 1), r = 0;
    size_t shell = v->slashes ? 0 : shell_quote(v, p, n);
    uint8_t c;

    if (is(p[0], C_EOL))
        return 0;
    if (shell) {
        value_hash(v, p[0]);
        return shell;
    }
    while (r < unit && at(p, n, r) == '\\')
        r++;
    if (r == unit) {
        value_hash(v, '\\');
        return unit;
    }
    c = at(p, n, r);
    if (c == (uint8_t)v->quote && r <= v->slashes) {
        if (r == 0 && at(p, n, 1) == c) { /* YAML's '' */
            value_hash(v, c);
            return 2;
        }
        return closes(v, p, n, r + 1, c) ? 0 : take(v, p, r + 1);
    }
    if (is(c, C_QUOTE)) {
        value_hash(v, c);
        return r + 1;
    }
    if (is(c, C_EOL) || r == 0)
        return take(v, p, r ? r : 1);
    return r + unescape(v, p + r, n - r, r);
}

/* ---- unquoted ---- */

/* In running text a comma ends a word if a list goes on behind it. */
static bool comma_ends(const uint8_t *p, size_t n)
{
    size_t i = 1;
    uint8_t c = at(p, n, i);

    if (is(c, C_EOL | C_BLANK | C_QUOTE) || c == '}' || c == ']')
        return true;
    for (; i < 34; i++) {
        c = at(p, n, i);
        if ((c | 32) >= 'a' && (c | 32) <= 'z')
            continue;
        if (!((c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'))
            break;
    }
    return i > 1 && (c == '=' || c == ':');
}

/* The quote of a string that the whole option stands in. */
static size_t outer_quote(struct value *v, const uint8_t *p, size_t n)
{
    size_t r = 0;

    while (r < 32 && at(p, n, r) == '\\')
        r++;
    if (is(at(p, n, r), C_QUOTE) && closes(v, p, n, r + 1, at(p, n, r)))
        return 0;
    return take(v, p, r ? r : 1);
}

/* In a connection string a blank is part of the value if KEY= follows behind
 * the next semicolon. */
static bool semi_follows(const uint8_t *p, size_t n)
{
    size_t i = 1, k;

    while (i < SEMI_LOOK && !is(at(p, n, i), C_EOL | C_QUOTE | C_SEMI))
        i++;
    if (at(p, n, i) != ';')
        return false;
    for (k = ++i; i - k < SEMI_LOOK && at(p, n, i) != '='; i++)
        if (is(at(p, n, i), C_EOL | C_QUOTE | C_SEMI | C_ANGLE))
            return false;
    return at(p, n, i) == '=';
}

static size_t word_special(struct value *v, const uint8_t *p, size_t n)
{
    switch (byte_class[p[0]]) {
    case C_BLANK:
        return v->form == FORM_SEMI && semi_follows(p, n) ? take(v, p, 1) : 0;
    case C_SLASH:
        if (is(at(p, n, 1), C_BLANK)) { /* a shell's */
            value_hash(v, p[1]);
            return 2;
        }
        return outer_quote(v, p, n);
    case C_QUOTE:
        return outer_quote(v, p, n);
    case C_COMMA:
        if (v->form == FORM_AUTO)
            return comma_ends(p, n) ? 0 : take(v, p, 1);
        if (at(p, n, 1) != ',')
            return 0;
        value_hash(v, ',');
        return 2;
    case C_SEMI:
        if (v->form == FORM_SEMI)
            return 0;
        return is(at(p, n, 1), C_EOL | C_BLANK) ? 0 : take(v, p, 1);
    default:
        return 0;
    }
}

/* Blanks at the end of a line are no part of the value. */
static size_t blanks(struct value *v, const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (i < BLANKS && is(at(p, n, i), C_BLANK))
        i++;
    return is(at(p, n, i), C_EOL) ? 0 : take(v, p, i);
}

static size_t line_special(struct value *v, const uint8_t *p, size_t n)
{
    return is(p[0], C_EOL) ? 0 : blanks(v, p, n);
}

/* A line of a text that is a string itself: its end may be written \n. */
static size_t escaped_line_special(struct value *v, const uint8_t *p, size_t n)
{
    size_t r = 0;

    if (is(p[0], C_EOL | C_BLANK))
        return line_special(v, p, n);
    while (r < 8 && at(p, n, r) == '\\')
        r++;
    if (r && (at(p, n, r) == 'n' || at(p, n, r) == 'r'))
        return 0;
    return outer_quote(v, p, n);
}

static size_t sexpr_special(struct value *v, const uint8_t *p, size_t n)
{
    if (p[0] != '\\' || is(at(p, n, 1), C_EOL))
        return 0;
    value_hash(v, p[1]);
    return 2;
}

/* ---- XML and URLs ---- */

static size_t xml_special(struct value *v, const uint8_t *p, size_t n)
{
    if (p[0] == '&')
        return value_entity(v, p, n);
    if (is(p[0], C_BLANK))
        return blanks(v, p, n);
    if (p[0] == '>' || (is(p[0], C_QUOTE) && p[0] != (uint8_t)v->quote))
        return take(v, p, 1);
    return 0;
}

/* The host follows the last @ before the end of the authority. */
static bool host_follows(const uint8_t *p, size_t n)
{
    for (size_t i = 1; i < LOOK; i++) {
        uint8_t c = at(p, n, i);

        if (c == '@')
            return false;
        if (is(c, C_EOL | C_BLANK | C_QUOTE | C_ANGLE) || strchr("/?#", c))
            return true;
    }
    return false;
}

static size_t userinfo_special(struct value *v, const uint8_t *p, size_t n)
{
    unsigned long c;

    if (p[0] == '@')
        return host_follows(p, n) ? 0 : take(v, p, 1);
    if (p[0] == '%' && n > 2 && value_number(p + 1, n - 1, 16, 2, &c) == 2) {
        value_hash(v, (uint8_t)c);
        return 3;
    }
    if (p[0] == '%' || p[0] == '\'')
        return take(v, p, 1);
    return 0;
}

/* ---- the whole ---- */

static size_t nul_special(struct value *v, const uint8_t *p, size_t n)
{
    return p[0] == ',' ? word_special(v, p, n) : 0;
}

/* /proc/PID/cmdline and environ have no quotes, and blanks are like others. */
static const struct form nul_form = {"", C_EOL, false, nul_special},
                         nul_comma = {"", C_EOL | C_COMMA, false, nul_special};

static const struct form *form_now(const struct value *v)
{
    if (v->context.nul && v->form == FORM_COMMA)
        return &nul_comma;
    if (v->context.nul && (v->form == FORM_AUTO || v->form == FORM_BLANK))
        return &nul_form;
    return &forms[v->quoted && v->form != FORM_XML_ATTR ? FORM_QUOTED
                                                        : v->form];
}

/* Finds the opening quote, if there may be one: its length with backslashes. */
static size_t open_quote(struct value *v, const uint8_t *p, size_t n)
{
    unsigned r = 0;
    uint8_t c;

    v->opened = true;
    if (!form_now(v)->quotes)
        return 0;
    while (r < 7 && at(p, n, r) == '\\')
        r++;
    c = at(p, n, r);
    if (!is(c, C_QUOTE))
        return 0;
    /* The end of the list that the item stands in, not the begin of one. */
    if (v->form == FORM_ITEM && closes(v, p, n, r + 1, c))
        return 0;
    v->quoted = true;
    v->quote = (char)c;
    v->slashes = r;
    return r + 1;
}

static bool ends_at(const struct value *v, const uint8_t *p, size_t n)
{
    const struct form *f = form_now(v);
    struct value probe = *v;

    return !n || (is(p[0], f->special) && f->fn(&probe, p, n) == 0);
}

static int body(struct value *v, const uint8_t *p, size_t n, bool eof,
                size_t *gone)
{
    const struct form *f = form_now(v);
    size_t i = 0, from, k;

    for (;;) {
        from = i;
        while (i < n && !is(p[i], f->special))
            i++;
        hash_run(v, p + from, i - from);
        if (i == n || (n - i < LOOK && !eof))
            break;
        k = f->fn(v, p + i, n - i);
        if (!k) {
            *gone = i;
            return VALUE_DONE;
        }
        i += k;
    }
    *gone = i;
    return eof && i == n ? VALUE_DONE : VALUE_MORE;
}

static int token_step(struct value *v, const uint8_t *p, size_t n, bool eof,
                      size_t *gone)
{
    if (n < TOKEN_MAX && !eof)
        return VALUE_MORE;
    *gone = redact_token_len((const char *)p, n);
    hash_run(v, p, *gone);
    return VALUE_DONE;
}

void value_begin(struct value *v, enum value_form form,
                 const struct value_context *context, struct sha256 *hash)
{
    memset(v, 0, offsetof(struct value, pend));
    v->form = form;
    v->context = *context;
    v->hash = hash;
}

/* The quote that ends a string, or one within a string. */
static bool quote_follows(const uint8_t *p, size_t n)
{
    size_t k = 0;

    while (k < n && k < 8 && p[k] == '\\')
        k++;
    return k < n && is(p[k], C_QUOTE);
}

static int step(struct value *v, const uint8_t *p, size_t n, bool eof,
                size_t *raw, size_t *gone)
{
    size_t t;

    if (v->form == FORM_BLOCK)
        return value_block_step(v, p, n, eof, raw, gone);
    if (v->form == FORM_YAML_BLOCK)
        return value_yaml_step(v, p, n, eof, raw, gone);
    if (v->form == FORM_XML_QUOTED || v->form == FORM_XAPI)
        return value_xml_step(v, p, n, eof, raw, gone);
    if (v->form == FORM_TOKEN)
        return token_step(v, p, n, eof, gone);
    if (v->form == FORM_WORD || v->form == FORM_BASE64 || v->form == FORM_HASH)
        return value_word_step(v, p, n, eof, gone);
    if (!v->opened) {
        if (n < LOOK + TOKEN_MAX + 8 && !eof)
            return VALUE_MORE;
        *raw = open_quote(v, p, n);
        p += *raw;
        n -= *raw;
        t = v->context.keep_tokens ? redact_token_len((const char *)p, n) : 0;
        if (t && (ends_at(v, p + t, n - t) || quote_follows(p + t, n - t)))
            return VALUE_DONE;
    }
    return body(v, p, n, eof, gone);
}

int value_step(struct value *v, const uint8_t *p, size_t n, bool eof,
               size_t *raw, size_t *gone)
{
    int rc;

    *raw = *gone = 0;
    rc = step(v, p, n, eof, raw, gone);
    v->taken += *gone;
    if (rc == VALUE_DONE)
        flush(v);
    return rc;
}

uint64_t value_taken(const struct value *v)
{
    return v->taken;
}

const char *value_form_name(enum value_form form)
{
    return form < FORM_COUNT ? forms[form].name : NULL;
}

enum value_form value_form_find(const char *name)
{
    size_t i;

    for (i = 0; i < FORM_COUNT; i++)
        if (!strcmp(forms[i].name, name))
            break;
    return (enum value_form)i;
}
