/* deny.h: what is never opened, whoever asks and by whatever way it is reached.
 *
 * The reader holds both the path that was asked for and the path that it leads
 * to against this table. */
#ifndef XB_DENY_H
#define XB_DENY_H

#include <stdbool.h>

/* NULL, or why the file at path is never read: "a private key".  named: it was
 * named on the command line, which opens our own configuration (not its key).
 * path is absolute; doubled slashes do not hide anything. */
const char *deny_file(const char *path, bool named);

/* NULL, or why the folder at path is not even listed: all that is below it is
 * denied. */
const char *deny_folder(const char *path);

#endif
