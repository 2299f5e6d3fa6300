/* fuzz_report: any diagnosis (the first line), any line of an item's text (the
 * rest) through the three writers: the JSON must be JSON, the text must hold no
 * control, and the page no markup but its own. */
#include <stdlib.h>

#include "tests/unit/report_make.h"

static void check(int ok)
{
    if (!ok)
        abort();
}

static void check_text(const struct buf *b)
{
    for (size_t i = 0; i < b->len; i++)
        check((unsigned char)b->data[i] >= 0x20 || b->data[i] == '\n');
}

/* Every "<" is ours: what may follow it stands in html*.c. */
static void check_html(const struct buf *b)
{
    size_t scripts = 0;

    for (const char *p = buf_str(b); (p = strstr(p, "<script")); p++)
        scripts++;
    check(scripts == 1);
    check(!strstr(buf_str(b), "<img") && !strstr(buf_str(b), "<x"));
    check(!strstr(buf_str(b), "javascript:") ||
          !strstr(buf_str(b), "href=\"javascript:"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct buf in = BUF_INIT, out = BUF_INIT;
    struct manifest_item it = {.plugin = "p", .item = "i", .exit_code = -1};
    struct view *v = view_new();
    struct json_object *o;
    char *rest;

    buf_add(&in, data, n);
    buf_addc(&in, '\0');
    rest = strchr(in.data, '\n');
    if (rest)
        *rest++ = '\0';
    it.path = rest;
    it.error = rest;
    it.status = ST_FAILED;
    it.out.name = rest;
    view_item(v, &it);

    make_report(writer_text_new, v, in.data, &out);
    check_text(&out);
    buf_reset(&out);
    make_report(writer_json_new, v, in.data, &out);
    o = json_tokener_parse(buf_str(&out));
    check(o != NULL);
    json_object_put(o);
    buf_reset(&out);
    make_report(writer_html_new, v, in.data, &out);
    check_html(&out);
    buf_done(&out);
    buf_done(&in);
    view_free(v);
    return 0;
}
