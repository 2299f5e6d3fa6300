/* test_parts.c: what is cut out of one reading for each domain, and who is
 * asked where that cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/parts.h"

static const char tree[] =
    "/tool = \"\"   (n0)\n"
    "/local/domain/0/name = \"Domain-0\"   (n0)\n"
    "/local/domain/0/backend/vif = \"\"   (n0,r1)\n"
    "/local/domain/0/backend/vif/1 = \"\"   (n0,r1)\n"
    "/local/domain/0/backend/vif/1/0/state = \"4\"   (n0,r1)\n"
    "/local/domain/0/backend/vif/12/0/state = \"4\"   (n0,r12)\n"
    "/local/domain/1 = \"\"   (n0,r1)\n"
    "/local/domain/1/vm = \"/vm/0a-1\"   (n0,r1)\n"
    "/local/domain/1/data = \"/local/domain/12/x\"   (n0,r1)\n"
    "/local/domain/12 = \"\"   (n0,r12)\n"
    "/local/domain/12/vm = \"/vm/../libxl/1\"   (n0,r12)\n"
    "/local/domain/12/data = \"x\\n/local/domain/1/vm = \\\"/vm/f\\\"\"   "
    "(n0)\n"
    "/local/domain/7/backend/vbd/1/51712/state = \"4\"   (n7,r1)\n"
    "/local/domain/7/backendx/vbd/1 = \"4\"   (n7,r1)\n"
    "/vm/0a-1 = \"\"   (n0,r1)\n"
    "/vm/0a-1/uuid = \"0a-1\"   (n0,r1)\n"
    "/vm/0a-12 = \"\"   (n0,r1)\n"
    "/libxl/1/type = \"pv\"   (n0)\n"
    "/libxl/12/type = \"pv\"   (n0)\n";

static void cut_is(const char *text, unsigned domid, const char *expected)
{
    struct buf whole = BUF_INIT, part = BUF_INIT;

    buf_adds(&whole, text);
    assert_true(parts_cut_store(&whole, domid, &part));
    assert_string_equal(buf_str(&part), expected);
    buf_done(&whole);
    buf_done(&part);
}

static void store(void **state)
{
    (void)state;
    /* 12 is not 1, a value is no path, and a driver domain has backends too. */
    cut_is(tree, 1,
           "/local/domain/0/backend/vif/1 = \"\"   (n0,r1)\n"
           "/local/domain/0/backend/vif/1/0/state = \"4\"   (n0,r1)\n"
           "/local/domain/1 = \"\"   (n0,r1)\n"
           "/local/domain/1/vm = \"/vm/0a-1\"   (n0,r1)\n"
           "/local/domain/1/data = \"/local/domain/12/x\"   (n0,r1)\n"
           "/local/domain/7/backend/vbd/1/51712/state = \"4\"   (n7,r1)\n"
           "/vm/0a-1 = \"\"   (n0,r1)\n"
           "/vm/0a-1/uuid = \"0a-1\"   (n0,r1)\n"
           "/libxl/1/type = \"pv\"   (n0)\n");
    /* No way out of /vm. */
    cut_is(tree, 12,
           "/local/domain/0/backend/vif/12/0/state = \"4\"   (n0,r12)\n"
           "/local/domain/12 = \"\"   (n0,r12)\n"
           "/local/domain/12/vm = \"/vm/../libxl/1\"   (n0,r12)\n"
           "/local/domain/12/data = \"x\\n/local/domain/1/vm = "
           "\\\"/vm/f\\\"\"   (n0)\n"
           "/libxl/12/type = \"pv\"   (n0)\n");
    cut_is(tree, 3, "");
    cut_is("", 3, "");
    /* Cut short in the middle of a line, or of a path. */
    cut_is("/local/domain/3/name = \"x", 3, "/local/domain/3/name = \"x");
    cut_is("/local/domain/3/vm = \"/vm/0", 3, "/local/domain/3/vm = \"/vm/0");
    cut_is("/local/domain/3", 3, "/local/domain/3");
    cut_is("/local/domain/0/backend/", 3, "");
    cut_is("\n\n", 3, "");
}

static bool cut_devices(const char *text, unsigned domid, char **out)
{
    struct buf whole = BUF_INIT, part = BUF_INIT;
    bool good;

    buf_adds(&whole, text);
    good = parts_cut_devices(&whole, domid, &part);
    buf_done(&whole);
    *out = buf_take(&part);
    return good;
}

static void devices(void **state)
{
    char *out;

    (void)state;
    assert_true(cut_devices("{\"domains\":[{\"domid\":1},{\"domid\":12}],"
                            "\"devices\":[{\"domid\":12,\"id\":\"0\"},"
                            "{\"domid\":1,\"id\":\"a/b\"},{}],\"cut\":false,"
                            "\"bridges\":[1],\"loops\":[2],\"checks\":[3]}",
                            1, &out));
    assert_non_null(strstr(out, "\"a/b\""));
    assert_non_null(strstr(out, "\"bridges\""));
    assert_null(strstr(out, "12"));
    assert_null(strstr(out, "loops"));
    assert_null(strstr(out, "checks"));
    free(out);
    assert_false(cut_devices("{\"devices\":[", 1, &out));
    free(out);
    assert_false(cut_devices("[1]", 1, &out));
    free(out);
    assert_false(cut_devices("", 1, &out));
    free(out);
}

static void list(void **state)
{
    struct buf whole = BUF_INIT, part = BUF_INIT;

    (void)state;
    buf_adds(&whole, "[{\"domid\":0,\"config\":{}},{\"domid\":5,\"config\":"
                     "{\"c_info\":{\"name\":\"a\"}}}]");
    assert_true(parts_cut_list(&whole, 5, &part));
    assert_string_equal(buf_str(&part),
                        "[\n  {\n    \"domid\": 5,\n    \"config\": {\n"
                        "      \"c_info\": {\n        \"name\": \"a\"\n"
                        "      }\n    }\n  }\n]\n");
    buf_reset(&part);
    assert_true(parts_cut_list(&whole, 7, &part));
    assert_int_equal(part.len, 0);
    buf_reset(&whole);
    buf_adds(&whole, "(domain (domid 5))");
    assert_false(parts_cut_list(&whole, 5, &part));
    buf_done(&whole);
    buf_done(&part);
}

/* ---- a host that says one thing ------------------------------------------ */

struct host {
    struct gather g;
    const char *text;
    struct outcome says;
    enum request_kind wanted;
    unsigned asked;
    bool given, complained;
};

static int host_start(struct gather *g, const struct request *rq,
                      struct err *err)
{
    struct host *h = (struct host *)g;

    (void)err;
    assert_int_equal(rq->kind, h->wanted);
    h->asked++;
    h->given = false;
    return 0;
}

static int host_next(struct gather *g, struct chunk *out, struct err *err)
{
    struct host *h = (struct host *)g;

    (void)err;
    g->outcome = h->says;
    if (h->wanted == REQ_RUN && !h->complained) {
        h->complained = true;
        *out = (struct chunk){.kind = CHUNK_ERRDATA,
                              .data = "warn",
                              .len = 4,
                              .path = "",
                              .decoded = ""};
        return 1;
    }
    if (h->given)
        return 0;
    h->given = true;
    *out = (struct chunk){.kind = CHUNK_DATA,
                          .data = h->text,
                          .len = strlen(h->text),
                          .path = "",
                          .decoded = ""};
    return 1;
}

static const struct gather_ops host_ops = {"host", host_start, host_next, NULL,
                                           NULL};

static const struct item whole_item = {.name = "xenstore", .probe = "xenstore"};
static const struct plugin plugin = {.name = "p"};
static struct planned items[] = {
    {.plugin = &plugin,
     .item = &whole_item,
     .probe = "xenstore",
     .part_of = -1,
     .max_bytes = 1 << 20},
    {.item = &whole_item, .probe = NULL, .part_of = -1}, /* a fallback */
    {.item = &whole_item, .probe = "xenstore-1", .part_of = 0},
    {.item = &whole_item, .probe = "xenstore-3", .part_of = 0},
};
#define N (sizeof(items) / sizeof(items[0]))

static char *said(struct gather *g)
{
    struct request rq = {.max_bytes = 1 << 20};
    struct buf b = BUF_INIT;

    assert_int_equal(gather_slurp(g, &rq, &b, NULL), 0);
    return buf_take(&b);
}

static void one_reading(void **state)
{
    struct host h = {.g.ops = &host_ops,
                     .wanted = REQ_PROBE,
                     .text = tree,
                     .says.status = ST_OK,
                     .says.duration_ms = 9};
    struct taker tk = {.gather = &h.g};
    struct gather *out[N] = {NULL};
    char *text;

    (void)state;
    assert_true(parts_wanted(items, N, false));
    assert_int_equal(parts_read(&tk, items, N, false, out, NULL), 0);
    assert_int_equal(h.asked, 1);
    text = said(out[0]);
    assert_string_equal(text, tree);
    free(text);
    assert_int_equal(gather_outcome(out[0])->duration_ms, 9);
    assert_null(out[1]);
    text = said(out[2]);
    assert_non_null(strstr(text, "/libxl/1/type"));
    assert_int_equal(gather_outcome(out[2])->bytes_read, strlen(text));
    free(text);
    assert_int_equal(gather_outcome(out[2])->status, ST_OK);
    assert_int_equal(gather_outcome(out[3])->status, ST_ABSENT);
    for (size_t i = 0; i < N; i++)
        gather_free(out[i]);
}

/* A xenstored that hangs is asked once; one whose answer is too long to be held
 * is asked for each part. */
static void failures(void **state)
{
    struct host h = {.g.ops = &host_ops,
                     .wanted = REQ_PROBE,
                     .text = "/local/domain/1 = \"\"\n",
                     .says.status = ST_FAILED,
                     .says.text = "did not answer"};
    struct taker tk = {.gather = &h.g};
    struct gather *out[N] = {NULL};
    char *text;

    (void)state;
    assert_int_equal(parts_read(&tk, items, N, false, out, NULL), 0);
    assert_int_equal(h.asked, 1);
    text = said(out[2]);
    assert_string_equal(text, "/local/domain/1 = \"\"\n");
    free(text);
    assert_int_equal(gather_outcome(out[2])->status, ST_FAILED);
    assert_string_equal(gather_outcome(out[2])->text, "did not answer");
    assert_int_equal(gather_outcome(out[3])->status, ST_SKIPPED);
    for (size_t i = 0; i < N; i++)
        gather_free(out[i]);

    memset(out, 0, sizeof(out));
    h.says.status = ST_PARTIAL;
    h.says.truncated = TRUNC_HEAD_KEPT;
    assert_int_equal(parts_read(&tk, items, N, false, out, NULL), 0);
    assert_non_null(out[0]);
    for (size_t i = 1; i < N; i++)
        assert_null(out[i]);
    gather_free(out[0]);
}

/* A command's stderr stays with the whole. */
static void of_command(void **state)
{
    static const char *const all[] = {"xl", "list", "-l", NULL};
    static const char *const one[] = {"xl", "list", "-l", "5", NULL};
    struct planned lists[] = {
        {.plugin = &plugin,
         .item = &whole_item,
         .argv = all,
         .part_of = -1,
         .max_bytes = 4096},
        {.item = &whole_item, .argv = one, .part_of = 0},
    };
    struct host h = {.g.ops = &host_ops,
                     .wanted = REQ_RUN,
                     .text = "[{\"domid\":5}]",
                     .says.status = ST_OK};
    struct taker tk = {.gather = &h.g};
    struct gather *out[2] = {NULL};
    struct chunk c;
    char *text;

    (void)state;
    assert_int_equal(parts_read(&tk, lists, 2, false, out, NULL), 0);
    assert_int_equal(gather_next(out[0], &c, NULL), 1);
    assert_int_equal(c.kind, CHUNK_ERRDATA);
    assert_memory_equal(c.data, "warn", 4);
    text = said(out[0]);
    assert_string_equal(text, "[{\"domid\":5}]");
    free(text);
    assert_int_equal(gather_next(out[1], &c, NULL), 1);
    assert_int_equal(c.kind, CHUNK_DATA);
    assert_int_equal(gather_next(out[1], &c, NULL), 0);
    gather_free(out[0]);
    gather_free(out[1]);
}

/* Made of an answer, on replay, too, where other parts are recorded. */
static void made(void **state)
{
    static const struct item text_item = {.name = "t", .made_of = "p/xenstore"};
    static const char *const answers[][2] = {
        {"{\"xen\":{\"version\":\"4.17\"}}",
         "xen\nversion                      4.17\n"},
        {"no JSON", ""}};
    struct planned two[] = {
        {.plugin = &plugin,
         .item = &whole_item,
         .probe = "xenstore",
         .part_of = -1,
         .max_bytes = 1 << 20},
        {.plugin = &plugin, .item = &whole_item, .part_of = 0},
        {.plugin = &plugin, .item = &text_item, .part_of = 0}};

    const struct redact_opts opts = {.engine = REDACT_ENGINE_PCRE2};
    struct redact_rules *rules;

    (void)state;
    assert_int_equal(redact_rules_new(&opts, &rules, NULL), 0);
    assert_true(parts_wanted(two, 3, true));
    assert_false(parts_wanted(two, 2, true));
    for (size_t i = 0; i < 2; i++) {
        struct host h = {.g.ops = &host_ops,
                         .wanted = REQ_PROBE,
                         .text = answers[i][0],
                         .says.status = ST_OK};
        struct taker tk = {.gather = &h.g, .rules = rules};
        struct gather *out[3] = {NULL};
        char *text;

        assert_int_equal(parts_read(&tk, two, 3, true, out, NULL), 0);
        assert_null(out[1]);
        assert_int_equal(gather_outcome(out[2])->status,
                         i ? ST_SKIPPED : ST_OK);
        text = said(out[2]);
        assert_string_equal(text ? text : "", answers[i][1]);
        free(text);
        gather_free(out[0]);
        gather_free(out[2]);
    }
    redact_rules_free(rules);
}

static void not_wanted(void **state)
{
    (void)state;
    assert_false(parts_wanted(items, 2, false));
    items[0].settled = true;
    assert_false(parts_wanted(items, N, false));
    items[0].settled = false;
    items[0].max_bytes = UINT64_MAX; /* --unlimited */
    assert_false(parts_wanted(items, N, false));
    items[0].max_bytes = 1 << 20;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store),       cmocka_unit_test(devices),
        cmocka_unit_test(one_reading), cmocka_unit_test(failures),
        cmocka_unit_test(not_wanted),  cmocka_unit_test(list),
        cmocka_unit_test(of_command),  cmocka_unit_test(made),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
