/* log.h: messages for the user, on stderr.
 *
 * Only programs' mains, cmd_*.c, the master and the conductor log; everything
 * below returns an error instead.  Control bytes in a message are shown
 * escaped, so that a hostile file name cannot drive the terminal.  A progress
 * line, when one is shown, is cleared first. */
#ifndef XB_LOG_H
#define XB_LOG_H

enum log_level { LOG_ERR, LOG_WARN, LOG_NOTE, LOG_DETAIL };

/* Messages above this level are dropped (default LOG_NOTE). */
void log_set_level(enum log_level max);
/* Tests hand in their own; NULL restores stderr. */
void log_set_output(void (*fn)(enum log_level, const char *text, void *arg),
                    void *arg);

/* "xen-bugtool: " (with "warning: " for LOG_WARN), the text, a newline.
 * LOG_NOTE and LOG_DETAIL have no prefix. */
void log_msg(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The transient line on a terminal; "" clears it.  Nothing unless stderr is a
 * terminal.  Cut to the terminal's width.  With TERM=dumb a whole line, every
 * few seconds. */
void log_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
