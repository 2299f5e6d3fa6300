#include "collector/mail/header.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "collector/base/base64.h"
#include "collector/base/core/str.h"

#define FOLD 76
/* An encoded word has at most 75 characters, 12 of them around the base64. */
#define WORD_BYTES 45
#define ADDRESS_MAX 254
#define ID_MAX 500
#define TEXT_MAX 1000

/* ---- text ---------------------------------------------------------------- */

/* Of a character of well-formed UTF-8. */
static size_t char_len(const char *s)
{
    size_t n = 1;

    while (((unsigned char)s[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* What cannot stand as it is: not ASCII, a word too long for a line, and what
 * a reader would take for an encoded word. */
static bool is_plain(const char *s)
{
    size_t word = 0;

    for (const char *p = s; *p; p++) {
        word = *p == ' ' ? 0 : word + 1;
        if ((unsigned char)*p >= 0x80 || word > FOLD)
            return false;
    }
    return !strstr(s, "=?");
}

/* Encoded words, each of whole characters. */
static void add_encoded(struct buf *out, const char *s)
{
    while (*s) {
        size_t n = 0;

        while (s[n] && n + char_len(s + n) <= WORD_BYTES)
            n += char_len(s + n);
        buf_adds(out, "=?UTF-8?B?");
        base64_add(out, s, n);
        buf_adds(out, "?=");
        s += n;
        if (*s)
            buf_adds(out, "\n ");
    }
}

/* Words of s, folded before one that would make the line too long. */
static void add_folded(struct buf *out, const char *s, size_t column)
{
    while (*s) {
        size_t blanks = strspn(s, " "), n = strcspn(s + blanks, " ");

        if (column + blanks + n > FOLD && column > 1 && blanks && n)
            buf_addc(out, '\n'), column = 0;
        buf_add(out, s, blanks + n);
        column += blanks + n;
        s += blanks + n;
    }
}

void header_add_text(struct buf *out, const char *name, const char *value)
{
    char text[TEXT_MAX];
    size_t n;

    str_visible(value, text, sizeof(text));
    for (n = strlen(text); n && text[n - 1] == ' ';)
        text[--n] = '\0';
    buf_addf(out, "%s: ", name);
    if (is_plain(text))
        add_folded(out, text, strlen(name) + 2);
    else
        add_encoded(out, text);
    buf_addc(out, '\n');
}

/* ---- words --------------------------------------------------------------- */

void header_add_words(struct buf *out, const char *name,
                      const char *const *words, const char *between)
{
    size_t column = strlen(name) + 1;

    buf_addf(out, "%s:", name);
    for (; *words; words++) {
        const char *end = words[1] ? between : "";
        size_t n = strlen(*words) + strlen(end);

        if (column + 1 + n > FOLD && column > 1)
            buf_addc(out, '\n'), column = 0;
        buf_addf(out, " %s%s", *words, end);
        column += 1 + n;
    }
    buf_addc(out, '\n');
}

void header_add_date(struct buf *out, int64_t real_ms)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t t = (time_t)(real_ms / 1000);
    struct tm tm;

    /* strftime would write the names in the language of the locale. */
    gmtime_r(&t, &tm);
    buf_addf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\n",
             days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon,
             tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* ---- checks -------------------------------------------------------------- */

/* Bytes of s that are letters, digits or of more, parted by single dots. */
static size_t dotted(const char *s, const char *more)
{
    size_t n = 0;

    while (isalnum((unsigned char)s[n]) || (s[n] && strchr(more, s[n])) ||
           (s[n] == '.' && n && s[n - 1] != '.'))
        n++;
    return n && s[n - 1] == '.' ? 0 : n;
}

/* Without the characters that a shell or an old MTA takes for more: | ` $ ! */
#define LOCAL_MORE "_+=-#%&'*?^{}~/"

bool header_is_address(const char *s)
{
    size_t local = dotted(s, LOCAL_MORE), domain;

    if (!local || *s == '-' || s[local] != '@')
        return false;
    domain = dotted(s + local + 1, "-");
    return domain && !s[local + 1 + domain] &&
           local + 1 + domain <= ADDRESS_MAX;
}

bool header_is_message_id(const char *s)
{
    size_t left, right;

    if (*s != '<')
        return false;
    left = dotted(s + 1, LOCAL_MORE "$!");
    if (!left || s[1 + left] != '@')
        return false;
    right = dotted(s + 2 + left, LOCAL_MORE "$!:[]");
    return right && !strcmp(s + 2 + left + right, ">") &&
           left + right <= ID_MAX;
}
