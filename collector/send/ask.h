/* ask.h: questions at the terminal, while a delivery is on its way. */
#ifndef XB_SEND_ASK_H
#define XB_SEND_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/send/job.h"

/* One line of what the user types, without echo if secret; "" on Enter alone.
 * False if there is nobody to ask (job->ask), or they stopped it (Ctrl-C, end
 * of input). */
bool ask_line(const struct job *job, const char *question, bool secret,
              char *out, size_t size);

/* otherwise: what Enter means, and what holds when nobody can be asked. */
bool ask_yes(const struct job *job, const char *question, bool otherwise);

#endif
