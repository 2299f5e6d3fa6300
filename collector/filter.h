/* filter.h: bytes of a file or pipe through the redactor, for the command
 * redact.  One thread. */
#ifndef XB_FILTER_H
#define XB_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/sink.h"
#include "redact/redact.h"

/* ---- what goes in ---- */

struct input;

/* Reads the begin of fd, which stays the caller's; a compressed log is read
 * through.  0, -EBADMSG: it looks compressed but cannot be read; or -errno. */
int input_new(int fd, struct input **out, struct err *err);
void input_free(struct input *in);
/* "gzip" ...; NULL: as it is. */
const char *input_decoded(const struct input *in);
/* No text; see redact/binary.h. */
bool input_is_binary(const struct input *in);
/* A tar archive, as bundles are. */
bool input_is_tar(const struct input *in);

/* ---- what is found ---- */

struct filter {
    const struct redact_rules *rules;
    uint64_t *hits; /* of all inputs, by rule */
    uint64_t total, unscannable, pseudonyms, bytes, inputs;
    bool json; /* how filter_tell says it */
};

void filter_init(struct filter *f, const struct redact_rules *rules);
void filter_done(struct filter *f);

/* Redacts in to out, which is closed and freed in any case.  *hits_out: what
 * was found in it, lines that could not be scanned among it.  -EBADMSG:
 * compressed data ended too early; what was there has been passed on. */
int filter_run(struct filter *f, struct input *in, struct sink *out,
               uint64_t *hits_out, struct err *err);
/* What a redactor found, added to the sums. */
uint64_t filter_count(struct filter *f, const struct redactor *r);

/* One line on stdout: so much was found in name. */
void filter_tell(const struct filter *f, const char *name, uint64_t hits);

/* Stages at the end.  The descriptor stays the caller's, name is for messages
 * and must outlive the sink; fd -1 drops all. */
struct sink *sink_to_fd(int fd, const char *name);

#endif
