/* conductor.c: who runs when, and who owns what.
 *
 * One thread per gather (a reader process, or a view of the recorded host)
 * takes the next task of the plan (those of the hypervisor and xenstore first),
 * fills a segment of its own with that task's members, closes it and hands it
 * over in struct result.  A task's result belongs to its thread until done is
 * set under the lock, then to the main thread, which alone appends segments to
 * the bundle, in plan order, and alone writes the log and the manifest: so
 * neither depends on timing.  The texts of a task's items go the same way.
 * Packing threads live inside the bundle (pack/).
 *
 * A stop (signal, time, size, space) is one flag and one descriptor that
 * everyone waits for: running items end with what they have, the others are
 * recorded as skipped, and the bundle is closed as usual. */
#include "collector/conductor.h"

#include <errno.h>
#include <json-c/json.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/base/core/clock.h"
#include "collector/base/core/log.h"
#include "collector/base/core/proto.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"
#include "collector/closing.h"
#include "collector/held.h"
#include "collector/hung.h"
#include "collector/parts.h"
#include "collector/samples.h"

#define TICK_MS 200
#define MISSING_MAX 16384u
/* So many threads read files; the others have commands and probe reads, which
 * wait more than they work.  A file can fill two blocks of the packer's. */
#define FILE_JOBS 4u
/* How many items may be done before one that is not: what is known of an item
 * takes a kilobyte until it is written. */
#define AHEAD_MAX 4096u
/* The hypervisor and xenstore are asked before the rest is: a xenstored that
 * shares its CPU with ten of our commands answers ten times slower, and so do
 * the toolstack's own questions meanwhile.  One that hangs does not hold up the
 * rest for longer than this. */
#define HEAD_START_MS 10000

struct result {
    bool done;
    int rc; /* negative: the segment is lost */
    struct err err;
    struct segment *seg; /* NULL: nothing to write */
    struct taken *items; /* one per item of the task */
};

struct run {
    const struct conductor_opts *o;
    struct tally *tally;
    struct closing *closing;
    pthread_mutex_t lock;
    pthread_cond_t finished;
    /* The first task of either kind that nobody has taken. */
    size_t next_file, next_other;
    bool sampling;              /* the task that reads twice is taken */
    size_t n_first, first_done; /* tasks with a head start */
    int64_t rest_at_ms;         /* when it ends; monotonic */
    unsigned files;             /* threads that read files */
    pthread_cond_t turn;        /* a thread that waits in take_task may go on */
    struct result *results;
    const struct planned **running; /* per thread; NULL: idle */
    size_t written;                 /* items appended; main thread writes */
    size_t done;                    /* items taken, for the user to see */
    atomic_ullong bytes_read, stored;
};

struct worker_thread {
    struct run *run;
    size_t index;
    pthread_t id;
    bool started;
};

void tally_done(struct tally *t)
{
    json_object_put(t->diagnosis);
    t->diagnosis = NULL;
    buf_done(&t->missing);
    buf_done(&t->same);
}

/* ---- the threads that take items ----------------------------------------- */

static bool better_source_answered(const struct planned *it,
                                   const struct plan_task *task,
                                   const struct taken *items)
{
    size_t i;

    if (it->instead_of < (long)task->first)
        return false;
    i = (size_t)it->instead_of - task->first;
    /* A fallback of a fallback is not needed if either answered. */
    return items[i].out.status == ST_OK || items[i].out.status == ST_PARTIAL ||
           (items[i].out.status == ST_SKIPPED && items[i].out.error &&
            str_starts(items[i].out.error, "not needed"));
}

/* What is not read item by item: before[i] gives what came of it. */
static int read_before(struct run *run, struct taker *tk,
                       const struct plan_task *task, struct gather **before,
                       struct err *err)
{
    const struct planned *items = run->o->plan->items + task->first;

    const bool replay = run->o->cfg->replay;

    if (stop_reason(tk->stop) != STOP_NONE)
        return 0;
    if (items[0].item->text)
        before[0] = held_text(items[0].item->text);
    else if (items[0].item->sample && !replay)
        return samples_read(tk, items, task->n, before, err);
    else if (parts_wanted(items, task->n, replay))
        return parts_read(tk, items, task->n, replay, before, err);
    return 0;
}

/* Why the item is not taken any more, NULL if it is: what was read already is
 * kept when somebody's patience ended, not when room did. */
static const char *stopped(const struct taker *tk, const struct planned *it,
                           const struct gather *before)
{
    enum stop_reason why = stop_reason(tk->stop);

    if (it->item->sample && before &&
        gather_outcome(before)->status != ST_SKIPPED &&
        (why == STOP_TIME || why == STOP_SIGNAL))
        return NULL;
    return stop_text(why);
}

static int run_task(struct run *run, struct taker *tk, size_t thread,
                    const struct plan_task *task, struct result *res)
{
    const struct plan *plan = run->o->plan;
    struct gather *live = tk->gather;
    struct gather **before = xcalloc(task->n, sizeof(*before));
    int rc = read_before(run, tk, task, before, &res->err);

    for (size_t i = 0; i < task->n; i++) {
        const struct planned *it = &plan->items[task->first + i];
        struct taken *t = &res->items[i];
        const char *stop = stopped(tk, it, before[i]);

        if (i % READ_MANY == 0 && !before[i])
            take_ahead(tk, it, task->n - i);
        if (it->settled)
            take_not(tk, it, it->status, it->why, t);
        else if (rc)
            take_not(tk, it, ST_FAILED, res->err.text, t);
        else if (stop)
            take_not(tk, it, ST_SKIPPED, stop, t);
        else if (better_source_answered(it, task, res->items))
            take_not(tk, it, ST_SKIPPED, "not needed: a better source answered",
                     t);
        else if (it->path && !run->o->cfg->replay && !run->o->cfg->sysroot &&
                 hung_here(plan->hung, it->path))
            take_not(tk, it, ST_TIMEOUT, HUNG_TEXT, t);
        else if (it->item->made_of && !before[i])
            take_not(tk, it, ST_SKIPPED,
                     "not made: what it is made of is too long to be held", t);
        else {
            if (!res->seg)
                res->seg = segment_new(run->o->bundle);
            pthread_mutex_lock(&run->lock);
            run->running[thread] = it;
            pthread_mutex_unlock(&run->lock);
            tk->gather = before[i] ? before[i] : live;
            rc = take_item(tk, it, res->seg, t, &res->err);
            tk->gather = live;
            if (it->path && t->out.status == ST_TIMEOUT)
                hung_note(plan->hung, it->path);
        }
    }
    /* What was told of and then not taken is not wanted. */
    gather_ahead(live, NULL, 0);
    for (size_t i = 0; i < task->n; i++)
        gather_free(before[i]);
    free(before);
    if (!rc && res->seg)
        rc = segment_close(res->seg, &res->err);
    return rc;
}

static bool reads_files(const struct plan *p, size_t task)
{
    return task != p->sample_task &&
           p->items[p->tasks[task].first].path != NULL;
}

static bool near(const struct run *run, size_t task)
{
    return run->o->plan->tasks[task].first < run->written + AHEAD_MAX;
}

/* How many tasks at the plan's start read Xen itself. */
static size_t count_first(const struct plan *p)
{
    size_t n = 0;

    while (n < p->n_tasks) {
        const struct planned *it = &p->items[p->tasks[n].first];

        if ((it->item->priority ? it->item->priority : it->plugin->priority) !=
            PRIO_XEN)
            break;
        n++;
    }
    return n;
}

/* With the lock.  Where the tasks end that may be taken now. */
static size_t end_of_turn(const struct run *run, const struct taker *tk)
{
    bool all = run->first_done >= run->n_first ||
               clock_mono_ms() >= run->rest_at_ms ||
               stop_reason(tk->stop) != STOP_NONE;

    return all ? run->o->plan->n_tasks : run->n_first;
}

/* Until another thread is done, or a little later. */
static void wait_turn(struct run *run, bool head_start)
{
    int64_t wake = clock_real_ms() + TICK_MS;
    struct timespec until = {.tv_sec = (time_t)(wake / 1000),
                             .tv_nsec = (long)(wake % 1000) * 1000000};

    if (head_start)
        pthread_cond_timedwait(&run->turn, &run->lock, &until);
    else
        pthread_cond_wait(&run->turn, &run->lock);
}

/* With the lock.  The next task in plan order that this thread may do, once
 * there is one; n_tasks: none is left. */
static size_t take_task(struct run *run, const struct taker *tk)
{
    const struct plan *p = run->o->plan;

    for (;;) {
        size_t *file = &run->next_file, *other = &run->next_other;
        size_t end = end_of_turn(run, tk);

        /* It mostly waits: it should not be the last. */
        if (!run->sampling && p->sample_task < end) {
            run->sampling = true;
            return p->sample_task;
        }
        while (*file < p->n_tasks && !reads_files(p, *file))
            ++*file;
        while (*other < p->n_tasks &&
               (reads_files(p, *other) || *other == p->sample_task))
            ++*other;
        if (*file < *other && *file < end && run->files < FILE_JOBS &&
            near(run, *file)) {
            run->files++;
            return (*file)++;
        }
        if (*other < end && near(run, *other))
            return (*other)++;
        if (*file == p->n_tasks && *other == p->n_tasks)
            return p->n_tasks;
        wait_turn(run, end < p->n_tasks);
    }
}

static void *thread_main(void *arg)
{
    struct worker_thread *w = arg;
    struct run *run = w->run;
    const struct plan *plan = run->o->plan;
    struct taker tk = {
        .gather = run->o->gathers[w->index],
        .rules = run->o->rules,
        .bundle = run->o->bundle,
        .stop = run->o->stop,
        .nice = run->o->cfg->nice,
        .diagnosis = run->o->diagnosis,
        .items = run->o->plan->items,
        .captures = run->o->captures,
        /* On replay the main thread decides, in plan order. */
        .max_size = run->o->cfg->replay ? 0 : run->o->cfg->max_size,
        .closing_bytes = closing_bytes(run->o),
        .bytes_read = &run->bytes_read,
        .stored = run->o->cfg->format == BUNDLE_TAR_BZ2 ? NULL : &run->stored,
    };

    for (;;) {
        const struct plan_task *task;
        struct result *res;
        size_t i;

        pthread_mutex_lock(&run->lock);
        i = take_task(run, &tk);
        pthread_mutex_unlock(&run->lock);
        if (i == plan->n_tasks)
            return NULL;
        res = &run->results[i];
        task = &plan->tasks[i];

        res->items = xcalloc(task->n, sizeof(*res->items));
        res->rc = run_task(run, &tk, w->index, task, res);

        pthread_mutex_lock(&run->lock);
        res->done = true;
        run->running[w->index] = NULL;
        run->done += task->n;
        pthread_cond_signal(&run->finished);
        if (reads_files(plan, i))
            run->files--;
        if (i < run->n_first)
            run->first_done++;
        if (reads_files(plan, i) || i < run->n_first)
            pthread_cond_broadcast(&run->turn);
        pthread_mutex_unlock(&run->lock);
    }
}

static int start_threads(struct run *run, struct worker_thread *w,
                         struct err *err)
{
    for (size_t i = 0; i < run->o->n_gathers; i++) {
        int r;

        w[i].run = run;
        w[i].index = i;
        r = pthread_create(&w[i].id, NULL, thread_main, &w[i]);
        /* One is enough to go on with. */
        if (r && !i)
            return err_sys(err, r, "cannot start a thread");
        w[i].started = !r;
        if (r)
            break;
    }
    return 0;
}

/* ---- the main thread: appends in plan order ------------------------------ */

static void show_progress(struct run *run)
{
    struct buf line = BUF_INIT;
    char size[24];

    if (run->o->cfg->quiet || run->o->cfg->json)
        return;
    if (stop_reason(run->o->stop) != STOP_NONE)
        buf_adds(&line, "Closing the bundle: ");
    pthread_mutex_lock(&run->lock);
    buf_addf(&line, "%zu of %zu items, %s read", run->done, run->o->plan->n,
             str_size(atomic_load(&run->bytes_read), size));
    for (size_t i = 0; i < run->o->n_gathers; i++) {
        if (run->running[i]) {
            buf_adds(&line, "; ");
            plan_source_text(run->running[i], &line);
            break;
        }
    }
    pthread_mutex_unlock(&run->lock);
    log_progress("%s", buf_str(&line));
    buf_done(&line);
}

/* Waits for a task; shows progress meanwhile. */
static void wait_for(struct run *run, const struct result *res)
{
    struct timespec until;
    bool done;

    for (;;) {
        int64_t wake = clock_real_ms() + TICK_MS;

        until.tv_sec = (time_t)(wake / 1000);
        until.tv_nsec = (long)(wake % 1000) * 1000000;
        pthread_mutex_lock(&run->lock);
        if (!res->done)
            pthread_cond_timedwait(&run->finished, &run->lock, &until);
        done = res->done;
        pthread_mutex_unlock(&run->lock);
        if (done)
            return;
        show_progress(run);
    }
}

static void end_missing_line(struct tally *t)
{
    if (t->n_same)
        buf_addf(&t->missing, " (and %zu more of %s)", t->n_same,
                 buf_str(&t->same));
    if (t->missing.len)
        buf_addc(&t->missing, '\n');
    t->n_same = 0;
}

/* What a reader should learn from the last lines and the summary.  A whole
 * plugin that fails for one reason is one line. */
static void note_missing(struct tally *t, const struct manifest_item *m)
{
    const char *why = m->error ? m->error : "";
    struct buf same = BUF_INIT;

    if (m->status == ST_OK || m->status == ST_ABSENT ||
        m->status == ST_SKIPPED || t->missing.len > MISSING_MAX)
        return;
    buf_addf(&same, "%s%c%s%c%s", m->plugin, 0, status_name(m->status), 0, why);
    if (t->missing.len && same.len == t->same.len &&
        !memcmp(same.data, t->same.data, same.len) && !m->left) {
        t->n_same++;
        buf_done(&same);
        return;
    }
    end_missing_line(t);
    buf_done(&t->same);
    t->same = same;
    buf_addf(&t->missing, "%s %s/%s", status_name(m->status), m->plugin,
             m->item);
    if (m->path && !strstr(why, m->path))
        buf_addf(&t->missing, " %s", m->path);
    if (*why)
        buf_addf(&t->missing, ": %s", why);
    else if (m->exit_code > 0)
        buf_addf(&t->missing, ": exit status %d", m->exit_code);
    if (m->left)
        buf_addf(&t->missing, " (%s)", m->left);
}

static void count_item(struct run *run, const struct manifest_item *m)
{
    struct tally *t = run->tally;

    t->by_status[m->status]++;
    t->bytes_read += m->bytes_read;
    for (size_t i = 0; i < m->out.n_redactions; i++)
        t->redactions += m->out.redactions[i].count;
    for (size_t i = 0; i < m->errout.n_redactions; i++)
        t->redactions += m->errout.redactions[i].count;
    t->pseudonyms += m->out.pseudonyms + m->errout.pseudonyms;
    note_missing(t, m);
}

/* The segment could not be written: its members are not in the bundle. */
static void unstore(struct taken *t, const char *why)
{
    struct manifest_item *m = &t->out;

    if (!m->out.name && !m->errout.name)
        return;
    memset(&m->out, 0, sizeof(m->out));
    memset(&m->errout, 0, sizeof(m->errout));
    m->status = ST_FAILED;
    m->error = why;
}

static bool over_max_size(const struct conductor_opts *o)
{
    return o->cfg->max_size &&
           bundle_written(o->bundle) + closing_bytes(o) > o->cfg->max_size;
}

/* The summary must not quote what is not in the bundle. */
static void uncapture(struct run *run, const struct planned *it)
{
    struct capture *c = run->o->captures;

    for (; it->member && c && c->member; c++) {
        if (!strcmp(c->member, it->member))
            buf_reset(&c->text);
    }
}

/* A replayed run is cut at the same task each time, however far the threads
 * have come. */
static void forget_task(struct run *run, const struct plan_task *pt,
                        struct result *res)
{
    struct taker tk = {.rules = run->o->rules};

    segment_free(res->seg);
    res->seg = NULL;
    for (size_t i = 0; i < pt->n; i++) {
        const struct planned *it = &run->o->plan->items[pt->first + i];

        if (it->settled)
            continue;
        uncapture(run, it);
        taken_done(&res->items[i]);
        take_not(&tk, it, ST_SKIPPED, stop_text(STOP_SIZE), &res->items[i]);
    }
}

static void append_task(struct run *run, size_t task)
{
    const struct plan_task *pt = &run->o->plan->tasks[task];
    struct result *res = &run->results[task];
    int rc = res->rc;

    if (run->o->cfg->replay && over_max_size(run->o)) {
        stop_request(run->o->stop, STOP_SIZE);
        forget_task(run, pt, res);
        rc = 0;
    }
    if (rc)
        segment_free(res->seg);
    else if (res->seg)
        rc = bundle_append(run->o->bundle, res->seg, &res->err);
    res->seg = NULL;
    if (rc) {
        /* What was set aside lets the bundle be closed. */
        stop_request(run->o->stop, rc == -ENOSPC || rc == -EDQUOT ? STOP_SPACE
                                   : rc == -EFBIG ? STOP_SIZE /* ulimit -f */
                                                  : STOP_LOST);
        err_prefix(&res->err, "not stored: ");
    }
    for (size_t i = 0; i < pt->n; i++) {
        struct taken *t = &res->items[i];

        if (rc) {
            uncapture(run, &run->o->plan->items[pt->first + i]);
            unstore(t, res->err.text);
        } else {
            taken_diagnosed(t);
        }
        count_item(run, &t->out);
        closing_item(run->closing, &t->out);
        if (run->o->on_item)
            run->o->on_item(&t->out, run->o->arg);
        taken_done(t);
        planned_forget(&run->o->plan->items[pt->first + i]);
    }
    free(res->items);
    res->items = NULL;
    pthread_mutex_lock(&run->lock);
    run->written += pt->n;
    pthread_cond_broadcast(&run->turn);
    pthread_mutex_unlock(&run->lock);
}

int conductor_run(const struct conductor_opts *opts, struct tally *tally,
                  struct err *err)
{
    struct run run = {.o = opts, .tally = tally};
    struct worker_thread *threads;
    int rc;

    memset(tally, 0, sizeof(*tally));
    pthread_mutex_init(&run.lock, NULL);
    pthread_cond_init(&run.finished, NULL);
    pthread_cond_init(&run.turn, NULL);
    if (!opts->cfg->replay)
        run.n_first = count_first(opts->plan);
    run.rest_at_ms = clock_mono_ms() + HEAD_START_MS;
    atomic_init(&run.bytes_read, 0);
    atomic_init(&run.stored, 0);
    run.results = xcalloc(opts->plan->n_tasks, sizeof(*run.results));
    run.running = xcalloc(opts->n_gathers, sizeof(*run.running));
    threads = xcalloc(opts->n_gathers, sizeof(*threads));
    rc = closing_new(opts->bundle, opts->rules, opts->diagnosis,
                     opts->start_ms / 1000, &run.closing, err);
    if (!rc)
        rc = start_threads(&run, threads, err);
    if (rc)
        goto out;
    for (size_t i = 0; i < opts->plan->n_tasks; i++) {
        wait_for(&run, &run.results[i]);
        append_task(&run, i);
    }
    end_missing_line(tally);
    log_progress("%s", "");
    for (size_t i = 0; i < opts->n_gathers; i++) {
        if (threads[i].started)
            pthread_join(threads[i].id, NULL);
    }
    rc = closing_finish(run.closing, opts, tally, err);
    tally->diagnosis = closing_diagnosis(run.closing);
out:
    closing_free(run.closing);
    free(threads);
    free(run.running);
    free(run.results);
    pthread_cond_destroy(&run.turn);
    pthread_cond_destroy(&run.finished);
    pthread_mutex_destroy(&run.lock);
    return rc;
}
