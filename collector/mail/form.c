#include "collector/mail/form.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define INDENT 2
#define SUBJECT_COLUMNS 60
/* Lines of the summary, which is a page of 60. */
#define SUMMARY_LINES 200
#define LINK_MAX 500

/* ---- lines --------------------------------------------------------------- */

/* One line of text, wrapped; the first one's own indentation is kept. */
static void add_line(struct buf *out, const char *line, size_t n, size_t indent)
{
    char *copy = xstrndup(line, n), *shown = xmalloc(4 * n + 8);
    const char *p;

    str_visible(copy, shown, 4 * n + 8);
    for (n = strlen(shown); n && shown[n - 1] == ' ';)
        shown[--n] = '\0';
    p = shown;
    do {
        size_t len = str_line_end(p, FORM_COLUMNS - indent);

        if (len)
            buf_addf(out, "%*s", (int)indent, "");
        buf_add(out, p, len);
        buf_addc(out, '\n');
        p += len;
        p += strspn(p, " ");
    } while (*p);
    free(shown);
    free(copy);
}

static void add_lines(struct buf *out, const char *text, size_t indent,
                      size_t max)
{
    while (*text && max--) {
        size_t n = strcspn(text, "\n");

        add_line(out, text, n, indent);
        text += n + (text[n] == '\n');
    }
    if (*text)
        buf_adds(out, "...\n");
}

static void add_format(struct buf *out, size_t indent, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void add_format(struct buf *out, size_t indent, const char *fmt, ...)
{
    char text[2000];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    add_line(out, text, strlen(text), indent);
}

/* ---- parts --------------------------------------------------------------- */

static void add_answer(const struct form *f, struct buf *out,
                       const char *question, const char *answer,
                       const char *blank)
{
    bool said = answer && *answer;

    if (!said && !f->blanks)
        return;
    buf_addf(out, "%s\n\n", question);
    add_lines(out, said ? answer : blank, INDENT, SUMMARY_LINES);
    buf_addc(out, '\n');
}

static void add_versions(const struct form *f, struct buf *out)
{
    buf_adds(out, "Versions:\n\n");
    add_format(out, INDENT, "Xen          %s", f->xen ? f->xen : "none runs");
    if (f->kernel)
        add_format(out, INDENT, "Kernel       %s%s%s", f->kernel,
                   f->machine ? " on " : "", f->machine ? f->machine : "");
    if (f->tool)
        add_format(out, INDENT, "xen-bugtool  %s", f->tool);
    buf_addc(out, '\n');
}

static void add_bundle(const struct form *f, struct buf *out)
{
    char size[24], link[600];

    if (!f->bundle)
        return;
    buf_adds(out, "The whole report:\n\n");
    /* A link that is broken over lines cannot be followed. */
    if (f->link)
        buf_addf(out, "%*s%s\n", INDENT, "",
                 str_visible(f->link, link, sizeof(link)));
    else if (f->attached)
        add_format(out, INDENT, "is attached:");
    else if (f->blanks)
        add_format(out, INDENT, "[ The link to it, once it is uploaded. ]");
    else
        add_format(out, INDENT, "can be had on request:");
    add_format(out, INDENT, "%s, %s", f->bundle,
               str_size(f->bundle_size, size));
    if (f->bundle_sha256)
        buf_addf(out, "  SHA-256:\n  %.64s\n", f->bundle_sha256);
    add_format(out, INDENT,
               f->names_hidden
                   ? "Secrets are hidden in it; its addresses and names are "
                     "pseudonyms, the same one for the same name."
                   : "Secrets are hidden in it; addresses and names are the "
                     "true ones.");
    buf_addc(out, '\n');
}

/* ---- the link ------------------------------------------------------------ */

int form_check_link(const char *link, struct err *err)
{
    const char *p = link;

    while (*p > ' ' && *p <= '~')
        p++;
    if (!*p && p - link <= LINK_MAX &&
        (str_starts(link, "https://") || str_starts(link, "http://")) &&
        !memchr(link, '@', strcspn(link + 8, "/") + 8))
        return 0;
    return err_set(err, -EINVAL,
                   "--link: expected https://..., without blanks and without a "
                   "user, of %d bytes at most",
                   LINK_MAX);
}

/* ---- all of it ----------------------------------------------------------- */

/* A version that Debian's tracker can read, in one word. */
static void add_pseudo_header(struct buf *out, const char *name,
                              const char *value)
{
    char shown[100];

    str_visible(value, shown, sizeof(shown));
    shown[strcspn(shown, " ")] = '\0';
    buf_addf(out, "%s: %s\n", name, shown);
}

void form_write(const struct form *f, struct buf *out)
{
    if (f->package) {
        add_pseudo_header(out, "Package", f->package);
        if (f->package_version)
            add_pseudo_header(out, "Version", f->package_version);
        buf_addc(out, '\n');
    }
    if (f->blanks)
        buf_adds(out, "[ Lines in square brackets are to be filled in or "
                      "deleted. ]\n\n");
    add_answer(f, out, "What happened:", f->what,
               "[ In a few sentences; since when; how often. ]");
    add_answer(f, out, "What was expected:", f->expected,
               "[ And whether it has ever worked so. ]");
    add_versions(f, out);
    add_answer(f, out, "What was tried:", f->tried, "[ And what came of it. ]");
    add_bundle(f, out);
    if (f->summary) {
        buf_adds(out, "Summary, by xen-bugtool:\n\n");
        add_lines(out, f->summary, 0, SUMMARY_LINES);
    }
}

void form_write_comment(const struct form *f, struct buf *out)
{
    if (f->what && *f->what) {
        add_lines(out, f->what, 0, SUMMARY_LINES);
        buf_addc(out, '\n');
    }
    if (f->link)
        add_bundle(f, out);
    if (f->summary)
        add_lines(out, f->summary, 0, SUMMARY_LINES);
}

/* "ERROR   text of the problem", as summary.txt has it. */
static const char *first_problem(const char *summary)
{
    const char *p = summary ? strstr(summary, "\nERROR ") : NULL;

    return p ? p + 7 + strspn(p + 7, " ") : NULL;
}

void form_subject(const struct form *f, struct buf *out)
{
    const char *what =
        f->what && *f->what ? f->what : first_problem(f->summary);
    char *line, *shown;
    size_t n, fit;

    if (f->xen)
        buf_addf(out, "Xen %s: ", f->xen);
    if (!what) {
        buf_adds(out, f->blanks ? "[ what is wrong, in one line ]"
                                : "problem report");
        return;
    }
    n = strcspn(what, "\n");
    line = xstrndup(what, n);
    shown = xmalloc(4 * n + 8);
    str_visible(line, shown, 4 * n + 8);
    fit = str_line_end(shown, SUBJECT_COLUMNS);
    buf_add(out, shown, fit);
    if (shown[fit])
        buf_adds(out, "...");
    free(shown);
    free(line);
}
