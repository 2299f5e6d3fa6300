#include "collector/front/send.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/frame.h"
#include "collector/base/core/path.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/serve.h"
#include "config.h"

#define HOME_KNOWN_HOSTS ".ssh/known_hosts"

/* What it sees beside the bundle.  A secret one may be open to its owner alone;
 * the default ones must be ours or root's, too. */
static const struct given {
    const char *role;
    enum opt_id option;
    const char *fallback; /* where it lies if the option is not given */
    bool secret;
} given[] = {
    {"credentials", OPT_CREDENTIALS, SYSCONFDIR "/xen-bugtool/credentials.yaml",
     true},
    {"netrc", OPT_NETRC, NULL, true},
    {"identity", OPT_IDENTITY, NULL, true},
    {"cacert", OPT_CACERT, NULL, false},
    {"known-hosts", OPT_KNOWN_HOSTS, "/etc/ssh/ssh_known_hosts", false},
};

static int check_secret(const struct stat *st, const char *path, bool named,
                        struct err *err)
{
    if (!named && st->st_uid && st->st_uid != geteuid())
        return err_set(err, -EPERM,
                       "%.255s belongs to uid %u and is not used: it must be "
                       "root's; chown root %.120s",
                       path, (unsigned)st->st_uid, path);
    if (st->st_mode & 0077)
        return err_set(err, -EPERM,
                       "%.255s holds secrets, but others may use it (mode "
                       "%04o): chmod 600 %.120s",
                       path, (unsigned)st->st_mode & 07777, path);
    return 0;
}

/* named: by the command line; else it need not be there. */
static int give_file(int sock, const struct given *g, const char *path,
                     bool named, struct err *err)
{
    struct buf fields = BUF_INIT;
    struct stat st;
    int fd = serve_open_plain(AT_FDCWD, path, 0, &st), rc = 0;

    if (fd < 0 && !named && (fd == -ENOENT || fd == -EACCES || fd == -ENOTDIR))
        return 0;
    if (fd >= 0 && !S_ISREG(st.st_mode)) {
        close(fd);
        fd = -EBADF;
    }
    if (fd == -EBADF)
        return err_set(err, -EINVAL, "%.255s is no file", path);
    if (fd < 0)
        return err_sys(err, -fd, "cannot open %.255s", path);
    if (g->secret)
        rc = check_secret(&st, path, named, err);
    field_put_str(&fields, g->role);
    field_put_str(&fields, path);
    if (!rc)
        rc = frame_send(sock, SD_FILE, fields.data, fields.len, fd);
    buf_done(&fields);
    close(fd);
    return rc;
}

/* Of the user who runs this.  libc's own look up would load NSS modules. */
static char *home_known_hosts(void)
{
    FILE *f = fopen("/etc/passwd", "re");
    struct passwd *pw;
    char *path = NULL;

    while (f && !path && (pw = fgetpwent(f)))
        if (pw->pw_uid == getuid() && pw->pw_dir && pw->pw_dir[0] == '/')
            path = xasprintf("%s/" HOME_KNOWN_HOSTS, pw->pw_dir);
    if (f)
        fclose(f);
    return path;
}

static int give_all(int sock, const struct options *opt, struct err *err)
{
    const struct given *known = NULL;
    char *home = NULL;
    int rc = 0;

    for (size_t i = 0; !rc && i < sizeof(given) / sizeof(given[0]); i++) {
        const char *named = options_last(opt, given[i].option);

        if (named || given[i].fallback)
            rc = give_file(sock, &given[i], named ? named : given[i].fallback,
                           named != NULL, err);
        if (rc && named && err->text[0])
            err_prefix(err, "--%s: ", given[i].role);
        if (given[i].option == OPT_KNOWN_HOSTS && !named)
            known = &given[i];
    }
    if (!rc && known)
        home = home_known_hosts();
    if (home)
        rc = give_file(sock, known, home, false, err);
    free(home);
    return rc;
}

int send_start(const struct launch *program, const struct options *opt,
               int bundle, const char *path, int *sock_out, struct err *err)
{
    const struct given g = {.role = "bundle"};
    struct buf fields = BUF_INIT;
    pid_t pid;
    int rc = launch_program(program, &pid, sock_out, err);

    if (rc)
        return rc;
    field_put_str(&fields, g.role);
    field_put_str(&fields, path);
    rc = frame_send(*sock_out, SD_FILE, fields.data, fields.len, bundle);
    buf_done(&fields);
    if (!rc)
        rc = give_all(*sock_out, opt, err);
    if (rc && !err->text[0])
        err_sys(err, -rc, "%s does not answer", program->path);
    if (rc)
        close(*sock_out);
    return rc;
}

int send_receipt(int bundle, const char *path, int *fd_out, struct err *err)
{
    const char *slash = strrchr(path, '/');
    char *folder = xasprintf("%.*s", slash ? (int)(slash - path) + 1 : 0, path);
    char *name = xasprintf("%s.receipt", slash ? slash + 1 : path);
    int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC), fd = -1, rc = 0;
    struct stat a, b, st;

    /* Whoever can exchange the folders above could otherwise choose where a
     * file of ours is made. */
    if (dir < 0 || fstat(bundle, &a) ||
        fstatat(dir, slash ? slash + 1 : path, &b, AT_SYMLINK_NOFOLLOW) ||
        a.st_dev != b.st_dev || a.st_ino != b.st_ino) {
        rc = err_set(err, -ESTALE, "the bundle lies at %.255s no more", path);
        goto out;
    }
    fd = openat(dir, name,
                O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
                    O_NOCTTY | O_CLOEXEC,
                0600);
    if (fd < 0) {
        rc = err_sys(err, errno, "cannot write %.255s.receipt", path);
        goto out;
    }
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_nlink != 1 ||
        st.st_uid != geteuid() || (st.st_mode & 0077)) {
        close(fd);
        rc = err_set(err, -EPERM,
                     "%.255s.receipt is no file of ours, with mode 0600", path);
        goto out;
    }
    *fd_out = fd;
out:
    if (dir >= 0)
        close(dir);
    free(folder);
    free(name);
    return rc;
}
