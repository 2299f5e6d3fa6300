/* clock.h: time, in the forms we write.  Deadlines are CLOCK_MONOTONIC. */
#ifndef XB_CLOCK_H
#define XB_CLOCK_H

#include <stdint.h>

#define CLOCK_ISO_SIZE 32
#define CLOCK_STAMP_SIZE 24

int64_t clock_mono_ms(void);
/* Wall clock, milliseconds since 1970 UTC. */
int64_t clock_real_ms(void);
/* "2026-11-22T23:00:37.123Z" (RFC 3339, UTC). Returns out. */
char *clock_iso(int64_t real_ms, char out[CLOCK_ISO_SIZE]);
/* The inverse; 0, or -EINVAL for any other form. */
int clock_parse_iso(const char *s, int64_t *real_ms_out);
/* "20261122T230037Z", as bundles are named. Returns out. */
char *clock_stamp(int64_t real_ms, char out[CLOCK_STAMP_SIZE]);

#endif
