/* made.h: members whose form is ours, though their contents are the host's:
 * names of people and hosts may be words of that form, which must stay. */
#ifndef XB_MADE_H
#define XB_MADE_H

#include <stdbool.h>

/* JSON as the probe writes it: its keys are ours. */
bool made_json(const char *member);
/* What render.h makes of such: its headings are ours. */
bool made_text(const char *member);

#endif
