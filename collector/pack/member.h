/* member.h: what a member's name may look like, whoever wrote it. */
#ifndef XB_MEMBER_H
#define XB_MEMBER_H

#include <stddef.h>

#define MEMBER_NAME_MAX 16384u
#define MEMBER_PART_MAX 1024u /* an encoded byte takes three */

/* NULL if name (len bytes) is one that xen-bugtool could have written below the
 * top folder: parts of [A-Za-z0-9._+,:@=-], %XX and ~ (which tells apart what
 * would be called the same), joined by single slashes, none of them "." or
 * "..".  Else why it is not, fit for "... is ...". */
const char *member_name_fault(const char *name, size_t len);

#endif
