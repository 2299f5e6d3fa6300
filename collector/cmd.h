/* cmd.h: the worker's commands, one file each.
 *
 * A command prints its result on stdout, messages through log.h, and returns
 * the process's exit status (DESIGN.md section 4). */
#ifndef XB_CMD_H
#define XB_CMD_H

#include "collector/base/core/options.h"
#include "collector/gather/control.h"

#define EXIT_WHOLE 0
#define EXIT_NO_BUNDLE 1
#define EXIT_USAGE 2
#define EXIT_CUT 3
#define EXIT_FOUND 4
#define EXIT_UNDELIVERED 5

int cmd_collect(const struct options *opt, struct control *ctl);
int cmd_inspect(const struct options *opt, struct control *ctl);
int cmd_verify(const struct options *opt, struct control *ctl);
int cmd_plugins(const struct options *opt, struct control *ctl);
int cmd_redact(const struct options *opt, struct control *ctl);
int cmd_diagnose(const struct options *opt, struct control *ctl);
int cmd_report(const struct options *opt, struct control *ctl);
int cmd_upload(const struct options *opt, struct control *ctl);
int cmd_key(const struct options *opt, struct control *ctl);

#endif
