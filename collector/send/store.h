/* store.h: uploading to what keeps files: SFTP and FTP.
 *
 * The bundle goes to NAME.XXXXXXXX.part, of its sum's first digits; a try that
 * finds such a file goes on where it ends, even one of a later run.  When the
 * server says that it has all of it, it gets its name, which replaces nothing,
 * and NAME.sha256 is put beside it. */
#ifndef XB_SEND_STORE_H
#define XB_SEND_STORE_H

#include "collector/send/transfer.h"

/* What differs between the two. */
struct store_kind {
    /* The commands of CURLOPT_POSTQUOTE that rename from to to, both in the
     * folder that path names (it ends in a slash). */
    struct curl_slist *(*rename)(const char *path, const char *from,
                                 const char *to);
    bool keeps_old; /* its rename replaces nothing by itself */
};

/* url: "sftp://HOST/PATH" or "ftp://HOST/PATH", as libcurl takes it.  A path
 * that ends in a slash gets the bundle's name. */
enum send_result store_send(struct job *job, struct transfer *t,
                            const struct store_kind *kind, const char *url,
                            struct err *err);

#endif
