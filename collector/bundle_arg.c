#include "collector/bundle_arg.h"

#include <unistd.h>

static int open_below(const char *rel, void *arg)
{
    return control_open(arg, rel, NULL);
}

int bundle_arg_open(struct control *ctl, struct unpack **out, bool *folder_out,
                    struct err *err)
{
    bool is_dir;
    int fd, r;

    r = control_bundle(ctl, &fd, &is_dir, err);
    if (r < 0)
        return r;
    r = unpack_new(fd, is_dir ? open_below : NULL, ctl, out, err);
    close(fd);
    if (folder_out)
        *folder_out = is_dir;
    return r;
}
