#include "collector/pack/manifest_fields.h"

#include <stdio.h>
#include <string.h>

#include "collector/pack/manifest.h"

#define H(member) offsetof(struct manifest_head, member)
#define I(member) offsetof(struct manifest_item, member)
#define M(member) offsetof(struct manifest_member, member)

const struct field manifest_head_fields[] = {
    {"", "manifest", FT_VERSION, FW_ALWAYS, 0, NULL, 0},
    {"tool", "name", FT_CONST, FW_ALWAYS, 0, "xen-bugtool", 0},
    {"tool", "version", FT_STRING, FW_ALWAYS, H(tool_version), NULL, 0},
    {"tool", "sandbox", FT_LIST, FW_SET, H(sandbox), NULL, 0},
    {"rules", "digest", FT_STRING, FW_ALWAYS, H(rules_digest), NULL, 0},
    {"rules", "count", FT_COUNT, FW_ALWAYS, H(rules_count), NULL, 0},
    {"rules", "engine", FT_STRING, FW_SET, H(rules_engine), NULL, 0},
    {"rules", "files", FT_LIST, FW_SET, H(rules_files), NULL, 0},
    {"rules", "overrides", FT_LIST, FW_SET, H(rules_overrides), NULL, 0},
    {"diagnosis", "digest", FT_STRING, FW_SET, H(diagnosis.digest), NULL, 0},
    {"diagnosis", "count", FT_COUNT, FW_SET, H(diagnosis.count), NULL, 0},
    {"diagnosis", "engine", FT_STRING, FW_SET, H(diagnosis.engine), NULL, 0},
    {"names", "missed", FT_LIST, FW_SET, H(names_missed), NULL, 0},
    {"", "complete", FT_BOOL, FW_ALWAYS, H(complete), NULL, 0},
    {"", "cut", FT_NULLABLE, FW_ALWAYS, H(cut), NULL, 0},
    {"", "replayed", FT_BOOL, FW_ALWAYS, H(replayed), NULL, 0},
    {"", "synthetic", FT_BOOL, FW_ALWAYS, H(synthetic), NULL, 0},
    {"", "sync", FT_WORD, FW_ALWAYS, H(sync), "tried|not tried", 0},
    {"host", "name", FT_STRING, FW_ALWAYS, H(host.name), NULL, 0},
    {"host", "kernel", FT_STRING, FW_ALWAYS, H(host.kernel), NULL, 0},
    {"host", "machine", FT_STRING, FW_ALWAYS, H(host.machine), NULL, 0},
    {"host", "xen", FT_NULLABLE, FW_ALWAYS, H(host.xen), NULL, 0},
    {"host", "role", FT_WORD, FW_ALWAYS, H(host.role), "dom0|domU|none", 0},
    {"host", "uptime_s", FT_COUNT, FW_ALWAYS, H(host.uptime_s), NULL, 0},
    {"disk", "system", FT_STRING, FW_SET, H(disk.system), NULL, 0},
    {"disk", "kernel", FT_STRING, FW_SET, H(disk.kernel), NULL, 0},
    {"disk", "xen", FT_STRING, FW_SET, H(disk.xen), NULL, 0},
    {"disk", "last_log", FT_TIME, FW_SET, H(disk.last_log_ms), NULL, 0},
    {"options", "format", FT_STRING, FW_ALWAYS, H(options.format), NULL, 0},
    {"options", "privacy", FT_STRING, FW_ALWAYS, H(options.privacy), NULL, 0},
    {"options", "since", FT_NULLABLE, FW_ALWAYS, H(options.since), NULL, 0},
    {"options", "only", FT_LIST, FW_ALWAYS, H(options.only), NULL, 0},
    {"options", "skip", FT_LIST, FW_ALWAYS, H(options.skip), NULL, 0},
    {"options", "skip_file", FT_LIST, FW_ALWAYS, H(options.skip_file), NULL, 0},
    {"options", "case", FT_NULLABLE, FW_ALWAYS, H(options.case_id), NULL, 0},
    {"options", "note", FT_NULLABLE, FW_ALWAYS, H(options.note), NULL, 0},
    {"options", "keywords", FT_COUNT, FW_SET, H(options.keywords), NULL, 0},
    {"options", "hide_domains", FT_BOOL, FW_SET, H(options.hide_domains), NULL,
     0},
    {"options", "sysroot", FT_STRING, FW_SET, H(options.sysroot), NULL, 0},
    {"limits", "item_timeout_ms", FT_COUNT, FW_ALWAYS,
     H(limits.item_timeout_ms), NULL, 0},
    {"limits", "max_time_ms", FT_COUNT, FW_ALWAYS, H(limits.max_time_ms), NULL,
     0},
    {"limits", "max_size", FT_COUNT, FW_ALWAYS, H(limits.max_size), NULL, 0},
    {"limits", "unlimited", FT_BOOL, FW_ALWAYS, H(limits.unlimited), NULL, 0},
    {"time", "start", FT_TIME, FW_ALWAYS, H(start_ms), NULL, 0},
    {"time", "end", FT_TIME, FW_ALWAYS, H(end_ms), NULL, 0},
    {"", "key_id", FT_STRING, FW_ALWAYS, H(key_id), NULL, 0},
    {"redacted_again", "time", FT_TIME, FW_SET, H(again.time_ms), NULL, 0},
    {"redacted_again", "tool_version", FT_STRING, FW_SET, H(again.tool_version),
     NULL, 0},
    {"redacted_again", "key_id", FT_STRING, FW_SET, H(again.key_id), NULL, 0},
    {"redacted_again", "rules_digest", FT_STRING, FW_SET, H(again.rules_digest),
     NULL, 0},
    {"modules", "before", FT_LIST, FW_ALWAYS, H(modules_before), NULL, 0},
    {"modules", "after", FT_LIST, FW_ALWAYS, H(modules_after), NULL, 0},
    {NULL, NULL, FT_VERSION, FW_ALWAYS, 0, NULL, 0},
};

const struct field manifest_item_fields[] = {
    {"", "plugin", FT_STRING, FW_ALWAYS, I(plugin), NULL, 0},
    {"", "item", FT_STRING, FW_ALWAYS, I(item), NULL, 0},
    {"", "source", FT_ENUM, FW_ALWAYS, I(source),
     "file|command|hypercall|xenstore|own", SRC_FILE},
    {"", "path", FT_STRING, FW_SET, I(path), NULL, 0},
    {"", "glob", FT_STRING, FW_SET, I(glob), NULL, 0},
    {"", "tree", FT_STRING, FW_SET, I(tree), NULL, 0},
    {"", "argv", FT_LIST, FW_SET, I(argv), NULL, 0},
    {"", "probe", FT_STRING, FW_SET, I(probe), NULL, 0},
    {"", "interval_ms", FT_COUNT, FW_SET, I(interval_ms), NULL, 0},
    {"", "member", FT_MEMBER, FW_SET, I(out.name), NULL, 0},
    {"", "status", FT_ENUM, FW_ALWAYS, I(status),
     "ok|partial|absent|denied|timeout|failed|skipped|refused", ST_OK},
    {"", "exit", FT_SMALL, FW_SET, I(exit_code), NULL, -1},
    {"", "signal", FT_SMALL, FW_SET, I(signal), NULL, 0},
    {"", "error", FT_STRING, FW_SET, I(error), NULL, 0},
    {"", "left", FT_STRING, FW_SET, I(left), NULL, 0},
    {"", "link", FT_STRING, FW_SET, I(link), NULL, 0},
    {"", "decoded", FT_STRING, FW_SET, I(decoded), NULL, 0},
    {"", "truncated", FT_ENUM, FW_SET, I(truncated), "head|tail",
     TRUNC_HEAD_KEPT},
    {"", "started", FT_TIME, FW_SET, I(started_ms), NULL, 0},
    {"", "duration_ms", FT_COUNT, FW_RUN, I(duration_ms), NULL, 0},
    {"", "bytes_read", FT_COUNT, FW_RUN, I(bytes_read), NULL, 0},
    {"", "bytes_stored", FT_COUNT, FW_MEMBER, I(out.bytes), NULL, 0},
    {"", "sha256", FT_SHA256, FW_MEMBER, I(out.sha256), NULL, 0},
    {"", "mtime", FT_SECONDS, FW_SET, I(mtime), NULL, 0},
    {"", "redactions", FT_REDACTION, FW_SET, I(out), NULL, 0},
    {"", "unscannable", FT_COUNT, FW_SET, I(out.unscannable), NULL, 0},
    {"", "pseudonyms", FT_COUNT, FW_SET, I(out.pseudonyms), NULL, 0},
    {"", "stderr", FT_ERROUT, FW_SET, I(errout), NULL, 0},
    {NULL, NULL, FT_VERSION, FW_ALWAYS, 0, NULL, 0},
};

const struct field manifest_errout_fields[] = {
    {"", "member", FT_MEMBER, FW_ALWAYS, M(name), NULL, 0},
    {"", "bytes_stored", FT_COUNT, FW_ALWAYS, M(bytes), NULL, 0},
    {"", "sha256", FT_SHA256, FW_ALWAYS, M(sha256), NULL, 0},
    {"", "redactions", FT_REDACTION, FW_SET, 0, NULL, 0},
    {"", "unscannable", FT_COUNT, FW_SET, M(unscannable), NULL, 0},
    {"", "pseudonyms", FT_COUNT, FW_SET, M(pseudonyms), NULL, 0},
    {NULL, NULL, FT_VERSION, FW_ALWAYS, 0, NULL, 0},
};

const char *field_word(const char *words, unsigned i, size_t *len_out)
{
    for (;;) {
        const char *end = strchrnul(words, '|');

        if (!i--) {
            *len_out = (size_t)(end - words);
            return words;
        }
        if (!*end)
            return NULL;
        words = end + 1;
    }
}

int field_find_word(const char *words, const char *text)
{
    const char *w;
    size_t len;

    for (unsigned i = 0; (w = field_word(words, i, &len)); i++)
        if (strlen(text) == len && !memcmp(w, text, len))
            return (int)i;
    return -1;
}

/* A type as JSON Schema names it. */
static const char *type_name(enum field_type type)
{
    switch (type) {
    case FT_BOOL:
        return "boolean";
    case FT_VERSION:
    case FT_COUNT:
    case FT_SECONDS:
    case FT_SMALL:
        return "integer";
    case FT_NULLABLE:
        return "string|null";
    case FT_LIST:
        return "array";
    case FT_REDACTION:
    case FT_ERROUT:
        return "object";
    default:
        return "string";
    }
}

static const struct {
    const char *name;
    const struct field *fields;
} tables[] = {
    {"head", manifest_head_fields},
    {"item", manifest_item_fields},
    {"item.stderr", manifest_errout_fields},
};

const char *manifest_field(size_t i)
{
    static _Thread_local char row[160];

    for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
        for (const struct field *f = tables[t].fields; f->key; f++) {
            if (i--)
                continue;
            snprintf(row, sizeof(row), "%s.%s%s%s %s %s%s%s", tables[t].name,
                     f->group, f->group[0] ? "." : "", f->key,
                     type_name(f->type),
                     f->when == FW_ALWAYS ? "required" : "optional",
                     f->words ? " " : "", f->words ? f->words : "");
            return row;
        }
    }
    return NULL;
}
