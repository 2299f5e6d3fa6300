/* fuzz_facts: any bytes as each of the members that facts are made from; what
 * comes out goes through a report. */
#include <stdlib.h>

#include "collector/facts.h"
#include "tests/unit/report_make.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct capture *c = facts_captures_new();
    struct view *v = view_new();
    struct buf out = BUF_INIT;
    struct json_object *doc;

    for (struct capture *one = c; one->member; one++)
        capture_add(one, data, n);
    doc = facts_make(c);
    make_report(writer_html_new, v, json_object_to_json_string(doc), &out);
    if (!strstr(buf_str(&out), "</html>"))
        abort();
    json_object_put(doc);
    buf_done(&out);
    view_free(v);
    facts_captures_free(c);
    return 0;
}
