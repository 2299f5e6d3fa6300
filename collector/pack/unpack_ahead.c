/* unpack_ahead.c: threads and what they share.
 *
 * The lock guards all of struct ahead but the block of a task: that belongs to
 * the thread that decodes it until it is done, then to the reader.  Tasks stand
 * in the list in the order of their bits; a thread adds one at the end, the
 * reader takes away at the front.  A thread waits while the list is full, the
 * reader while the task that it wants is not done: one of them always goes on.
 */
#include "collector/pack/unpack_ahead.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/base/core/xalloc.h"
#include "collector/pack/bz2_search.h"

#define THREADS_MAX 6u
#define FIRST_BYTES (1u << 20)
/* Trials in vain, besides one for each block that was used. */
#define WASTE_MAX 16u

struct task {
    struct task *next;
    uint64_t bit;
    bool done, sound;
    bool dropped; /* not in the list any more: its thread frees it */
    struct ahead_block block;
};

struct ahead {
    unsigned level, n_threads, n_tasks;
    pthread_t threads[THREADS_MAX];
    pthread_mutex_t lock;
    pthread_cond_t room, done;
    struct task *first, *last;
    bool stop, ended; /* ended: there is no further magic number */
    uint64_t wasted, used;
    struct bz2_search search;
};

/* ---- the threads --------------------------------------------------------- */

static void task_free(struct task *t)
{
    free(t->block.data);
    free(t);
}

/* All bytes of the block; false: damaged, or too many. */
static bool decode(struct bunzip *z, struct ahead_block *b)
{
    size_t cap = FIRST_BYTES;
    ssize_t r;

    b->data = xmalloc(cap);
    for (;;) {
        r = bunzip_read(z, b->data + b->n, cap - b->n, NULL);
        if (r <= 0)
            return r == 0;
        b->n += (size_t)r;
        if (b->n < cap)
            continue;
        if (cap == AHEAD_BLOCK_MAX)
            return false;
        cap = AHEAD_BLOCK_MAX;
        b->data = xreallocarray(b->data, cap, 1);
    }
}

static bool decode_task(const struct ahead *a, struct task *t)
{
    struct bunzip *z = NULL;
    bool sound;

    if (bunzip_open(a->search.fd, t->bit, a->level, &z, NULL) < 0)
        return false;
    sound = decode(z, &t->block);
    t->block.end = bunzip_end(z);
    t->block.next = bunzip_next(z);
    t->block.crc = bunzip_crc(z);
    bunzip_free(z);
    return sound;
}

/* With the lock.  The next task to work on; NULL: there will be none. */
static struct task *new_task(struct ahead *a)
{
    struct task *t;
    uint64_t bit;

    while (!a->stop && !a->ended && a->n_tasks >= a->n_threads + 2)
        pthread_cond_wait(&a->room, &a->lock);
    if (a->stop || a->ended)
        return NULL;
    if (a->wasted > WASTE_MAX + a->used || !bz2_search_next(&a->search, &bit)) {
        a->ended = true;
        pthread_cond_broadcast(&a->room);
        pthread_cond_broadcast(&a->done);
        return NULL;
    }
    t = xcalloc(1, sizeof(*t));
    t->bit = bit;
    if (a->last)
        a->last->next = t;
    else
        a->first = t;
    a->last = t;
    a->n_tasks++;
    pthread_cond_broadcast(&a->done); /* the reader may wait for its bit */
    return t;
}

static void *thread_main(void *arg)
{
    struct ahead *a = arg;
    struct task *t;

    pthread_mutex_lock(&a->lock);
    while ((t = new_task(a))) {
        bool sound;

        pthread_mutex_unlock(&a->lock);
        sound = decode_task(a, t);
        pthread_mutex_lock(&a->lock);
        t->done = true;
        t->sound = sound;
        if (t->dropped)
            task_free(t);
        else
            pthread_cond_broadcast(&a->done);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

struct ahead *ahead_new(int fd, unsigned level)
{
    struct ahead *a = xcalloc(1, sizeof(*a));
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned n = cores < 1                   ? 1
                 : cores > (long)THREADS_MAX ? THREADS_MAX
                                             : (unsigned)cores;
    sigset_t all, old;

    a->level = level;
    bz2_search_start(&a->search, fd, BUNZIP_HEADER_BITS);
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->room, NULL);
    pthread_cond_init(&a->done, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_mutex_lock(&a->lock);
    while (a->n_threads < n &&
           !pthread_create(&a->threads[a->n_threads], NULL, thread_main, a))
        a->n_threads++;
    pthread_mutex_unlock(&a->lock);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (!a->n_threads) {
        ahead_free(a);
        a = NULL;
    }
    return a;
}

/* ---- the reader ---------------------------------------------------------- */

/* With the lock.  Takes the first task off the list. */
static struct task *shift(struct ahead *a)
{
    struct task *t = a->first;

    a->first = t->next;
    if (!a->first)
        a->last = NULL;
    a->n_tasks--;
    pthread_cond_signal(&a->room);
    return t;
}

/* With the lock. */
static void drop_first(struct ahead *a)
{
    struct task *t = shift(a);

    a->wasted++;
    if (t->done)
        task_free(t);
    else
        t->dropped = true;
}

/* With the lock.  Waits for the task of this bit; NULL: nobody has taken it. */
static struct task *find(struct ahead *a, uint64_t bit)
{
    if (a->search.from < bit)
        a->search.from = bit;
    for (;;) {
        while (a->first && a->first->bit < bit)
            drop_first(a);
        if (a->first && a->first->bit > bit)
            return NULL;
        if (a->first && a->first->done)
            return shift(a);
        if (!a->first && a->ended)
            return NULL;
        pthread_cond_wait(&a->done, &a->lock);
    }
}

bool ahead_take(struct ahead *a, uint64_t bit, struct ahead_block *out)
{
    struct task *t;
    bool sound;

    pthread_mutex_lock(&a->lock);
    t = find(a, bit);
    sound = t && t->sound;
    if (sound)
        a->used++;
    else if (t)
        a->wasted++;
    pthread_mutex_unlock(&a->lock);
    if (sound)
        *out = t->block;
    else if (t)
        free(t->block.data);
    free(t);
    return sound;
}

void ahead_free(struct ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_broadcast(&a->room);
    pthread_mutex_unlock(&a->lock);
    for (unsigned i = 0; i < a->n_threads; i++)
        pthread_join(a->threads[i], NULL);
    while (a->first)
        task_free(shift(a));
    pthread_cond_destroy(&a->done);
    pthread_cond_destroy(&a->room);
    pthread_mutex_destroy(&a->lock);
    free(a);
}
