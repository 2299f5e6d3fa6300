/* coverage_exit.c: linked into the builds of "make coverage" alone.  Processes
 * that end by _exit, as all that are forked do, would not tell what they ran.
 */
#include <sys/stat.h>
#include <unistd.h>

void __gcov_dump(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

_Noreturn void __wrap__exit(int status)
{
    int to[2];

    /* Those with less rights come after it, and root after them. */
    umask(0);
    /* Of what a process may not open any more it would complain. */
    if (!pipe(to))
        dup2(to[1], STDERR_FILENO);
    __gcov_dump();
    __real__exit(status);
}
