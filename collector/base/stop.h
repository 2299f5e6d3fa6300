/* stop.h: asking a run to close the bundle with what it has.
 *
 * One per run.  The first reason stays.  stop_request is safe in a signal
 * handler and in any thread; the descriptor of stop_fd becomes readable for
 * good, so that everyone who waits can wait for it too. */
#ifndef XB_STOP_H
#define XB_STOP_H

enum stop_reason {
    STOP_NONE,
    STOP_SIGNAL,
    STOP_TIME,   /* --max-time */
    STOP_SIZE,   /* --max-size */
    STOP_SPACE,  /* the output's file system is full */
    STOP_MEMORY, /* an allocation failed */
    STOP_LOST,   /* the master or the recorded bundle is gone */
};

struct stop;

struct stop *stop_new(void);
void stop_free(struct stop *s);
void stop_request(struct stop *s, enum stop_reason why);
/* Forgets the request; only while nobody else waits. */
void stop_clear(struct stop *s);
enum stop_reason stop_reason(const struct stop *s);
int stop_fd(const struct stop *s);
/* "interrupted by a signal", ...; NULL for STOP_NONE. */
const char *stop_text(enum stop_reason why);

#endif
