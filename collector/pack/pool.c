/* Who owns which buffer, in which thread, and why nobody waits for ever.
 *
 * Threads.  Filling threads (the callers of member_write) fill blocks and hand
 * them over with pool_submit.  Packing threads, started here one by one as
 * work comes, encode them.  One writing thread (the caller of bundle_append)
 * waits for a segment's blocks, reads and drops them.  A thread may be filler
 * and writer in turn.
 *
 * A block's way:
 *   filling   The buffer (pool_buffer, 900 kB) belongs to the filling thread.
 *             No lock; nobody else knows of it.
 *   queued    pool_submit has taken the buffer: it belongs to the queue, which
 *             is guarded by the lock.  The queue holds at most as many blocks
 *             as there are packing threads; a filler waits until there is room.
 *   encoding  One packing thread has taken the block off the queue and alone
 *             owns its buffer, without the lock.  The bits it gets are in the
 *             encoder, which is that thread's own.  It asks for a place (lock),
 *             copies the bits there (no lock: the place is its own; memory, or
 *             the spool file when the memory for finished blocks is used up),
 *             gives the buffer back, marks the block finished (lock).
 *   finished  The bits belong to the block, the block to its chain, and the
 *             chain to the thread that holds the segment.  The lock under which
 *             that thread saw the mark makes the bits visible to it; it reads
 *             them without the lock.
 * A chain's links are only touched by the thread that holds the segment; the
 * packing threads know blocks, never chains.  The queue has links of its own.
 *
 * Progress.  A packing thread waits for nothing but work and the disk: a
 * finished block always finds a place (when memory is full, the spool; when
 * the spool fails, the block is marked failed and is finished all the same).
 * So the queue always drains, so fillers always go on, so every closed segment
 * is finished some time, so the writer always gets its blocks; it waits for
 * blocks that are in the queue or beyond only, never for a filler.  Buffers
 * being filled are not counted against any limit, since a filler can hold one
 * for long while its source hangs: there are as many as filling threads (two
 * each at most), and their pages are touched only as they fill.
 *
 * Out of memory.  Nothing is allocated with xalloc under the lock, so that the
 * program's handler can still use the bundle.
 *
 * Bytes.  Which bytes are in which block was decided before pool_submit, and a
 * block's bits depend on its bytes alone; the order is the chain's.  So timing
 * and the number of threads do not show in the output. */
#include "collector/pack/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/spool.h"

/* A block that is processed by its filler itself is ENCODING from the start;
 * QUEUED means that it is in the queue. */
enum block_state { ENCODING, QUEUED, FINISHED };

struct block {
    struct block *next;        /* in its chain */
    struct block *next_queued; /* in the queue */
    struct batch *batch;
    enum block_state state;
    uint8_t *buf; /* until it is encoded */
    size_t n;
    struct spool_place place; /* when finished; empty if that failed */
    uint64_t nbits;
    uint32_t crc;
};

struct pool {
    const struct codec *codec;
    unsigned max_threads;
    pthread_mutex_t lock;
    pthread_cond_t work; /* packing threads: something was queued, or stop */
    pthread_cond_t room; /* fillers: a block has left the queue */
    pthread_cond_t done; /* holders of segments: a block is finished */
    /* The lock guards all below, and every block's state and batch. */
    struct block *first, *last; /* the queue */
    unsigned n_queued;
    unsigned n_threads, n_idle;
    bool stop;
    struct spool *spool;
    uint8_t **spare; /* buffers to use again, at most max_threads */
    unsigned n_spare;
    pthread_t *threads;
};

/* How many threads the memory allows: each has an encoder, a block in it, and
 * a block queued for it. */
static unsigned most_threads(const struct codec *codec, size_t finished)
{
    size_t each = (codec ? codec->encoder_bytes : 0) + 2u * BZ2_BLOCK_MAX;
    size_t most = finished < POOL_MEMORY ? (POOL_MEMORY - finished) / each : 1;

    if (codec && codec->max_threads && most > codec->max_threads)
        most = codec->max_threads;
    return most ? (unsigned)most : 1;
}

struct pool *pool_new(const struct pool_opts *opts)
{
    struct pool *p = xcalloc(1, sizeof(*p));
    size_t finished = opts->finished ? opts->finished : POOL_FINISHED_DEFAULT;
    unsigned most = most_threads(opts->codec, finished);

    p->codec = opts->codec;
    p->max_threads = opts->threads < most ? opts->threads : most;
    if (!p->max_threads)
        p->max_threads = 1;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->room, NULL);
    pthread_cond_init(&p->done, NULL);
    p->spool = spool_new(opts->spool_fd, finished, opts->spool_base);
    p->spare = xcalloc(p->max_threads, sizeof(*p->spare));
    p->threads = xcalloc(p->max_threads, sizeof(*p->threads));
    return p;
}

void pool_free(struct pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->n_threads; i++)
        pthread_join(p->threads[i], NULL);
    while (p->n_spare)
        free(p->spare[--p->n_spare]);
    spool_free(p->spool);
    free(p->spare);
    free(p->threads);
    pthread_cond_destroy(&p->done);
    pthread_cond_destroy(&p->room);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

unsigned pool_threads(const struct pool *p)
{
    return p->max_threads;
}

uint8_t *pool_buffer(struct pool *p)
{
    uint8_t *buf = NULL;

    pthread_mutex_lock(&p->lock);
    if (p->n_spare)
        buf = p->spare[--p->n_spare];
    pthread_mutex_unlock(&p->lock);
    return buf ? buf : xmalloc(BZ2_BLOCK_MAX);
}

void pool_unbuffer(struct pool *p, uint8_t *buf)
{
    if (!buf)
        return;
    pthread_mutex_lock(&p->lock);
    if (p->n_spare < p->max_threads) {
        p->spare[p->n_spare++] = buf;
        buf = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    free(buf);
}

/* Keeps what the encoder gave.  Called without the lock by the thread that
 * owns the block. */
static int keep(struct pool *p, struct block *b, const struct bz2_block *bits,
                struct err *err)
{
    struct spool_place place;
    int rc;

    pthread_mutex_lock(&p->lock);
    spool_place(p->spool, (size_t)((bits->nbits + 7) / 8), &place);
    pthread_mutex_unlock(&p->lock);
    rc = spool_store(p->spool, &place, bits->bits, err);
    if (rc) {
        pthread_mutex_lock(&p->lock);
        spool_drop(p->spool, &place);
        pthread_mutex_unlock(&p->lock);
        return rc;
    }
    b->place = place;
    b->nbits = bits->nbits;
    b->crc = bits->crc;
    return 0;
}

static void process(struct pool *p, void *encoder, struct block *b)
{
    struct bz2_block bits = {.bits = b->buf, .nbits = (uint64_t)b->n * 8};
    struct err err = ERR_INIT;
    int rc = 0;

    if (p->codec)
        rc = p->codec->encode(encoder, b->buf, b->n, &bits, &err);
    if (!rc)
        rc = keep(p, b, &bits, &err);
    pool_unbuffer(p, b->buf);
    b->buf = NULL;

    pthread_mutex_lock(&p->lock);
    if (rc && !b->batch->err.code)
        b->batch->err = err;
    b->state = FINISHED;
    pthread_cond_broadcast(&p->done);
    pthread_mutex_unlock(&p->lock);
}

/* Called with the lock. */
static struct block *take_queued(struct pool *p)
{
    struct block *b = p->first;

    p->first = b->next_queued;
    if (!p->first)
        p->last = NULL;
    p->n_queued--;
    b->state = ENCODING;
    pthread_cond_signal(&p->room);
    return b;
}

static void *packing_thread(void *arg)
{
    struct pool *p = arg;
    void *encoder = p->codec->encoder_new();

    pthread_mutex_lock(&p->lock);
    for (;;) {
        struct block *b;

        p->n_idle++;
        while (!p->first && !p->stop)
            pthread_cond_wait(&p->work, &p->lock);
        p->n_idle--;
        if (!p->first)
            break;
        b = take_queued(p);
        pthread_mutex_unlock(&p->lock);
        process(p, encoder, b);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    p->codec->encoder_free(encoder);
    return NULL;
}

/* Called with the lock.  Signals are for the program's other threads. */
static void start_thread(struct pool *p)
{
    sigset_t all, old;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    if (!pthread_create(&p->threads[p->n_threads], NULL, packing_thread, p))
        p->n_threads++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* Called with the lock. */
static void queue_block(struct pool *p, struct block *b)
{
    if (p->last)
        p->last->next_queued = b;
    else
        p->first = b;
    p->last = b;
    p->n_queued++;
    b->state = QUEUED;
    pthread_cond_signal(&p->work);
}

/* Called with the lock. */
static void unqueue_block(struct pool *p, struct block *b)
{
    struct block **at = &p->first, *before = NULL;

    while (*at != b) {
        before = *at;
        at = &(*at)->next_queued;
    }
    *at = b->next_queued;
    if (p->last == b)
        p->last = before;
    p->n_queued--;
    pthread_cond_signal(&p->room);
}

/* Called with the lock. */
static int batch_failed(const struct batch *batch, struct err *err)
{
    if (batch->err.code && err)
        *err = batch->err;
    return batch->err.code;
}

static void chain_add(struct chain *c, struct block *b)
{
    if (c->last)
        c->last->next = b;
    else
        c->first = b;
    c->last = b;
}

/* Nothing to encode with threads, or no thread to be had. */
static int process_here(struct pool *p, struct block *b, struct err *err)
{
    void *encoder = p->codec ? p->codec->encoder_new() : NULL;

    process(p, encoder, b);
    if (p->codec)
        p->codec->encoder_free(encoder);
    return pool_failed(p, b->batch, err);
}

int pool_submit(struct pool *p, struct batch *batch, struct chain *c,
                uint8_t *buf, size_t n, struct err *err)
{
    struct block *b = xcalloc(1, sizeof(*b));
    bool here;
    int rc;

    b->batch = batch;
    b->buf = buf;
    b->n = n;
    pthread_mutex_lock(&p->lock);
    while (p->n_queued >= p->max_threads && !batch->err.code)
        pthread_cond_wait(&p->room, &p->lock);
    rc = batch_failed(batch, err);
    if (rc) {
        /* The room that woke us may be another's. */
        pthread_cond_signal(&p->room);
        pthread_mutex_unlock(&p->lock);
        pool_unbuffer(p, buf);
        free(b);
        return rc;
    }
    chain_add(c, b);
    if (p->codec && p->n_idle <= p->n_queued && p->n_threads < p->max_threads)
        start_thread(p);
    here = !p->codec || !p->n_threads;
    if (!here)
        queue_block(p, b);
    pthread_mutex_unlock(&p->lock);
    return here ? process_here(p, b, err) : 0;
}

int pool_wait(struct pool *p, struct batch *batch, const struct chain *c,
              struct err *err)
{
    int rc;

    pthread_mutex_lock(&p->lock);
    for (const struct block *b = c->first; b; b = b->next)
        while (b->state != FINISHED)
            pthread_cond_wait(&p->done, &p->lock);
    rc = batch_failed(batch, err);
    pthread_mutex_unlock(&p->lock);
    return rc;
}

int pool_failed(struct pool *p, struct batch *batch, struct err *err)
{
    int rc;

    pthread_mutex_lock(&p->lock);
    rc = batch_failed(batch, err);
    pthread_mutex_unlock(&p->lock);
    return rc;
}

uint64_t chain_nbits(const struct chain *c)
{
    return c->first->nbits;
}

uint32_t chain_crc(const struct chain *c)
{
    return c->first->crc;
}

int pool_read(struct pool *p, const struct chain *c, size_t pos, void *out,
              size_t n, struct err *err)
{
    return spool_read(p->spool, &c->first->place, pos, out, n, err);
}

void pool_shift(struct pool *p, struct chain *c)
{
    struct block *b = c->first;
    uint8_t *buf = NULL;

    c->first = b->next;
    if (!c->first)
        c->last = NULL;
    pthread_mutex_lock(&p->lock);
    if (b->state == QUEUED) {
        unqueue_block(p, b);
        buf = b->buf;
        b->state = FINISHED;
    }
    while (b->state != FINISHED)
        pthread_cond_wait(&p->done, &p->lock);
    spool_drop(p->spool, &b->place);
    pthread_mutex_unlock(&p->lock);
    pool_unbuffer(p, buf);
    free(b);
}

void pool_drop(struct pool *p, struct chain *c)
{
    while (c->first)
        pool_shift(p, c);
}

void chain_move(struct chain *to, struct chain *from)
{
    if (!from->first)
        return;
    if (to->last)
        to->last->next = from->first;
    else
        to->first = from->first;
    to->last = from->last;
    from->first = from->last = NULL;
}

uint64_t pool_waiting(struct pool *p)
{
    uint64_t n;

    pthread_mutex_lock(&p->lock);
    n = spool_waiting(p->spool);
    pthread_mutex_unlock(&p->lock);
    return n;
}
