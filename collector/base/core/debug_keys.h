/* debug_keys.h: the keys of "xl debug-keys" that only print.
 *
 * After xen/common/keyhandler.c and all that register with it, from Xen 3.1 to
 * 4.22: one meaning in each of them, with one exception.  Not among them: R
 * (reboot), C (crash), % (debugger), N (NMI), A, G, O, S, P, L, T, b, B, + and
 * - (they change something); q (wakes the guests' own debug handlers); 0, d
 * (stop CPUs); D, o, V (page and interrupt tables, without end); w, * (the ring
 * itself, every key). */
#ifndef XB_DEBUG_KEYS_H
#define XB_DEBUG_KEYS_H

#define DEBUG_KEYS_PRINTING "aceghHiImMnQrstuvxz"
#define DEBUG_KEYS_MAX 19
/* Until Xen 3.4 "n" triggered an NMI and "N" printed: they changed places. */
#define DEBUG_KEYS_SINCE_XEN_4 "n"

#endif
