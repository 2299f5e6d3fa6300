/* fuzz_send_texts: any bytes as what the sending program reads: a server's
 * answer, a URL, known hosts, a netrc and a credentials file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/base/core/url.h"
#include "collector/base/core/xalloc.h"
#include "collector/send/http.h"
#include "collector/send/knownhosts.h"
#include "collector/send/netrc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void try_answer(const char *text, size_t n)
{
    struct job job = {.worker = -1};
    struct buf plain = BUF_INIT;

    http_plain_text(text, n, &plain);
    job_set_answer(&job, buf_str(&plain), plain.len);
    /* Nothing that drives a terminal. */
    for (const char *p = job.answer; p && *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            abort();
    free(job.answer);
    buf_done(&plain);
}

static void try_url(const char *text)
{
    struct target to = {.port = 0};
    char *shown = url_shown(text);

    if (!url_check(text, NULL)) {
        const char *host = strstr(shown, "://");

        if (host && memchr(host + 3, '@', strcspn(host + 3, "/")))
            abort();
        target_parse(text, &to, NULL);
    }
    target_done(&to);
    free(shown);
}

static void try_netrc(const char *text)
{
    struct netrc *net = NULL;

    if (!netrc_load("netrc", text, &net, NULL))
        netrc_find(net, "localhost", NULL);
    netrc_free(net);
}

static void try_credentials(const char *text, size_t n)
{
    char role[] = "credentials", path[] = "c.yaml";
    struct job_file file = {role, path, memfd_create("fuzz", MFD_CLOEXEC)};
    struct job job = {.worker = -1, .files = &file, .n_files = 1};
    struct credentials *c = NULL;

    if (file.fd < 0 || write(file.fd, text, n) != (ssize_t)n)
        abort();
    if (!credentials_load(&job, &c, NULL))
        credentials_find(c, "localhost", 443, "joe");
    credentials_free(c);
    close(file.fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *text = xmalloc(n + 1);
    struct buf lines = BUF_INIT;

    memcpy(text, data, n);
    text[n] = '\0';
    try_answer(text, n);
    try_url(text);
    try_netrc(text);
    try_credentials(text, n);
    knownhosts_filter(text, &lines);
    buf_done(&lines);
    free(text);
    return 0;
}
