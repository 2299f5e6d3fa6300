/* test_send_bugzilla.c: what a Bugzilla answers, its URLs, the JSON of an
 * attachment.  The uploader itself is tested against tests/send/bugzilla.py. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/core/xalloc.h"
#include "collector/send/bugzilla_answer.h"
#include "collector/send/bugzilla_post.h"
#include "collector/send/bugzilla_url.h"

static struct json_object *parse(const char *text)
{
    struct json_object *o;
    struct err err = ERR_INIT;

    if (bugzilla_parse(text, strlen(text), &o, &err))
        fail_msg("%s: %s", text, err.text);
    return o;
}

/* ---- answers ---- */

static void test_parse_refused(void **state)
{
    static const char *const rows[] = {
        "",       "[]",   "1",      "{\"a\":1",    "{} x",      "{\"a\":1}{}",
        "<html>", "null", "{\"a\"", "{\"a\":\"\\", "\"error\"",
    };
    char deep[400], *huge = calloc(1, BUGZILLA_ANSWER_MAX + 2);
    struct json_object *o;
    struct err err = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(bugzilla_parse(rows[i], strlen(rows[i]), &o, &err),
                         -EBADMSG);
        assert_null(o);
    }
    /* One byte of it is a NUL. */
    assert_int_equal(bugzilla_parse("{}\0", 3, &o, &err), -EBADMSG);
    strcpy(deep, "{\"a\":");
    for (int i = 0; i < 60; i++)
        strcat(deep, "[");
    assert_int_equal(bugzilla_parse(deep, strlen(deep), &o, &err), -EBADMSG);
    memset(huge, ' ', BUGZILLA_ANSWER_MAX + 1);
    huge[0] = '{', huge[1] = '}';
    assert_int_equal(bugzilla_parse(huge, BUGZILLA_ANSWER_MAX + 1, &o, &err),
                     -EBADMSG);
    assert_string_equal(err.text, "its answer is longer than 1 MiB");
    assert_int_equal(bugzilla_parse(huge, BUGZILLA_ANSWER_MAX, &o, &err), 0);
    json_object_put(o);
    free(huge);
}

static void test_error(void **state)
{
    static const struct {
        const char *text;
        bool is;
        int code;
        const char *message;
    } rows[] = {
        {"{\"error\":true,\"code\":101,\"message\":\"Bug #1 does not exist.\"}",
         true, 101, "Bug #1 does not exist."},
        {"{\"error\":1,\"code\":\"410\",\"message\":\"x\"}", true, 410, "x"},
        {"{\"error\":true}", true, 0, ""},
        {"{\"error\":true,\"code\":-3,\"message\":7}", true, 0, ""},
        /* It cannot drive the terminal. */
        {"{\"error\":true,\"message\":\"a\\u001b[31m\\nb\"}", true, 0,
         "a\\x1b[31m\\x0ab"},
        {"{\"error\":false}", false, 0, NULL},
        {"{\"error\":null}", false, 0, NULL},
        {"{\"bugs\":[]}", false, 0, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_object *o = parse(rows[i].text);
        char message[BUGZILLA_TEXT] = "";
        int code = 0;

        assert_int_equal(bugzilla_error(o, &code, message), rows[i].is);
        assert_int_equal(code, rows[i].code);
        if (rows[i].message)
            assert_string_equal(message, rows[i].message);
        json_object_put(o);
    }
}

static void test_bug(void **state)
{
    struct json_object *o =
        parse("{\"faults\":[],\"bugs\":[{\"id\":42,\"product\":\"Xen\","
              "\"component\":\"tools\",\"summary\":\"a\\u0007b\","
              "\"status\":null}]}");
    struct bugzilla_bug bug;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(bugzilla_take_bug(o, &bug, &err), 0);
    assert_int_equal(bug.id, 42);
    assert_string_equal(bug.product, "Xen");
    assert_string_equal(bug.summary, "a\\x07b");
    assert_string_equal(bug.status, "");
    json_object_put(o);
    o = parse("{\"bugs\":[]}");
    assert_int_equal(bugzilla_take_bug(o, &bug, &err), -EBADMSG);
    json_object_put(o);
    o = parse("{\"bugs\":[\"42\"]}");
    assert_int_equal(bugzilla_take_bug(o, &bug, &err), -EBADMSG);
    json_object_put(o);
    o = parse("{\"bugs\":[{\"id\":\"-1\"}]}");
    assert_int_equal(bugzilla_take_bug(o, &bug, &err), -EBADMSG);
    json_object_put(o);
}

static void test_id(void **state)
{
    static const struct {
        const char *text, *id;
    } rows[] = {
        {"{\"id\":101}", "101"},        {"{\"ids\":[\"2797\"]}", "2797"},
        {"{\"ids\":[2797,3]}", "2797"}, {"{\"ids\":[]}", NULL},
        {"{\"ids\":[null]}", NULL},     {"{\"id\":\"7;rm\"}", NULL},
        {"{\"ids\":{\"0\":1}}", NULL},  {"{}", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_object *o = parse(rows[i].text);
        struct err err = ERR_INIT;
        char id[BUGZILLA_ID];

        assert_int_equal(bugzilla_take_id(o, id, &err),
                         rows[i].id ? 0 : -EBADMSG);
        if (rows[i].id)
            assert_string_equal(id, rows[i].id);
        json_object_put(o);
    }
}

static void test_limit(void **state)
{
    static const struct {
        const char *text;
        uint64_t limit;
    } rows[] = {
        /* The documents' own example: all values are strings. */
        {"{\"parameters\":{\"maxattachmentsize\":\"1000\","
         "\"maxlocalattachment\":\"0\"}}",
         1000 * 1024},
        {"{\"parameters\":{\"maxattachmentsize\":\"1000\","
         "\"maxlocalattachment\":\"4\"}}",
         4 << 20},
        {"{\"parameters\":{\"maxattachmentsize\":2}}", 2048},
        {"{\"parameters\":{\"maintainer\":\"a@b\"}}", 0},
        {"{\"parameters\":{\"maxattachmentsize\":\"99999999999999999999\"}}",
         0},
        {"{\"parameters\":[]}", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_object *o = parse(rows[i].text);

        assert_int_equal(bugzilla_take_limit(o), rows[i].limit);
        json_object_put(o);
    }
}

/* A try whose answer was lost is found by name and size. */
static void test_attachment(void **state)
{
    struct json_object *o = parse(
        "{\"bugs\":{\"42\":[{\"id\":1,\"file_name\":\"b\",\"size\":9},3,"
        "{\"id\":2,\"file_name\":\"a\",\"size\":10},"
        "{\"id\":3,\"file_name\":\"a\",\"size\":9}]},\"attachments\":{}}");
    char id[BUGZILLA_ID];

    (void)state;
    assert_true(bugzilla_take_attachment(o, "a", 9, id));
    assert_string_equal(id, "3");
    assert_false(bugzilla_take_attachment(o, "a", 11, id));
    json_object_put(o);
    o = parse("{\"bugs\":[]}");
    assert_false(bugzilla_take_attachment(o, "a", 9, id));
    json_object_put(o);
}

/* ---- URLs ---- */

static void test_url(void **state)
{
    struct bugzilla_url u;
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(
        bugzilla_url_parse("bugzilla+https://me@host:8443/a/b/xen-1", &u, &err),
        0);
    assert_string_equal(u.base, "https://host:8443/a/b");
    assert_string_equal(u.bug, "xen-1");
    bugzilla_url_done(&u);
    assert_int_equal(bugzilla_url_parse("bugzilla+https://h/new?product=Xen+"
                                        "Project&component=a%26b&op_sys=Linux",
                                        &u, &err),
                     0);
    assert_string_equal(u.base, "https://h");
    assert_null(u.bug);
    assert_string_equal(bugzilla_url_field(&u, "product"), "Xen Project");
    assert_string_equal(bugzilla_url_field(&u, "component"), "a&b");
    assert_string_equal(bugzilla_url_field(&u, "op_sys"), "Linux");
    assert_null(bugzilla_url_field(&u, "version"));
    bugzilla_url_done(&u);
}

static void test_url_wrong(void **state)
{
    static const struct {
        const char *url, *why;
    } rows[] = {
        {"bugzilla+http://h/1", "not a URL of a Bugzilla"},
        {"bugzilla+https://h", "names no bug"},
        {"bugzilla+https://h/", "names no bug"},
        {"bugzilla+https:///1", "names no host"},
        {"bugzilla+https://u@/1", "names no host"},
        {"bugzilla+https://h/1?x=y", "only a new bug takes fields"},
        {"bugzilla+https://h/1#c2", "\"#\" in it"},
        {"bugzilla+https://h/..%2f", "a number or an alias"},
        {"bugzilla+https://h/new", "needs product and component"},
        {"bugzilla+https://h/new?product=a", "needs product and component"},
        {"bugzilla+https://h/new?product=a&component=b&api_key=k",
         "api_key does not belong there"},
        {"bugzilla+https://h/new?product=a&component=b&product=c", "twice"},
        {"bugzilla+https://h/new?Bugzilla_password=c", "is not NAME=VALUE"},
        {"bugzilla+https://h/new?product", "is not NAME=VALUE"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bugzilla_url u;
        struct err err = ERR_INIT;

        assert_int_equal(bugzilla_url_parse(rows[i].url, &u, &err), -EINVAL);
        if (!strstr(err.text, rows[i].why))
            fail_msg("%s: %s", rows[i].url, err.text);
        bugzilla_url_done(&u);
    }
}

/* ---- the JSON of an attachment ---- */

/* Reads it in odd pieces; checks the size that was promised. */
static char *read_post(struct bugzilla_post *p)
{
    uint64_t size = bugzilla_post_size(p), n = 0;
    char *text = xcalloc(1, size + 2);
    ssize_t r;

    while ((r = bugzilla_post_read(p, text + n,
                                   size - n < 777 ? size - n + 1 : 777)) > 0)
        n += (uint64_t)r;
    assert_int_equal(r, 0);
    assert_int_equal(n, size);
    return text;
}

static void test_post(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 3, 49151, 49152, 49153, 98304};
    char *data = xmalloc(98304);

    (void)state;
    for (size_t i = 0; i < 98304; i++)
        data[i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct job job = {.bundle = memfd_create("bundle", MFD_CLOEXEC),
                          .size = sizes[i]};
        struct body *body = body_new(&job);
        struct json_object *o = parse("{\"file_name\":\"a/\\\"b\"}"), *back, *v;
        struct bugzilla_post *p;
        char *text, *again;

        assert_int_equal(write(job.bundle, data, sizes[i]), (ssize_t)sizes[i]);
        p = bugzilla_post_new(o, body, sizes[i]);
        text = read_post(p);
        bugzilla_post_rewind(p);
        again = read_post(p);
        assert_string_equal(text, again);
        back = json_tokener_parse(text);
        assert_true(json_object_object_get_ex(back, "data", &v));
        assert_int_equal(json_object_get_string_len(v), (sizes[i] + 2) / 3 * 4);
        assert_true(json_object_object_get_ex(back, "file_name", &v));
        assert_string_equal(json_object_get_string(v), "a/\"b");
        json_object_put(back);
        json_object_put(o);
        free(text);
        free(again);
        bugzilla_post_free(p);
        body_free(body);
        close(job.bundle);
    }
    free(data);
}

static void test_post_shrunk(void **state)
{
    struct job job = {.bundle = memfd_create("bundle", MFD_CLOEXEC),
                      .size = 10};
    struct body *body = body_new(&job);
    struct json_object *o = json_object_new_object();
    struct bugzilla_post *p = bugzilla_post_new(o, body, 10);
    char out[100];

    (void)state;
    assert_int_equal(bugzilla_post_read(p, out, sizeof(out)), 9);
    assert_memory_equal(out, "{\"data\":\"", 9);
    assert_true(bugzilla_post_read(p, out, sizeof(out)) < 0);
    json_object_put(o);
    bugzilla_post_free(p);
    body_free(body);
    close(job.bundle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_refused),
        cmocka_unit_test(test_error),
        cmocka_unit_test(test_bug),
        cmocka_unit_test(test_id),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_attachment),
        cmocka_unit_test(test_url),
        cmocka_unit_test(test_url_wrong),
        cmocka_unit_test(test_post),
        cmocka_unit_test(test_post_shrunk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
