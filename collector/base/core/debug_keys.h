/* debug_keys.h: the keys of "xl debug-keys" that only print.
 *
 * Not among them, after xen/common/keyhandler.c and its users: R (reboot), C
 * (crash), % (debugger), N (NMI), A, G, S, P, L, b, B and the like (they change
 * something); q (wakes the guests' own debug handlers); 0, d (stop CPUs); D, o
 * (page tables, without end); w, * (the ring itself, every key). */
#ifndef XB_DEBUG_KEYS_H
#define XB_DEBUG_KEYS_H

#define DEBUG_KEYS_PRINTING "aceghHiImMnrstuvxz"
#define DEBUG_KEYS_MAX 18

#endif
