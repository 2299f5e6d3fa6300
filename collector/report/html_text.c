#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/base/digest.h"
#include "collector/report/html.h"
#include "collector/report/writer.h"

static void add_escaped(struct buf *b, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            buf_adds(b, "&amp;");
        else if (*text == '<')
            buf_adds(b, "&lt;");
        else if (*text == '>')
            buf_adds(b, "&gt;");
        else
            buf_addc(b, *text);
    }
}

void html_text(struct buf *b, const char *text)
{
    struct buf shown = BUF_INIT;

    writer_add_visible(&shown, text, true);
    add_escaped(b, buf_str(&shown));
    buf_addc(b, '\n');
    buf_done(&shown);
}

/* One paragraph; the backquotes of a span that is not closed stay. */
static void prose_line(struct buf *b, char *p)
{
    char *open, *close;

    buf_adds(b, "<p>");
    while ((open = strchr(p, '`')) && (close = strchr(open + 1, '`'))) {
        *open = *close = '\0';
        add_escaped(b, p);
        buf_adds(b, "<code>");
        add_escaped(b, open + 1);
        buf_adds(b, "</code>");
        p = close + 1;
    }
    add_escaped(b, p);
    buf_adds(b, "\n</p>");
}

void html_prose(struct buf *b, const char *text)
{
    struct buf shown = BUF_INIT;
    char *copy, *rest, *line;

    writer_add_visible(&shown, text, true);
    rest = copy = buf_take(&shown);
    while ((line = strsep(&rest, "\n")))
        if (*line)
            prose_line(b, line);
    free(copy);
}

/* ---- hashes -------------------------------------------------------------- */

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

void html_add_hash(struct buf *b, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrs"
                                 "tuvwxyz0123456789+/";
    struct sha256 *h = sha256_new();
    char hex[SHA256_HEX];
    unsigned char sum[SHA256_SIZE + 1] = {0};

    sha256_update(h, text, strlen(text));
    sha256_hex(h, hex);
    sha256_free(h);
    for (size_t i = 0; i < SHA256_SIZE; i++)
        sum[i] =
            (unsigned char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    buf_adds(b, "sha256-");
    /* 32 bytes: ten whole groups of three, and two bytes. */
    for (size_t i = 0; i < SHA256_SIZE; i += 3) {
        unsigned v = (unsigned)sum[i] << 16 | (unsigned)sum[i + 1] << 8 |
                     (i + 2 < SHA256_SIZE ? sum[i + 2] : 0u);

        for (int k = 18; k >= (i + 2 < SHA256_SIZE ? 0 : 6); k -= 6)
            buf_addc(b, digits[v >> k & 63u]);
    }
    buf_addc(b, '=');
}
