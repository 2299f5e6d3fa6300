#include "collector/front/reply.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/frame.h"
#include "collector/base/core/path.h"
#include "collector/base/core/proto.h"

/* No text of ours needs more; names in it come from the host. */
#define TEXT_MAX 479
/* How long an entry is held back for others to come. */
#define HELD_MS 50

void reply_init(struct reply *rp, int sock)
{
    memset(rp, 0, sizeof(*rp));
    rp->sock = sock;
    rp->exit_code = -1;
    rp->started = clock_mono_ms();
}

static void send_now(struct reply *rp, uint32_t type, const void *data,
                     size_t len)
{
    if (!rp->gone && frame_send(rp->sock, type, data, len, -1))
        rp->gone = true;
}

static void send_held(struct reply *rp)
{
    if (rp->held.len)
        send_now(rp, RE_MANY, rp->held.data, rp->held.len);
    buf_reset(&rp->held);
}

static void send_frame(struct reply *rp, uint32_t type, const void *data,
                       size_t len)
{
    uint32_t head[2] = {type, (uint32_t)len};

    if (rp->held.len + sizeof(head) + len > FRAME_MAX)
        send_held(rp);
    if (!rp->together || sizeof(head) + len > FRAME_MAX) {
        send_now(rp, type, data, len);
        return;
    }
    buf_add(&rp->held, head, sizeof(head));
    buf_add(&rp->held, data, len);
}

void reply_together(struct reply *rp)
{
    rp->together = true;
}

void reply_flush(struct reply *rp)
{
    send_held(rp);
}

void reply_end(struct reply *rp)
{
    struct buf b = BUF_INIT;

    if (rp->text.len > TEXT_MAX)
        rp->text.data[rp->text.len = TEXT_MAX] = '\0';
    field_put_u64(&b, rp->status);
    field_put_u64(&b, (uint64_t)rp->errnum);
    field_put_u64(&b, (uint64_t)(int64_t)rp->exit_code);
    field_put_u64(&b, (uint64_t)rp->signal);
    field_put_u64(&b, rp->truncated);
    field_put_u64(&b, rp->bytes);
    field_put_u64(&b, (uint64_t)(clock_mono_ms() - rp->started));
    field_put_str(&b, buf_str(&rp->text));
    field_put_str(&b, rp->left);
    send_frame(rp, RE_END, b.data, b.len);
    send_held(rp);
    buf_done(&rp->held);
    buf_done(&b);
    buf_done(&rp->text);
}

void reply_meta(struct reply *rp, const struct stat *st, const char *resolved,
                uint64_t lead)
{
    struct buf b = BUF_INIT;

    field_put_u64(&b, (uint64_t)st->st_size);
    field_put_u64(&b, (uint64_t)st->st_mtime);
    field_put_u64(&b, st->st_mode);
    field_put_str(&b, resolved ? resolved : "");
    field_put_u64(&b, lead);
    send_frame(rp, RE_META, b.data, b.len);
    buf_done(&b);
}

int reply_data(struct reply *rp, bool is_stderr, const char *data, size_t len)
{
    while (len && !rp->gone) {
        size_t n = len < FRAME_MAX ? len : FRAME_MAX;

        send_frame(rp, is_stderr ? RE_ERRDATA : RE_DATA, data, n);
        data += n;
        len -= n;
    }
    return rp->gone;
}

bool reply_entry(struct reply *rp, const char *path, const struct stat *st)
{
    struct buf b = BUF_INIT;
    bool fits;

    field_put_str(&b, path);
    field_put_u64(&b, (uint64_t)st->st_size);
    field_put_u64(&b, (uint64_t)st->st_mtime);
    field_put_u64(&b, st->st_mode);
    fits = b.len <= FRAME_MAX;
    if (!rp->held.len)
        rp->held_since = clock_mono_ms();
    if (fits)
        send_frame(rp, RE_ENTRY, b.data, b.len);
    if (rp->held.len && clock_mono_ms() - rp->held_since >= HELD_MS)
        send_held(rp);
    buf_done(&b);
    return fits;
}

static void add(struct reply *rp, const char *fmt, va_list ap)
{
    char text[TEXT_MAX + 1];

    vsnprintf(text, sizeof(text), fmt, ap);
    buf_adds(&rp->text, text);
}

void reply_set(struct reply *rp, enum status st, const char *fmt, ...)
{
    va_list ap;

    rp->status = st;
    buf_reset(&rp->text);
    va_start(ap, fmt);
    add(rp, fmt, ap);
    va_end(ap);
}

void reply_note(struct reply *rp, const char *fmt, ...)
{
    va_list ap;

    if (rp->text.len)
        buf_adds(&rp->text, "; ");
    va_start(ap, fmt);
    add(rp, fmt, ap);
    va_end(ap);
}

void reply_fail(struct reply *rp, int code, const char *text)
{
    enum status st = ST_FAILED;
    const char *hint = "";

    if (code == -ENOENT || code == -ENOTDIR)
        st = ST_ABSENT;
    else if (code == PATH_UNSAFE)
        st = ST_REFUSED;
    else if (code == PATH_ELSEWHERE)
        st = ST_SKIPPED;
    else if (code == -EACCES || code == -EPERM)
        st = ST_DENIED;
    if (st == ST_DENIED && geteuid() != 0)
        hint = " (run as root)";
    reply_set(rp, st, "%s%s", text, hint);
    rp->errnum = st == ST_REFUSED || st == ST_SKIPPED ? 0 : -code;
}
