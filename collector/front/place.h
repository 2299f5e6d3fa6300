/* place.h: in which folder, and under which name, a bundle is to lie. */
#ifndef XB_PLACE_H
#define XB_PLACE_H

#include <stdbool.h>

#include "collector/base/core/err.h"

#define PLACE_DEFAULT "/var/tmp"

struct place {
    int dir;      /* the open folder; -1: none */
    char *folder; /* its absolute path */
    char *name;   /* the file's name if the user chose one; else NULL */
    bool chosen;  /* the user did; stays when name is filled in */
};

/* outfile: --outfile or NULL.  configured: a folder that an untrusted process
 * names, "" for the default; as root it must be safe from others, and no folder
 * of the system's.  Refuses what exists, what cannot be written and what is
 * full.  place_done in any case. */
int place_find(const char *outfile, const char *configured, struct place *out,
               struct err *err);
void place_done(struct place *p);

/* "cannot write into FOLDER: reason", and what to do; -errnum. */
int place_error(struct err *err, int errnum, const char *folder);

#endif
