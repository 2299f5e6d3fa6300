#include "collector/pack/unpack_index.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bunzip.h"
#include "collector/pack/names.h"
#include "collector/pack/unpack_tar.h"

/* Who owns what: x's tables are made by one thread in index_new and only read
 * afterwards.  The slots belong to whoever holds x->lock; the bytes of a slot
 * are written by the one thread that set it LOADING, without the lock, and read
 * by those that hold a use of it.  A slot with uses is never given away.  A
 * block of long runs can be 46 MB when decoded; such a one is not kept but
 * streamed by a decoder of the handle's own. */

#define BLOCKS_MAX 4000000u
#define N_SLOTS 4
#define SLOT_BYTES (2u * 1024 * 1024)

struct block {
    uint64_t bit; /* in the file */
    uint64_t pos; /* in the archive */
};

struct place {
    uint64_t pos, size;
    int64_t mtime;
};

enum slot_state { SLOT_EMPTY, SLOT_LOADING, SLOT_READY };

struct slot {
    enum slot_state state;
    size_t block;
    unsigned uses;
    uint64_t last; /* when it was used, by x->clock */
    char *data;    /* SLOT_BYTES */
};

struct index {
    int fd;
    enum stream_kind kind;
    unsigned level;
    struct names *names;
    struct place *place; /* by number */
    size_t place_cap;
    struct block *block; /* and one behind the last, for its end */
    size_t n_blocks, block_cap;

    pthread_mutex_t lock;
    pthread_cond_t changed; /* a slot is no longer LOADING, or has no uses */
    struct slot slot[N_SLOTS];
    uint64_t clock;
};

struct index_file {
    struct index *x;
    struct place place;
    uint64_t done;
    struct bunzip *own; /* decodes a block that fits no slot */
    size_t own_block;
    uint64_t own_pos; /* of its next byte in the archive */
};

/* ---- making it ---- */

static int add_block(struct index *x, uint64_t bit, uint64_t pos,
                     struct err *err)
{
    if (x->n_blocks == BLOCKS_MAX)
        return err_set(err, -EBADMSG, "the bundle has too many bzip2 blocks");
    if (x->n_blocks == x->block_cap) {
        x->block_cap = x->block_cap ? 2 * x->block_cap : 64;
        x->block = xreallocarray(x->block, x->block_cap, sizeof(*x->block));
    }
    x->block[x->n_blocks++] = (struct block){bit, pos};
    return 0;
}

static int on_block(uint64_t bit, uint64_t pos, void *arg, struct err *err)
{
    return add_block(arg, bit, pos, err);
}

static int add_member(struct index *x, const struct unpack_member *m,
                      uint64_t pos, struct err *err)
{
    int64_t i = names_add(x->names, m->name);

    if (i < 0)
        return err_set(err, -EBADMSG, "the bundle has too many members");
    if ((size_t)i >= x->place_cap) {
        x->place_cap = x->place_cap ? 2 * x->place_cap : 64;
        x->place = xreallocarray(x->place, x->place_cap, sizeof(*x->place));
    }
    x->place[i] = (struct place){pos, m->size, m->mtime};
    return 0;
}

static int scan(struct index *x, struct err *err)
{
    struct unpack_member m;
    struct tar_reader *t = NULL;
    struct stream *s = NULL;
    int r;

    r = stream_new(x->fd, on_block, x, &s, err);
    if (r < 0)
        return r;
    x->kind = stream_kind(s);
    x->level = stream_level(s);
    if (x->kind != STREAM_PLAIN && x->kind != STREAM_BZIP2) {
        stream_free(s);
        return err_set(err, -ENOTSUP,
                       "only bundles packed as tar or tar.bz2 can be read so; "
                       "unpack this one and name the folder");
    }
    r = tar_reader_new(s, &t, err);
    if (r < 0)
        return r;
    while ((r = tar_reader_next(t, &m, err)) > 0) {
        r = add_member(x, &m, tar_reader_offset(t), err);
        if (r < 0)
            break;
    }
    if (r == 0 && x->kind == STREAM_BZIP2)
        r = add_block(x, 0, tar_reader_total(t), err);
    tar_reader_free(t);
    return r;
}

int index_new(int fd, struct index **out, struct err *err)
{
    struct index *x = xcalloc(1, sizeof(*x));
    int r;

    x->fd = fd;
    x->names = names_new();
    pthread_mutex_init(&x->lock, NULL);
    pthread_cond_init(&x->changed, NULL);
    r = scan(x, err);
    if (r < 0) {
        index_free(x);
        return r;
    }
    *out = x;
    return 0;
}

void index_free(struct index *x)
{
    if (!x)
        return;
    for (size_t i = 0; i < N_SLOTS; i++)
        free(x->slot[i].data);
    pthread_cond_destroy(&x->changed);
    pthread_mutex_destroy(&x->lock);
    names_free(x->names);
    free(x->place);
    free(x->block);
    free(x);
}

/* ---- blocks ---- */

/* The block in which byte pos of the archive is. */
static size_t find_block(const struct index *x, uint64_t pos)
{
    size_t lo = 0, hi = x->n_blocks - 1;

    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;

        if (x->block[mid].pos <= pos)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static uint64_t block_size(const struct index *x, size_t b)
{
    return x->block[b + 1].pos - x->block[b].pos;
}

/* Decodes block b into data. */
static int load(struct index *x, size_t b, char *data, struct err *err)
{
    uint64_t want = block_size(x, b), got = 0;
    struct bunzip *z = NULL;
    ssize_t n = bunzip_open(x->fd, x->block[b].bit, x->level, &z, err);

    while (n == 0 && got < SLOT_BYTES) {
        n = bunzip_read(z, data + got, SLOT_BYTES - got, err);
        if (n <= 0)
            break;
        got += (uint64_t)n;
        n = 0;
    }
    bunzip_free(z);
    if (n < 0)
        return (int)n;
    if (got != want)
        return err_set(err, -EBADMSG, "the bundle changed while it was read");
    return 0;
}

/* A slot that may be given away, the one not used for longest, or NULL. */
static struct slot *find_free(struct index *x)
{
    struct slot *best = NULL;

    for (size_t i = 0; i < N_SLOTS; i++) {
        struct slot *s = &x->slot[i];

        if (s->uses || s->state == SLOT_LOADING)
            continue;
        if (s->state == SLOT_EMPTY)
            return s;
        if (!best || s->last < best->last)
            best = s;
    }
    return best;
}

static struct slot *find_slot(struct index *x, size_t b)
{
    for (size_t i = 0; i < N_SLOTS; i++)
        if (x->slot[i].state != SLOT_EMPTY && x->slot[i].block == b)
            return &x->slot[i];
    return NULL;
}

/* Block b, decoded; give it back with put_slot. */
static int get_slot(struct index *x, size_t b, struct slot **out,
                    struct err *err)
{
    struct slot *s;
    int r = 0;

    pthread_mutex_lock(&x->lock);
    while (!(s = find_slot(x, b)) || s->state == SLOT_LOADING) {
        if (!s && (s = find_free(x))) {
            if (!s->data)
                s->data = xmalloc(SLOT_BYTES);
            s->state = SLOT_LOADING;
            s->block = b;
            pthread_mutex_unlock(&x->lock);
            r = load(x, b, s->data, err);
            pthread_mutex_lock(&x->lock);
            s->state = r < 0 ? SLOT_EMPTY : SLOT_READY;
            pthread_cond_broadcast(&x->changed);
            if (r < 0)
                goto out;
            break;
        }
        pthread_cond_wait(&x->changed, &x->lock);
    }
    s->uses++;
    s->last = ++x->clock;
    *out = s;

out:
    pthread_mutex_unlock(&x->lock);
    return r;
}

static void put_slot(struct index *x, struct slot *s)
{
    pthread_mutex_lock(&x->lock);
    if (!--s->uses)
        pthread_cond_broadcast(&x->changed);
    pthread_mutex_unlock(&x->lock);
}

/* ---- reading ---- */

int index_open(struct index *x, const char *name, struct index_file **out,
               struct err *err)
{
    int64_t i = names_find(x->names, name);
    struct index_file *f;

    if (i < 0)
        return err_set(err, -ENOENT, "the bundle has no %.200s", name);
    f = xcalloc(1, sizeof(*f));
    f->x = x;
    f->place = x->place[i];
    *out = f;
    return 0;
}

uint64_t index_file_size(const struct index_file *f)
{
    return f->place.size;
}

int64_t index_file_mtime(const struct index_file *f)
{
    return f->place.mtime;
}

/* n bytes at pos of the archive from a block too large to be kept. */
static ssize_t read_own(struct index_file *f, size_t b, uint64_t pos, char *out,
                        size_t n, struct err *err)
{
    struct index *x = f->x;

    if (!f->own || f->own_block != b || f->own_pos > pos) {
        int r;

        bunzip_free(f->own);
        f->own = NULL;
        r = bunzip_open(x->fd, x->block[b].bit, x->level, &f->own, err);
        if (r < 0)
            return r;
        f->own_block = b;
        f->own_pos = x->block[b].pos;
    }
    for (;;) {
        uint64_t skip = pos - f->own_pos;
        char waste[4096];
        ssize_t r =
            skip ? bunzip_read(f->own, waste,
                               skip < sizeof(waste) ? skip : sizeof(waste), err)
                 : bunzip_read(f->own, out, n, err);

        if (r == 0)
            return err_set(err, -EBADMSG,
                           "the bundle changed while it was read");
        if (r > 0)
            f->own_pos += (uint64_t)r;
        if (r < 0 || !skip)
            return r;
    }
}

static ssize_t read_bzip2(struct index_file *f, uint64_t pos, char *out,
                          size_t n, struct err *err)
{
    struct index *x = f->x;
    size_t b = find_block(x, pos);
    uint64_t in_block = pos - x->block[b].pos;
    struct slot *s;
    int r;

    if (n > block_size(x, b) - in_block)
        n = block_size(x, b) - in_block;
    if (block_size(x, b) > SLOT_BYTES)
        return read_own(f, b, pos, out, n, err);
    bunzip_free(f->own);
    f->own = NULL;
    r = get_slot(x, b, &s, err);
    if (r < 0)
        return r;
    memcpy(out, s->data + in_block, n);
    put_slot(x, s);
    return (ssize_t)n;
}

static ssize_t read_plain(struct index_file *f, uint64_t pos, char *out,
                          size_t n, struct err *err)
{
    ssize_t r;

    do {
        r = pread(f->x->fd, out, n, (off_t)pos);
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return err_sys(err, errno, "cannot read the bundle");
    if (r == 0)
        return err_set(err, -EBADMSG, "the bundle changed while it was read");
    return r;
}

ssize_t index_file_read(struct index_file *f, void *out, size_t n,
                        struct err *err)
{
    uint64_t pos = f->place.pos + f->done;
    ssize_t r;

    if (n > f->place.size - f->done)
        n = f->place.size - f->done;
    if (!n)
        return 0;
    if (f->x->kind == STREAM_BZIP2)
        r = read_bzip2(f, pos, out, n, err);
    else
        r = read_plain(f, pos, out, n, err);
    if (r > 0)
        f->done += (uint64_t)r;
    return r;
}

void index_file_free(struct index_file *f)
{
    if (!f)
        return;
    bunzip_free(f->own);
    free(f);
}
