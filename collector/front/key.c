#include "collector/front/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/path.h"
#include "config.h"

#define FOLDER SYSCONFDIR "/xen-bugtool"
#define NAME "key"
#define KEY_BYTES 32

/* The line of the file; in a buffer of its own so that it can be wiped. */
static int make_line(char line[2 * KEY_BYTES + 2], struct err *err)
{
    unsigned char key[KEY_BYTES];

    if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
        return err_sys(err, errno, "cannot get random bytes for the key");
    for (size_t i = 0; i < sizeof(key); i++)
        snprintf(line + 2 * i, 3, "%02x", key[i]);
    memcpy(line + 2 * KEY_BYTES, "\n", 2);
    explicit_bzero(key, sizeof(key));
    return 0;
}

/* Our folder, made if it is missing.  A descriptor, or negative. */
static int open_folder(struct err *err)
{
    struct path_found f = {.fd = -1};
    char why[96];
    int rc, fd = -1;

    /* A prefix of one's own may have no folder for configuration yet. */
    (void)mkdir(SYSCONFDIR, 0755);
    if (!mkdir(FOLDER, 0755))
        chmod(FOLDER, 0755); /* whatever the umask is */
    else if (errno != EEXIST)
        return err_sys(err, errno, "cannot make the folder %s", FOLDER);
    rc = path_walk(FOLDER, 0, &f, err);
    if (!rc && !path_safe(&f.st))
        rc = err_set(err, -EPERM, "%s %s; a key there could be replaced",
                     FOLDER, path_unsafe_why(&f.st, why, sizeof(why)));
    if (!rc) {
        fd = path_reopen(f.fd, O_RDONLY | O_DIRECTORY);
        if (fd < 0)
            rc = err_sys(err, -fd, "cannot open %s", FOLDER);
    }
    path_found_done(&f);
    return rc ? rc : fd;
}

static int write_key(int fd, struct err *err)
{
    char line[2 * KEY_BYTES + 2];
    int rc = make_line(line, err);

    if (!rc &&
        (write(fd, line, strlen(line)) != (ssize_t)strlen(line) || fsync(fd)))
        rc = err_sys(err, errno ? errno : EIO, "cannot write %s/%s", FOLDER,
                     NAME);
    explicit_bzero(line, sizeof(line));
    return rc;
}

static int already(struct err *err)
{
    return err_set(err, -EEXIST,
                   "%s/%s exists, and is never replaced: tokens of older "
                   "bundles depend on it; remove it first if you want another",
                   FOLDER, NAME);
}

int key_make(struct err *err)
{
    char temp[32] = ""; /* fits "key*", which is never collected */
    int dir, fd = -1, rc;
    struct stat st;

    dir = open_folder(err);
    if (dir < 0)
        return dir;
    rc = fstatat(dir, NAME, &st, AT_SYMLINK_NOFOLLOW) ? 0 : already(err);
    if (rc)
        goto out;
    snprintf(temp, sizeof(temp), NAME ".%ld.tmp", (long)getpid());
    fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                0600);
    if (fd < 0) {
        temp[0] = '\0'; /* not ours to remove */
        rc = err_sys(err, errno, "cannot make a key in %s", FOLDER);
        goto out;
    }
    rc = write_key(fd, err);
    if (rc)
        goto out;
    if (linkat(dir, temp, dir, NAME, 0))
        rc = errno == EEXIST
                 ? already(err)
                 : err_sys(err, errno, "cannot make %s/%s", FOLDER, NAME);
    else if (fsync(dir))
        rc = err_sys(err, errno, "cannot write %s", FOLDER);
out:
    if (*temp)
        unlinkat(dir, temp, 0);
    if (fd >= 0)
        close(fd);
    close(dir);
    return rc;
}
