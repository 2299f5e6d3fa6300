#include "collector/front/reader.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collector/base/core/child.h"
#include "collector/base/core/frame.h"
#include "collector/base/core/path.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/xalloc.h"
#include "collector/front/folder.h"
#include "collector/front/reply.h"

#define MAX_ARGS 256
/* How long an idle reader keeps its last folder open. */
#define FOLDER_MS 200
/* The worker does not ask; see to it here too. */
#define NOT_HERE "with --sysroot only files are read"

/* Each takes its fields, and serves them if all were well formed. */

/* For the reader itself and the commands that it starts.  Without root a low
 * one cannot be left again; that harms nobody. */
static void set_priority(bool low)
{
    static int usual, usual_io;
    static bool is_low;

    if (low == is_low)
        return;
    if (low) {
        usual = getpriority(PRIO_PROCESS, 0);
        usual_io = (int)syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0);
    }
    is_low = low;
    (void)setpriority(PRIO_PROCESS, 0, low ? 19 : usual);
    (void)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0,
                  low ? IOPRIO_LOWEST : usual_io);
}

static bool do_read(struct reply *rp, struct fields *f)
{
    for (;;) {
        const char *path = field_str(f);
        uint64_t flags = field_u64(f), max_bytes = field_u64(f);

        if (f->bad)
            return false;
        set_priority(flags & READ_LOW);
        serve_read(rp, path, flags, max_bytes);
        if (fields_end(f) || rp->gone)
            return true;
        reply_end(rp);
        reply_init(rp, rp->sock);
    }
}

static bool do_glob(struct reply *rp, struct fields *f)
{
    const char *pattern = field_str(f);
    uint64_t max_entries = field_u64(f);

    if (!fields_end(f))
        return false;
    serve_glob(rp, pattern, max_entries);
    return true;
}

static bool do_tree(struct reply *rp, struct fields *f)
{
    const char *folder = field_str(f);
    uint64_t max_depth = field_u64(f), max_entries = field_u64(f);

    if (!fields_end(f))
        return false;
    serve_tree(rp, folder, max_depth, max_entries);
    return true;
}

static bool do_run(struct reply *rp, struct fields *f)
{
    uint64_t flags = field_u64(f);
    uint64_t timeout_ms = field_u64(f), max_bytes = field_u64(f);
    uint64_t argc = field_u64(f);
    const char *argv[MAX_ARGS + 1] = {NULL};

    if (argc < 1 || argc > MAX_ARGS)
        return false;
    for (uint64_t i = 0; i < argc; i++)
        argv[i] = field_str(f);
    if (!fields_end(f))
        return false;
    set_priority(flags & READ_LOW);
    if (path_has_root())
        reply_set(rp, ST_REFUSED, NOT_HERE);
    else
        serve_run(rp, argv, timeout_ms, max_bytes);
    return true;
}

static bool do_probe(struct reply *rp, struct fields *f)
{
    uint64_t timeout_ms = field_u64(f), max_bytes = field_u64(f);
    const char *name = field_str(f);

    if (!fields_end(f))
        return false;
    set_priority(false);
    if (path_has_root())
        reply_set(rp, ST_REFUSED, NOT_HERE);
    else
        serve_probe(rp, name, timeout_ms, max_bytes);
    return true;
}

static bool do_conf(struct reply *rp, struct fields *f)
{
    const char *name = field_str(f);

    if (!fields_end(f))
        return false;
    serve_conf(rp, name);
    return true;
}

static const struct {
    enum proto type;
    bool (*serve)(struct reply *rp, struct fields *f);
} requests[] = {
    {RQ_READ, do_read}, {RQ_GLOB, do_glob},   {RQ_TREE, do_tree},
    {RQ_RUN, do_run},   {RQ_PROBE, do_probe}, {RQ_CONF, do_conf},
};

/* False: not a request of ours. */
static bool serve(const struct frame *frame, struct reply *rp)
{
    struct fields f;

    fields_init(&f, frame);
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        if (requests[i].type == (enum proto)frame->type)
            return frame->fd < 0 && requests[i].serve(rp, &f);
    }
    return false;
}

/* As frame_recv.  Who has nothing to do holds nothing: an open folder keeps its
 * file system from being unmounted. */
static int next_request(int sock, struct frame *frame)
{
    int r = -ETIMEDOUT;

    if (folder_is_held())
        r = frame_recv(sock, frame, FOLDER_MS, -1);
    if (r != -ETIMEDOUT)
        return r;
    folder_forget();
    return frame_recv(sock, frame, -1, -1);
}

int reader_main(int sock)
{
    struct frame *frame = xmalloc(sizeof(*frame));
    struct reply rp;
    bool gone = false;
    int r = 0;

    /* Ours to wait for, even if the parent ignored its own children. */
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    while (!gone && (r = next_request(sock, frame)) == 1) {
        reply_init(&rp, sock);
        if (!serve(frame, &rp)) {
            r = -1;
            break;
        }
        gone = rp.gone;
        reply_end(&rp);
        child_reap_strays();
    }
    free(frame);
    return gone || r == 0 ? 0 : 1;
}
