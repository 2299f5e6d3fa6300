/* serve.h: what the root side does for the worker (proto.h, CT_ messages).
 *
 * The worker is not trusted: paths come from the command line alone, a foreign
 * bundle and readers never come together (see CT_BUNDLE), and a message that
 * makes no sense is the end of it all. */
#ifndef XB_SERVE_H
#define XB_SERVE_H

#include <sys/stat.h>

#include "collector/base/core/err.h"
#include "collector/base/core/frame.h"
#include "collector/base/core/options.h"
#include "collector/base/core/sandbox.h"
#include "collector/front/launch.h"
#include "collector/front/output.h"
#include "collector/front/readers.h"

struct server {
    const struct options *opt;
    int sock;
    struct readers *readers;
    struct output *output;
    bool asked_output, finished, kept;
    unsigned n_spools;
    bool asked_bundle;
    int bundle; /* -1 until opened */
    bool bundle_is_dir;
    int made;           /* what collect has made, once asked for; else -1 */
    char *made_path;    /* where it lies; NULL: no file of its own */
    struct launch send; /* the program that sends */
    unsigned n_sends;
    struct draft *draft; /* of a mail; NULL: none */
    int input; /* redact's operand if it is a folder; -1 until opened */
    char *input_path;
    dev_t input_dev;
    uid_t input_uid;
};

/* The spec that the command line asks for. */
struct output_spec serve_output_spec(const struct options *opt,
                                     const struct sandbox_id *worker);

/* Opens what dir/name is without touching it: no device is opened, no FIFO
 * waited for.  -EBADF: it is neither a file nor a folder. */
int serve_open_plain(int dir, const char *name, int flags, struct stat *st);

/* Answers one message.  Negative: the worker is confused or gone; -EPIPE is no
 * more than that it has ended. */
int serve(struct server *s, const struct frame *f, struct err *err);

#endif
