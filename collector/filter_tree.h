/* filter_tree.h: a folder with all below it, redacted into another one. */
#ifndef XB_FILTER_TREE_H
#define XB_FILTER_TREE_H

#include <stdint.h>

#include "collector/filter.h"
#include "collector/gather/control.h"

/* What became of a tree beside the sums of the filter. */
struct tree_result {
    uint64_t left_out; /* links, devices, binary files, secrets as a whole */
    uint64_t failed;   /* could not be read, or not to their end */
    uint64_t found;    /* files with something to hide */
};

/* Reads the operand of the command line, a folder, file by file from the
 * master; below out_fd the same folders and files are made, 0700 and 0600, with
 * names redacted like all else and logs unpacked.  out_fd -1: nothing is
 * written, and each file with something to hide is named on stdout.  What is
 * left out or fails is named on stderr.  Negative: nothing more can be done. */
int filter_tree(struct filter *f, const struct redact_rules *keeping,
                struct control *ctl, int out_fd, struct tree_result *res_out,
                struct err *err);

#endif
