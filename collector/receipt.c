#include "collector/receipt.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/str.h"
#include "collector/base/core/url.h"

static void add_text(struct json_object *o, const char *name, const char *value)
{
    char safe[2048];

    if (*value)
        json_object_object_add(
            o, name,
            json_object_new_string(str_visible(value, safe, sizeof(safe))));
}

int receipt_add(int fd, const struct receipt_line *line, struct err *err)
{
    struct json_object *o = json_object_new_object();
    struct buf text = BUF_INIT;
    char *shown = url_shown(line->url), when[32];
    time_t now = time(NULL);
    struct tm tm;
    ssize_t n;

    gmtime_r(&now, &tm);
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
    add_text(o, "time", when);
    add_text(o, "result", line->result);
    add_text(o, "url", shown);
    add_text(o, "where", line->where);
    add_text(o, "sha256", line->sha256);
    json_object_object_add(o, "bytes",
                           json_object_new_int64((int64_t)line->size));
    json_object_object_add(o, "tries",
                           json_object_new_int64((int64_t)line->tries));
    add_text(o, "answer", line->answer);
    add_text(o, "error", line->text);
    buf_addf(&text, "%s\n",
             json_object_to_json_string_ext(
                 o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(o);
    free(shown);
    /* One write, so that two runs do not mix their lines. */
    n = write(fd, text.data, text.len);
    if (n >= 0 && (size_t)n == text.len)
        n = !line->hasty && fsync(fd) && errno != EINVAL ? -1 : 0;
    else if (n >= 0)
        errno = ENOSPC;
    buf_done(&text);
    return n ? err_sys(err, errno, "cannot write the receipt") : 0;
}
