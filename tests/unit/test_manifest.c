/* manifest.h: what is written is read back; what is hostile is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "collector/pack/manifest.h"
#include "collector/pack/member.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char *const none[] = {NULL};
static char *const modules[] = {"loop", "xen_blkback", NULL};

static const struct manifest_head a_head = {
    .tool_version = "0.1.0",
    .rules_digest = SHA,
    .rules_count = 40,
    .names_missed = modules,
    .complete = true,
    .sync = "tried",
    .host = {"alpha", "6.1.0-13-amd64", "x86_64", "4.17.2", "dom0", 4711},
    .options = {"tar.bz2", "secrets", NULL, none, none, none, NULL, "say \"x\"",
                NULL, 3, true},
    .limits = {30000, 0, 1ull << 31, false},
    .start_ms = 1795388437123,
    .end_ms = 1795388449001,
    .key_id = "0123456789abcdef",
    .modules_before = modules,
    .modules_after = modules,
};

static const char *const an_argv[] = {"xl", "-v", "dmesg", NULL};
static const struct redaction_count hits[] = {{"password", 3}, {"token-x", 1}};

static struct manifest_item an_item(void)
{
    struct manifest_item it = {
        .plugin = "xen_hypervisor",
        .item = "xl-dmesg",
        .source = SRC_COMMAND,
        .argv = an_argv,
        .status = ST_FAILED,
        .exit_code = 1,
        .error = "exit status 1",
        .left = "pid 123, state D",
        .truncated = TRUNC_TAIL_KEPT,
        .started_ms = 1795388438000,
        .duration_ms = 0,
        .bytes_read = 9000,
        .mtime = -5,
        .out = {"commands/xen_hypervisor/xl-dmesg.txt", 8000, SHA, hits, 2, 7,
                4},
        .errout = {"commands/xen_hypervisor/xl-dmesg.stderr", 12, SHA, hits, 1,
                   0, 5},
    };

    return it;
}

/* ---- a handler that checks against what was written ---- */

struct seen {
    unsigned heads, items;
    const struct manifest_item *want;
    int (*fail)(void);
};

static int on_head(const struct manifest_head *h, void *arg, struct err *err)
{
    struct seen *s = arg;

    (void)err;
    s->heads++;
    assert_string_equal(h->tool_version, a_head.tool_version);
    assert_string_equal(h->rules_digest, SHA);
    assert_int_equal(h->rules_count, 40);
    assert_true(h->complete);
    assert_null(h->cut);
    assert_false(h->replayed);
    assert_string_equal(h->host.xen, "4.17.2");
    assert_int_equal(h->host.uptime_s, 4711);
    assert_null(h->options.since);
    assert_null(h->options.only[0]);
    assert_string_equal(h->options.note, "say \"x\"");
    assert_int_equal(h->options.keywords, 3);
    assert_true(h->options.hide_domains);
    assert_string_equal(h->names_missed[1], "xen_blkback");
    assert_null(h->names_missed[2]);
    assert_int_equal(h->limits.max_size, 1ull << 31);
    assert_int_equal(h->start_ms, a_head.start_ms);
    assert_int_equal(h->end_ms, a_head.end_ms);
    assert_string_equal(h->modules_after[1], "xen_blkback");
    assert_null(h->modules_after[2]);
    return 0;
}

static void same(const char *a, const char *b)
{
    if (a && b)
        assert_string_equal(a, b);
    else
        assert_ptr_equal(a, b);
}

static void same_member(const struct manifest_member *a,
                        const struct manifest_member *b)
{
    same(a->name, b->name);
    assert_int_equal(a->bytes, b->bytes);
    assert_string_equal(a->sha256, b->sha256);
    assert_int_equal(a->n_redactions, b->n_redactions);
    for (size_t i = 0; i < a->n_redactions; i++) {
        same(a->redactions[i].rule, b->redactions[i].rule);
        assert_int_equal(a->redactions[i].count, b->redactions[i].count);
    }
    assert_int_equal(a->unscannable, b->unscannable);
}

static int on_item(const struct manifest_item *it, void *arg, struct err *err)
{
    struct seen *s = arg;
    const struct manifest_item *w = s->want;

    (void)err;
    s->items++;
    if (!w)
        return 0;
    same(it->plugin, w->plugin);
    same(it->item, w->item);
    assert_int_equal(it->source, w->source);
    same(it->path, w->path);
    same(it->glob, w->glob);
    same(it->tree, w->tree);
    same(it->probe, w->probe);
    assert_int_equal(!it->argv, !w->argv);
    for (size_t i = 0; w->argv && (i == 0 || w->argv[i - 1]); i++)
        same(it->argv[i], w->argv[i]);
    assert_int_equal(it->status, w->status);
    assert_int_equal(it->exit_code, w->exit_code);
    assert_int_equal(it->signal, w->signal);
    same(it->error, w->error);
    same(it->left, w->left);
    same(it->link, w->link);
    same(it->decoded, w->decoded);
    assert_int_equal(it->truncated, w->truncated);
    assert_int_equal(it->started_ms, w->started_ms);
    assert_int_equal(it->duration_ms, w->duration_ms);
    assert_int_equal(it->bytes_read, w->bytes_read);
    assert_int_equal(it->mtime, w->mtime);
    same_member(&it->out, &w->out);
    same_member(&it->errout, &w->errout);
    return 0;
}

/* Feeds text in pieces of step bytes. */
static int feed(const char *text, size_t n, size_t step, struct seen *seen,
                struct err *err)
{
    const struct manifest_handler h = {on_head, on_item, seen};
    struct manifest_reader *r = manifest_reader_new(&h);
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i += step)
        rc =
            manifest_reader_feed(r, text + i, n - i < step ? n - i : step, err);
    if (rc == 0)
        rc = manifest_reader_end(r, err);
    manifest_reader_free(r);
    return rc;
}

static void add_items(struct buf *b, const struct manifest_item *it, int n)
{
    manifest_head_write(&a_head, b);
    for (int i = 0; i < n; i++) {
        manifest_item_write(it, b);
        buf_adds(b, i + 1 < n ? ",\n" : "\n");
    }
    buf_adds(b, MANIFEST_TAIL);
}

static void round_trip(const struct manifest_item *it)
{
    static const size_t steps[] = {1, 7, 4096, 1u << 20};
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;

    add_items(&b, it, 3);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        struct seen seen = {0, 0, it, NULL};

        if (feed(b.data, b.len, steps[i], &seen, &err) < 0)
            fail_msg("%s", err.text);
        assert_int_equal(seen.heads, 1);
        assert_int_equal(seen.items, 3);
    }
    buf_done(&b);
}

static void test_round_trip(void **state)
{
    struct manifest_item it = an_item();

    (void)state;
    round_trip(&it);

    /* Each source kind with its own selector, and nothing else said. */
    it = (struct manifest_item){.plugin = "p", .item = "i", .exit_code = -1};
    it.path = "/proc/meminfo";
    it.link = "/elsewhere";
    it.decoded = "gzip";
    round_trip(&it);
    it.path = NULL;
    it.glob = "/var/log/xen/*.log";
    it.status = ST_ABSENT;
    round_trip(&it);
    it.glob = NULL;
    it.tree = "/etc/xen";
    round_trip(&it);
    it.tree = NULL;
    it.source = SRC_XENSTORE;
    it.probe = "xenstore";
    it.signal = 11;
    round_trip(&it);
    it.probe = NULL;
    it.source = SRC_OWN;
    round_trip(&it);
}

/* Replay finds sources by these strings, so every byte must come back. */
static void test_strings(void **state)
{
    static const char *const texts[] = {
        "",
        "plain",
        "quote\" back\\slash /",
        "\x01\x1b[31m\x7f\n\t\r",
        "gr\xc3\xbc\xc3\x9f",       /* UTF-8 stays readable */
        "latin1 \xe4\xf6",          /* bytes that are no UTF-8 */
        "\xc3",                     /* a sequence cut short */
        "\xed\xa0\x80",             /* a surrogate */
        "\xc0\xaf\xf5\x80\x80\x80", /* overlong, beyond Unicode */
        "\xee\xbe\x80\xee\xbf\xbf", /* the very characters of the encoding */
        "\xee\xbd\xbf\xee\xbe",     /* their neighbours */
        "\xc2\x9b\xe2\x80\xae\xf0\x9f\x90\xa7",
    };
    struct manifest_item it = an_item();
    const char *argv[] = {"xl", "", "", NULL};

    (void)state;
    it.argv = argv;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct buf b = BUF_INIT;

        argv[1] = it.error = it.link = texts[i];
        round_trip(&it);
        manifest_item_write(&it, &b);
        /* Nothing that moves a terminal, and one line. */
        for (size_t k = 0; k < b.len; k++)
            assert_false((unsigned char)b.data[k] < 0x20 || b.data[k] == 0x7f);
        assert_null(strstr(b.data, "\xc2\x9b"));
        assert_null(strstr(b.data, "\xe2\x80\xae"));
        buf_done(&b);
    }
}

static void test_written_form(void **state)
{
    struct manifest_item it = {
        .plugin = "p", .item = "i", .path = "/a\xff", .exit_code = -1};
    struct buf b = BUF_INIT;

    (void)state;
    manifest_item_write(&it, &b);
    assert_string_equal(buf_str(&b),
                        "{\"plugin\":\"p\",\"item\":\"i\",\"source\":\"file\","
                        "\"path\":\"/a\\uefff\",\"status\":\"ok\"}");
    /* An empty file that was read says so; one never started does not. */
    it.started_ms = 1795388438000;
    it.path = "/a";
    buf_reset(&b);
    manifest_item_write(&it, &b);
    assert_non_null(strstr(buf_str(&b), "\"started\":\"2026-11-22T23:00:38.000Z"
                                        "\",\"duration_ms\":0,"
                                        "\"bytes_read\":0"));
    buf_done(&b);
}

/* ---- hostile and broken input ---- */

/* The good manifest with one piece of text replaced. */
static char *mutate(const char *good, const char *from, const char *to)
{
    const char *p = strstr(good, from);
    struct buf b = BUF_INIT;

    if (!p)
        fail_msg("no \"%s\" in the manifest", from);
    buf_add(&b, good, (size_t)(p - good));
    buf_adds(&b, to);
    buf_adds(&b, p + strlen(from));
    return buf_take(&b);
}

static const struct {
    const char *from, *to, *says;
} bad[] = {
    {"{\"manifest\":1", "[1", "not valid JSON"},
    {"\"manifest\":1", "\"manifest\":2", "\"manifest\" is not 1"},
    {"\"manifest\":1,\n", "", "\"manifest\" is missing"},
    {"\"version\":", "\"versiom\":", "\"tool.version\" is missing"},
    {"\"xen-bugtool\"", "\"sosreport\"", "\"tool.name\""},
    {"\"count\":40", "\"count\":-1", "\"rules.count\" is out of range"},
    {"\"count\":40", "\"count\":4.5", "\"rules.count\" is not a whole"},
    {"\"count\":40", "\"count\":9007199254740992", "out of range"},
    {"\"count\":40", "\"count\":99999999999999999999999", "out of range"},
    {"\"complete\":true", "\"complete\":\"yes\"", "\"complete\""},
    {"\"complete\":true", "\"complete\":false", "contradict"},
    {"\"sync\":\"tried\"", "\"sync\":\"done\"", "\"sync\""},
    {"\"role\":\"dom0\"", "\"role\":\"root\"", "\"host.role\""},
    {"\"name\":\"alpha\"", "\"name\":\"al\\u0000pha\"", "NUL"},
    {"\"name\":\"alpha\"", "\"name\":\"al\xffpha\"", "not valid JSON"},
    {"\"host\":", "\"host\":{},\"x\":", "\"host.name\" is missing"},
    {"\"modules\":", "\"key_id\":\"x\",\"modules\":",
     "\"key_id\" is there twice"},
    {"\"only\":[]", "\"only\":[1]", "\"options.only\""},
    {"\"only\":[]", "\"only\":null", "\"options.only\" is not an array"},
    {"\"start\":\"2026-11-22T23", "\"start\":\"2026-11-22t23",
     "\"time.start\""},
    {"\"start\":\"2026-11-22", "\"start\":\"2026-13-22", "\"time.start\""},
    {"\"items\":[", "\"itens\":[", "\"items\" is missing"},
    {"]}\n", "],\"x\":1}\n", "not the last field"},
    {"]}\n", "]}\n{}", "bytes follow"},
    {"]}\n", "]", "ends too early"},
    {"]}\n", "", "ends too early"},
    {"\"plugin\":\"xen_hypervisor\",", "", "item 1: \"plugin\" is missing"},
    {"\"status\":\"failed\"", "\"status\":\"fine\"", "item 1: \"status\""},
    {"\"status\":\"failed\"", "\"status\":3", "item 1: \"status\""},
    {"\"exit\":1", "\"exit\":70000", "\"exit\" is out of range"},
    {"\"source\":\"command\"", "\"source\":\"file\"", "does not fit"},
    {"\"source\":\"command\"", "\"source\":\"own\"", "does not fit"},
    {"\"argv\":[", "\"path\":\"/x\",\"argv\":[", "does not fit"},
    {"\"member\":\"comm", "\"member\":\"/comm", "\"member\" is absolute"},
    {"\"member\":\"comm", "\"member\":\"../comm", "\"member\" is not a plain"},
    {"\"member\":\"comm", "\"member\":\"a//comm", "\"member\" is not a plain"},
    {"\"member\":\"comm", "\"member\":\"a b", "\"member\" is not encoded"},
    {"\"member\":\"commands/xen_hypervisor/xl-dmesg.txt\",", "",
     "stands without a member"},
    {"\"bytes_stored\":8000,", "", "\"bytes_stored\" is missing"},
    {"\"sha256\":\"0123", "\"sha256\":\"A123", "\"sha256\""},
    {"\"sha256\":\"0123", "\"sha256\":\"012", "\"sha256\""},
    {"\"truncated\":\"tail\"", "\"truncated\":\"none\"", "\"truncated\""},
    {"\"password\":3", "\"password\":\"3\"", "\"redactions\""},
    {"\"password\":3", "\"Pass word\":3", "no rule"},
    {"\"stderr\":{\"member\"", "\"stderr\":{\"x\"", "\"stderr.member\""},
    {"\"stderr\":{", "\"stderr\":1,\"x\":{", "\"stderr\" is not an object"},
    {"\"items\":[\n{", "\"items\":[\n1,{", "item 1: no object"},
    {"\"items\":[\n{", "\"items\":[\n,{", "not valid JSON"},
    {"\"items\":[\n{", "\"items\":{\"a\":{", "not valid JSON"},
    {"\"error\":", "\"x\":[[[[[[[[[1]]]]]]]]],\"error\":", "not valid JSON"},
};

static void test_bad(void **state)
{
    struct manifest_item it = an_item();
    struct buf b = BUF_INIT;

    (void)state;
    add_items(&b, &it, 1);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *text = mutate(buf_str(&b), bad[i].from, bad[i].to);

        for (size_t step = 1; step < 100000; step *= 300) {
            struct seen seen = {0, 0, NULL, NULL};
            struct err err = ERR_INIT;
            int rc = feed(text, strlen(text), step, &seen, &err);

            if (rc != -EBADMSG || !strstr(err.text, bad[i].says))
                fail_msg("%s -> %s: %d, %s", bad[i].from, bad[i].to, rc,
                         err.text);
        }
        free(text);
    }
    buf_done(&b);
}

/* Cut anywhere it is an error; the prefix never passes for the whole. */
static void test_cut(void **state)
{
    struct manifest_item it = an_item();
    struct buf b = BUF_INIT;

    (void)state;
    add_items(&b, &it, 2);
    for (size_t n = 0; n + 2 < b.len; n++) {
        struct seen seen = {0, 0, NULL, NULL};
        struct err err = ERR_INIT;

        assert_int_equal(feed(b.data, n, 4096, &seen, &err), -EBADMSG);
        assert_true(err.text[0] != '\0');
    }
    buf_done(&b);
}

/* New fields and other white space may come with later versions and editors. */
static void test_tolerant(void **state)
{
    struct manifest_item it = an_item();
    struct seen seen = {0, 0, &it, NULL};
    struct err err = ERR_INIT;
    struct buf b = BUF_INIT;
    char *one, *two;

    (void)state;
    add_items(&b, &it, 1);
    one = mutate(buf_str(&b), "\"items\":[",
                 "\"new\" : {\"a\":[1,\"],}\"]} ,"
                 "\r\n \"items\" : [ ");
    two = mutate(one, "\"plugin\":", "\"later\":{\"x\":[null]}, \"plugin\" : ");
    if (feed(two, strlen(two), 5, &seen, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(seen.items, 1);
    free(one);
    free(two);
    buf_done(&b);
}

static void test_empty(void **state)
{
    struct seen seen = {0, 0, NULL, NULL};
    struct buf b = BUF_INIT;
    struct err err = ERR_INIT;

    (void)state;
    manifest_head_write(&a_head, &b);
    buf_adds(&b, MANIFEST_TAIL);
    assert_int_equal(feed(b.data, b.len, 3, &seen, &err), 0);
    assert_int_equal(seen.heads, 1);
    assert_int_equal(seen.items, 0);
    buf_done(&b);
}

/* A value of any length must not be held. */
static void test_long_value(void **state)
{
    struct manifest_item it = an_item();
    struct err err = ERR_INIT;
    struct buf b = BUF_INIT;
    struct seen seen = {0, 0, NULL, NULL};
    char *name = malloc((1u << 21) + 1);

    (void)state;
    memset(name, 'x', 1u << 21);
    name[1u << 21] = '\0';
    it.error = name;
    add_items(&b, &it, 1);
    assert_int_equal(feed(b.data, b.len, 65536, &seen, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "longer than"));
    buf_done(&b);
    free(name);
}

static int stop(const struct manifest_item *it, void *arg, struct err *err)
{
    (void)it;
    (void)arg;
    return err_set(err, -ECANCELED, "stopped");
}

/* A handler's own error comes through as it is, and ends the reading. */
static void test_handler_error(void **state)
{
    const struct manifest_handler h = {NULL, stop, NULL};
    struct manifest_reader *r = manifest_reader_new(&h);
    struct manifest_item it = an_item();
    struct err err = ERR_INIT;
    struct buf b = BUF_INIT;

    (void)state;
    add_items(&b, &it, 2);
    assert_int_equal(manifest_reader_feed(r, b.data, b.len, &err), -ECANCELED);
    assert_string_equal(err.text, "stopped");
    assert_int_equal(manifest_reader_feed(r, "", 1, &err), -EBADMSG);
    assert_int_equal(manifest_reader_end(r, &err), -EBADMSG);
    manifest_reader_free(r);
    manifest_reader_free(NULL);
    buf_done(&b);
}

static void test_member_names(void **state)
{
    static const char *const good[] = {
        "a",   "xen/dmesg.txt", "files/etc/xen/.x", "a%20b",
        "...", "..a",           "a@b:c,d=e+f-g_h",  "a/b~2"};
    static const char *const wrong[] = {
        "",    "/",   "/a",   "a/",  "a//b", ".",    "..",   "a/../b",   "a/.",
        "./a", "a b", "a\nb", "a%2", "a%2g", "a%2f", "a\\b", "\xc3\xbc", "a%"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_null(member_name_fault(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_non_null(member_name_fault(wrong[i], strlen(wrong[i])));
    assert_non_null(member_name_fault("a\0b", 3));
}

static void test_field_rows(void **state)
{
    size_t i = 0;

    (void)state;
    assert_string_equal(manifest_field(0), "head.manifest integer required");
    while (manifest_field(i))
        i++;
    assert_true(i > 50);
    assert_string_equal(manifest_field(i - 1),
                        "item.stderr.pseudonyms integer optional");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_written_form),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_tolerant),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_long_value),
        cmocka_unit_test(test_handler_error),
        cmocka_unit_test(test_member_names),
        cmocka_unit_test(test_field_rows),
    };

    /* For tests/schema_check.py: the table itself. */
    if (argc == 2 && !strcmp(argv[1], "--fields")) {
        for (size_t i = 0; manifest_field(i); i++)
            puts(manifest_field(i));
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
