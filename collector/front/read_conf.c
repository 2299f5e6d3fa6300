/* Our own configuration: RQ_CONF.  It decides what is collected and hidden, so
 * it counts only if nobody but root can have written it. */
#include "collector/front/reply.h"

#include <stdlib.h>
#include <string.h>

#include "collector/base/core/path.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "config.h"

#define CONF_FOLDER SYSCONFDIR "/xen-bugtool"
#define KEY_NAME "key" /* the host's pseudonym key */
#define MAX_BYTES (4u << 20)
#define MAX_FILES 4096

/* A relative path without ".", ".." and empty components; one "/" at the end
 * may be. */
static bool is_conf_name(const char *name)
{
    for (const char *s = name; *s;) {
        size_t n = strcspn(s, "/");

        if (!n || (n <= 2 && !strncmp(s, "..", n)))
            return false;
        s += n + (s[n] == '/');
    }
    return true;
}

/* Opens path if it is root's alone.  0, or the outcome is set and -1. */
static int open_own(struct reply *rp, const char *path, struct path_found *f)
{
    struct err err = ERR_INIT;
    char why[96];
    int rc = path_walk(path, PATH_LIVE, f, &err);

    if (rc) {
        reply_fail(rp, rc, err.text);
        return -1;
    }
    if (path_safe(&f->st))
        return 0;
    reply_set(rp, ST_REFUSED, "%s %s", path,
              path_unsafe_why(&f->st, why, sizeof(why)));
    return -1;
}

/* The folders from ours down to the one that holds path. */
static int check_folders(struct reply *rp, const char *path)
{
    char *copy = xstrdup(path), *slash = copy + strlen(CONF_FOLDER);
    int rc = 0;

    for (; slash && !rc; slash = strchr(slash + 1, '/')) {
        struct path_found f = {.fd = -1};

        *slash = '\0';
        rc = open_own(rp, copy, &f);
        if (!rc && !S_ISDIR(f.st.st_mode)) {
            reply_set(rp, ST_ABSENT, "%s is not a folder", copy);
            rc = -1;
        }
        *slash = '/';
        path_found_done(&f);
    }
    free(copy);
    return rc;
}

static void read_own(struct reply *rp, const char *path, bool is_key)
{
    struct path_found f = {.fd = -1};

    if (open_own(rp, path, &f))
        goto out;
    if (!S_ISREG(f.st.st_mode))
        reply_set(rp, ST_REFUSED, "%s is not a file", path);
    else if (!f.safe_dir)
        /* A link led there, since its own folder was checked. */
        reply_set(rp, ST_REFUSED, "%s leads to a folder that others can write",
                  path);
    else if (is_key && (f.st.st_mode & (S_IRGRP | S_IROTH)))
        reply_set(rp, ST_REFUSED,
                  "%s can be read by others (chmod 600 it, and make a new one)",
                  path);
    else
        reply_file(rp, f.fd, &f.st, path, f.linked ? f.real : "", 0, MAX_BYTES);
out:
    path_found_done(&f);
}

/* path ends in "/" and its folders are checked. */
static void list_own(struct reply *rp, const char *path)
{
    char *folder = xstrndup(path, strlen(path) - 1);
    struct path_found f = {.fd = -1};

    if (!open_own(rp, folder, &f))
        reply_folder(rp, f.fd, folder, f.real, MAX_FILES);
    path_found_done(&f);
    free(folder);
}

void serve_conf(struct reply *rp, const char *name)
{
    char *path;

    if (!is_conf_name(name)) {
        reply_set(rp, ST_REFUSED, "%s is not the name of a configuration file",
                  name);
        return;
    }
    path = xasprintf("%s/%s", CONF_FOLDER, name);
    if (!check_folders(rp, path)) {
        if (str_ends(path, "/"))
            list_own(rp, path);
        else
            read_own(rp, path, !strcmp(name, KEY_NAME));
    }
    free(path);
}
