/* probe_run.h: runs one subject of the probe and keeps what it wrote.  Included
 * by one test each, so all is static. */
#ifndef XB_TEST_PROBE_RUN_H
#define XB_TEST_PROBE_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/probe/out.h"

struct result {
    int rc;
    struct err err;
    char text[4000000];
    size_t len;
};

static struct result res;

static void slurp(int fd)
{
    ssize_t n = pread(fd, res.text, sizeof(res.text) - 1, 0);

    assert_true(n >= 0);
    res.len = (size_t)n;
    res.text[n] = '\0';
}

static void run(int (*subject)(struct out *, struct err *))
{
    int fd = memfd_create("out", MFD_CLOEXEC), rc;
    struct out o;

    memset(&res, 0, sizeof(res));
    out_init(&o, fd);
    res.rc = subject(&o, &res.err);
    rc = out_flush(&o, NULL);
    assert_int_equal(rc, 0);
    slurp(fd);
    close(fd);
}

#define has(part) assert_non_null(strstr(res.text, part))
#define has_not(part) assert_null(strstr(res.text, part))
#define says(part) assert_non_null(strstr(res.err.text, part))

#endif
