/* reader.h: the process that reads and runs for the worker, with root's rights.
 *
 * It takes the requests of proto.h one at a time from its socket and answers
 * each.  It knows what must never be opened (deny.h), which links to follow
 * (path.h) and where commands may lie; it never interprets what it reads. */
#ifndef XB_READER_H
#define XB_READER_H

/* Serves until the peer closes sock; returns the exit status: 0, or 1 after a
 * message that is none of proto.h's.  To be called in a process of its own with
 * one thread: it changes signal dispositions and adopts orphaned descendants,
 * which end with it only if they want to.  If sock closes during a request, the
 * request is given up and its command killed.  Sandbox, limits and the parent's
 * death are the caller's. */
int reader_main(int sock);

#endif
