#include "collector/front/readers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/core/child.h"
#include "collector/base/core/clock.h"
#include "collector/base/core/frame.h"
#include "collector/base/core/path.h"
#include "collector/base/core/sandbox.h"
#include "collector/base/core/str.h"
#include "collector/base/core/xalloc.h"

#define MAX_COMMANDS 8 /* a reader runs one at a time */
#define PAUSE_US 200
#define PAUSE_MAX_US 5000

enum state {
    FREE,
    ALIVE,
    ENDED, /* by itself, and not well: status says how, until asked */
    LEFT,  /* killed, but lives on */
};

struct reader {
    enum state state;
    uint64_t id;
    pid_t pid;
    int status;
};

struct readers {
    int (*body)(int sock);
    int root; /* the caller's; -1: none */
    uint64_t last_id;
    struct reader list[READERS_ALIVE];
};

/* A process as /proc/PID/stat shows it. */
struct proc {
    pid_t pid, ppid, pgrp;
    char state;
    unsigned long long start; /* tells it from a later one of that number */
};

struct readers *readers_new(int (*body)(int sock), int root)
{
    struct readers *r = xcalloc(1, sizeof(*r));

    r->body = body;
    r->root = root;
    return r;
}

/* --- starting ---------------------------------------------------------- */

/* Ctrl-C is for the whole process group, but what a reader has begun is ended
 * by the worker, which then closes the bundle. */
static void reader_signals(void)
{
    static const int ignored[] = {SIGINT,  SIGTERM, SIGHUP,
                                  SIGQUIT, SIGPIPE, SIGXFSZ};
    sigset_t none;

    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        signal(ignored[i], SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int run_reader(struct readers *r, int sock, pid_t parent)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0 || sandbox_die_with(parent, NULL) ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return 1;
    /* sock is above 2: main saw to it that these are open. */
    for (int fd = 0; fd < 3; fd++) {
        if (dup2(null, fd) < 0)
            return 1;
    }
    if (sock != 3 && (dup3(sock, 3, O_CLOEXEC) < 0))
        return 1;
    if (r->root >= 0) {
        int root = r->root;

        /* As the lowest that may stay. */
        if (root != 4 && (root = dup3(root, 4, O_CLOEXEC)) < 0)
            return 1;
        path_set_root(root);
    }
    if (sandbox_close_from(r->root >= 0 ? 5 : 4, false, NULL))
        return 1;
    reader_signals();
    return r->body(3);
}

static struct reader *free_slot(struct readers *r)
{
    for (int i = 0; i < READERS_ALIVE; i++) {
        if (r->list[i].state == FREE)
            return &r->list[i];
    }
    for (int i = 0; i < READERS_ALIVE; i++) {
        if (r->list[i].state == ENDED)
            return &r->list[i];
    }
    return NULL;
}

int readers_start(struct readers *r, uint64_t *id_out, int *sock_out,
                  struct err *err)
{
    struct reader *slot = free_slot(r);
    pid_t parent = getpid(), pid;
    int pair[2], rc;

    if (!slot)
        return err_set(err, -EAGAIN, "there are %d readers already",
                       READERS_ALIVE);
    if (r->last_id >= READERS_EVER)
        return err_set(err, -EAGAIN, "%d readers have been used up",
                       READERS_EVER);
    rc = frame_pair(pair, err);
    if (rc)
        return rc;
    pid = fork();
    if (pid == 0)
        _exit(run_reader(r, pair[1], parent));
    close(pair[1]);
    if (pid < 0) {
        rc = err_sys(err, errno, "cannot start a reader");
        close(pair[0]);
        return rc;
    }
    slot->state = ALIVE;
    slot->id = *id_out = ++r->last_id;
    slot->pid = pid;
    *sock_out = pair[0];
    return 0;
}

/* --- ending ------------------------------------------------------------ */

static bool proc_read(pid_t pid, struct proc *out)
{
    char path[40], text[1024], *p;
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    p = strrchr(text, ')'); /* the name before may hold anything */
    out->pid = pid;
    return p && sscanf(p + 1,
                       " %c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d "
                       "%*d %*d %*d %*d %*d %llu",
                       &out->state, &out->ppid, &out->pgrp, &out->start) == 4;
}

/* Still there, and no zombie that only waits for its parent. */
static bool proc_lives(const struct proc *p)
{
    struct proc now;

    return proc_read(p->pid, &now) && now.start == p->start &&
           now.state != 'Z' && now.state != 'X';
}

/* The commands that a reader runs: its children that lead a group of their own.
 * Without CONFIG_PROC_CHILDREN none are found; they still die with the reader,
 * since child.c ties them to it (PR_SET_PDEATHSIG), but not what they started
 * themselves. */
static int commands_of(pid_t reader, struct proc out[MAX_COMMANDS])
{
    char path[64];
    int n = 0, pid;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)reader,
             (int)reader);
    f = fopen(path, "re");
    if (!f)
        return 0;
    while (n < MAX_COMMANDS && fscanf(f, "%d", &pid) == 1) {
        if (pid > 1 && proc_read(pid, &out[n]) && out[n].ppid == reader &&
            out[n].pgrp == pid)
            n++;
    }
    fclose(f);
    return n;
}

static void add_where(char *where, pid_t pid)
{
    size_t len = strlen(where);

    if (len && len + 32 < READERS_WHERE_SIZE) {
        memcpy(where + len, "; ", 3);
        len += 2;
    }
    child_where(pid, where + len, READERS_WHERE_SIZE - len);
}

/* Waits for what is mostly there at once: *us is how long the next wait is. */
static void pause_more(long *us)
{
    struct timespec ts = {0, *us * 1000};

    nanosleep(&ts, NULL);
    *us = *us < PAUSE_MAX_US / 2 ? *us * 2 : PAUSE_MAX_US;
}

static void how_it_ended(const struct reader *rd, char *where)
{
    if (WIFSIGNALED(rd->status))
        snprintf(where, READERS_WHERE_SIZE, "the reader was ended by signal %d",
                 WTERMSIG(rd->status));
    else
        snprintf(where, READERS_WHERE_SIZE, "the reader ended with status %d",
                 WEXITSTATUS(rd->status));
}

/* Waits for the reader and its commands to go.  True if all did, else where
 * gets those that live. */
static bool wait_gone(struct reader *rd, const struct proc *cmd, int n_cmd,
                      char *where)
{
    int64_t end = clock_mono_ms() + READERS_KILL_MS;
    bool gone = false;
    long us = PAUSE_US;
    int lives;

    for (;;) {
        bool late = clock_mono_ms() >= end;

        if (!gone)
            gone = waitpid(rd->pid, &rd->status, WNOHANG) != 0;
        lives = !gone;
        for (int i = 0; i < n_cmd; i++)
            lives += proc_lives(&cmd[i]);
        if (late || !lives)
            break;
        pause_more(&us);
    }
    rd->state = gone ? FREE : LEFT;
    if (!lives)
        return true;
    where[0] = '\0';
    for (int i = 0; i < n_cmd; i++) {
        if (proc_lives(&cmd[i]))
            add_where(where, cmd[i].pid);
    }
    if (!gone)
        add_where(where, rd->pid);
    return false;
}

static bool kill_reader(struct reader *rd, char *where)
{
    struct proc cmd[MAX_COMMANDS];
    int n = commands_of(rd->pid, cmd);

    where[0] = '\0';
    for (int i = 0; i < n; i++)
        add_where(where, cmd[i].pid);
    if (!n)
        add_where(where, rd->pid);
    /* The reader goes first: from then on it starts no other command. */
    kill(rd->pid, SIGKILL);
    for (int i = 0; i < n; i++)
        kill(-cmd[i].pid, SIGKILL);
    return wait_gone(rd, cmd, n, where);
}

int readers_kill(struct readers *r, uint64_t id, bool *left_out,
                 char where[READERS_WHERE_SIZE], struct err *err)
{
    where[0] = '\0';
    *left_out = false;
    if (!id || id > r->last_id)
        return err_set(err, -EPROTO, "there never was a reader %llu",
                       (unsigned long long)id);
    for (int i = 0; i < READERS_ALIVE; i++) {
        struct reader *rd = &r->list[i];

        if (rd->id != id || rd->state == FREE || rd->state == LEFT)
            continue;
        if (rd->state == ENDED) {
            how_it_ended(rd, where);
            rd->state = FREE;
        } else {
            *left_out = !kill_reader(rd, where);
        }
    }
    return 0;
}

void readers_kill_all(struct readers *r)
{
    int64_t end = clock_mono_ms() + READERS_KILL_MS;
    struct proc cmd[MAX_COMMANDS];
    long us = PAUSE_US;
    int alive = 0;

    for (int i = 0; i < READERS_ALIVE; i++) {
        struct reader *rd = &r->list[i];
        int n;

        if (rd->state != ALIVE)
            continue;
        n = commands_of(rd->pid, cmd);
        kill(rd->pid, SIGKILL);
        while (n--)
            kill(-cmd[n].pid, SIGKILL);
        alive++;
    }
    while (alive) {
        alive = 0;
        for (int i = 0; i < READERS_ALIVE; i++) {
            struct reader *rd = &r->list[i];

            if (rd->state != ALIVE)
                continue;
            if (waitpid(rd->pid, &rd->status, WNOHANG))
                rd->state = FREE;
            else
                alive++;
        }
        if (alive && clock_mono_ms() >= end)
            break;
        if (alive)
            pause_more(&us);
    }
    for (int i = 0; i < READERS_ALIVE; i++) {
        if (r->list[i].state == ALIVE)
            r->list[i].state = LEFT;
    }
}

bool readers_reaped(struct readers *r, pid_t pid, int wstatus)
{
    for (int i = 0; i < READERS_ALIVE; i++) {
        struct reader *rd = &r->list[i];

        if (rd->pid != pid || (rd->state != ALIVE && rd->state != LEFT))
            continue;
        rd->status = wstatus;
        rd->state = rd->state == LEFT || !wstatus ? FREE : ENDED;
        return true;
    }
    return false;
}

void readers_left(struct readers *r, struct buf *out)
{
    for (int i = 0; i < READERS_ALIVE; i++) {
        char where[READERS_WHERE_SIZE] = "", text[READERS_WHERE_SIZE];

        if (r->list[i].state != LEFT)
            continue;
        if (waitpid(r->list[i].pid, &r->list[i].status, WNOHANG)) {
            r->list[i].state = FREE;
            continue;
        }
        add_where(where, r->list[i].pid);
        /* A process may have a newline in its name. */
        buf_addf(out, "%s\n", str_visible(where, text, sizeof(text)));
    }
}

void readers_free(struct readers *r)
{
    if (!r)
        return;
    readers_kill_all(r);
    free(r);
}
