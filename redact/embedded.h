/* embedded.h: what no rule can look through, whole files of it or within a
 * text.
 *
 * A stage behind the redactor.  Of a stream that opaque_format or packed_format
 * knows by its first bytes, nothing is passed on but a token that says how many
 * bytes went.  From within, from the begin of a compressed stream, an archive,
 * a database or text in UTF-32 on, bytes are left out up to EMBEDDED_TEXT bytes
 * of text in a row, and a token says how many: whoever prints such a begin into
 * a log hides what looks like it and no more.  Behind them it can go on: four
 * control characters within 64 bytes, however far behind, and bytes are left
 * out again.  embedded_begin.h knows the begins. */
#ifndef XB_REDACT_EMBEDDED_H
#define XB_REDACT_EMBEDDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/sink.h"

/* As long as a file's name in such a stream may be, and longer than what lz4
 * leaves as it was. */
#define EMBEDDED_TEXT 256u

struct embedded;

/* A sink_free of its sink frees next, too. */
struct embedded *embedded_new(struct sink *next);
struct sink *embedded_sink(struct embedded *e);
/* What the whole stream is, "a zip archive"; NULL: none of these, or not known
 * yet. */
const char *embedded_all(const struct embedded *e);
uint64_t embedded_count(const struct embedded *e);
/* Newlines in what was left out. */
uint64_t embedded_lines_gone(const struct embedded *e);

#endif
