#include "collector/hung.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "collector/base/core/xalloc.h"

#define FILES_ENOUGH 2u
/* Folders that hang, in one folder, until that counts as hanging, too. */
#define FOLDERS_ENOUGH 2u
#define MAX_FOLDERS 1024

struct folder {
    char *path;
    unsigned files, folders;
};

struct hung {
    pthread_mutex_t lock;
    struct folder v[MAX_FOLDERS];
    size_t n;
};

struct hung *hung_new(void)
{
    struct hung *h = xcalloc(1, sizeof(*h));

    pthread_mutex_init(&h->lock, NULL);
    return h;
}

void hung_free(struct hung *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->n; i++)
        free(h->v[i].path);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

/* Bytes of the path that name its folder; 0 for the root. */
static size_t folder_len(const char *path, size_t n)
{
    while (n && path[n - 1] != '/')
        n--;
    while (n && path[n - 1] == '/')
        n--;
    return n;
}

static struct folder *find(struct hung *h, const char *path, size_t n)
{
    for (size_t i = 0; i < h->n; i++) {
        if (strlen(h->v[i].path) == n && !strncmp(h->v[i].path, path, n))
            return &h->v[i];
    }
    return NULL;
}

static bool hangs(const struct folder *f)
{
    return f->files >= FILES_ENOUGH || f->folders >= FOLDERS_ENOUGH;
}

static struct folder *find_or_add(struct hung *h, const char *path, size_t n)
{
    struct folder *f = find(h, path, n);

    if (f || h->n == MAX_FOLDERS)
        return f;
    f = &h->v[h->n++];
    f->path = xstrndup(path, n);
    return f;
}

void hung_note(struct hung *h, const char *path)
{
    size_t n = folder_len(path, strlen(path));
    struct folder *f;
    bool before;

    pthread_mutex_lock(&h->lock);
    f = n ? find_or_add(h, path, n) : NULL;
    if (f) {
        f->files++;
        before = f->files > FILES_ENOUGH;
        /* Now, and for the first time: it counts in the folder above. */
        while (!before && hangs(f) && (n = folder_len(path, n))) {
            f = find_or_add(h, path, n);
            if (!f)
                break;
            before = hangs(f);
            f->folders++;
        }
    }
    pthread_mutex_unlock(&h->lock);
}

bool hung_here(struct hung *h, const char *path)
{
    size_t n = strlen(path);
    bool yes = false;

    pthread_mutex_lock(&h->lock);
    while (h->n && !yes && (n = folder_len(path, n))) {
        const struct folder *f = find(h, path, n);

        yes = f && hangs(f);
    }
    pthread_mutex_unlock(&h->lock);
    return yes;
}
