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

/* How many bytes of a line stand in front of what is said: stamps, host,
 * program, and marks in brackets with a thread or a level. */
size_t speaker_skip(const char *line, size_t len);

enum speaker {
    SPEAKER_UNKNOWN, /* the line names no program */
    SPEAKER_KERNEL,  /* a kernel or Xen, or who reports for them */
    SPEAKER_TOOL,    /* Xen's programs and what guests' disks and nets need */
    SPEAKER_OTHER,   /* anybody else, who may have it from a stranger */
};

/* Of a line of a system's log (RFC 3164's and RFC 5424's form) the program
 * that logged it; the log daemon writes its name, and no stranger. */
enum speaker speaker_of(const char *line, size_t len);

/* Whether lines of that speaker count for a rule of these classes: a crash of
 * a kernel is told by kernels, a failure of Xen's tools by these, too; a rule
 * for the system's log alone believes everybody. */
bool speaker_may_tell(enum speaker who, uint32_t classes);

#endif
