/* output_make.h: what the tests of output.c share: where a bundle goes and what
 * lies there.  Included by one test each, so all is static. */
#ifndef XB_TEST_OUTPUT_MAKE_H
#define XB_TEST_OUTPUT_MAKE_H

#include <unistd.h>

#include "tests/unit/folder.h"

#include "collector/front/output.h"

#define STEM "xen-bugtool-host-20261122T230037Z"

static void assert_file(const char *path, const char *text)
{
    char got[64] = "";
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    assert_true(fread(got, 1, sizeof(got) - 1, f) > 0);
    fclose(f);
    assert_string_equal(got, text);
}
static const char *format = "tar.bz2";

static struct output_spec spec_of(const char *outfile)
{
    struct output_spec s = {.outfile = outfile, .outfd = -1};

    s.worker.uid = geteuid();
    s.worker.gid = getegid();
    format = "tar.bz2";
    return s;
}

static void assert_refuses(const struct output_spec *spec, const char *conf,
                           int code, const char *text)
{
    struct output *o = output_new(spec);
    struct err err = ERR_INIT;
    int fd, rc = output_open(o, STEM, conf, format, &fd, &err);

    if (rc != code || !strstr(err.text, text))
        print_message("%d %s\n", rc, err.text);
    assert_int_equal(rc, code);
    assert_non_null(strstr(err.text, text));
    output_free(o);
}

#endif
