/* xen-bugtool inspect: what a bundle holds, without verifying it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/log.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/bundle_arg.h"
#include "collector/cmd.h"
#include "collector/pack/manifest.h"

#define MANIFEST "manifest.json"
#define BLOCK_BYTES 65536
#define LINE_BYTES 4096

/* ---- text for a terminal ---- */

static void print_visible(const char *text)
{
    size_t size = 4 * strlen(text) + 8;
    char *shown = xmalloc(size);

    fputs(str_visible(text, shown, size), stdout);
    free(shown);
}

/* Bytes to stdout: as they are, or so that they cannot drive the terminal. */
struct shower {
    bool raw;
    bool one_line; /* newlines become blanks */
    struct buf line;
};

static void shower_flush(struct shower *s)
{
    if (s->line.len)
        print_visible(buf_str(&s->line));
    buf_reset(&s->line);
}

static void shower_byte(struct shower *s, char c)
{
    if (c == '\n' && s->one_line)
        c = ' ';
    if (s->raw) {
        putchar(c);
    } else if (c == '\n' || c == '\t') {
        shower_flush(s);
        putchar(c);
    } else if (c == '\0') {
        buf_adds(&s->line, "\\x00");
    } else {
        /* Not in the middle of a UTF-8 sequence. */
        if (s->line.len >= LINE_BYTES && (c & 0xc0) != 0x80)
            shower_flush(s);
        buf_addc(&s->line, c);
    }
}

static void shower_write(struct shower *s, const char *data, size_t n)
{
    if (s->raw && !s->one_line) {
        fwrite(data, 1, n, stdout);
        return;
    }
    for (size_t i = 0; i < n; i++)
        shower_byte(s, data[i]);
}

/* ---- the table ---- */

struct table {
    const char *top;
    size_t count[ST_COUNT];
    size_t n;
    uint64_t bytes, redactions;
};

static void row(const char *label, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void row(const char *label, const char *fmt, ...)
{
    struct buf b = BUF_INIT;
    va_list ap;
    char *text;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    buf_adds(&b, text ? text : "");
    printf("%-9s ", label);
    print_visible(buf_str(&b));
    putchar('\n');
    free(text);
    buf_done(&b);
}

static int on_head(const struct manifest_head *h, void *arg, struct err *err)
{
    char start[CLOCK_ISO_SIZE], took[32], up[32];
    const struct table *t = arg;

    (void)err;
    if (t->top[0])
        row("Bundle", "%s", t->top);
    if (h->options.sysroot) {
        row("Host", "%s, read from the disk at %s", h->host.name,
            h->options.sysroot);
        row("Xen", "%s", h->disk.xen ? h->disk.xen : "none in its /boot");
        row("Kernel", "%s",
            h->disk.kernel ? h->disk.kernel : "none in its /boot");
    } else {
        row("Host", "%s, %s, up %s", h->host.name, h->host.role,
            str_duration(h->host.uptime_s * 1000, up));
        row("Xen", "%s", h->host.xen ? h->host.xen : "none");
        row("Kernel", "%s %s", h->host.kernel, h->host.machine);
    }
    row("Made", "%s, in %s, by xen-bugtool %s", clock_iso(h->start_ms, start),
        str_duration((uint64_t)(h->end_ms - h->start_ms), took),
        h->tool_version);
    row("Complete", "%s%s",
        h->complete ? "yes" : "no: ", h->complete ? "" : h->cut);
    row("Privacy", "%s, %" PRIu64 " rules, key %s", h->options.privacy,
        h->rules_count, h->key_id);
    for (size_t i = 0; h->rules_files && h->rules_files[i]; i++)
        row("Rules of", "%s", h->rules_files[i]);
    for (size_t i = 0; h->rules_overrides && h->rules_overrides[i]; i++)
        row("Hides less", "rule %s", h->rules_overrides[i]);
    for (size_t i = 0; h->names_missed && h->names_missed[i]; i++)
        row("Hides less", "names were not learned from %s", h->names_missed[i]);
    if (h->again.time_ms)
        row("Redacted", "again %s, by xen-bugtool %s",
            clock_iso(h->again.time_ms, start),
            h->again.tool_version ? h->again.tool_version : "");
    if (h->replayed || h->synthetic)
        row("Recorded", "%s%s%s", h->replayed ? "replayed" : "",
            h->replayed && h->synthetic ? ", " : "",
            h->synthetic ? "synthetic: made up, not from a real host" : "");
    if (h->options.case_id)
        row("Case", "%s", h->options.case_id);
    if (h->options.note)
        row("Note", "%s", h->options.note);
    puts("\nThis bundle was not verified; \"xen-bugtool verify\" does that.\n");
    puts("STATUS      BYTES HIDDEN     TIME  ITEM                       "
         "SOURCE");
    return 0;
}

static void add_source(const struct manifest_item *it, struct buf *b)
{
    switch (it->source) {
    case SRC_FILE:
        buf_adds(b, it->path ? it->path : it->glob ? it->glob : it->tree);
        break;
    case SRC_COMMAND:
        for (size_t i = 0; it->argv[i]; i++)
            buf_addf(b, "%s%s", i ? " " : "", it->argv[i]);
        break;
    case SRC_HYPERCALL:
        buf_addf(b, "hypercall %s", it->probe);
        break;
    case SRC_XENSTORE:
        buf_addf(b, "xenstore %s", it->probe);
        break;
    case SRC_OWN:
        buf_adds(b, "xen-bugtool");
        break;
    }
}

static uint64_t hidden(const struct manifest_member *m)
{
    uint64_t n = 0;

    for (size_t i = 0; i < m->n_redactions; i++)
        n += m->redactions[i].count;
    return n;
}

/* Why there is less than one might expect. */
static bool has_reason(const struct manifest_item *it)
{
    return it->error && it->status != ST_OK && it->status != ST_ABSENT;
}

static int on_item(const struct manifest_item *it, void *arg, struct err *err)
{
    uint64_t bytes = it->out.bytes + it->errout.bytes;
    uint64_t redactions = hidden(&it->out) + hidden(&it->errout);
    char size[24] = "-", took[32] = "-", count[24] = "-";
    struct buf name = BUF_INIT, source = BUF_INIT;
    struct table *t = arg;

    (void)err;
    t->n++;
    t->count[it->status]++;
    t->bytes += bytes;
    t->redactions += redactions;
    if (it->out.name || it->errout.name)
        str_size(bytes, size);
    if (it->started_ms)
        str_duration(it->duration_ms, took);
    if (redactions)
        snprintf(count, sizeof(count), "%" PRIu64, redactions);
    buf_addf(&name, "%s/%s", it->plugin, it->item);
    add_source(it, &source);
    printf("%-7s %9s %6s %8s  ", status_name(it->status), size, count, took);
    print_visible(buf_str(&name));
    printf("%*s ", name.len < 26 ? (int)(26 - name.len) : 0, "");
    print_visible(buf_str(&source));
    if (has_reason(it)) {
        fputs("\n        ", stdout);
        print_visible(it->error);
    }
    putchar('\n');
    buf_done(&name);
    buf_done(&source);
    return 0;
}

static void print_totals(const struct table *t)
{
    char size[24];

    printf("\n%zu items:", t->n);
    for (int i = 0, n = 0; i < ST_COUNT; i++)
        if (t->count[i])
            printf("%s %zu %s", n++ ? "," : "", t->count[i],
                   status_name((enum status)i));
    printf("\n%s stored, %" PRIu64 " secrets hidden\n",
           str_size(t->bytes, size), t->redactions);
}

/* ---- finding ---- */

/* Goes on to the member called name (with the top folder or without). 1 found,
 * 0 there is none. */
static int find(struct unpack *u, const char *name, struct err *err)
{
    struct unpack_member m;
    int r;

    while ((r = unpack_next(u, &m, err)) != 0) {
        size_t top = strlen(unpack_top(u));

        /* Of a folder, a member that is not there does not end the list. */
        if (r < 0 && (r != -ENOENT || !strcmp(m.name, name)))
            return r;
        if (r == 1 && (!strcmp(m.name, name) ||
                       (top && !strncmp(name, unpack_top(u), top) &&
                        name[top] == '/' && !strcmp(m.name, name + top + 1))))
            return 1;
    }
    return 0;
}

static int copy_out(struct unpack *u, struct shower *s,
                    struct manifest_reader *mr, struct err *err)
{
    char *block = xmalloc(BLOCK_BYTES);
    ssize_t n;
    int r = 0;

    while (r == 0 && (n = unpack_read(u, block, BLOCK_BYTES, err)) != 0) {
        if (n < 0) {
            r = (int)n;
            break;
        }
        if (mr)
            r = manifest_reader_feed(mr, block, (size_t)n, err);
        if (r == 0 && s)
            shower_write(s, block, (size_t)n);
    }
    if (s) {
        shower_flush(s);
        buf_done(&s->line);
    }
    free(block);
    return r;
}

/* ---- */

static int show_member(struct unpack *u, const char *name, struct err *err)
{
    struct shower s = {.raw = !isatty(STDOUT_FILENO)};
    int r = find(u, name, err);

    if (r < 0)
        return r;
    if (r == 0)
        return err_set(err, -ENOENT,
                       "it has no member %s; \"xen-bugtool inspect\" without "
                       "a member lists what it has",
                       name);
    return copy_out(u, &s, NULL, err);
}

static int show_manifest(struct unpack *u, bool json, struct err *err)
{
    struct shower s = {.raw = !isatty(STDOUT_FILENO), .one_line = true};
    struct table t = {.top = ""};
    struct manifest_handler h = {on_head, on_item, &t};
    struct manifest_reader *mr;
    int r = unpack_skip_to(u, MANIFEST, err);

    if (r >= 0)
        r = find(u, MANIFEST, err);
    if (r < 0)
        return r;
    if (r == 0)
        return err_set(err, -EBADMSG, "it is no bundle: it has no " MANIFEST);
    t.top = unpack_top(u);
    if (json)
        h = (struct manifest_handler){NULL, NULL, NULL};
    mr = manifest_reader_new(&h);
    r = copy_out(u, json ? &s : NULL, mr, err);
    if (r == 0)
        r = manifest_reader_end(mr, err);
    manifest_reader_free(mr);
    if (json)
        putchar('\n');
    else if (r == 0)
        print_totals(&t);
    return r;
}

int cmd_inspect(const struct options *opt, struct control *ctl)
{
    const char *member = opt->n_operands > 1 ? opt->operands[1] : NULL;
    bool json = options_has(opt, OPT_JSON);
    struct err err = ERR_INIT;
    struct unpack *u = NULL;
    int r;

    if (member && json) {
        log_msg(LOG_ERR, "--json shows the manifest; leave out %s", member);
        return EXIT_USAGE;
    }
    r = bundle_arg_open(ctl, &u, NULL, &err);
    if (r == 0)
        r = member ? show_member(u, member, &err)
                   : show_manifest(u, json, &err);
    if (r)
        fflush(stdout);
    else
        r = err_stdout(&err);
    unpack_free(u);
    if (r < 0) {
        err_about(&err, opt->operands[0]);
        if (r != -EPIPE)
            log_msg(LOG_ERR, "%s", err.text);
        return r == -EBADMSG ? EXIT_FOUND : EXIT_NO_BUNDLE;
    }
    return EXIT_WHOLE;
}
