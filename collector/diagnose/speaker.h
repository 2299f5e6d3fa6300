/* speaker.h: who said a line, where that decides what it may tell.
 *
 * Xen's log has what guests print, and a system's log what strangers send: a
 * crash that stands there is not the host's. */
#ifndef XB_DIAGNOSE_SPEAKER_H
#define XB_DIAGNOSE_SPEAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the member's classes those that the line counts for: a guest's are its
 * own.  Cheap: it is asked of each line that is looked at. */
uint32_t speaker_classes(const char *line, size_t len, uint32_t classes);

/* Whether the line has words that somebody sent to a server, so that it must
 * not count for anything; asked when a pattern fits. */
bool speaker_is_stranger(const char *line, size_t len);

/* Whether a log of many programs has the line from one that is neither a kernel
 * nor of Xen: no line of it tells what Xen or a kernel says of itself. */
bool speaker_is_program(const char *line, size_t len);

#endif
