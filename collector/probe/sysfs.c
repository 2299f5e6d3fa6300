#include "collector/probe/sysfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"

#ifndef SYSFS
#define SYSFS "/sys"
#endif
#define LINE_MAX_BYTES 4096

bool sysfs_plain(const char *name)
{
    return *name && strlen(name) < 64 && !strchr(name, '/') &&
           strcmp(name, ".") && strcmp(name, "..");
}

/* SYSFS/..., or "" if that is too long. */
static void make_path(char path[PATH_MAX], const char *fmt, va_list ap)
{
    int n = snprintf(path, PATH_MAX, "%s/", SYSFS);
    int k = vsnprintf(path + n, (size_t)(PATH_MAX - n), fmt, ap);

    if (k < 0 || k >= PATH_MAX - n)
        path[0] = '\0';
}

char *sysfs_line(const char *fmt, ...)
{
    char path[PATH_MAX], text[LINE_MAX_BYTES];
    va_list ap;
    ssize_t n;
    int fd;

    va_start(ap, fmt);
    make_path(path, fmt, ap);
    va_end(ap);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return NULL;
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (n < 0) /* as of "speed" of a link that is down */
        return NULL;
    text[n] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return xstrdup(text);
}

char *sysfs_link(const char *fmt, ...)
{
    char path[PATH_MAX], text[PATH_MAX];
    const char *base;
    va_list ap;
    ssize_t n;

    va_start(ap, fmt);
    make_path(path, fmt, ap);
    va_end(ap);
    n = readlink(path, text, sizeof(text) - 1);
    if (n < 0)
        return NULL;
    text[n] = '\0';
    base = strrchr(text, '/');
    return xstrdup(base ? base + 1 : text);
}

bool sysfs_exists(const char *fmt, ...)
{
    char path[PATH_MAX];
    va_list ap;

    va_start(ap, fmt);
    make_path(path, fmt, ap);
    va_end(ap);
    return !access(path, F_OK);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **sysfs_names(size_t max, size_t *n_out, const char *fmt, ...)
{
    char path[PATH_MAX], **names = NULL;
    struct dirent *d;
    va_list ap;
    DIR *dir;

    *n_out = 0;
    va_start(ap, fmt);
    make_path(path, fmt, ap);
    va_end(ap);
    dir = opendir(path);
    if (!dir)
        return NULL;
    while (*n_out < max && (d = readdir(dir))) {
        if (!sysfs_plain(d->d_name))
            continue;
        names = xreallocarray(names, *n_out + 1, sizeof(*names));
        names[(*n_out)++] = xstrdup(d->d_name);
    }
    closedir(dir);
    if (names)
        qsort(names, *n_out, sizeof(*names), by_name);
    return names;
}

void sysfs_names_free(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}
