#include "collector/deliver_mail.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/base/core/frame.h"
#include "collector/base/core/str.h"
#include "collector/mail/mailto.h"

bool deliver_mail_is(const struct options *opt, const char *url)
{
    return str_starts(url, "mailto:") && !options_has(opt, OPT_SMTP);
}

int deliver_mail_give(struct control *ctl, int sock, struct err *err)
{
    struct buf b = BUF_INIT;
    int fd, r = control_draft(ctl, &fd, err);

    if (r)
        return r;
    field_put_str(&b, "draft");
    field_put_str(&b, "");
    r = frame_send(sock, SD_FILE, b.data, b.len, fd);
    if (r)
        err_sys(err, -r, "the sending program does not listen");
    buf_done(&b);
    close(fd);
    return r;
}

int deliver_mail_finish(const struct options *opt, struct control *ctl,
                        const char *url, int *sock_out, char **path_out,
                        struct err *err)
{
    struct mailto m;
    int r;

    *sock_out = -1;
    *path_out = NULL;
    if (!options_has(opt, OPT_SENDMAIL))
        return control_keep(ctl, path_out, err);
    r = mailto_parse(url, &m, err);
    if (!r)
        r = control_sendmail(ctl, (const char *const *)m.to,
                             (const char *const *)m.cc, sock_out, err);
    mailto_done(&m);
    return r;
}

void deliver_mail_drop(struct control *ctl)
{
    control_keep(ctl, NULL, NULL);
}

/* The list is sorted: the last one that fits is the newest hypervisor, or the
 * libraries where it is not Debian's.
 * "xen-hypervisor-4.17-amd64\t4.17.5+23-ga4e5191dc0-1+deb12u1\tamd64\t..." */
static void take_line(struct package_scan *s)
{
    char *version = memchr(s->line, '\t', s->len), *end;

    s->line[s->len] = '\0';
    if (!version ||
        (!str_starts(s->line, "xen-hypervisor-") &&
         !str_starts(s->line, "libxenmisc")) ||
        !strstr(version, "\tinstall ok installed"))
        return;
    version++;
    end = strchr(version, '\t');
    if (end && end > version && (size_t)(end - version) < sizeof(s->version)) {
        memcpy(s->version, version, (size_t)(end - version));
        s->version[end - version] = '\0';
    }
}

void package_scan_feed(struct package_scan *s, const char *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (data[i] == '\n') {
            take_line(s);
            s->len = 0;
        } else if (s->len + 1 < sizeof(s->line)) {
            s->line[s->len++] = data[i];
        }
    }
}
