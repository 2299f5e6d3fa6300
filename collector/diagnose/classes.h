/* classes.h: which member is what kind of log. */
#ifndef XB_DIAGNOSE_CLASSES_H
#define XB_DIAGNOSE_CLASSES_H

#include <stdbool.h>
#include <stdint.h>

#define CLASS_ALL UINT32_MAX

/* The bit of the class of that name; 0: there is none. */
uint32_t class_of_name(const char *name);
/* The classes that a member belongs to, bit by bit. */
uint32_t class_of_member(const char *member);
/* Whether a rule for these classes is of what Xen or a kernel says of itself,
 * and not of what tools and daemons say, too. */
bool class_is_machine(uint32_t classes);
/* "hypervisor, kernel" for people; a static buffer is not used: out is filled
 * and returned. */
const char *class_names(uint32_t classes, char *out, unsigned long size);

#endif
