/* Names that were learned, mail addresses, and the host of a line of a log. */
#include <string.h>

#include "redact/pseudonym_find.h"

/* ---- mail ---------------------------------------------------------------- */

/* user@1000.service and the like are units of systemd; algorithms of SSH have
 * names like addresses, too, but their domains are known to names_common. */
static const char *const no_domains[] = {
    "service", "socket", "timer", "slice",     "mount", "device", "target",
    "scope",   "path",   "swap",  "automount", "ko",    "conf",   "so",
    "log",     "tar",    "png",   "svg",       "gz",    "xz",     "bz2",
    "txt",     "html",   "json",  "xml",       "yaml",  NULL};

/* The end of the domain at i; *dots: how many. */
static size_t domain_end(const struct view *v, size_t i, size_t *dots)
{
    size_t end = i;

    *dots = 0;
    while (end - i < NAME_LONGEST && (is(v, end, C_LABEL) || at(v, end) == '.'))
        end++;
    while (end > i && !is(v, end - 1, C_ALNUM))
        end--;
    for (size_t k = i; k < end; k++)
        *dots += v->d[k] == '.';
    return end;
}

static bool is_mail_domain(const struct view *v, size_t i, size_t end)
{
    char last[16];
    size_t n = 0;

    while (end > i && n < sizeof(last) - 1 && is(v, end - 1 - n, C_ALPHA) &&
           end - 1 - n > i)
        n++;
    if (n < 2 || v->d[end - 1 - n] != '.')
        return false;
    for (size_t k = 0; k < n; k++)
        last[k] = (char)find_lower(v->d[end - n + k]);
    last[n] = '\0';
    return !find_in_list(last, no_domains) &&
           !names_common((const char *)v->d + i, end - i);
}

/* A part as what stands for it, or as it is. */
static void add_part(const struct view *v, enum pseudonym_kind kind, size_t i,
                     size_t n, struct found *f)
{
    char stands[FOUND_MAX];
    size_t k = find_stand_in(v, kind, i, n, stands);

    if (k)
        found_add(f, stands, k);
    else
        found_add(f, v->d + i, n);
}

/* Labels with dots between them, each as a host. */
static void add_labels(const struct view *v, size_t i, size_t end,
                       struct found *f)
{
    while (i < end) {
        size_t k = i;

        while (k < end && v->d[k] != '.')
            k++;
        add_part(v, PSEUDONYM_HOST, i, k - i, f);
        if (k < end)
            found_add(f, v->d + k, 1);
        i = k + 1;
    }
}

/* Where a learned domain that ends at end begins; NULL: there is none. */
static const struct name *learned_domain(const struct view *v, size_t i,
                                         size_t end, size_t *start)
{
    for (*start = i; *start < end; ++*start) {
        const struct name *n;

        if (*start > i && v->d[*start - 1] != '.')
            continue;
        n = names_known_find(v->names, v->d + *start, end - *start);
        if (n && n->len == end - *start && n->kind == PSEUDONYM_DOMAIN)
            return n;
    }
    return NULL;
}

/* A learned domain at the end of a name with its hosts before, else all of it
 * is one. */
static void add_domain(const struct view *v, size_t i, size_t end,
                       struct found *f)
{
    size_t k;
    const struct name *n = learned_domain(v, i, end, &k);

    if (!n) {
        add_part(v, PSEUDONYM_DOMAIN, i, end - i, f);
        return;
    }
    if (k > i) {
        add_labels(v, i, k - 1, f);
        found_add(f, ".", 1);
    }
    found_add(f, n->stands, strlen(n->stands));
}

/* Before an @: a person's, or a host's as in host/alpha.example.org@REALM. */
static void add_local(const struct view *v, size_t i, size_t end,
                      struct found *f)
{
    size_t k;

    if (learned_domain(v, i, end, &k) && k > i)
        add_domain(v, i, end, f);
    else
        add_part(v, PSEUDONYM_USER, i, end - i, f);
}

static bool is_learned_host(const struct view *v, size_t i, size_t end)
{
    const struct name *n = names_known_find(v->names, v->d + i, end - i);

    return n && n->len == end - i && n->kind == PSEUDONYM_HOST;
}

/* Who has an account here: of root@localhost the host names nobody. */
static bool is_localhost(const struct view *v, size_t i, size_t end)
{
    static const char *const names[] = {"localhost", "localhost.localdomain",
                                        "localdomain"};

    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
        if (end - i == strlen(names[k]) && find_is_word(v, i, names[k]))
            return true;
    return false;
}

/* Of lists, <list-bounces+carol=example.org@lists.example.net>: where it begins
 * if the domain at i is that of another address; i: it is not. */
static size_t behind_bracket(const struct view *v, size_t i)
{
    size_t k = i;

    if (!i || v->d[i - 1] != '=')
        return i;
    while (k > v->least && i - k < 128 &&
           (is(v, k - 1, C_LOCAL) || v->d[k - 1] == '='))
        k--;
    return k && v->d[k - 1] == '<' && is(v, k, C_ALNUM) ? k : i;
}

bool find_mail(const struct view *v, size_t at_sign, struct found *f)
{
    size_t start = at_sign, dots, end = domain_end(v, at_sign + 1, &dots);
    size_t first;

    while (start > v->least && at_sign - start < 64 &&
           is(v, start - 1, C_LOCAL))
        start--;
    while (start < at_sign && !is(v, start, C_ALNUM))
        start++;
    if (start == at_sign || end == at_sign + 1)
        return false;
    if (!is_localhost(v, at_sign + 1, end) &&
        (dots ? !is_mail_domain(v, at_sign + 1, end)
              : !is_learned_host(v, at_sign + 1, end)))
        return false;
    first = behind_bracket(v, start);
    f->start = first;
    f->end = end;
    f->n = 0;
    if (first < start) {
        add_part(v, PSEUDONYM_USER, first, start - 1 - first, f);
        found_add(f, "=", 1);
        add_domain(v, start, at_sign, f);
    } else {
        add_local(v, start, at_sign, f);
    }
    found_add(f, "@", 1);
    if (is_localhost(v, at_sign + 1, end))
        found_add(f, v->d + at_sign + 1, end - at_sign - 1);
    else
        add_domain(v, at_sign + 1, end, f);
    return true;
}

/* ---- learned names ------------------------------------------------------- */

/* The first part of a mail address may be a name. */
static bool in_mail(const struct view *v, size_t i, struct found *f)
{
    size_t k = i;

    while (k - i < 64 && is(v, k, C_LOCAL))
        k++;
    return at(v, k) == '@' && find_mail(v, k, f);
}

static void name_with_labels(const struct view *v, size_t i,
                             const struct name *n, struct found *f)
{
    size_t start = i;

    if (n->kind == PSEUDONYM_DOMAIN && i && v->d[i - 1] == '.' &&
        i - 1 > v->least) {
        start = i - 1;
        while (start > v->least && i - start < NAME_LONGEST &&
               (is(v, start - 1, C_LABEL) || v->d[start - 1] == '.'))
            start--;
        while (start < i && !is(v, start, C_ALNUM))
            start++;
    }
    f->start = start;
    f->end = i + n->len;
    f->n = 0;
    /* "%C3%84rzte" of a member's name begins with no letter. */
    if (n->kind == PSEUDONYM_GUEST && i > v->least && v->d[i - 1] == '%' &&
        is(v, i, C_HEX) && is(v, i + 1, C_HEX))
        f->start = i - 1;
    if (start < i) {
        add_labels(v, start, i - 1, f);
        found_add(f, ".", 1);
    }
    found_add(f, n->stands, strlen(n->stands));
}

bool find_name(const struct view *v, size_t i, struct found *f)
{
    const struct name *n = names_known_find(v->names, v->d + i, v->len - i);

    if (!n)
        return false;
    if (n->kind == PSEUDONYM_SERIAL) {
        find_serial_spelled(v, i, i + n->len, n->dash, f);
        return true;
    }
    if (n->kind == PSEUDONYM_MAC) {
        if (n->len == MAC_DIGITS)
            find_bare_mac(v, i, f);
        else
            find_mac_parts(v, i, n->len, f);
        return true;
    }
    if (n->kind != PSEUDONYM_KEYWORD && in_mail(v, i, f))
        return true;
    name_with_labels(v, i, n, f);
    return true;
}

/* ---- the host of a line -------------------------------------------------- */

/* d: a digit, blank or digit; w: a letter; others themselves. */
static bool fits(const struct view *v, size_t i, const char *form)
{
    for (; *form; form++, i++) {
        int c = at(v, i);

        if (c < 0 || (*form == 'd'   ? !(find_class[c] & C_DIGIT)
                      : *form == '_' ? !(find_class[c] & C_DIGIT) && c != ' '
                      : *form == 'w' ? !(find_class[c] & C_ALPHA)
                                     : c != *form))
            return false;
    }
    return true;
}

/* Behind ".123456", which may be there. */
static size_t behind_fraction(const struct view *v, size_t i)
{
    if ((at(v, i) == '.' || at(v, i) == ',') && is(v, i + 1, C_DIGIT))
        for (i++; is(v, i, C_DIGIT);)
            i++;
    return i;
}

/* Behind "Z ", "+01:00 " or "+0100 "; 0: there is none. */
static size_t behind_zone(const struct view *v, size_t i)
{
    static const char *const forms[] = {"Z ", "+dd:dd ", "-dd:dd ", "+dddd ",
                                        "-dddd "};

    for (size_t k = 0; k < sizeof(forms) / sizeof(forms[0]); k++)
        if (fits(v, i, forms[k]))
            return i + strlen(forms[k]);
    return 0;
}

/* Behind the time of a line of syslog (RFC 3164, RFC 5424) or of the journal,
 * which may have fractions and years; 0: there is none. */
static size_t behind_time(const struct view *v, size_t i)
{
    if (fits(v, i, "www _d ")) {
        i += fits(v, i + 7, "dddd ") ? 12 : 7;
        if (!fits(v, i, "dd:dd:dd"))
            return 0;
        i = behind_fraction(v, i + 8);
        return at(v, i) == ' ' ? i + 1 : 0;
    }
    if (fits(v, i, "dddd-dd-ddTdd:dd:dd"))
        return behind_zone(v, behind_fraction(v, i + 19));
    if (!fits(v, i, "www dddd-dd-dd dd:dd:dd"))
        return 0;
    i = behind_fraction(v, i + 23); /* "CET" */
    if (!fits(v, i, " w"))
        return 0;
    for (i++; is(v, i, C_ALPHA);)
        i++;
    return at(v, i) == ' ' ? i + 1 : 0;
}

/* Behind "<34>" and, in *whole, whether the version of RFC 5424 follows. */
static size_t behind_priority(const struct view *v, size_t i, bool *whole)
{
    size_t k = i + 1;

    *whole = false;
    if (at(v, i) != '<')
        return i;
    while (is(v, k, C_DIGIT) && k - i < 4)
        k++;
    if (k == i + 1 || at(v, k) != '>')
        return i;
    *whole = fits(v, k + 1, "1 ");
    return *whole ? k + 3 : k + 1;
}

/* "kernel:", "sshd[12]:", "systemd-logind[1]:", or what syslogd itself says. */
static bool is_tag(const struct view *v, size_t i)
{
    size_t n = 0;

    while (n < 64 && i + n < v->len && v->d[i + n] > ' ' &&
           v->d[i + n] != ':' && v->d[i + n] != '[')
        n++;
    return (n && (at(v, i + n) == ':' || at(v, i + n) == '[')) ||
           fits(v, i, "-- MARK --") ||
           (n == 4 && find_is_word(v, i, "last") &&
            find_is_word(v, i + 5, "message"));
}

/* Where the host of the line at i stands; 0: it has none. */
static size_t log_host(const struct view *v, size_t i, size_t *end)
{
    bool whole;
    size_t start = behind_time(v, behind_priority(v, i, &whole)), dots;

    if (!start)
        return 0;
    *end = domain_end(v, start, &dots);
    return *end > start && at(v, *end) == ' ' && (whole || is_tag(v, *end + 1))
               ? start
               : 0;
}

const char *pseudonyms_log_host(const char *line, size_t line_len, size_t *len)
{
    struct view v = {.d = (const uint8_t *)line, .len = line_len};
    size_t end, start = log_host(&v, 0, &end);

    *len = start ? end - start : 0;
    return start ? line + start : NULL;
}

/* "alice:x:1000:1000:Alice Example,,,:/home/alice:/bin/sh" */
static bool find_account(const struct view *v, size_t i, struct found *f)
{
    unsigned long id = 0;
    size_t end = i, k, who;

    while (end - i < 64 && is(v, end, C_LOCAL))
        end++;
    if (end == i || !(fits(v, end, ":x:d") || fits(v, end, ":*:d")))
        return false;
    for (k = end + 3; is(v, k, C_DIGIT) && k - end < 13; k++)
        id = 10 * id + (unsigned long)(v->d[k] - '0');
    if (id < 1000 || (id >= 65533 && id <= 65535) || at(v, k) != ':')
        return false;
    for (k++; is(v, k, C_DIGIT) && k - end < 26;)
        k++;
    f->start = i;
    f->n = 0;
    add_part(v, PSEUDONYM_USER, i, end - i, f);
    if (at(v, k) != ':') { /* of a group */
        f->end = end;
        return f->n != end - i || memcmp(f->text, v->d + i, f->n);
    }
    who = ++k;
    while (k < v->len && k - who < 128 && !strchr(",:\n", v->d[k]))
        k++;
    found_add(f, v->d + end, who - end);
    add_part(v, PSEUDONYM_USER, who, k - who, f);
    f->end = k;
    return true;
}

bool find_line(const struct view *v, size_t i, struct found *f)
{
    size_t end, dot, start = log_host(v, i, &end);

    if (!start)
        return find_account(v, i, f);
    for (dot = start; dot < end && v->d[dot] != '.'; dot++)
        ;
    f->start = start;
    f->end = end;
    f->n = 0;
    add_part(v, PSEUDONYM_HOST, start, dot - start, f);
    if (dot < end) {
        found_add(f, ".", 1);
        add_domain(v, dot + 1, end, f);
    }
    return f->n != end - start || memcmp(f->text, v->d + start, f->n);
}
