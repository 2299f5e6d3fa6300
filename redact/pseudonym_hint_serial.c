/* Serial numbers and names of storage, by the words before them. */
#include <ctype.h>
#include <string.h>

#include "redact/pseudonym_hint.h"

/* Behind which a guest of VMware has its UUID. */
#define VMWARE "VMware-"

/* ---- serial numbers ------------------------------------------------------ */

/* Sixteen and more digits of hexadecimal, whatever divides them. */
static bool looks_hex(const uint8_t *p, size_t n)
{
    size_t digits = 0;

    for (size_t i = 0; i < n; i++) {
        if (find_class[p[i]] & C_HEX)
            digits++;
        else if (!strchr("-: ", p[i]))
            return false;
    }
    return digits >= 16;
}

void find_serial_stand_in(const struct view *v, size_t start, size_t end,
                          struct found *f)
{
    if (end - start > 2 && v->d[start] == '0' && v->d[start + 1] == 'x')
        start += 2;
    f->start = start;
    f->end = end;
    f->n = end - start;
    memcpy(f->text, v->d + start, f->n);
    pseudonym_serial(v->keys, f->text, f->n, looks_hex(v->d + start, f->n));
}

/* How a dash stands at i: 0 not at all, 1 as it is, else as systemd escapes it,
 * in JSON too. */
static size_t dash_at(const struct view *v, size_t i)
{
    return at(v, i) == '-'                ? 1
           : hint_begins(v, i, "\\x2d")   ? 4
           : hint_begins(v, i, "\\\\x2d") ? 5
                                          : 0;
}

void find_serial_spelled(const struct view *v, size_t start, size_t end,
                         const char *dash, struct found *f)
{
    char text[NAME_LONGEST + 1] = "";
    size_t n = 0, width = dash ? strlen(dash) : 1, i = start;

    if (!dash || end - start > sizeof(text)) {
        find_serial_stand_in(v, start, end, f);
        return;
    }
    while (i < end) {
        bool here = i + width <= end &&
                    !strncasecmp((const char *)v->d + i, dash, width);

        text[n++] = here ? '-' : (char)v->d[i];
        i += here ? width : 1;
    }
    pseudonym_serial(v->keys, text, n, looks_hex((const uint8_t *)text, n));
    f->start = start;
    f->end = end;
    f->n = 0;
    for (size_t k = 0; k < n; k++)
        found_add(f, text[k] == '-' ? dash : text + k,
                  text[k] == '-' ? width : 1);
}

/* Ports, devices, and files, which a line may call serial too. */
static bool is_device(const struct view *v, size_t i)
{
    static const char *const begin[] = {
        "tty",  "com", "hvc",  "pty",  "pci",  "tcp",   "file",
        "pipe", "/",   "unix", "none", "null", "stdio", "telnet"};

    for (size_t k = 0; k < sizeof(begin) / sizeof(begin[0]); k++) {
        size_t n = strlen(begin[k]), j = 0;

        while (j < n && i + j < v->len &&
               find_lower(v->d[i + j]) == (uint8_t)begin[k][j])
            j++;
        if (j == n)
            return true;
    }
    return false;
}

/* What a serial number is looked for in. */
enum where { WORD, LINE, DMI };

/* Without a digit, as some vendors have them; of dmidecode alone, as in prose
 * such a word may be any. */
static bool is_capitals(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (islower(p[i]))
            return false;
    return !names_common((const char *)p, n);
}

/* A whole line may be more than one word, but not prose. */
static bool is_serial(const struct view *v, const struct value_at *a,
                      enum where where)
{
    size_t n = a->end - a->start, digits = 0, words = 1;
    bool line = where != WORD;
    const uint8_t *p = v->d + a->start;

    if (n < 4 || names_placeholder((const char *)p, n) ||
        (!line && is_device(v, a->start)))
        return false;
    if (looks_hex(p, n))
        return true;
    for (size_t i = 0; i < n; i++) {
        if (!(find_class[p[i]] & C_LOCAL) && !(line && strchr(" /:", p[i])))
            return false;
        digits += (find_class[p[i]] & C_DIGIT) != 0;
        words += p[i] == ' ';
    }
    /* "0000:00:14.0" is where a USB controller is. */
    return (digits || (where == DMI && is_capitals(p, n))) && words <= 10 &&
           !(n == 12 && p[4] == ':' && p[7] == ':' && p[10] == '.');
}

/* udev's ID_SERIAL: the model before it stays. */
static void skip_model(const struct view *v, struct value_at *a)
{
    size_t i = a->end, digits = 0;

    while (i > a->start && v->d[i - 1] != '_')
        digits += is(v, --i, C_DIGIT);
    if (i > a->start && a->end - i >= 6 && digits >= 3)
        a->start = i;
}

/* "ABC12345 Rev 2": what a program adds to it. */
static void cut_prose(const struct view *v, struct value_at *a)
{
    size_t i = a->start, k, digits = 0;

    for (; i < a->end && v->d[i] != ' '; i++)
        digits += is(v, i, C_DIGIT);
    for (k = i + 1; k < a->end && is(v, k, C_ALPHA);)
        k++;
    if (i - a->start >= 6 && digits >= 3 && k > i + 2 && islower(v->d[k - 1]) &&
        (k == a->end || v->d[k] == ' '))
        a->end = i;
}

static bool hint_serial(const struct view *v, size_t end, enum where where,
                        struct found *f)
{
    const struct name *known;
    struct value_at a;

    if (!hint_value(v, end, where != WORD, &a))
        return false;
    /* Behind one that was learned there is something else. */
    known = names_known_find(v->names, v->d + a.start, a.end - a.start);
    if (known && known->kind == PSEUDONYM_SERIAL) {
        find_serial_spelled(v, a.start, a.start + known->len, known->dash, f);
        return true;
    }
    if (where != WORD) {
        cut_prose(v, &a);
        if (hint_begins(v, a.start, VMWARE)) /* then its UUID */
            a.start += strlen(VMWARE);
    }
    if (!is_serial(v, &a, where))
        return false;
    if (where == WORD)
        skip_model(v, &a);
    find_serial_stand_in(v, a.start, a.end, f);
    return true;
}

bool hint_line(const struct view *v, size_t i, size_t end, struct found *f)
{
    bool dmi = i && v->d[i - 1] == '\t' && (i == 1 || v->d[i - 2] == '\n');

    return hint_serial(v, end, dmi ? DMI : LINE, f);
}

bool hint_word(const struct view *v, size_t i, size_t end, struct found *f)
{
    (void)i;
    return hint_serial(v, end, WORD, f);
}

/* dmidecode's; those of domains and file systems stay. */
bool hint_uuid(const struct view *v, size_t i, size_t end, struct found *f)
{
    if (!i || v->d[i - 1] != '\t' || (i > 1 && v->d[i - 2] != '\n'))
        return false;
    return hint_serial(v, end, LINE, f);
}

/* "sn S4EVNX0M123456", "S/N: X": so short a word must be followed by what looks
 * like one. */
bool hint_sn(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t start = hint_skip_blanks(v, hint_skip_quote(v, end)), stop,
           digits = 0;

    (void)i;
    if (at(v, start) == ':' || at(v, start) == '=')
        start = hint_skip_quote(v, hint_skip_blanks(v, start + 1));
    for (stop = start; (is(v, stop, C_ALNUM) ||
                        (at(v, stop) == '-' && is(v, stop + 1, C_ALNUM))) &&
                       stop - start < 40;
         stop++) {
        if (v->d[stop] >= 'a' && v->d[stop] <= 'z')
            return false;
        digits += is(v, stop, C_DIGIT);
    }
    if (stop - start < 6 || digits < 3)
        return false;
    find_serial_stand_in(v, start, stop, f);
    return true;
}

bool hint_begins(const struct view *v, size_t i, const char *text)
{
    size_t n = strlen(text);

    return i + n <= v->len && !memcmp(v->d + i, text, n);
}

/* nvme list: "/dev/nvme0n1  /dev/ng0n1  S4EVNX0M123456  Samsung ..." */
bool hint_dev(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t start = end;

    if (!i || v->d[i - 1] != '/' || (i > 1 && v->d[i - 2] != '\n') ||
        (!hint_begins(v, end, "/nvme") && !hint_begins(v, end, "/ng")))
        return false;
    do {
        while (start < v->len && start - end < 64 && !is(v, start, C_BLANK))
            start++;
        start = hint_skip_blanks(v, start);
    } while (at(v, start) == '/' && start - end < 64);
    return hint_sn(v, i, start, f);
}

/* lsusb: "iSerial                 3 4C530001230987" */
bool hint_iserial(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t start = hint_skip_blanks(v, end), stop;

    (void)i;
    while (is(v, start, C_DIGIT) && start - end < 64)
        start++;
    if (at(v, start) != ' ')
        return false;
    for (stop = ++start; is(v, stop, C_LOCAL) && stop - start < HINT_VALUE_MAX;)
        stop++;
    if (stop - start < 4)
        return false;
    find_serial_stand_in(v, start, stop, f);
    return true;
}

/* Of a RAID controller: vendor, model and serial number, each with blanks
 * around it, or in one. */
bool hint_inquiry(const struct view *v, size_t i, size_t end, struct found *f)
{
    struct value_at a;

    (void)i;
    if (!hint_value(v, end, true, &a))
        return false;
    find_serial_stand_in(v, a.start, a.end, f);
    return true;
}

/* Names below /dev/disk/by-id: ata-MODEL_SERIAL-part1; t10.ATA_MODEL_SERIAL. */
bool hint_by_id(const struct view *v, size_t i, size_t end, struct found *f)
{
    static const char *const dashes[] = {[4] = "\\x2d", [5] = "\\\\x2d"};
    size_t last = 0, stop = end, digits = 0, n;
    size_t sep = at(v, end) == '.' ? 1 : dash_at(v, end);

    /* Of a unit of systemd / is -, and - is escaped. */
    if (!sep || (sep == 1 && i && (v->d[i - 1] == '-' || v->d[i - 1] == '_')))
        return false;
    while (stop - end < HINT_VALUE_MAX &&
           (sep == 1 ? is(v, stop, C_LOCAL)
                     : is(v, stop, C_LABEL) || at(v, stop) == '_' ||
                           dash_at(v, stop))) {
        size_t dash = dash_at(v, stop);

        if (dash && (find_is_word(v, stop + dash, "0") ||
                     hint_begins(v, stop + dash, "part")))
            break;
        if (v->d[stop] == '_' && stop + 6 < v->len && is(v, stop + 2, C_ALNUM))
            last = stop + 1;
        stop += dash ? dash : 1;
    }
    n = stop - last;
    if (!last || n < 6)
        return false;
    /* A namespace of NVMe behind it. */
    if (v->d[stop - 2] == '_')
        stop -= 2;
    for (size_t k = last; k < stop; k++)
        digits += is(v, k, C_DIGIT);
    if (digits < 3)
        return false;
    find_serial_spelled(v, last, stop, sep > 1 ? dashes[sep] : NULL, f);
    return true;
}

/* ---- names of storage ---------------------------------------------------- */

/* udev's by-path: iqn.2003-01.org.example:disk1-lun-0-part1. */
static size_t before_lun(const struct view *v, size_t start, size_t stop)
{
    for (size_t k = start; k + 5 < stop; k++)
        if (hint_begins(v, k, "-lun-") && is(v, k + 5, C_DIGIT))
            return k;
    return stop;
}

/* iqn.2003-01.org.example:disk1: the date stays; the kernel's own name of an
 * NVMe device has dots in it: nqn.2014.08.org.nvmexpress:144d144dSERIAL. */
bool hint_iqn(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t dash = dash_at(v, end + 5), start, stop;
    char name[PSEUDONYM_NAME_MAX + 1];

    (void)i;
    if (!dash && hint_begins(v, end, ".2014.08.org.nvmexpress:"))
        dash = 1;
    stop = start = end + 8 + dash;
    if (!dash || at(v, end) != '.' || at(v, start - 1) != '.')
        return false;
    while (stop < v->len && stop - start < 224 &&
           (is(v, stop, C_LABEL) || strchr(".:_", v->d[stop])))
        stop++;
    stop = before_lun(v, start, stop);
    while (stop > start && !is(v, stop - 1, C_ALNUM))
        stop--;
    if (stop == start || hint_begins(v, start, "invalid:target-") ||
        find_is_word(v, start, "org.nvmexpress.discovery"))
        return false;
    pseudonym_name(v->keys, "target", (const char *)v->d + start, stop - start,
                   8, name);
    f->start = start;
    f->end = stop;
    f->n = 0;
    found_add(f, "invalid:", 8);
    found_add(f, name, strlen(name));
    return true;
}

/* naa.5000c500a1b2c3d4 */
bool hint_naa(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t n = 0;

    (void)i;
    if (at(v, end) != '.')
        return false;
    while (is(v, end + 1 + n, C_HEX) && n < 40)
        n++;
    if ((n != 16 && n != 32) || is(v, end + 1 + n, C_ALNUM))
        return false;
    find_serial_stand_in(v, end + 1, end + 1 + n, f);
    return true;
}

/* ---- headers of frames --------------------------------------------------- */

/* Behind the kernel's "martian source": two MACs in "ll header: 00000000: 00 1b
 * 21 aa bb cc 00 16 3e aa bb cc 08 06", older ones with colons. */
bool hint_header(const struct view *v, size_t i, size_t end, struct found *f)
{
    enum { WIDTH = 3 * MAC_DIGITS / 2 - 1 };
    size_t start = end + 2;
    struct found other;

    (void)i;
    if (hint_begins(v, start, "00000000: "))
        start += 10;
    for (size_t k = start; k < start + 2 * WIDTH + 1; k++)
        if ((k - start) % 3 == 2 ? at(v, k) != ' ' : !is(v, k, C_HEX))
            return false;
    find_mac_parts(v, start + WIDTH + 1, WIDTH, &other);
    find_mac_parts(v, start, WIDTH, f);
    found_add(f, " ", 1);
    found_add(f, other.text, other.n);
    f->end = other.end;
    return true;
}

/* ---- who a client of DHCP is --------------------------------------------- */

/* dhclient6.leases: bytes as they are, some as \\ooo. */
bool hint_default_duid(const struct view *v, size_t i, size_t end,
                       struct found *f)
{
    size_t start = hint_skip_blanks(v, end) + 1, stop = start;
    char name[PSEUDONYM_NAME_MAX + 1];

    (void)i;
    if (at(v, start - 1) != '"' || hint_begins(v, start, "duid-"))
        return false;
    while (stop < v->len && v->d[stop] != '"' && v->d[stop] != '\n' &&
           stop - start < HINT_VALUE_MAX)
        stop += v->d[stop] == '\\' ? 2 : 1;
    if (stop - start < 4 || at(v, stop) != '"')
        return false;
    pseudonym_name(v->keys, "duid", (const char *)v->d + start, stop - start, 8,
                   name);
    f->start = start;
    f->end = stop;
    f->n = 0;
    found_add(f, name, strlen(name));
    return true;
}

/* So many digits from start on, an even number, and no letter behind. */
static bool put_digits(const struct view *v, size_t start, size_t least,
                       struct found *f)
{
    size_t stop = start;

    while (is(v, stop, C_HEX) && stop - start < HINT_VALUE_MAX)
        stop++;
    if (stop - start < least || (stop - start) % 2 || is(v, stop, C_ALNUM))
        return false;
    find_serial_stand_in(v, start, stop, f);
    return true;
}

/* networkctl: "DUID-EN/Vendor:0000ab11d258482fc7eee6510000" */
bool hint_duid(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t k = end;

    (void)i;
    if (at(v, k) != '-')
        return false;
    while (k - end < 16 &&
           (is(v, k, C_ALPHA) || at(v, k) == '-' || at(v, k) == '/'))
        k++;
    return at(v, k) == ':' && put_digits(v, k + 1, 16, f);
}

/* NetworkManager's leases: CLIENTID=ff, a number of the interface, a DUID. */
bool hint_client(const struct view *v, size_t i, size_t end, struct found *f)
{
    (void)i;
    return hint_begins(v, end, "=ff") && put_digits(v, end + 3, 20, f);
}
