/* Running one program: RQ_RUN, RQ_PROBE. */
#include "collector/front/reply.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/child.h"
#include "collector/base/core/path.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/program.h"
#include "config.h"

#define MAX_ERR_BYTES (1u << 20)
#define PROBE_PROGRAM LIBEXECDIR "/xen-bugtool-probe"
/* The probe's exit status for "not a Xen host" and "not available here". */
#define PROBE_ABSENT 3

struct output {
    struct reply *rp;
    char first_line[320]; /* of stderr; cut */
    size_t first_len;
    bool first_done;
};

static int take_output(void *arg, bool is_stderr, const char *data, size_t len)
{
    struct output *o = arg;

    for (size_t i = 0; is_stderr && !o->first_done && i < len; i++) {
        o->first_done =
            data[i] == '\n' || o->first_len == sizeof(o->first_line) - 1;
        if (!o->first_done)
            o->first_line[o->first_len++] = data[i];
    }
    return reply_data(o->rp, is_stderr, data, len);
}

static bool fit_folder(const char *path)
{
    struct path_found f = {.fd = -1};
    bool fit;

    fit = path[0] == '/' && !path_walk(path, program_walk_flags(), &f, NULL) &&
          S_ISDIR(f.st.st_mode) && (geteuid() != 0 || path_safe(&f.st));
    path_found_done(&f);
    return fit;
}

/* The folders of SEARCHPATH that are there and fit, joined with colons. */
static char *search_path(void)
{
    char *copy = xstrdup(SEARCHPATH), *save = NULL;
    struct buf out = BUF_INIT;

    for (char *w = strtok_r(copy, ":", &save); w;
         w = strtok_r(NULL, ":", &save)) {
        glob_t g;

        /* Without a pattern in it the name itself comes back. */
        if (glob(w, GLOB_NOCHECK, NULL, &g))
            continue;
        for (size_t i = 0; i < g.gl_pathc; i++) {
            if (fit_folder(g.gl_pathv[i]))
                buf_addf(&out, "%s%s", out.len ? ":" : "", g.gl_pathv[i]);
        }
        globfree(&g);
    }
    free(copy);
    return buf_take(&out);
}

/* The full path of a command, or NULL with the outcome set. */
static char *find_program(struct reply *rp, const char *name,
                          const char *folders)
{
    char *copy = xstrdup(folders), *save = NULL, *found = NULL;
    struct err first = ERR_INIT;

    for (char *w = strtok_r(copy, ":", &save); w && !found;
         w = strtok_r(NULL, ":", &save)) {
        struct err err = ERR_INIT;
        char *path = xasprintf("%s/%s", w, name);
        int rc = program_check(path, &err);

        if (!rc) {
            found = path;
            continue;
        }
        free(path);
        if (rc != -ENOENT && !first.code)
            first = err;
    }
    free(copy);
    if (found)
        return found;
    if (first.code)
        reply_fail(rp, first.code, first.text);
    else
        reply_set(rp, ST_ABSENT, "%s: not installed (searched in %s)", name,
                  folders);
    if (!first.code)
        rp->errnum = ENOENT;
    return NULL;
}

/* What became of a program that was started. */
static void conclude(struct reply *rp, const struct child_spec *spec,
                     const struct child_result *res)
{
    char time[32];

    rp->bytes = res->bytes;
    snprintf(rp->left, sizeof(rp->left), "%s", res->left);
    switch (res->end) {
    case CHILD_EXITED:
        rp->exit_code = res->status;
        if (res->status)
            reply_set(rp, ST_FAILED, "exit status %d", res->status);
        break;
    case CHILD_SIGNALLED:
        rp->signal = res->status;
        reply_set(rp, ST_FAILED, "ended by signal %d (%s)", res->status,
                  strsignal(res->status));
        break;
    case CHILD_TIMEOUT:
        reply_set(rp, ST_TIMEOUT, "did not end within %s",
                  str_duration(spec->timeout_ms, time));
        break;
    case CHILD_TOO_BIG:
        rp->truncated = TRUNC_HEAD_KEPT;
        reply_set(rp, ST_PARTIAL, "only the first %llu bytes of the output",
                  (unsigned long long)spec->max_bytes);
        break;
    case CHILD_STOPPED:
        reply_set(rp, ST_SKIPPED, "the run was stopped");
        break;
    }
    if (res->err_cut) {
        reply_note(rp, "only the first %llu bytes of its messages",
                   (unsigned long long)spec->max_err_bytes);
        if (rp->status == ST_OK)
            rp->status = ST_PARTIAL;
    }
    if (res->held)
        reply_note(rp, "a process that it left running holds its output");
}

/* Runs path with the arguments behind argv[0].  False if it did not start. */
static bool run(struct output *o, const char *path, const char *const *argv,
                const char *folders, uint64_t timeout_ms, uint64_t max_bytes)
{
    struct reply *rp = o->rp;
    char *path_var = xasprintf("PATH=%s", folders);
    /* top makes a folder for its settings in any home that is there (procps,
     * top.c, configs_reads). */
    const char *env[] = {path_var,    "LC_ALL=C", "LANG=C", "HOME=/nonexistent",
                         "TERM=dumb", NULL};
    const char **args;
    struct child_spec spec = {
        .env = env,
        .timeout_ms = timeout_ms > UINT32_MAX ? UINT32_MAX : timeout_ms,
        .max_bytes = max_bytes,
        .max_err_bytes = MAX_ERR_BYTES,
        .watch_fd = rp->sock,
        .output = take_output,
        .arg = o,
    };
    struct child_result res;
    struct err err = ERR_INIT;
    size_t n = 0;
    int rc;

    while (argv[n])
        n++;
    args = xcalloc(n + 1, sizeof(*args));
    memcpy(args, argv, n * sizeof(*args));
    args[0] = path;
    spec.argv = args;

    rc = child_run(&spec, &res, &err);
    if (!rc) {
        conclude(rp, &spec, &res);
    } else {
        reply_fail(rp, rc, err.text);
        /* The program is there: its interpreter or loader is not. */
        if (rp->status == ST_ABSENT)
            rp->status = ST_FAILED;
    }
    free(args);
    free(path_var);
    return !rc;
}

void serve_run(struct reply *rp, const char *const *argv, uint64_t timeout_ms,
               uint64_t max_bytes)
{
    struct output o = {.rp = rp};
    char *folders, *path;

    if (!argv[0][0] || argv[0][0] == '.' || strchr(argv[0], '/')) {
        reply_set(rp, ST_REFUSED, "%s is not a plain command name", argv[0]);
        return;
    }
    folders = search_path();
    path = find_program(rp, argv[0], folders);
    if (path)
        run(&o, path, argv, folders, timeout_ms, max_bytes);
    free(path);
    free(folders);
}

static bool is_probe_name(const char *s)
{
    const char *p = s;

    while (isalpha((unsigned char)*p) || isdigit((unsigned char)*p) ||
           *p == '-')
        p++;
    return *s && *s != '-' && !*p;
}

void serve_probe(struct reply *rp, const char *name, uint64_t timeout_ms,
                 uint64_t max_bytes)
{
    const char *argv[] = {PROBE_PROGRAM, name, NULL};
    struct output o = {.rp = rp};
    struct err err = ERR_INIT;
    char *folders;
    int rc;

    if (!is_probe_name(name)) {
        reply_set(rp, ST_REFUSED, "%s is not the name of a probe", name);
        return;
    }
    rc = program_check(PROBE_PROGRAM, &err);
    if (rc) {
        reply_fail(rp, rc, err.text);
        if (rc == -ENOENT)
            reply_set(rp, ST_ABSENT, "%s is not installed", PROBE_PROGRAM);
        return;
    }
    folders = search_path();
    if (run(&o, PROBE_PROGRAM, argv, folders, timeout_ms, max_bytes) &&
        rp->exit_code > 0) {
        /* 3: not here.  127: the loader did not find libxenctrl. */
        if (rp->exit_code == PROBE_ABSENT)
            reply_set(rp, ST_ABSENT, "%s",
                      o.first_len ? o.first_line : "not available here");
        else if (o.first_len)
            reply_note(rp, "%s", o.first_line);
    }
    free(folders);
}
