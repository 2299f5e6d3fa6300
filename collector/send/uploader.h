/* uploader.h: one way to send a bundle.
 *
 * Adding one is a file in this folder that ends in a struct uploader, and a
 * line in collector/base/core/uploaders.def. */
#ifndef XB_SEND_UPLOADER_H
#define XB_SEND_UPLOADER_H

#include "collector/base/core/err.h"
#include "collector/send/job.h"

struct uploader {
    /* Delivers, with as many tries as are worth it (retry.h).  A result of
     * proto.h; unless it is SEND_DONE err says what is wrong, on which object,
     * why, and what to do. */
    enum send_result (*send)(struct job *job, struct err *err);
};

/* Of a URL that url_check let pass. */
const struct uploader *uploader_find(const char *url);

#endif
