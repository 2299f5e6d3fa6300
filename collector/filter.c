#include "collector/filter.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/packed.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/decode.h"
#include "collector/pack/outfd.h"
#include "redact/binary.h"

#define BLOCK 65536u

/* ---- what goes in -------------------------------------------------------- */

struct input {
    int fd;
    char *block;
    size_t kept; /* bytes of block that were looked at and given back */
    struct decode *decode;
    const char *decoded;
    struct buf head; /* of what comes out of decode */
    int error;       /* of read; 0: none */
};

/* A decode_source. */
static ssize_t read_raw(void *arg, const void **data)
{
    struct input *in = arg;
    ssize_t n = (ssize_t)in->kept;

    in->kept = 0;
    while (!n) {
        n = read(in->fd, in->block, BLOCK);
        if (n >= 0)
            break;
        n = 0;
        if (errno == EINTR)
            continue;
        in->error = errno;
        return -errno;
    }
    *data = in->block;
    return n;
}

static ssize_t read_next(struct input *in, const void **data, struct err *err)
{
    ssize_t n =
        in->decode ? decode_read(in->decode, data, err) : read_raw(in, data);

    if (n < 0 && in->error)
        return err_sys(err, in->error, "cannot read");
    return n;
}

/* Enough of the begin to know a format, which a pipe may give byte by byte. */
static int read_magic(struct input *in, struct err *err)
{
    size_t n = 0;
    ssize_t r;

    while (n < PACKED_MAGIC && (r = read(in->fd, in->block + n, BLOCK - n))) {
        if (r < 0 && errno != EINTR)
            return err_sys(err, errno, "cannot read");
        n += r > 0 ? (size_t)r : 0;
    }
    in->kept = n;
    return 0;
}

int input_new(int fd, struct input **out, struct err *err)
{
    struct input *in = xcalloc(1, sizeof(*in));
    const void *data = NULL;
    ssize_t n = 1;
    int rc;

    *out = NULL;
    in->fd = fd;
    in->block = xmalloc(BLOCK);
    rc = read_magic(in, err);
    if (!rc)
        in->decoded = packed_format(in->block, in->kept);
    if (!rc && in->decoded)
        rc = decode_new(in->decoded, read_raw, in, &in->decode, err);
    while (!rc && n > 0 && in->head.len < REDACT_HEAD) {
        n = read_next(in, &data, err);
        if (n > 0)
            buf_add(&in->head, data, (size_t)n);
        if (n < 0 && !in->head.len)
            rc = (int)n;
    }
    if (rc)
        input_free(in);
    else
        *out = in;
    return rc;
}

void input_free(struct input *in)
{
    if (!in)
        return;
    decode_free(in->decode);
    buf_done(&in->head);
    free(in->block);
    free(in);
}

const char *input_decoded(const struct input *in)
{
    return in->decoded;
}

bool input_is_binary(const struct input *in)
{
    return redact_is_binary((const uint8_t *)in->head.data, in->head.len);
}

bool input_is_tar(const struct input *in)
{
    return in->head.len >= 262 && !memcmp(in->head.data + 257, "ustar", 5);
}

/* ---- what is found ------------------------------------------------------- */

void filter_init(struct filter *f, const struct redact_rules *rules)
{
    memset(f, 0, sizeof(*f));
    f->rules = rules;
    f->hits = xcalloc(redact_rules_count(rules), sizeof(*f->hits));
}

void filter_done(struct filter *f)
{
    free(f->hits);
}

uint64_t filter_count(struct filter *f, const struct redactor *r)
{
    const uint64_t *hits = redactor_hits(r);

    for (size_t i = 0; i < redact_rules_count(f->rules); i++)
        f->hits[i] += hits[i];
    f->total += redactor_hits_total(r);
    f->unscannable += redactor_unscannable(r);
    f->pseudonyms += redactor_pseudonyms(r);
    return redactor_hits_total(r) + redactor_unscannable(r) +
           redactor_pseudonyms(r);
}

int filter_run(struct filter *f, struct input *in, struct sink *out,
               uint64_t *hits_out, struct err *err)
{
    struct redactor *r = redactor_new(f->rules, out);
    struct sink *s = redactor_sink(r);
    struct err bad = ERR_INIT;
    const void *data = NULL;
    ssize_t n;
    int rc;

    f->inputs++;
    f->bytes += in->head.len;
    rc = sink_write(s, in->head.data, in->head.len, err);
    while (!rc && (n = read_next(in, &data, &bad)) != 0) {
        if (n < 0)
            break;
        f->bytes += (uint64_t)n;
        rc = sink_write(s, data, (size_t)n, err);
    }
    if (!rc)
        rc = sink_close(s, err);
    *hits_out = filter_count(f, r);
    sink_free(s);
    if (!rc && bad.code) {
        *err = bad;
        rc = bad.code;
    }
    return rc;
}

void filter_tell(const struct filter *f, const char *name, uint64_t hits)
{
    char *shown = xmalloc(4 * strlen(name) + 8);
    struct json_object *o;

    str_visible(name, shown, 4 * strlen(name) + 8);
    if (f->json) {
        o = json_object_new_object();
        json_object_object_add(o, "file", json_object_new_string(shown));
        json_object_object_add(o, "hidden",
                               json_object_new_int64((int64_t)hits));
        puts(json_object_to_json_string_ext(
            o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
        json_object_put(o);
    } else {
        printf("%s: %" PRIu64 "\n", shown, hits);
    }
    free(shown);
}

/* ---- the end ------------------------------------------------------------- */

struct fd_sink {
    struct sink sink;
    int fd;
    const char *name;
    size_t n;
    char held[16384]; /* what comes between two secrets can be short */
};

static int flush(struct fd_sink *f, struct err *err)
{
    size_t n = f->n;

    f->n = 0;
    return outfd_all(f->fd, f->held, n, f->name, err);
}

static int fd_write(struct sink *s, const void *data, size_t n, struct err *err)
{
    struct fd_sink *f = (struct fd_sink *)s;
    int rc = 0;

    if (f->fd < 0)
        return 0;
    if (n > sizeof(f->held) - f->n)
        rc = flush(f, err);
    if (rc)
        return rc;
    if (n > sizeof(f->held))
        return outfd_all(f->fd, data, n, f->name, err);
    memcpy(f->held + f->n, data, n);
    f->n += n;
    return 0;
}

static int fd_close(struct sink *s, struct err *err)
{
    struct fd_sink *f = (struct fd_sink *)s;

    return f->n ? flush(f, err) : 0;
}

static void fd_free(struct sink *s)
{
    free(s);
}

struct sink *sink_to_fd(int fd, const char *name)
{
    static const struct sink_ops ops = {fd_write, fd_close, fd_free};
    struct fd_sink *f = xmalloc(sizeof(*f));

    f->sink.ops = &ops;
    f->fd = fd;
    f->name = name;
    f->n = 0;
    return &f->sink;
}
