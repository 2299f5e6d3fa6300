/* sound.h: reads a bundle for a command that looks at its members, and tells
 * the user where it is not what its manifest says (verify.h). */
#ifndef XB_SOUND_H
#define XB_SOUND_H

#include "collector/pack/unpack.h"
#include "collector/verify.h"

/* To the end. *problems: how many there are; the first are logged as warnings
 * about the bundle called name. Of a folder, which people take apart, only what
 * cannot be read is one.
 * Negative: it could not be read, or has no manifest.json. */
int sound_read(struct unpack *u, bool folder, const char *name,
               const struct verify_reader *reader, uint64_t *problems,
               struct err *err);

#endif
