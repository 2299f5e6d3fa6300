#include "collector/front/program.h"

#include <errno.h>
#include <unistd.h>

#include "collector/base/core/path.h"

unsigned program_walk_flags(void)
{
    return geteuid() == 0 ? 0 : PATH_NAMED;
}

int program_check(const char *path, struct err *err)
{
    struct path_found f = {.fd = -1};
    char why[96];
    int rc = path_walk(path, program_walk_flags(), &f, err);

    if (rc == -ENOTDIR)
        rc = -ENOENT;
    if (rc)
        goto out;
    if (!S_ISREG(f.st.st_mode))
        rc = err_set(err, -EACCES, "%s is not a program", path);
    else if (access(path, X_OK))
        rc = err_sys(err, errno, "cannot run %s", path);
    else if (geteuid() == 0 && !path_safe(&f.st))
        rc = err_set(err, PATH_UNSAFE, "%s %s", path,
                     path_unsafe_why(&f.st, why, sizeof(why)));
    else if (geteuid() == 0 && !f.safe_dir)
        rc = err_set(err, PATH_UNSAFE,
                     "%s lies in a folder that others can "
                     "write",
                     path);
out:
    path_found_done(&f);
    return rc;
}
