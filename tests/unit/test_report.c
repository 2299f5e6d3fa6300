/* The view and the three writers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "collector/report/html.h"
#include "tests/unit/report_make.h"

static const char diagnosis[] =
    "{\"rules\":{\"count\":3},\"facts\":{\"domains\":[{\"id\":0,\"name\":"
    "\"Domain-0\",\"mem_kb\":524288},{\"id\":1,\"name\":\"<b>&\\u202e\\u200b\","
    "\"mem_kb\":131072,\"vcpus\":2}],\"bridges\":[{\"name\":\"xenbr0\","
    "\"physical\":0,\"ports\":[\"vif1.0\"]}],\"vifs\":[{\"domid\":1,\"dev\":"
    "\"vif1.0\",\"bridge\":\"xenbr0\",\"state\":\"connected\"},{\"domid\":1,"
    "\"dev\":\"vif1.1\",\"bridge\":\"gone\"}],\"memory\":{\"total_kb\":1048576}"
    "}"
    ",\"findings\":[{\"id\":\"a-b\",\"severity\":\"error\",\"title\":\"T < 1\","
    "\"count\":2,\"cause\":\"C\",\"remedy\":\"do `xl <x>`\\nand `more\","
    "\"see\":\"javascript:alert(1)\",\"evidence\":[{\"member\":\"m\",\"line\":7"
    ",\"text\":\"one\\n\\u001b[2Jtwo</"
    "pre>\"}]}],\"not_checked\":[{\"id\":\"n\","
    "\"because\":\"gone\"}]}";

static struct view *one_item(const char *path, enum status status)
{
    struct view *v = view_new();
    struct redaction_count hidden = {"password", 4};
    struct manifest_item it = {
        .plugin = "sys_logs",
        .item = "one",
        .source = SRC_FILE,
        .path = path,
        .status = status,
        .exit_code = -1,
        .error = status == ST_OK ? NULL : "Permission denied",
    };

    if (status == ST_OK)
        it.out = (struct manifest_member){.name = "files/one",
                                          .bytes = 10,
                                          .redactions = &hidden,
                                          .n_redactions = 1};
    view_item(v, &it);
    return v;
}

static size_t count(const struct buf *b, const char *what)
{
    size_t n = 0;

    for (const char *p = buf_str(b); (p = strstr(p, what)); p++)
        n++;
    return n;
}

static void has(const struct buf *b, const char *what)
{
    if (!strstr(buf_str(b), what))
        fail_msg("'%s' is not in:\n%s", what, buf_str(b));
}

static void lacks(const struct buf *b, const char *what)
{
    if (strstr(buf_str(b), what))
        fail_msg("'%s' is in:\n%s", what, buf_str(b));
}

static void test_text(void **state)
{
    struct view *v = one_item("/var/log/\x1b[31mred", ST_DENIED);
    struct buf out = BUF_INIT;

    (void)state;
    make_report(writer_text_new, v, diagnosis, &out);
    has(&out, "Host: xenhost\n");
    has(&out, "T < 1\n");
    has(&out, "Remedy: do `xl <x>`\n");
    has(&out, "\\x1b[2Jtwo</pre>\n");
    has(&out, "denied  sys_logs/one  /var/log/\\x1b[31mred  Permission denied");
    lacks(&out, "\x1b");
    buf_done(&out);
    view_free(v);
}

static void test_json(void **state)
{
    struct view *v = one_item("/var/log/\"\\", ST_OK);
    struct json_object *o, *x;
    struct buf out = BUF_INIT;

    (void)state;
    make_report(writer_json_new, v, diagnosis, &out);
    o = json_tokener_parse(buf_str(&out));
    assert_non_null(o);
    assert_true(json_object_object_get_ex(o, "items", &x));
    assert_true(json_object_object_get_ex(x, "rows", &x));
    x = json_object_array_get_idx(x, 0);
    assert_true(json_object_object_get_ex(x, "source", &x));
    assert_string_equal(json_object_get_string(x), "/var/log/\"\\");
    assert_true(json_object_object_get_ex(o, "redactions", &x));
    assert_true(json_object_object_get_ex(x, "count", &x));
    assert_int_equal(json_object_get_int(x), 4);
    json_object_put(o);
    buf_done(&out);
    view_free(v);
}

static void test_html(void **state)
{
    struct view *v = one_item("/var/log/<script>x</script>", ST_OK);
    struct buf out = BUF_INIT;

    (void)state;
    make_report(writer_html_new, v, diagnosis, &out);
    has(&out, "T &lt; 1\n");
    has(&out, "<code>xl &lt;x&gt;</code>"); /* a span of code */
    has(&out, "and `more\n");               /* one that is not closed */
    has(&out, "two&lt;/pre&gt;\n");
    has(&out, "&lt;b&gt;&amp;\\xe2\\x80\\xae\\u{200b}");
    has(&out, "/var/log/&lt;script&gt;");
    lacks(&out, "href=\"javascript");
    lacks(&out, "<b>&");
    assert_int_equal(count(&out, "<script"), 1);
    /* No bridge of that name; and one without a card. */
    assert_int_equal(count(&out, " bad\""), 2);
    /* Text of the host ends its line before our markup goes on. */
    lacks(&out, "gone<");
    lacks(&out, "vif1.0<");
    buf_done(&out);
    view_free(v);
}

/* What the policy allows is what the page has. */
static void test_policy(void **state)
{
    struct buf page = BUF_INIT, hash = BUF_INIT, abc = BUF_INIT;
    struct view *v = view_new();

    (void)state;
    /* printf abc | openssl sha256 -binary | base64 */
    html_add_hash(&abc, "abc");
    assert_string_equal(buf_str(&abc),
                        "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    make_report(writer_html_new, v, NULL, &page);
    buf_adds(&hash, "script-src '");
    html_add_hash(&hash, html_page_js);
    has(&page, buf_str(&hash));
    has(&page, html_page_js);
    has(&page, html_page_css);
    lacks(&page, " style=");
    has(&page, "was not looked through");
    buf_done(&abc);
    buf_done(&hash);
    buf_done(&page);
    view_free(v);
}

/* However many items there are, the page stays small, says that it does not
 * show all, and shows those that went wrong. */
static void test_many(void **state)
{
    struct view *v = view_new();
    struct buf out = BUF_INIT;
    char path[64];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        struct manifest_item it = {
            .plugin = "sys_logs",
            .item = "many",
            .source = SRC_FILE,
            .path = path,
            .exit_code = -1,
            .status = i == 99999 ? ST_DENIED : ST_ABSENT,
        };

        snprintf(path, sizeof(path), "/var/log/number.%d", i);
        view_item(v, &it);
    }
    make_report(writer_html_new, v, NULL, &out);
    assert_true(out.len < 512 * 1024);
    has(&out, "2201 of 100000 are shown here");
    has(&out, "number.99999");
    has(&out, "absent <b>99999</b>");
    buf_done(&out);
    view_free(v);
}

static void test_write_fails(void **state)
{
    struct keep keep = {{&keep_ops}, NULL, ENOSPC, 0};
    struct writer *w = writer_html_new(&keep.sink);
    struct view *v = view_new();
    struct err err = ERR_INIT;

    (void)state;
    view_write(v, &made_head, NULL, w);
    assert_int_equal(writer_finish(w, &err), -ENOSPC);
    assert_int_equal(keep.closed, 0);
    has(&(struct buf){err.text, 0, 0}, "No space left");
    writer_free(w);
    /* One that is given up half-way. */
    w = writer_html_new(&keep.sink);
    writer_start(w, WRITER_SECTION, "report", NULL);
    writer_attr(w, "name", "Host", "x");
    writer_start(w, WRITER_SECTION, "unheard-of", "Title");
    writer_free(w);
    view_free(v);
}

/* What the kernel sees is not always dom0's. */
static void test_where(void **state)
{
    static const char facts[] =
        "{\"facts\":{\"memory\":{\"dom0_total_kb\":1024,\"dom0_free_kb\":512,"
        "\"swap_free_kb\":0},\"disks\":[{\"mount\":\"/\"}]},\"findings\":[]}";
    struct view *v = view_new();
    struct manifest_head head = made_head;
    struct buf out = BUF_INIT;

    (void)state;
    make_report(writer_text_new, v, facts, &out);
    has(&out, "Memory of dom0: 1.0 MiB\n");
    has(&out, "File systems of dom0");
    buf_reset(&out);
    head.host.role = "domU";
    make_report_of(&head, writer_text_new, v, facts, &out);
    has(&out, "Available in this guest: 512.0 KiB\n");
    has(&out, "File systems of this guest");
    lacks(&out, "dom0");
    buf_reset(&out);
    head.host.role = "none";
    head.host.xen = NULL;
    make_report_of(&head, writer_html_new, v, facts, &out);
    has(&out, "Free swap of this machine");
    has(&out, "File systems of this machine");
    lacks(&out, "dom0");
    view_free(v);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),  cmocka_unit_test(test_json),
        cmocka_unit_test(test_html),  cmocka_unit_test(test_policy),
        cmocka_unit_test(test_many),  cmocka_unit_test(test_write_fails),
        cmocka_unit_test(test_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
