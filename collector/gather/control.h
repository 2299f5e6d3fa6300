/* control.h: the worker's end of its socket to the master (proto.h, CT_).
 *
 * One struct control, used by all threads: each call is one question and its
 * answer under a lock.  All return 0 or negative with the master's own text;
 * -EPIPE means that the master is gone. */
#ifndef XB_CONTROL_H
#define XB_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"
#include "collector/base/core/proto.h"

struct control;

struct control *control_new(int fd);
void control_free(struct control *c);
/* Whether readers read as root. */
bool control_is_root(const struct control *c);

/* A new reader; the caller closes the socket. */
int control_reader(struct control *c, uint64_t *id_out, int *sock_out,
                   struct err *err);
/* Kills a reader.  left_out: it would not die.  where: its stack, wchan and
 * state, to be freed; never NULL on success. */
int control_kill(struct control *c, uint64_t id, bool *left_out, char **where,
                 struct err *err);
int control_output(struct control *c, const char *stem, const char *folder,
                   const char *format, int *fd_out, struct err *err);
int control_spool(struct control *c, int *fd_out, struct err *err);
/* The bundle that the command line names. */
int control_bundle(struct control *c, int *fd_out, bool *is_dir_out,
                   struct err *err);
/* A file below that folder; a descriptor or negative. */
int control_open(struct control *c, const char *rel, struct err *err);
/* path_out (where the bundle lies now; NULL if dropped) and note_out (a sync
 * that failed, "" if none) are to be freed. */
int control_finish(struct control *c, bool keep, char **path_out,
                   char **note_out, struct err *err);
/* What lies at rel below the operand of redact ("": itself).  *fd_out is -1
 * unless it is a file or folder; *why_out (INPUT_REFUSED) is to be freed. */
int control_input(struct control *c, const char *rel, enum input_kind *kind_out,
                  int *fd_out, char **why_out, struct err *err);
/* The same of one of several operands, from 0 on. */
int control_operand(struct control *c, size_t which, enum input_kind *kind_out,
                    int *fd_out, char **why_out, struct err *err);
/* Makes the host's key; -EEXIST if there is one. */
int control_key(struct control *c, struct err *err);
/* Starts xen-bugtool-send on the bundle of control_bundle (after the finish of
 * collect: on what it has made); the caller closes the socket, which ends it.
 */
int control_send(struct control *c, int *sock_out, struct err *err);
/* That bundle's receipt, open for appending. */
int control_receipt(struct control *c, int *fd_out, struct err *err);
/* A file for a mail beside the bundle; the caller closes the descriptor. */
int control_draft(struct control *c, int *fd_out, struct err *err);
/* Hands it to the program of --sendmail; to is NULL-terminated.  SD_END comes
 * on the socket. */
int control_sendmail(struct control *c, const char *const *to,
                     const char *const *cc, int *sock_out, struct err *err);
/* Gives it a name (path_out, to be freed) or (path_out NULL) drops it. */
int control_keep(struct control *c, char **path_out, struct err *err);
int control_left(struct control *c, char **text_out, struct err *err);

#endif
