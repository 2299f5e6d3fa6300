/* hung.h: folders in which files hang, so that a dead mount does not cost the
 * time of each of its files.  Used by all threads. */
#ifndef XB_HUNG_H
#define XB_HUNG_H

#include <stdbool.h>

struct hung;

struct hung *hung_new(void);
void hung_free(struct hung *h);

/* A file, or a listing, did not answer. */
void hung_note(struct hung *h, const char *path);
/* Enough files of this path's folder did not answer: do not ask for more. */
bool hung_here(struct hung *h, const char *path);

#define HUNG_TEXT "not tried: other files of this folder did not answer"

#endif
