/* recorded.h: one item of a recorded manifest, copied, with the key under which
 * replay looks it up; and the copied head. */
#ifndef XB_RECORDED_H
#define XB_RECORDED_H

#include <stdbool.h>

#include "collector/gather/gather.h"
#include "collector/pack/manifest.h"

/* Keys: "f:PATH", "g:PATTERN", "t:FOLDER", "c:ARGV joined by \x1f", "p:PROBE";
 * with "s:" before it: of two samples. */
#define RECORDED_FILE_PREFIX "f:"

struct recorded {
    char *key;
    char *plugin, *item;
    bool command;
    char *member, *err_member; /* NULL: none */
    char *link, *decoded;      /* NULL: none */
    int64_t mtime;
    struct outcome outcome;
};

/* NULL for an item that no request asks for (our own log and summary). */
struct recorded *recorded_new(const struct manifest_item *item);
void recorded_free(struct recorded *it);

/* The key of any request but REQ_CONF; to be freed. */
char *recorded_key(const struct request *rq);

/* Does path fit a pattern of * ? [] and of "**" as a whole component (any
 * number of folders)?  As the readers' globs: never across '/', and a leading
 * dot only by a dot. */
bool recorded_match(const char *pattern, const char *path);

struct recorded_head {
    struct manifest_head head;
    void **owned; /* every copied string and list */
    size_t n_owned;
};
struct recorded_head *recorded_head_new(const struct manifest_head *head);
void recorded_head_free(struct recorded_head *h);

#endif
