/* main.c: xen-bugtool-send, the only program linked with libcurl: never root;
 * the front starts it with the command line as it was given and its socket as
 * descriptor 3, over which it gets the bundle and what else it may see. */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/confine.h"
#include "collector/base/core/frame.h"
#include "collector/base/core/log.h"
#include "collector/base/core/url.h"
#include "collector/base/core/xalloc.h"
#include "collector/send/credentials.h"
#include "collector/send/uploader.h"

#define MAX_FILES 16
#define MAX_TEXTS 64
#define SEND_TIMEOUT_MS (6u * 3600u * 1000u)

/* Before the first byte from outside. */
static void start_up(void)
{
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NAME, "xen-bugtool-snd");
    (void)confine_calls(true);
    (void)confine_files(-1, true);
}

/* --- what we are given --------------------------------------------------- */

static int take_file(struct job *job, struct frame *f, struct fields *in)
{
    const char *role = field_str(in), *path = field_str(in);

    if (!fields_end(in) || f->fd < 0 || job->n_files >= MAX_FILES)
        return -EPROTO;
    if (!strcmp(role, "bundle")) {
        job->bundle = f->fd;
        job->path = xstrdup(path);
        return 0;
    }
    job->files =
        xreallocarray(job->files, job->n_files + 1, sizeof(*job->files));
    job->files[job->n_files++] =
        (struct job_file){xstrdup(role), xstrdup(path), f->fd};
    return 0;
}

static int take_text(struct job *job, struct frame *f, struct fields *in)
{
    const char *name = field_str(in), *value = field_str(in);

    if (!fields_end(in) || f->fd >= 0 || job->n_texts >= MAX_TEXTS)
        return -EPROTO;
    job->texts =
        xreallocarray(job->texts, job->n_texts + 1, sizeof(*job->texts));
    job->texts[job->n_texts++] =
        (struct job_text){xstrdup(name), xstrdup(value)};
    return 0;
}

/* All messages up to SD_GO. */
static int take_all(struct job *job, struct frame *f)
{
    int r;

    while ((r = frame_recv(job->worker, f, -1, -1)) == 1) {
        struct fields in;

        fields_init(&in, f);
        if (f->type == SD_GO)
            return 0;
        r = f->type == SD_FILE   ? take_file(job, f, &in)
            : f->type == SD_TEXT ? take_text(job, f, &in)
                                 : -EPROTO;
        if (r)
            return r;
    }
    return r ? r : -EPIPE;
}

/* Of a foreign bundle's delivery the command line alone says where to: who has
 * read the bundle might not be its own master any more.  In a session after
 * collect the user is asked by the worker, for more than one place. */
static const char *pick_url(const struct job *job)
{
    return job->opt->command->bit == CMD_UPLOAD && job->opt->n_operands > 1
               ? job->opt->operands[1]
               : job_text(job, "url");
}

static int prepare(struct job *job, struct err *err)
{
    const char *slash, *proxy = options_last(job->opt, OPT_PROXY);
    struct stat st;
    uint64_t limit = job_time_ms(job, OPT_SEND_TIMEOUT, SEND_TIMEOUT_MS);

    if (job->bundle < 0 || fstat(job->bundle, &st))
        return err_set(err, -EPROTO, "no bundle was given");
    slash = strrchr(job->path, '/');
    job->name = xstrdup(slash ? slash + 1 : job->path);
    job->size = (uint64_t)st.st_size;
    job->sha256 = xstrdup(job_text(job, "sha256"));
    job->url = xstrdup(pick_url(job));
    job->shown = url_shown(job->url);
    job->ask = !options_has(job->opt, OPT_BATCH) && isatty(STDIN_FILENO) &&
               isatty(STDERR_FILENO);
    job->deadline = clock_mono_ms() + (int64_t)limit;
    if (proxy && url_check_proxy(proxy, err)) {
        err_prefix(err, "--proxy: ");
        return -EINVAL;
    }
    return url_check(job->url, err);
}

/* --- what comes of it ---------------------------------------------------- */

static int tell(const struct job *job, enum send_result r, const char *text)
{
    struct buf b = BUF_INIT;
    int rc;

    field_put_u64(&b, r);
    field_put_str(&b, text);
    field_put_str(&b, job->answer ? job->answer : "");
    field_put_str(&b, job->where ? job->where : "");
    field_put_u64(&b, job->tries);
    field_put_u64(&b, job->room);
    rc = frame_send(job->worker, SD_END, b.data, b.len, -1);
    buf_done(&b);
    return rc ? EXIT_FAILURE : 0;
}

static enum send_result deliver(struct job *job, struct err *err)
{
    if (prepare(job, err) || credentials_load(job, &job->credentials, err))
        return SEND_USAGE;
    if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
        err_set(err, -ENOMEM, "libcurl cannot be started");
        return SEND_FAILED;
    }
    return uploader_find(job->url)->send(job, err);
}

int main(int argc, char **argv)
{
    struct frame *f = xcalloc(1, sizeof(*f));
    struct job job = {.worker = PROTO_CONTROL_FD, .bundle = -1};
    struct err err = ERR_INIT;
    struct options opt;
    enum send_result r;

    start_up();
    if (fcntl(PROTO_CONTROL_FD, F_SETFD, FD_CLOEXEC)) {
        log_msg(LOG_ERR, "this program is started by xen-bugtool, not by hand");
        return 2;
    }
    if (options_parse(argc, argv, &opt, &err)) {
        log_msg(LOG_ERR, "%s", err.text);
        return 2;
    }
    if (options_has(&opt, OPT_QUIET))
        log_set_level(LOG_WARN);
    else if (options_has(&opt, OPT_VERBOSE))
        log_set_level(LOG_DETAIL);
    job.opt = &opt;
    if (take_all(&job, f))
        return EXIT_FAILURE;
    free(f);
    r = deliver(&job, &err);
    log_progress("%s", "");
    return tell(&job, r, err.text);
}
