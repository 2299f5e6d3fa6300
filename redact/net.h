/* net.h: an anchor's expression as a net of nodes and edges, which is what it
 * matches or more, never less.
 *
 * Ways from begin to end are the texts.  Repeats of more than a few times go on
 * for ever.  Of look-around that is no single byte remains the next byte or the
 * last one; but where nothing follows look-ahead, a way goes on into it. */
#ifndef XB_REDACT_NET_H
#define XB_REDACT_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "redact/expr.h"

enum net_kind {
    NET_FREE,
    NET_SET,  /* takes one byte of the set */
    NET_NEXT, /* takes nothing; the byte that follows is one of the set, */
    NET_PREV, /* the byte before it is; or the text ends there */
};

struct net_edge {
    uint16_t from, to, set;
    uint8_t kind;
    bool word;  /* a byte of it may be a byte of one of the anchor's words */
    bool loose; /* it is there because nothing better is known */
};

struct net {
    size_t n_nodes, n_edges, n_sets;
    struct net_edge *edge;
    struct byteset *set;
    unsigned begin, end;
};

/* Of a pattern that anchor_parse wrote.  False: it would be too large.
 * net_done in any case. */
bool net_make(struct net *net, const char *pattern);
void net_done(struct net *net);

#endif
