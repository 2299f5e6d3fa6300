/* yaml.h: our YAML files, loaded by a libcyaml schema, with one style of error:
 * "PATH:LINE: expected ..., found ...".
 *
 * A subset of YAML: one document, no anchors or aliases, keys that are plain
 * texts, no text with a NUL, limits below.  Unknown keys are errors.  Numbers,
 * times and sizes are read as strings and parsed with str.h, since libcyaml
 * takes "5s" for 5; truth values by YAML_FIELD_BOOL, since it takes any word
 * for true.  (The functions are yamldoc_*: libyaml exports yaml_free and the
 * like, undocumented.) */
#ifndef XB_YAML_H
#define XB_YAML_H

#include <cyaml/cyaml.h>
#include <stddef.h>

#include "collector/base/core/err.h"

#define YAML_MAX_BYTES (1u << 20)
#define YAML_MAX_DEPTH 16u
#define YAML_MAX_NODES 50000u

struct yamldoc;

/* text need not end in NUL and may be anything; path is for messages.  The
 * schema's top is a CYAML_FLAG_POINTER.  0 and *out to be freed with
 * yamldoc_free, or -EINVAL (*out is NULL; -ENOMEM if the parser cannot start).
 */
int yamldoc_load(const char *path, const char *text, size_t len,
                 const cyaml_schema_value_t *schema, struct yamldoc **out,
                 struct err *err);
/* The same of a text that was loaded once already, by the tests: in half the
 * time, but a mistake is told without its line. */
int yamldoc_load_proved(const char *path, const char *text, size_t len,
                        const cyaml_schema_value_t *schema,
                        struct yamldoc **out, struct err *err);
void yamldoc_free(struct yamldoc *y);

/* What the schema describes; NULL for an empty file.  It lives as long as y. */
void *yamldoc_data(struct yamldoc *y);

/* For what no schema can say: fills err with "PATH:LINE: " and the text, which
 * should read "expected ..., found ...".  where names the value, entries
 * counted from 0: "items/2/timeout"; "" is the whole.  Its nearest known part
 * gives the line.  Returns -EINVAL. */
int yamldoc_error(const struct yamldoc *y, struct err *err, const char *where,
                  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* true, yes, false, no. */
extern const cyaml_strval_t yamldoc_bool_words[4];
#define YAML_FIELD_BOOL(key, structure, member)                                \
    CYAML_FIELD_ENUM(key, CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, structure,  \
                     member, yamldoc_bool_words, 4)

#endif
