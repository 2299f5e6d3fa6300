/* places.h: where a bundle can go, as people write it, and as the URL that
 * "xen-bugtool upload" takes. */
#ifndef XB_PLACES_H
#define XB_PLACES_H

/* The URL of a bug, or of a form for a new one, from the address that a browser
 * shows ("https://HOST/show_bug.cgi?id=42"); what is no such address comes back
 * as it is.  To be freed. */
char *place_of_bug(const char *text);
/* mailto: in front of what is an address.  To be freed. */
char *place_of_list(const char *text);

#endif
