/* fuzz_settings: lines up to one of "%%" are a command line, what follows is
 * config.yaml (and a word that is to be hidden).  They give settings in their
 * bounds, or one line that says what is wrong. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/learn.h"
#include "collector/settings.h"

#define MAX_ARGS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
    if (!holds)
        abort();
}

static void must_tell(const struct err *err)
{
    must(err->code == -EINVAL && *err->text);
}

static void must_be_in_bounds(const struct settings *s)
{
    must(s->jobs >= 1 && s->threads >= 1);
    must(s->since || !s->since_ms);
    must(!strcmp(s->privacy, "secrets") || !strcmp(s->privacy, "public"));
    must(str_starts(s->format_name, "tar") || s->format == BUNDLE_DIR);
    must(!s->sysroot || *s->sysroot);
    for (char **w = s->only; *w; w++)
        must(**w);
    for (char **w = s->skip; *w; w++)
        must(**w);
}

static void hide_words(const char *text)
{
    char **words = xcalloc(1, sizeof(*words));

    learn_keywords(text, &words);
    str_list_free(words);
}

/* Cuts the lines of text into argv. */
static int cut(char *text, char **argv)
{
    int argc = 0;

    argv[argc++] = text; /* is skipped */
    for (char *line = strtok(text, "\n"); line && argc < MAX_ARGS;
         line = strtok(NULL, "\n"))
        argv[argc++] = line;
    argv[argc] = NULL;
    return argc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *at = memmem(data, size, "\n%%\n", 4);
    size_t n = at ? (size_t)(at - data) : size;
    char *line = xstrndup((const char *)data, n), *argv[MAX_ARGS + 1];
    struct buf conf = BUF_INIT;
    struct err err = ERR_INIT;
    struct settings s;
    struct options opt;

    if (at)
        buf_add(&conf, at + 4, size - n - 4);
    if (options_parse(cut(line, argv), argv, &opt, &err)) {
        must_tell(&err);
    } else if (!options_has(&opt, OPT_HELP) &&
               !options_has(&opt, OPT_VERSION)) {
        if (settings_load(&opt, "f", at ? &conf : NULL, 1790000000000, &s,
                          &err))
            must_tell(&err);
        else
            must_be_in_bounds(&s);
        settings_done(&s);
    }
    hide_words(buf_str(&conf));
    options_done(&opt);
    buf_done(&conf);
    free(line);
    return 0;
}
