/* speaker.h: who said a line, where that decides what it may tell.
 *
 * Xen's log has what guests print, and a system's log what strangers send: a
 * crash that stands there is not the host's. */
#ifndef XB_DIAGNOSE_SPEAKER_H
#define XB_DIAGNOSE_SPEAKER_H

#include <stddef.h>
#include <stdint.h>

/* Of the member's classes those that the line counts for. */
uint32_t speaker_classes(const char *line, size_t len, uint32_t classes);

#endif
