#include "collector/settings_file.h"

#include <errno.h>
#include <string.h>

#include "collector/base/yaml.h"

#define MAX_WORDS 256

struct words {
    char **v;
    unsigned n;
};

/* Texts in the order of scalars[], lists in the order of lists[]. */
struct file {
    char *outfile, *format, *since, *max_size, *max_time, *item_timeout, *jobs,
        *nice, *threads, *privacy, *keyword_file, *case_id, *note;
    struct words only, skip, skip_file, keyword;
};

static const cyaml_schema_value_t word = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 4096)};

#define TEXT(name, member)                                                     \
    CYAML_FIELD_STRING_PTR(name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,     \
                           struct file, member, 1, 4096)
#define LIST(name, member)                                                     \
    CYAML_FIELD_SEQUENCE_COUNT(name, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, \
                               struct file, member.v, member.n, &word, 0,      \
                               MAX_WORDS)

static const cyaml_schema_field_t fields[] = {
    TEXT("outfile", outfile),
    TEXT("format", format),
    TEXT("since", since),
    TEXT("max-size", max_size),
    TEXT("max-time", max_time),
    TEXT("item-timeout", item_timeout),
    TEXT("jobs", jobs),
    TEXT("nice", nice),
    TEXT("threads", threads),
    TEXT("privacy", privacy),
    TEXT("keyword-file", keyword_file),
    TEXT("case", case_id),
    TEXT("note", note),
    LIST("only", only),
    LIST("skip", skip),
    LIST("skip-file", skip_file),
    LIST("keyword", keyword),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file, fields)};

static const struct {
    const char *key;
    size_t offset;
} scalars[] =
    {
        {"outfile", offsetof(struct file, outfile)},
        {"format", offsetof(struct file, format)},
        {"since", offsetof(struct file, since)},
        {"max-size", offsetof(struct file, max_size)},
        {"max-time", offsetof(struct file, max_time)},
        {"item-timeout", offsetof(struct file, item_timeout)},
        {"jobs", offsetof(struct file, jobs)},
        {"nice", offsetof(struct file, nice)},
        {"threads", offsetof(struct file, threads)},
        {"privacy", offsetof(struct file, privacy)},
        {"keyword-file", offsetof(struct file, keyword_file)},
        {"case", offsetof(struct file, case_id)},
        {"note", offsetof(struct file, note)},
},
  lists[] = {
      {"only", offsetof(struct file, only)},
      {"skip", offsetof(struct file, skip)},
      {"skip-file", offsetof(struct file, skip_file)},
      {"keyword", offsetof(struct file, keyword)},
};

typedef int (*value_fn)(const struct option_def *def, const char *value,
                        void *arg, struct err *err);

static int one(const struct yamldoc *y, const char *key, const char *value,
               value_fn fn, void *arg, struct err *err)
{
    const struct option_def *def = option_find(key);
    struct err bad = ERR_INIT;

    if (option_check(def, key, value, &bad) || fn(def, value, arg, &bad))
        return yamldoc_error(y, err, key, "%s", bad.text);
    return 0;
}

int settings_file_read(const char *path, const struct buf *text, value_fn fn,
                       void *arg, struct err *err)
{
    struct yamldoc *y = NULL;
    const char *data;
    int r = yamldoc_load(path, buf_str(text), text->len, &schema, &y, err);

    data = r ? NULL : yamldoc_data(y);
    if (!data)
        goto out;
    for (size_t i = 0; !r && i < sizeof(scalars) / sizeof(scalars[0]); i++) {
        char *const *v =
            (char *const *)(const void *)(data + scalars[i].offset);

        if (*v)
            r = one(y, scalars[i].key, *v, fn, arg, err);
    }
    for (size_t i = 0; !r && i < sizeof(lists) / sizeof(lists[0]); i++) {
        const struct words *w =
            (const struct words *)(const void *)(data + lists[i].offset);

        for (unsigned k = 0; !r && k < w->n; k++)
            r = one(y, lists[i].key, w->v[k], fn, arg, err);
    }
out:
    yamldoc_free(y);
    return r;
}
