/* job.h: one delivery: the bundle, what the user asked for, and what there is
 * to send it with. */
#ifndef XB_SEND_JOB_H
#define XB_SEND_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/base/core/buf.h"
#include "collector/base/core/err.h"
#include "collector/base/core/options.h"
#include "collector/base/core/proto.h"

struct credentials;

/* What the worker says (SD_TEXT): url, sha256, summary ... */
struct job_text {
    char *name, *value;
};

/* A file that the master has opened (SD_FILE). */
struct job_file {
    char *role, *path;
    int fd;
};

struct job {
    const struct options *opt;
    int worker; /* socket; when it hangs up, all is to end */
    int bundle;
    char *path;    /* of the bundle, for messages */
    char *name;    /* its last part */
    uint64_t size; /* bytes */
    char *sha256;  /* hex, as it was looked through */
    char *url;     /* as given; may hold a user, no password */
    char *shown;   /* url_shown(url) */
    struct credentials *credentials;
    struct job_file *files;
    size_t n_files;
    struct job_text *texts;
    size_t n_texts;
    bool ask;         /* there is a terminal, and no -y */
    int64_t deadline; /* monotonic, of all tries; 0: none */
    /* filled by the uploader */
    char *answer;  /* what the server said, to be shown; NULL: nothing */
    char *where;   /* what the delivery can be found by; NULL: nothing */
    uint64_t room; /* SEND_LARGE: a bundle of that many bytes would be taken */
    unsigned tries;
};

/* "" if the worker said nothing of that name. */
const char *job_text(const struct job *job, const char *name);

/* Of the bundle, by its name. */
const char *job_content_type(const struct job *job);

/* What happened, in the user's words: of --note, which upload's alone has been
 * looked through for secrets, else of the bundle; NULL: nothing was said. */
const char *job_note(const struct job *job);

/* The whole of the files of that role, one behind the other; bounded.  False
 * if there is none. */
bool job_read_file(const struct job *job, const char *role, struct buf *out);

/* The time that an option says, else otherwise_ms. */
uint64_t job_time_ms(const struct job *job, enum opt_id id,
                     uint64_t otherwise_ms);

/* Whether the worker is gone: the user stopped it. */
bool job_stopped(const struct job *job);

/* Keeps text of a server, made fit to be shown, and not too much of it. */
void job_set_answer(struct job *job, const char *text, size_t len);
void job_set_where(struct job *job, const char *where);

#endif
