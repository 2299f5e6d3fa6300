/* classes.h: which member is what kind of log. */
#ifndef XB_DIAGNOSE_CLASSES_H
#define XB_DIAGNOSE_CLASSES_H

#include <stdint.h>

#define CLASS_ALL UINT32_MAX

/* The bit of the class of that name; 0: there is none. */
uint32_t class_of_name(const char *name);
/* Of what was handed to diagnose as a file, and of no member of a bundle. */
uint32_t class_file(void);
/* The classes of a file that somebody chose, by its name: all, or a guest's
 * where it is the log of a guest's console (guest-NAME.log). */
uint32_t class_of_file(const char *path);
/* The classes that a member belongs to, bit by bit. */
uint32_t class_of_member(const char *member);
/* "hypervisor, kernel" for people; a static buffer is not used: out is filled
 * and returned. */
const char *class_names(uint32_t classes, char *out, unsigned long size);

#endif
