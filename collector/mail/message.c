#include "collector/mail/message.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/base64.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/mail/header.h"

#define COLUMNS 76
#define LINE_BYTES (COLUMNS / 4 * 3)
#define PIECE (LINE_BYTES * 1024)

enum stage { HEAD, ATTACHMENT, TAIL };

struct message {
    struct buf head; /* up to the attachment */
    uint64_t attach_size;
    struct buf tail;
    /* reading */
    enum stage stage;
    size_t done; /* bytes of the stage's part */
    uint64_t at; /* bytes of the attachment that were encoded */
    struct buf lines;
};

/* ---- the text ------------------------------------------------------------ */

/* Whether a line would change on its way, or be taken for something else. */
static bool is_safe_line(const char *line, size_t n)
{
    if (n > COLUMNS || (n && line[n - 1] == ' ') || *line == '.' ||
        !strncmp(line, "From ", 5))
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)line[i] < ' ' || (unsigned char)line[i] > '~')
            return false;
    return true;
}

static bool is_safe_text(const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");

        if (!is_safe_line(text, n))
            return false;
        text += n + (text[n] == '\n');
    }
    return true;
}

/* One line as quoted-printable (RFC 2045, 6.7). */
static void add_quoted(struct buf *out, const char *line, size_t n)
{
    size_t column = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)line[i];
        bool last = i + 1 == n && c == ' ', first;

        if (column > COLUMNS - 4) {
            buf_adds(out, "=\n");
            column = 0;
        }
        first = !column && (c == '.' || !strncmp(line + i, "From ", 5));
        if (c < ' ' || c > '~' || c == '=' || first || last) {
            buf_addf(out, "=%02X", c);
            column += 3;
        } else {
            buf_addc(out, (char)c);
            column++;
        }
    }
    buf_addc(out, '\n');
}

static void add_text(struct buf *out, const char *text)
{
    bool safe = is_safe_text(text);

    buf_addf(out,
             "Content-Type: text/plain; charset=%s\n"
             "Content-Transfer-Encoding: %s\n\n",
             safe ? "us-ascii" : "utf-8", safe ? "7bit" : "quoted-printable");
    while (*text) {
        size_t n = strcspn(text, "\n");

        if (safe) {
            buf_add(out, text, n);
            buf_addc(out, '\n');
        } else {
            add_quoted(out, text, n);
        }
        text += n + (text[n] == '\n');
    }
}

/* ---- the attachment ------------------------------------------------------ */

/* A name that any system can save, of at most 200 plain bytes. */
static void add_name(struct buf *out, const char *name)
{
    for (size_t i = 0; name[i] && i < 200; i++)
        buf_addc(out, isalnum((unsigned char)name[i]) ||
                              (i && strchr("._-+@,", name[i]))
                          ? name[i]
                          : '_');
}

static void add_part_head(struct buf *out, const struct message_spec *spec)
{
    struct buf name = BUF_INIT;

    add_name(&name, spec->attach_name);
    buf_addf(out,
             "Content-Type: %s;\n name=\"%s\"\n"
             "Content-Disposition: attachment;\n filename=\"%s\"\n"
             "Content-Transfer-Encoding: base64\n\n",
             spec->attach_type, buf_str(&name), buf_str(&name));
    buf_done(&name);
}

/* ---- the whole ----------------------------------------------------------- */

static void add_header(struct buf *out, const struct message_spec *spec)
{
    const char *words[2] = {NULL, NULL};

    if (spec->from) {
        words[0] = spec->from;
        header_add_words(out, "From", words, ",");
    }
    header_add_words(out, "To", spec->to, ",");
    if (spec->cc && spec->cc[0])
        header_add_words(out, "Cc", spec->cc, ",");
    header_add_text(out, "Subject", spec->subject);
    header_add_date(out, spec->date_ms);
    /* Who sends it gives it its id, if nobody is known to send it yet. */
    if (spec->from && !spec->draft)
        buf_addf(out, "Message-ID: <%.32s%s>\n", spec->unique,
                 strchr(spec->from, '@'));
    if (spec->in_reply_to) {
        words[0] = spec->in_reply_to;
        header_add_words(out, "In-Reply-To", words, "");
        header_add_words(out, "References", words, "");
    }
    if (spec->draft)
        buf_adds(out, "X-Unsent: 1\n");
    buf_adds(out, "MIME-Version: 1.0\n");
}

struct message *message_new(const struct message_spec *spec)
{
    struct message *m = xcalloc(1, sizeof(*m));
    /* "=_" is in no line of base64 or quoted-printable; the rest nobody who
     * chose the text could know. */
    char *boundary = xasprintf("=_%.32s", spec->unique);

    add_header(&m->head, spec);
    if (!spec->attach_name) {
        add_text(&m->head, spec->text);
    } else {
        buf_addf(&m->head,
                 "Content-Type: multipart/mixed;\n boundary=\"%s\"\n\n--%s\n",
                 boundary, boundary);
        add_text(&m->head, spec->text);
        buf_addf(&m->head, "\n--%s\n", boundary);
        add_part_head(&m->head, spec);
        m->attach_size = spec->attach_size;
        buf_addf(&m->tail, "\n--%s--\n", boundary);
    }
    free(boundary);
    return m;
}

void message_free(struct message *m)
{
    if (!m)
        return;
    buf_done(&m->head);
    buf_done(&m->tail);
    buf_done(&m->lines);
    free(m);
}

static uint64_t crlf_size(const struct buf *b)
{
    uint64_t n = b->len;

    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n;
}

uint64_t message_size(const struct message *m)
{
    uint64_t lines = (m->attach_size + LINE_BYTES - 1) / LINE_BYTES;

    return crlf_size(&m->head) + base64_size(m->attach_size) + 2 * lines +
           crlf_size(&m->tail);
}

/* ---- reading it ---------------------------------------------------------- */

/* Fills data, or fails: the size was promised. */
static int read_piece(int fd, char *data, size_t n, uint64_t at,
                      struct err *err)
{
    size_t done = 0;

    while (done < n) {
        ssize_t r = pread(fd, data + done, n - done, (off_t)(at + done));

        if (r < 0 && errno == EINTR)
            continue;
        if (r < 0)
            return err_sys(err, errno, "cannot read what is to be attached");
        if (r == 0)
            return err_set(err, -EIO, "what is to be attached has shrunk");
        done += (size_t)r;
    }
    return 0;
}

/* The next lines of the attachment. */
static int encode_piece(struct message *m, int attach, struct err *err)
{
    uint64_t left = m->attach_size - m->at;
    size_t n = left < PIECE ? (size_t)left : PIECE;
    char *data = xmalloc(n);
    int rc = read_piece(attach, data, n, m->at, err);

    buf_reset(&m->lines);
    for (size_t i = 0; !rc && i < n; i += LINE_BYTES) {
        base64_add(&m->lines, data + i,
                   n - i < LINE_BYTES ? n - i : LINE_BYTES);
        buf_addc(&m->lines, '\n');
    }
    free(data);
    m->at += n;
    return rc;
}

ssize_t message_read(struct message *m, int attach, char *out, size_t n,
                     struct err *err)
{
    const struct buf *part;

    for (;;) {
        part = m->stage == HEAD         ? &m->head
               : m->stage == ATTACHMENT ? &m->lines
                                        : &m->tail;
        if (m->done < part->len)
            break;
        m->done = 0;
        if (m->stage == ATTACHMENT && m->at < m->attach_size) {
            int rc = encode_piece(m, attach, err);

            if (rc)
                return rc;
        } else if (m->stage == TAIL) {
            m->done = part->len;
            return 0;
        } else {
            m->stage++;
        }
    }
    if (n > part->len - m->done)
        n = part->len - m->done;
    memcpy(out, part->data + m->done, n);
    m->done += n;
    return (ssize_t)n;
}

void message_rewind(struct message *m)
{
    m->stage = HEAD;
    m->done = 0;
    m->at = 0;
    buf_reset(&m->lines);
}

static int write_all(int fd, const char *data, size_t n, struct err *err)
{
    while (n) {
        ssize_t done = write(fd, data, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return err_sys(err, errno, "cannot write the message");
        data += done;
        n -= (size_t)done;
    }
    return 0;
}

int message_write(struct message *m, int attach, int out, struct err *err)
{
    char *block = xmalloc(PIECE);
    ssize_t n;
    int rc = 0;

    message_rewind(m);
    do {
        n = message_read(m, attach, block, PIECE, err);
        if (n > 0)
            rc = write_all(out, block, (size_t)n, err);
    } while (n > 0 && !rc);
    free(block);
    return n < 0 ? (int)n : rc;
}
