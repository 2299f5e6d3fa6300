#include "collector/base/core/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int fill(struct err *err, int code, const char *fmt, va_list ap)
{
    if (err) {
        err->code = code;
        vsnprintf(err->text, sizeof(err->text), fmt, ap);
    }
    return code;
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fill(err, code, fmt, ap);
    va_end(ap);
    return code;
}

int err_sys(struct err *err, int errnum, const char *fmt, ...)
{
    va_list ap;
    size_t len;

    va_start(ap, fmt);
    fill(err, -errnum, fmt, ap);
    va_end(ap);
    if (err) {
        len = strlen(err->text);
        snprintf(err->text + len, sizeof(err->text) - len, ": %s",
                 strerror(errnum));
    }
    return -errnum;
}

int err_stdout(struct err *err)
{
    return fflush(stdout) || ferror(stdout)
               ? err_sys(err, errno, "cannot write to stdout")
               : 0;
}

void err_prefix(struct err *err, const char *fmt, ...)
{
    char old[sizeof(err->text)];
    va_list ap;
    size_t len;

    if (!err)
        return;
    memcpy(old, err->text, sizeof(old));
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    len = strlen(err->text);
    snprintf(err->text + len, sizeof(err->text) - len, "%.*s",
             (int)sizeof(old) - 1, old);
}

void err_about(struct err *err, const char *name)
{
    if (err && !strstr(err->text, name))
        err_prefix(err, "%s: ", name);
}
