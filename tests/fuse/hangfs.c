/* hangfs: a file system that stands for a dead NFS server.
 *
 *   hangfs FOLDER      mounts itself there and serves in the foreground
 *
 * /ok       holds a line
 * /hang     opens, but a read is never answered
 * /no-open  an open is never answered
 *
 * A process that waits for one of these two cannot be killed (state D): the
 * server has taken its request.  Stopped by SIGSTOP hangfs takes no request, so
 * nothing is answered, but who waits can be killed.  See fuse.sh. */
#define FUSE_USE_VERSION 31

#include <errno.h>
#include <fuse.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char ok_text[] = "this file system answers\n";

static const char *const names[] = {"ok", "hang", "no-open"};
#define N_NAMES (sizeof(names) / sizeof(names[0]))

static int find(const char *path)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        if (!strcmp(path + 1, names[i]))
            return (int)i;
    }
    return -ENOENT;
}

static __attribute__((noreturn)) void never(void)
{
    for (;;)
        pause();
}

static int hang_getattr(const char *path, struct stat *st,
                        struct fuse_file_info *fi)
{
    (void)fi;
    memset(st, 0, sizeof(*st));
    if (!strcmp(path, "/")) {
        st->st_mode = S_IFDIR | 0755;
        st->st_nlink = 2;
        return 0;
    }
    if (find(path) < 0)
        return -ENOENT;
    st->st_mode = S_IFREG | 0644;
    st->st_nlink = 1;
    st->st_size = sizeof(ok_text) - 1;
    return 0;
}

static int hang_readdir(const char *path, void *buf, fuse_fill_dir_t fill,
                        off_t off, struct fuse_file_info *fi,
                        enum fuse_readdir_flags flags)
{
    (void)path;
    (void)off;
    (void)fi;
    (void)flags;
    for (size_t i = 0; i < N_NAMES; i++)
        fill(buf, names[i], NULL, 0, 0);
    return 0;
}

static int hang_open(const char *path, struct fuse_file_info *fi)
{
    if (!strcmp(path, "/no-open"))
        never();
    /* Past the page cache, where a killed reader would be let go. */
    fi->direct_io = !strcmp(path, "/hang");
    return find(path) < 0 ? -ENOENT : 0;
}

static int hang_read(const char *path, char *buf, size_t size, off_t off,
                     struct fuse_file_info *fi)
{
    size_t len = sizeof(ok_text) - 1;

    (void)fi;
    if (strcmp(path, "/ok"))
        never();
    if ((size_t)off >= len)
        return 0;
    if (size > len - (size_t)off)
        size = len - (size_t)off;
    memcpy(buf, ok_text + off, size);
    return (int)size;
}

static const struct fuse_operations ops = {
    .getattr = hang_getattr,
    .readdir = hang_readdir,
    .open = hang_open,
    .read = hang_read,
};

int main(int argc, char **argv)
{
    char *args[] = {argv[0], (char *)"-f", argv[1], NULL};

    if (argc != 2)
        return 2;
    return fuse_main(3, args, &ops, NULL);
}
