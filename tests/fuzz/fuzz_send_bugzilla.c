/* fuzz_send_bugzilla: any bytes as a Bugzilla's answer to each of our
 * questions, and as what follows the scheme of its URL, and as a mailto: URL.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/mail/header.h"
#include "collector/mail/mailto.h"
#include "collector/send/bugzilla_answer.h"
#include "collector/send/bugzilla_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Nothing that is taken from an answer may hold a control byte. */
static void check_shown(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            abort();
}

static void take_answer(const char *data, size_t n)
{
    char text[BUGZILLA_TEXT], id[BUGZILLA_ID];
    struct json_object *o;
    struct bugzilla_bug bug;
    int code;

    if (bugzilla_parse(data, n, &o, NULL))
        return;
    if (bugzilla_error(o, &code, text))
        check_shown(text);
    if (!bugzilla_take_version(o, text, NULL))
        check_shown(text);
    if (!bugzilla_take_bug(o, &bug, NULL)) {
        check_shown(bug.product);
        check_shown(bug.component);
        check_shown(bug.summary);
        check_shown(bug.status);
    }
    if (!bugzilla_take_id(o, id, NULL))
        check_shown(id);
    bugzilla_take_limit(o);
    bugzilla_take_attachment(o, "a", 1, id);
    json_object_put(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *text = xstrndup((const char *)data, n), *url;
    struct bugzilla_url u;
    struct mailto m;

    take_answer((const char *)data, n);
    url = xasprintf("bugzilla+https://%s", text);
    if (!bugzilla_url_parse(url, &u, NULL) && !u.bug &&
        !bugzilla_url_field(&u, "product"))
        abort();
    bugzilla_url_done(&u);
    free(url);
    url = xasprintf("mailto:%s", text);
    if (!mailto_parse(url, &m, NULL))
        for (size_t i = 0; m.to[i]; i++)
            if (!header_is_address(m.to[i]))
                abort();
    mailto_done(&m);
    free(url);
    free(text);
    return 0;
}
