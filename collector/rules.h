/* rules.h: what is hidden on this host, and under which key: the built-in
 * rules, those of SYSCONFDIR's redact.d, those that the command line names.
 *
 * Whoever puts a rule there relies on it: a file that cannot be read or is
 * wrong is an error, and nothing is collected. */
#ifndef XB_RULES_H
#define XB_RULES_H

#include <stdbool.h>

#include "collector/gather/gather.h"
#include "redact/load.h"
#include "redact/redact.h"

/* The host's key.  1: there is none that could be used, and why says so:
 * -ENOENT none, -EACCES not for us, -EBADMSG no key, -EPERM others could have
 * read or written it.  Negative: the gather is lost. */
int rules_find_key(struct gather *g, uint8_t key[REDACT_KEY_SIZE],
                   struct err *why, struct err *err);
/* The same, or a random one, and then 1; a file that is not fit is named on
 * stderr. */
int rules_read_key(struct gather *g, uint8_t key[REDACT_KEY_SIZE],
                   struct err *err);

/* The files of redact.d.  -EINVAL with FILE:LINE: what stands there is wrong;
 * any other: it could not be read. */
int rules_read_host(struct gather *g, struct redact_added *added,
                    struct err *err);
/* A file that the user names. */
int rules_read_named(struct gather *g, const char *path,
                     struct redact_added *added, struct err *err);

/* All of them together: redact_rules_load, and a warning for each override. */
int rules_load(const struct redact_opts *opts, struct redact_added *added,
               struct redact_rules **out, struct err *err);

/* As the manifest tells of them: the added files, and what they override; each
 * NULL if there are none, else to be freed with str_list_free. */
void rules_tell(const struct redact_rules *rules, char ***files_out,
                char ***overrides_out);

/* The release of a kernel or of Xen as text of the host: it may end in a name,
 * and 2.6.18.8 is no address.  To be freed; NULL for NULL. */
char *rules_mask_release(const struct redact_rules *rules, const char *text);

#endif
