/* typical.h: a text as the logs of a host with Xen have it. */
#ifndef XB_TYPICAL_H
#define XB_TYPICAL_H

extern const char typical_text[];

#endif
