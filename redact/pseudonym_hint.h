/* pseudonym_hint.h: what a hint may do.
 *
 * A hint is a word and a function, which looks at what stands around the word
 * (i..end-1) and, if it names somebody or something, fills *f. */
#ifndef XB_PSEUDONYM_HINT_H
#define XB_PSEUDONYM_HINT_H

#include "redact/pseudonym_find.h"

typedef bool hint_fn(const struct view *v, size_t i, size_t end,
                     struct found *f);

#define HINT_VALUE_MAX 200

struct value_at {
    size_t start, end;
};

bool hint_begins(const struct view *v, size_t i, const char *text);
size_t hint_skip_blanks(const struct view *v, size_t i);
size_t hint_skip_quote(const struct view *v, size_t i);
/* The value behind a word that ends at i; line: up to the end of the line. */
bool hint_value(const struct view *v, size_t i, bool line,
                struct value_at *out);

hint_fn hint_home, hint_user, hint_from, hint_sudo, hint_su, hint_uid, hint_pts,
    hint_cmd;
hint_fn hint_line, hint_word, hint_uuid, hint_sn, hint_dev, hint_iserial,
    hint_inquiry, hint_by_id, hint_iqn, hint_naa, hint_default_duid, hint_duid,
    hint_client, hint_header;
hint_fn hint_crontab, hint_tty, hint_sid;
hint_fn hint_hostname, hint_host, hint_rhost, hint_uname;

#endif
