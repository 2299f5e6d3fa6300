#include "redact/value.h"

#include <string.h>

#include "collector/base/core/str.h"
#include "redact/redact.h"
#include "redact/token.h"
#include "redact/value_special.h"

const uint16_t value_class[256] = {
    ['\0'] = C_EOL,    ['\n'] = C_EOL,    ['\r'] = C_EOL,    [' '] = C_BLANK,
    ['\t'] = C_BLANK,  ['"'] = C_QUOTE,   ['\''] = C_QUOTE,  ['\\'] = C_SLASH,
    [','] = C_COMMA,   ['('] = C_PAREN,   [')'] = C_PAREN,   [';'] = C_SEMI,
    ['<'] = C_ANGLE,   ['>'] = C_ANGLE,   ['&'] = C_AMP,     ['@'] = C_AT,
    ['%'] = C_PERCENT, ['['] = C_BRACKET, [']'] = C_BRACKET, ['#'] = C_HASH,
};

/* How the forms differ; a quoted value of the first six is FORM_QUOTED's. */
static const struct form {
    const char *name;
    uint16_t special; /* classes that need a look */
    bool quotes;      /* an opening quote changes to quoted */
    value_special_fn *fn;
} forms[FORM_COUNT] = {
    [FORM_QUOTED] = {"quoted", C_EOL | C_QUOTE | C_SLASH, true, value_quoted},
    [FORM_AUTO] = {"auto",
                   C_EOL | C_BLANK | C_QUOTE | C_SLASH | C_COMMA | C_SEMI, true,
                   value_word},
    [FORM_BLANK] = {"blank", C_EOL | C_BLANK | C_QUOTE | C_SLASH, true,
                    value_word},
    [FORM_COMMA] = {"comma", C_EOL | C_BLANK | C_QUOTE | C_SLASH | C_COMMA,
                    true, value_word},
    [FORM_ITEM] = {"item", C_EOL | C_QUOTE | C_SLASH | C_COMMA, true,
                   value_word},
    [FORM_INSIDE] = {"inside", C_EOL | C_QUOTE | C_SLASH, false, value_word},
    [FORM_LINE] = {"line", C_EOL | C_BLANK, true, value_line},
    [FORM_LIST] = {"list", C_EOL | C_QUOTE | C_SLASH, true, value_quoted},
    [FORM_FLOW] = {"flow", C_EOL | C_BRACKET, false, value_flow},
    [FORM_YAML] = {"yaml", C_EOL | C_BLANK, true, value_yaml_plain},
    [FORM_SEXPR] = {"sexpr", C_EOL | C_BLANK | C_PAREN | C_SLASH, true,
                    value_sexpr},
    [FORM_XML_ATTR] = {"xml-attr", C_EOL | C_QUOTE | C_ANGLE | C_AMP, true,
                       value_xml},
    [FORM_XML_TEXT] = {"xml-text",
                       C_EOL | C_BLANK | C_ANGLE | C_AMP | C_BRACKET, false,
                       value_xml},
    [FORM_XML_QUOTED] = {"xml-quoted", 0, false, NULL},
    [FORM_XAPI] = {"xapi", 0, false, NULL},
    [FORM_ESCAPED_LINE] = {"escaped-line", C_EOL | C_BLANK | C_QUOTE | C_SLASH,
                           true, value_escaped_line},
    [FORM_YAML_BLOCK] = {"yaml-block", 0, false, NULL},
    [FORM_ROWS] = {"rows", 0, false, NULL},
    [FORM_USERINFO] = {"userinfo",
                       C_EOL | C_BLANK | C_QUOTE | C_ANGLE | C_AT | C_PERCENT,
                       false, value_userinfo},
    [FORM_QUERY] = {"query",
                    C_EOL | C_BLANK | C_QUOTE | C_ANGLE | C_AMP | C_PERCENT |
                        C_HASH,
                    false, value_query},
    [FORM_DSN] = {"dsn", C_EOL | C_BLANK | C_QUOTE | C_AT, false, value_dsn},
    [FORM_BLOCK] = {"block", 0, false, NULL},
    [FORM_TOKEN] = {"token", 0, false, NULL},
    [FORM_WORD] = {"word", 0, false, NULL},
    [FORM_BASE64] = {"base64", 0, false, NULL},
    [FORM_SEMI] = {"semi", C_EOL | C_BLANK | C_QUOTE | C_SLASH | C_SEMI, true,
                   value_word},
    [FORM_HASH] = {"hash", 0, false, NULL},
};

/* ---- hashing ---- */

static void flush(struct value *v)
{
    if (v->n_pend && v->hash)
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
        if (v->hash)
            sha256_update(v->hash, p, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        value_hash(v, p[i]);
}

size_t value_take(struct value *v, const uint8_t *p, size_t n)
{
    hash_run(v, p, n);
    return n;
}

void value_hash_utf8(struct value *v, unsigned long c)
{
    uint8_t text[4];
    /* Of a number that is no character the bits that fit. */
    size_t n = str_utf8_put((uint32_t)c & 0x1fffff, text);

    for (size_t i = 0; i < n; i++)
        value_hash(v, text[i]);
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

/* ---- the whole ---- */

static size_t nul_special(struct value *v, const uint8_t *p, size_t n)
{
    return p[0] == ',' ? value_word(v, p, n) : 0;
}

/* /proc/PID/cmdline and environ have no quotes, and blanks are like others. */
static const struct form nul_form = {"", C_EOL, false, nul_special},
                         cdata_form = {"", C_EOL | C_BRACKET, false,
                                       value_cdata},
                         nul_comma = {"", C_EOL | C_COMMA, false, nul_special};

static const struct form *form_now(const struct value *v)
{
    if (v->context.nul && v->form == FORM_COMMA)
        return &nul_comma;
    if (v->context.nul && (v->form == FORM_AUTO || v->form == FORM_BLANK))
        return &nul_form;
    if (v->quoted && v->form == FORM_XML_TEXT)
        return &cdata_form;
    return &forms[v->quoted && v->form != FORM_XML_ATTR ? FORM_QUOTED
                                                        : v->form];
}

static size_t open_quote(struct value *v, const uint8_t *p, size_t n)
{
    v->opened = true;
    if (v->form == FORM_XML_TEXT)
        return value_open_cdata(v, p, n);
    return form_now(v)->quotes ? value_open_quote(v, p, n) : 0;
}

static bool ends_at(const struct value *v, const uint8_t *p, size_t n)
{
    const struct form *f = form_now(v);
    struct value probe = *v;

    return !n || (value_is(p[0], f->special) && f->fn(&probe, p, n) == 0);
}

static int body(struct value *v, const uint8_t *p, size_t n, bool eof,
                size_t *gone)
{
    const struct form *f = form_now(v);
    size_t i = 0, from, k;

    for (;;) {
        from = i;
        while (i < n && !value_is(p[i], f->special))
            i++;
        hash_run(v, p + from, i - from);
        if (i == n || (n - i < VALUE_NEAR && !eof))
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

/* The quote that ends a string, or one within a string; of a list, where no
 * other string follows. */
static bool quote_follows(const struct value *v, const uint8_t *p, size_t n)
{
    size_t k = 0, i;

    while (k < n && k < 8 && p[k] == '\\')
        k++;
    if (k == n || !value_is(p[k], C_QUOTE) || (v->quoted && k > v->slashes))
        return false;
    for (i = k + 1; i < n && value_is(p[i], C_BLANK | C_EOL);)
        i++;
    return v->form != FORM_LIST || i == n || p[i] != ',';
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
    if (v->form == FORM_ROWS)
        return value_rows_step(v, p, n, eof, gone);
    if (v->form == FORM_WORD || v->form == FORM_BASE64 || v->form == FORM_HASH)
        return value_word_step(v, p, n, eof, gone);
    if (!v->opened) {
        if (n < VALUE_NEAR + TOKEN_MAX + 8 && !eof)
            return VALUE_MORE;
        *raw = open_quote(v, p, n);
        if (v->empty)
            return VALUE_DONE;
        p += *raw;
        n -= *raw;
        t = v->context.keep_tokens ? redact_token_len((const char *)p, n) : 0;
        if (t && (ends_at(v, p + t, n - t) || quote_follows(v, p + t, n - t)))
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
