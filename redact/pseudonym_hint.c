/* What is known by the words before it: "Serial Number: X". */
#include <string.h>

#include "redact/pseudonym_hint.h"

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
    while (n < HINT_VALUE_MAX && i < v->len &&
           !strchr("\"'\\,;<>|\n\r", v->d[i]) &&
           (line || !strchr(" \t)]}", v->d[i]))) {
        i++;
        n++;
    }
    while (i > out->start && is(v, i - 1, C_BLANK))
        i--;
    out->end = i;
    return i > out->start && n < HINT_VALUE_MAX;
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
    {"acct", hint_user},
    {"auid", hint_user},
    {"begin edit", hint_crontab},
    {"cmd", hint_cmd},
    {"clientid", hint_client},
    {"creation_host", hint_hostname},
    {"dev", hint_dev},
    {"default-duid", hint_default_duid},
    {"delete", hint_crontab},
    {"duid", hint_duid},
    {"eui", hint_naa},
    {"euid", hint_uid},
    {"end edit", hint_crontab},
    {"for", hint_from},
    {"gid", hint_uid},
    {"groups", hint_uid},
    {"home", hint_home},
    {"hostname", hint_hostname},
    {"host name", hint_hostname},
    {"host_name", hint_hostname},
    {"host-name", hint_hostname},
    {"host", hint_host},
    {"hvc0", hint_tty},
    {"iqn", hint_iqn},
    {"inquiry data", hint_inquiry},
    {"iserial", hint_iserial},
    {"list", hint_cmd},
    {"logical unit id", hint_line},
    {"logname", hint_user},
    {"ll header", hint_header},
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
    {"replace", hint_crontab},
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
    {"s-1-5-21", hint_sid},
    {"t10", hint_by_id},
    {"tty1", hint_tty},
    {"tty2", hint_tty},
    {"tty3", hint_tty},
    {"tty4", hint_tty},
    {"tty5", hint_tty},
    {"tty6", hint_tty},
    {"tty7", hint_tty},
    {"tty8", hint_tty},
    {"ttys0", hint_tty},
    {"ttys1", hint_tty},
    {"uuid", hint_uuid},
    {"usb", hint_by_id},
    {"user", hint_user},
    {"uid", hint_uid},
    {"uname", hint_user},
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
