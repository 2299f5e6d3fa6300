/* header.h: header fields of a message (RFC 5322), one at a time.
 *
 * Whatever a value holds, it stays in its field: control bytes are shown as
 * \xNN, what is not ASCII becomes encoded words (RFC 2047), and long values are
 * folded.  Lines end with LF. */
#ifndef XB_MAIL_HEADER_H
#define XB_MAIL_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/buf.h"

/* Text for people, such as a subject; cut at 1000 bytes. */
void header_add_text(struct buf *out, const char *name, const char *value);
/* Words that must stay as they are, such as addresses, separated by ", " (or
 * by blanks): folded between them only.  The words must have been checked. */
void header_add_words(struct buf *out, const char *name,
                      const char *const *words, const char *between);
/* "Thu, 26 Nov 2026 14:45:00 +0000" */
void header_add_date(struct buf *out, int64_t real_ms);

/* Whether s is an address as local-part@domain of plain characters, no quoted
 * string, no comment, no leading hyphen, at most 254 bytes. */
bool header_is_address(const char *s);
/* Whether s is a message's id: "<left@right>" of plain characters. */
bool header_is_message_id(const char *s);

#endif
