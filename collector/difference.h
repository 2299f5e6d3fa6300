/* difference.h: what changed between two readings of a text of counters. */
#ifndef XB_DIFFERENCE_H
#define XB_DIFFERENCE_H

#include "collector/base/core/buf.h"

/* Appends each line of second in which a number differs from that in first,
 * with the differences in the numbers' places.  Lines belong together by what
 * comes before their first counter ("eth0:", "cpu0", "7 0 loop0"), or by their
 * place where that is nothing.  Eight hexadecimal digits in a line of nothing
 * else are a number too (softnet_stat).  A counter that fell (it was reset, or
 * came round) is shown as "-N". */
void difference_add(const char *first, const char *second, struct buf *out);

#endif
