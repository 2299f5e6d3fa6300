/* Members of our own that have a structure: to redact them as text could put a
 * pseudonym in place of a key or of a piece of markup. */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/filter_job.h"
#include "collector/report/html.h"

#define DIAGNOSIS_BYTES (16u << 20)
#define DIAGNOSIS_DEPTH 32

/* ---- texts --------------------------------------------------------------- */

struct text_sink {
    struct sink sink;
    struct buf *out;
};

static int text_write(struct sink *s, const void *data, size_t n,
                      struct err *err)
{
    struct buf *out = ((struct text_sink *)s)->out;

    if (n > DIAGNOSIS_BYTES - out->len)
        return err_set(err, -EBADMSG, DIAGNOSIS " is too long");
    buf_add(out, data, n);
    return 0;
}

static int text_close(struct sink *s, struct err *err)
{
    (void)s;
    (void)err;
    return 0;
}

static void text_free(struct sink *s)
{
    free(s);
}

struct sink *job_diagnosis_sink(struct buf *text)
{
    static const struct sink_ops ops = {text_write, text_close, text_free};
    struct text_sink *t = xcalloc(1, sizeof(*t));

    t->sink.ops = &ops;
    t->out = text;
    return &t->sink;
}

/* ---- the diagnosis ------------------------------------------------------- */

static int redact_string(struct job *j, struct member *m, struct json_object *o,
                         struct err *err)
{
    struct buf text = BUF_INIT;
    struct redactor *r = redactor_new(j->f->rules, job_diagnosis_sink(&text));
    int rc = sink_write(redactor_sink(r), json_object_get_string(o),
                        (size_t)json_object_get_string_len(o), err);

    if (!rc)
        rc = sink_close(redactor_sink(r), err);
    if (!rc)
        json_object_set_string_len(o, buf_str(&text), (int)text.len);
    job_count(j, m, r);
    sink_free(redactor_sink(r));
    buf_done(&text);
    return rc;
}

/* As deep as the parser lets it be. */
static int redact_values(struct job *j, struct member *m, struct json_object *o,
                         struct err *err)
{
    int rc = 0;

    switch (json_object_get_type(o)) {
    case json_type_string:
        return redact_string(j, m, o, err);
    case json_type_array:
        for (size_t i = 0; !rc && i < json_object_array_length(o); i++)
            rc = redact_values(j, m, json_object_array_get_idx(o, i), err);
        return rc;
    case json_type_object: {
        json_object_object_foreach(o, key, value)
        {
            (void)key;
            if (!rc)
                rc = redact_values(j, m, value, err);
        }
        return rc;
    }
    default:
        return 0;
    }
}

int job_diagnosis(struct job *j, struct member *m, const struct buf *text,
                  struct err *err)
{
    struct json_tokener *tok = json_tokener_new_ex(DIAGNOSIS_DEPTH);
    const char *made;
    int rc;

    if (!tok)
        xalloc_end();
    j->diagnosis =
        json_tokener_parse_ex(tok, buf_str(text), (int)text->len + 1);
    json_tokener_free(tok);
    if (!json_object_is_type(j->diagnosis, json_type_object))
        return err_set(err, -EBADMSG, DIAGNOSIS " is no JSON");
    rc = redact_values(j, m, j->diagnosis, err);
    made = json_object_to_json_string_ext(
        j->diagnosis, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
    if (!rc)
        rc = member_write(j->seg, made, strlen(made), err);
    return rc ? rc : member_write(j->seg, "\n", 1, err);
}

/* ---- the page ------------------------------------------------------------ */

static int write_page(struct job *j, struct segment *seg, struct err *err)
{
    struct redact_rules *rules = redact_rules_keeping(j->f->rules);
    struct redactor *r = redactor_new(rules, member_sink(seg));
    struct writer *w = writer_html_new(redactor_sink(r));
    int rc;

    view_write(j->view, &j->new_head, j->diagnosis, w);
    rc = writer_finish(w, err);
    writer_free(w);
    redact_rules_free(rules);
    return rc;
}

int job_page(struct job *j, struct member *m, struct err *err)
{
    struct member_info info = {names_at(j->new_names, (size_t)(m - j->members)),
                               j->page_mtime};
    struct segment *seg = segment_new(j->b);
    char hex[SHA256_HEX];
    uint64_t bytes;
    int rc = member_begin(seg, &info, err);

    if (!rc)
        rc = write_page(j, seg, err);
    if (!rc)
        rc = member_end(seg, &bytes, hex, err);
    if (!rc)
        job_stored(m, bytes, hex);
    if (!rc)
        rc = segment_close(seg, err);
    if (rc)
        segment_free(seg);
    else
        rc = bundle_append(j->b, seg, err);
    j->page = false;
    return rc ? rc : job_end_segment(j, err);
}
