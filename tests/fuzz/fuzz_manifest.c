/* fuzz_manifest.c: any bytes as a manifest.json.
 *
 * The answer must not depend on how the input is cut, and whatever item is
 * taken must come back the same when it is written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/pack/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    struct buf text; /* all heads and items, written again */
    int heads;
};

static int on_head(const struct manifest_head *head, void *arg, struct err *err)
{
    struct seen *s = arg;

    (void)err;
    s->heads++;
    manifest_head_write(head, &s->text);
    return 0;
}

static int on_item(const struct manifest_item *item, void *arg, struct err *err)
{
    struct seen *s = arg;
    size_t start = s->text.len;

    (void)err;
    if (s->text.data[start - 1] == '}') {
        buf_adds(&s->text, ",\n");
        start += 2;
    }
    manifest_item_write(item, &s->text);
    for (size_t i = start; i < s->text.len; i++)
        if ((unsigned char)s->text.data[i] < 0x20 || s->text.data[i] == 0x7f)
            abort();
    return 0;
}

static int read_all(const void *data, size_t size, size_t step, struct seen *s)
{
    const struct manifest_handler h = {on_head, on_item, s};
    struct manifest_reader *r = manifest_reader_new(&h);
    struct err err = ERR_INIT;
    int rc = 0;

    for (size_t i = 0; i < size && rc == 0; i += step)
        rc = manifest_reader_feed(r, (const char *)data + i,
                                  size - i < step ? size - i : step, &err);
    if (rc == 0)
        rc = manifest_reader_end(r, &err);
    if (rc && !err.text[0])
        abort();
    manifest_reader_free(r);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen whole = {BUF_INIT, 0}, bytes = {BUF_INIT, 0},
                again = {BUF_INIT, 0};
    int rc = read_all(data, size, size ? size : 1, &whole);

    if (rc != read_all(data, size, 1, &bytes) ||
        whole.text.len != bytes.text.len ||
        strcmp(buf_str(&whole.text), buf_str(&bytes.text)))
        abort();
    if (rc == 0) {
        buf_adds(&whole.text, "\n" MANIFEST_TAIL);
        if (read_all(whole.text.data, whole.text.len, 4096, &again))
            abort();
        buf_adds(&again.text, "\n" MANIFEST_TAIL);
        if (strcmp(buf_str(&whole.text), buf_str(&again.text)))
            abort();
    }
    buf_done(&whole.text);
    buf_done(&bytes.text);
    buf_done(&again.text);
    return 0;
}
