/* stamp.h: the time stamp in front of a line of a log. */
#ifndef XB_DIAGNOSE_STAMP_H
#define XB_DIAGNOSE_STAMP_H

#include <stddef.h>

/* Of one with a year the date and time in the form of RFC 3339, with fraction
 * and offset if the log has them; else the stamp as it stands (syslog's,
 * seconds since boot).  NULL if there is none; to be freed. */
char *stamp_of(const char *line, size_t len);

#endif
