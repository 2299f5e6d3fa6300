#include "collector/send/job.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define MAX_FILE_BYTES (4u * 1024u * 1024u)
#define MAX_ANSWER_BYTES 600u

const char *job_text(const struct job *job, const char *name)
{
    for (size_t i = 0; i < job->n_texts; i++)
        if (!strcmp(job->texts[i].name, name))
            return job->texts[i].value;
    return "";
}

static void read_all(int fd, struct buf *out)
{
    off_t at = 0;
    ssize_t n = 1;

    while (n > 0 && out->len < MAX_FILE_BYTES) {
        n = pread(fd, buf_room(out, 65536), 65536, at);
        if (n > 0) {
            out->len += (size_t)n;
            out->data[out->len] = '\0';
            at += n;
        }
    }
}

const char *job_content_type(const struct job *job)
{
    static const struct {
        const char *end, *type;
    } rows[] = {
        {".bz2", "application/x-bzip2"}, {".gz", "application/gzip"},
        {".xz", "application/x-xz"},     {".zst", "application/zstd"},
        {".tar", "application/x-tar"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (str_ends(job->name, rows[i].end))
            return rows[i].type;
    return "application/octet-stream";
}

const char *job_note(const struct job *job)
{
    const char *note = job->opt->command->bit == CMD_UPLOAD
                           ? options_last(job->opt, OPT_NOTE)
                           : NULL;

    note = note ? note : job_text(job, "note");
    return *note ? note : NULL;
}

bool job_read_file(const struct job *job, const char *role, struct buf *out)
{
    bool found = false;

    for (size_t i = 0; i < job->n_files; i++) {
        if (strcmp(job->files[i].role, role))
            continue;
        if (found && out->len && out->data[out->len - 1] != '\n')
            buf_addc(out, '\n');
        read_all(job->files[i].fd, out);
        found = true;
    }
    return found;
}

uint64_t job_time_ms(const struct job *job, enum opt_id id,
                     uint64_t otherwise_ms)
{
    const char *text = options_last(job->opt, id);
    uint64_t ms;

    return text && !str_parse_time_ms(text, &ms) ? ms : otherwise_ms;
}

bool job_stopped(const struct job *job)
{
    struct pollfd p = {job->worker, 0, 0};

    return poll(&p, 1, 0) > 0;
}

/* Blanks and line ends in a row become one blank. */
void job_set_answer(struct job *job, const char *text, size_t len)
{
    char raw[MAX_ANSWER_BYTES + 1], shown[MAX_ANSWER_BYTES * 4 + 1];
    size_t n = 0;

    for (size_t i = 0; i < len && n < MAX_ANSWER_BYTES; i++) {
        bool blank = !text[i] || strchr(" \t\r\n", text[i]);

        if (!blank)
            raw[n++] = text[i];
        else if (n && raw[n - 1] != ' ')
            raw[n++] = ' ';
    }
    while (n && raw[n - 1] == ' ')
        n--;
    raw[n] = '\0';
    free(job->answer);
    job->answer = n ? xstrdup(str_visible(raw, shown, sizeof(shown))) : NULL;
}

void job_set_where(struct job *job, const char *where)
{
    char shown[1024];

    free(job->where);
    job->where = xstrdup(str_visible(where, shown, sizeof(shown)));
}
