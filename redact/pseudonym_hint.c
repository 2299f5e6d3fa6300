/* What is known by the words before it: "Serial Number: X". */
#include <string.h>

#include "redact/pseudonym_hint.h"

#define VALUE_MAX 200

/* ---- the value behind a word --------------------------------------------- */

size_t hint_skip_blanks(const struct view *v, size_t i)
{
    size_t n = 0;

    while ((at(v, i) == ' ' || at(v, i) == '\t') && n++ < 64)
        i++;
    return i;
}

size_t hint_skip_quote(const struct view *v, size_t i)
{
    if (at(v, i) == '\\' && (at(v, i + 1) == '"' || at(v, i + 1) == '\''))
        return i + 2;
    return at(v, i) == '"' || at(v, i) == '\'' ? i + 1 : i;
}

/* xe's " ( RO)", " (MRW)". */
static size_t skip_rights(const struct view *v, size_t i)
{
    size_t k = i + 1;

    if (at(v, i) != '(')
        return i;
    while (k - i < 6 &&
           (at(v, k) == ' ' || (at(v, k) >= 'A' && at(v, k) <= 'Z')))
        k++;
    return at(v, k) == ')' ? k + 1 : i;
}

/* i: behind the word.  ": X", "=X", "\" : \"X", ">X<". */
bool hint_value(const struct view *v, size_t i, bool line, struct value_at *out)
{
    size_t n = 0;

    if (at(v, i) == '.' || at(v, i) == '#')
        i++;
    i = skip_rights(v, hint_skip_blanks(v, hint_skip_quote(v, i)));
    if (at(v, i) != ':' && at(v, i) != '=' && at(v, i) != '>')
        return false;
    i++;
    if (at(v, i) == '>')
        i++;
    i = hint_skip_quote(v, hint_skip_blanks(v, i));
    out->start = i;
    while (n < VALUE_MAX && i < v->len && !strchr("\"'\\,;<>|\n\r", v->d[i]) &&
           (line || !strchr(" \t)]}", v->d[i]))) {
        i++;
        n++;
    }
    while (i > out->start && is(v, i - 1, C_BLANK))
        i--;
    out->end = i;
    return i > out->start && n < VALUE_MAX;
}

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

/* A whole line may be more than one word, but not prose. */
static bool is_serial(const struct view *v, const struct value_at *a, bool line)
{
    size_t n = a->end - a->start, digits = 0, words = 1;
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
    return digits && words <= 10 &&
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

static bool hint_serial(const struct view *v, size_t end, bool line,
                        struct found *f)
{
    struct value_at a;

    if (!hint_value(v, end, line, &a) || !is_serial(v, &a, line))
        return false;
    if (!line)
        skip_model(v, &a);
    find_serial_stand_in(v, a.start, a.end, f);
    return true;
}

static bool hint_line(const struct view *v, size_t i, size_t end,
                      struct found *f)
{
    (void)i;
    return hint_serial(v, end, true, f);
}

static bool hint_word(const struct view *v, size_t i, size_t end,
                      struct found *f)
{
    (void)i;
    return hint_serial(v, end, false, f);
}

/* dmidecode's; those of domains and file systems stay. */
static bool hint_uuid(const struct view *v, size_t i, size_t end,
                      struct found *f)
{
    if (!i || v->d[i - 1] != '\t' || (i > 1 && v->d[i - 2] != '\n'))
        return false;
    return hint_serial(v, end, true, f);
}

/* "sn S4EVNX0M123456", "S/N: X": so short a word must be followed by what looks
 * like one. */
static bool hint_sn(const struct view *v, size_t i, size_t end, struct found *f)
{
    size_t start = hint_skip_blanks(v, hint_skip_quote(v, end)), stop,
           digits = 0;

    (void)i;
    if (at(v, start) == ':' || at(v, start) == '=')
        start = hint_skip_quote(v, hint_skip_blanks(v, start + 1));
    for (stop = start; is(v, stop, C_ALNUM) && stop - start < 40; stop++) {
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
static bool hint_dev(const struct view *v, size_t i, size_t end,
                     struct found *f)
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
static bool hint_iserial(const struct view *v, size_t i, size_t end,
                         struct found *f)
{
    size_t start = hint_skip_blanks(v, end), stop;

    (void)i;
    while (is(v, start, C_DIGIT) && start - end < 64)
        start++;
    if (at(v, start) != ' ')
        return false;
    for (stop = ++start; is(v, stop, C_LOCAL) && stop - start < VALUE_MAX;)
        stop++;
    if (stop - start < 4)
        return false;
    find_serial_stand_in(v, start, stop, f);
    return true;
}

/* Of a RAID controller: vendor, model and serial number, each with blanks
 * around it, or in one. */
static bool hint_inquiry(const struct view *v, size_t i, size_t end,
                         struct found *f)
{
    struct value_at a;

    (void)i;
    if (!hint_value(v, end, true, &a))
        return false;
    find_serial_stand_in(v, a.start, a.end, f);
    return true;
}

/* Names below /dev/disk/by-id: ata-MODEL_SERIAL-part1; t10.ATA_MODEL_SERIAL. */
static bool hint_by_id(const struct view *v, size_t i, size_t end,
                       struct found *f)
{
    size_t last = 0, stop = end, digits = 0, n;

    if ((at(v, end) != '-' && at(v, end) != '.') ||
        (i && (v->d[i - 1] == '-' || v->d[i - 1] == '_')))
        return false;
    while (stop - end < VALUE_MAX && is(v, stop, C_LOCAL)) {
        if (v->d[stop] == '-' && (find_is_word(v, stop + 1, "0") ||
                                  hint_begins(v, stop + 1, "part")))
            break;
        if (v->d[stop] == '_' && stop + 6 < v->len && is(v, stop + 2, C_ALNUM))
            last = stop + 1;
        stop++;
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
    find_serial_stand_in(v, last, stop, f);
    return true;
}

/* ---- names of storage ---------------------------------------------------- */

/* iqn.2003-01.org.example:disk1: the date stays; the kernel's own name of an
 * NVMe device has dots in it: nqn.2014.08.org.nvmexpress:144d144dSERIAL. */
static bool hint_iqn(const struct view *v, size_t i, size_t end,
                     struct found *f)
{
    size_t start = end + 9, stop = start;
    char name[PSEUDONYM_NAME_MAX + 1];

    (void)i;
    if (at(v, end) != '.' || at(v, end + 8) != '.' ||
        (at(v, end + 5) != '-' &&
         !hint_begins(v, end, ".2014.08.org.nvmexpress:")))
        return false;
    while (stop < v->len && stop - start < 224 &&
           (is(v, stop, C_LABEL) || strchr(".:_", v->d[stop])))
        stop++;
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
static bool hint_naa(const struct view *v, size_t i, size_t end,
                     struct found *f)
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

/* ---- the table ----------------------------------------------------------- */

/* Those with the same first letter stand together. */
static const struct hint {
    const char *word;
    hint_fn *find;
} hints[] = {
    {"asset tag", hint_line},
    {"asset_tag", hint_word},
    {"asset-tag", hint_word},
    {"ata", hint_by_id},
    {"cmd", hint_cmd},
    {"dev", hint_dev},
    {"eui", hint_naa},
    {"euid", hint_uid},
    {"for", hint_from},
    {"gid", hint_uid},
    {"groups", hint_uid},
    {"home", hint_home},
    {"hostname", hint_hostname},
    {"host name", hint_hostname},
    {"host_name", hint_hostname},
    {"host-name", hint_hostname},
    {"host", hint_host},
    {"iqn", hint_iqn},
    {"inquiry data", hint_inquiry},
    {"iserial", hint_iserial},
    {"list", hint_cmd},
    {"logical unit id", hint_line},
    {"logname", hint_user},
    {"linux", hint_uname},
    {"machine id", hint_word},
    {"machine_id", hint_word},
    {"machine-id", hint_word},
    {"machineid", hint_word},
    {"mmc", hint_by_id},
    {"nvme", hint_by_id},
    {"nqn", hint_iqn},
    {"naa", hint_naa},
    {"nodename", hint_hostname},
    {"product uuid", hint_word},
    {"product_uuid", hint_word},
    {"pts", hint_pts},
    {"relay", hint_hostname},
    {"rhost", hint_rhost},
    {"root", hint_su},
    {"ruser", hint_user},
    {"serial number", hint_line},
    {"serial no", hint_line},
    {"service tag", hint_line},
    {"serial_number", hint_word},
    {"serial-number", hint_word},
    {"serialnumber", hint_word},
    {"serial_short", hint_word},
    {"scsi_serial", hint_word},
    {"sn", hint_sn},
    {"s/n", hint_sn},
    {"serial", hint_word},
    {"service_tag", hint_word},
    {"system uuid", hint_word},
    {"system-uuid", hint_word},
    {"scsi", hint_by_id},
    {"sudo", hint_sudo},
    {"t10", hint_by_id},
    {"uuid", hint_uuid},
    {"usb", hint_by_id},
    {"user", hint_user},
    {"uid", hint_uid},
    {"virtio", hint_by_id},
    {"wwn device id", hint_line},
    {"wwid", hint_word},
    {"wwn", hint_word},
    {"wwpn", hint_word},
    {"wwnn", hint_word},
    {"wwn_with_extension", hint_word},
};

#define N_HINTS (sizeof(hints) / sizeof(hints[0]))

void find_hints(struct names_known *names)
{
    for (size_t i = 0; i < N_HINTS; i++) {
        char with[4] = {hints[i].word[0], hints[i].word[1], 0, 0};

        names_known_hint(names, hints[i].word, (uint8_t)i);
        /* They are looked up by three bytes. */
        for (const char *c = " :=\t\""; !hints[i].word[2] && *c; c++) {
            with[2] = *c;
            names_known_hint(names, with, (uint8_t)i);
        }
    }
}

bool find_hinted(const struct view *v, size_t i, struct found *f)
{
    uint8_t letter = v->d[i] | 0x20;

    for (size_t k = names_known_first(v->names, letter);
         k < N_HINTS && (uint8_t)hints[k].word[0] == letter; k++)
        if (find_is_word(v, i, hints[k].word) &&
            hints[k].find(v, i, i + strlen(hints[k].word), f) &&
            f->start >= v->least)
            return true;
    return false;
}
