/* confine.h: what a process that parses foreign bytes may still ask of the
 * kernel.
 *
 * Both are one way, hold for threads started later, and need
 * sandbox_drop_root before.  A kernel without them is no reason to give no
 * bundle: the result says what is in force, and so does the manifest. */
#ifndef XB_CONFINE_H
#define XB_CONFINE_H

#include <stdbool.h>

/* No other program, no other process, no device node, nothing of the kernel's
 * (seccomp): such calls fail with EPERM.  sockets: new ones may be made.
 * Whether it is in force. */
bool confine_calls(bool sockets);

/* By path only the system's own files, and those for reading (Landlock); a
 * folder (-1: none), given as an open descriptor, may be read and written
 * below.  What is open already is not touched.  sockets: also what finds and
 * trusts hosts.  The version of Landlock's interface that is in force, 0 for
 * none. */
int confine_files(int folder, bool sockets);

/* Whether confine_calls is in force without sockets: asks for one. */
bool confine_holds(void);

/* What this kernel has: whether seccomp, and Landlock's version or 0. */
bool confine_has_calls(void);
int confine_has_files(void);

#endif
