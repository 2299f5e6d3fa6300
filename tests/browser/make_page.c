/* make_page MANIFEST DIAGNOSIS: the web page of these two documents, on
 * standard output.  For the tests in a browser, which need hosts of any size
 * and with any names. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/filter.h"
#include "collector/view.h"

struct page {
    struct view *view;
    struct manifest_head head;
};

static int on_head(const struct manifest_head *h, void *arg, struct err *err)
{
    (void)err;
    ((struct page *)arg)->head = *h;
    return 0;
}

static int on_item(const struct manifest_item *it, void *arg, struct err *err)
{
    (void)err;
    view_item(((struct page *)arg)->view, it);
    return 0;
}

static void die(const char *what, const char *why)
{
    fprintf(stderr, "make_page: %s: %s\n", what, why);
    exit(1);
}

int main(int argc, char **argv)
{
    struct page p = {.view = view_new()};
    struct manifest_handler handler = {on_head, on_item, &p};
    struct manifest_reader *mr = manifest_reader_new(&handler);
    struct json_object *diagnosis;
    struct err err = ERR_INIT;
    struct writer *w;
    char block[65536];
    size_t n;
    FILE *f;

    if (argc != 3)
        die("usage", "make_page MANIFEST DIAGNOSIS");
    f = fopen(argv[1], "r");
    if (!f)
        die(argv[1], "cannot be opened");
    while ((n = fread(block, 1, sizeof(block), f)))
        if (manifest_reader_feed(mr, block, n, &err))
            die(argv[1], err.text);
    fclose(f);
    if (manifest_reader_end(mr, &err))
        die(argv[1], err.text);
    diagnosis = json_object_from_file(argv[2]);
    if (!diagnosis)
        die(argv[2], "is no JSON");
    w = writer_html_new(sink_to_fd(STDOUT_FILENO, "the page"));
    view_write(p.view, &p.head, diagnosis, w);
    if (writer_finish(w, &err))
        die("the page", err.text);
    writer_free(w);
    json_object_put(diagnosis);
    manifest_reader_free(mr);
    view_free(p.view);
    return 0;
}
