/* status.h: what became of an item.  The words stand in the manifest
 * (docs/BUNDLE.md) and between the processes. */
#ifndef XB_STATUS_H
#define XB_STATUS_H

enum status {
    ST_OK,      /* read or run to its end */
    ST_PARTIAL, /* a limit or unscannable lines cut it; what there is is kept */
    ST_ABSENT,  /* not there, not installed */
    ST_DENIED,  /* no right to read or run it */
    ST_TIMEOUT, /* did not end in its time; what came is kept */
    ST_FAILED,  /* ran and failed (exit != 0, signal, I/O error); output kept */
    ST_SKIPPED, /* not tried: user, privacy, budget, would load a module, ... */
    ST_REFUSED, /* secret as a whole, or no fit source: never read */
    ST_COUNT
};

/* "ok", "partial", ... */
const char *status_name(enum status st);
/* 0, or -EINVAL for a word that is none. */
int status_parse(const char *word, enum status *out);

/* Which part of a too long source was kept. */
enum truncated { TRUNC_NONE, TRUNC_HEAD_KEPT, TRUNC_TAIL_KEPT };

#endif
