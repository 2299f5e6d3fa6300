/* manifest.h: manifest.json, written item by item and read the same way.
 *
 * docs/BUNDLE.md and docs/manifest.schema.json say what the fields mean.  The
 * file is one object; its last field "items" is an array with one item a line,
 * so that neither writer nor reader ever holds it whole. */
#ifndef XB_MANIFEST_H
#define XB_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/base/core/status.h"
#include "collector/base/digest.h"

#define MANIFEST_VERSION 1

enum source_kind {
    SRC_FILE,      /* path; or glob or tree where that found nothing to read */
    SRC_COMMAND,   /* argv */
    SRC_HYPERCALL, /* probe: read through xen-bugtool-probe */
    SRC_XENSTORE,  /* probe */
    SRC_OWN,       /* made by xen-bugtool itself: log, summary */
};

struct redaction_count {
    const char *rule;
    uint64_t count;
};

/* A member that an item put into the bundle. */
struct manifest_member {
    const char *name; /* below the top folder; NULL: none */
    uint64_t bytes;   /* stored */
    char sha256[SHA256_HEX];
    const struct redaction_count *redactions;
    size_t n_redactions;
    uint64_t unscannable; /* lines */
    uint64_t pseudonyms;
};

/* Strings belong to the caller when writing, to the reader when reading. */
struct manifest_item {
    const char *plugin;
    const char *item;
    enum source_kind source;
    const char *path, *glob, *tree, *probe; /* one of them, by source */
    const char *const *argv;                /* SRC_COMMAND, NULL-terminated */
    enum status status;
    int exit_code;       /* -1: none */
    int signal;          /* 0: none */
    const char *error;   /* NULL: none */
    const char *left;    /* NULL: none */
    const char *link;    /* where a symbolic link led; NULL: none */
    const char *decoded; /* "gzip" ...: stored decompressed; NULL: as it was */
    enum truncated truncated;
    int64_t started_ms; /* wall clock; 0: never started */
    uint64_t duration_ms;
    uint64_t interval_ms; /* read twice, so far apart; 0: once */
    uint64_t bytes_read;
    int64_t mtime;                 /* of a file; 0: none */
    struct manifest_member out;    /* the file, or stdout */
    struct manifest_member errout; /* stderr of a command */
};

/* Everything that stands before "items".  Lists are NULL-terminated. */
struct manifest_head {
    const char *tool_version;
    const char *rules_digest;
    uint64_t rules_count;
    const char *rules_engine; /* who looked for secrets; NULL: not told */
    /* Added rule files; built-in rules that they weaken.  NULL: none. */
    char *const *rules_files, *const *rules_overrides;
    /* Of the diagnosis; digest and engine NULL: there was none. */
    struct {
        const char *digest, *engine;
        uint64_t count;
    } diagnosis;
    /* What names were not learned from, as "SOURCE: WHY"; NULL: nothing. */
    char *const *names_missed;
    bool complete;
    const char *cut; /* why it was cut short; NULL if complete */
    bool replayed, synthetic;
    const char *sync;     /* "tried", "not tried" */
    char *const *sandbox; /* what the worker ran under; NULL: replayed */
    struct {
        const char *name, *kernel, *machine; /* uname */
        const char *xen;  /* version, NULL if not under Xen */
        const char *role; /* "dom0", "domU", "none" */
        uint64_t uptime_s;
    } host;
    /* Of a host that does not run (options.sysroot); NULL and 0: not known. */
    struct {
        const char *system, *kernel, *xen; /* the newest that are installed */
        int64_t last_log_ms;               /* when a log was written last */
    } disk;
    struct {
        const char *format, *privacy, *since; /* since NULL: none */
        char *const *only, *const *skip, *const *skip_file;
        const char *case_id, *note; /* NULL: none */
        const char *sysroot;        /* NULL: this host; not told then */
        uint64_t keywords;          /* how many */
        bool hide_domains;
    } options;
    struct {
        uint64_t item_timeout_ms, max_time_ms, max_size; /* 0: none */
        bool unlimited;
    } limits;
    int64_t start_ms, end_ms;
    const char *key_id;
    /* When all members were redacted once more, by which xen-bugtool, and the
     * key and rules that they were made with first.  time_ms 0: they were not.
     */
    struct {
        int64_t time_ms;
        const char *tool_version, *key_id, *rules_digest;
    } again;
    char *const *modules_before, *const *modules_after;
};

/* Appends the item as one line of JSON, without newline or comma. */
void manifest_item_write(const struct manifest_item *item, struct buf *out);
/* Appends all up to and with "items":[ and a newline. */
void manifest_head_write(const struct manifest_head *head, struct buf *out);
/* What the machine is that was collected from, in a sentence: "dom0", "this
 * guest", or "this machine" where there is no Xen below it. */
const char *manifest_machine(const struct manifest_head *head);
/* What closes it after the last item. */
#define MANIFEST_TAIL "]}\n"

/* Reading.  Bytes are fed as they come, from a hostile bundle: lines, depth and
 * numbers are bounded, unknown fields are let pass, missing or mistyped ones
 * are errors that name the field and the item's number. */
struct manifest_reader;
struct manifest_handler {
    int (*head)(const struct manifest_head *head, void *arg, struct err *err);
    int (*item)(const struct manifest_item *item, void *arg, struct err *err);
    void *arg;
};
struct manifest_reader *manifest_reader_new(const struct manifest_handler *h);
int manifest_reader_feed(struct manifest_reader *r, const void *data, size_t n,
                         struct err *err);
/* All was there and nothing after it. */
int manifest_reader_end(struct manifest_reader *r, struct err *err);
void manifest_reader_free(struct manifest_reader *r);

/* verify's own table of fields, for the test that holds it against the schema:
 * row i as "head.host.name string" or NULL behind the last. */
const char *manifest_field(size_t i);

#endif
