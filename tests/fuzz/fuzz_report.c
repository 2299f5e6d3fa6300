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

/* Every "<" is ours, and leads to nothing that the host could choose. */
static void check_html(const struct buf *b)
{
    static const char *const links[] = {
        "<a class=skip href=\"#diagnosis\">", "<a href=\"#",
        "<a rel=\"noreferrer noopener\" href=\"https://"};
    size_t scripts = 0;

    for (const char *p = buf_str(b); (p = strchr(p, '<')); p++) {
        scripts += !strncmp(p, "<script", 7);
        check(strncmp(p, "<img", 4) && strncmp(p, "<x", 2));
        check(strncmp(p, "<a ", 3) || !strncmp(p, links[0], strlen(links[0])) ||
              !strncmp(p, links[1], strlen(links[1])) ||
              !strncmp(p, links[2], strlen(links[2])));
    }
    check(scripts == 1);
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
