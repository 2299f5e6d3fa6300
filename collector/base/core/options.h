/* options.h: the command line, in one table.
 *
 * The front parses it to refuse what is wrong before any process is made and
 * to know what it must open; the worker parses it again, from the same table,
 * into its configuration.  --help is derived from it. */
#ifndef XB_OPTIONS_H
#define XB_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/base/core/err.h"

enum opt_id {
    OPT_HELP,
    OPT_VERSION,
    OPT_BATCH,
    OPT_QUIET,
    OPT_VERBOSE,
    OPT_JSON,
    OPT_CONFIG,
    OPT_OUTFILE,
    OPT_OUTFD,
    OPT_FORMAT,
    OPT_ONLY,
    OPT_SKIP,
    OPT_SKIP_FILE,
    OPT_SINCE,
    OPT_MAX_SIZE,
    OPT_MAX_TIME,
    OPT_ITEM_TIMEOUT,
    OPT_UNLIMITED,
    OPT_JOBS,
    OPT_NICE,
    OPT_THREADS,
    OPT_INTERVAL,
    OPT_PRIVACY,
    OPT_KEYWORD,
    OPT_KEYWORD_FILE,
    OPT_HIDE_DOMAINS,
    OPT_REDACT_RULES,
    OPT_DEBUG_KEYS,
    OPT_SYSROOT,
    OPT_REPLAY,
    OPT_DRY_RUN,
    OPT_CASE,
    OPT_NOTE,
    OPT_UPLOAD,
    OPT_DEEP,
    OPT_REVIEW,
    OPT_RECURSIVE,
    OPT_CHECK,
    OPT_STATS,
    OPT_LIST_RULES,
    OPT_LIST,
    OPT_EXPLAIN,
    OPT_CHECK_RULES,
    OPT_INIT,
    OPT_SHOW_ID,
    OPT_QUEUE,
    OPT_POST_FORM,
    OPT_CREDENTIALS,
    OPT_NETRC,
    OPT_IDENTITY,
    OPT_KNOWN_HOSTS,
    OPT_CACERT,
    OPT_PROXY,
    OPT_LIMIT_RATE,
    OPT_TRIES,
    OPT_CONNECT_TIMEOUT,
    OPT_STALL_TIMEOUT,
    OPT_SEND_TIMEOUT,
    OPT_ALLOW_WEAKENED,
    OPT_SMTP,
    OPT_SENDMAIL,
    OPT_FROM,
    OPT_IN_REPLY_TO,
    OPT_DEBBUGS,
    OPT_LINK,
    OPT_MAX_MAIL,
    OPT_EXPECTED,
    OPT_TRIED,
    OPT_PRIVATE_OK,
    OPT_COUNT
};

/* Commands an option belongs to. */
#define CMD_COLLECT 1u
#define CMD_INSPECT 2u
#define CMD_VERIFY 4u
#define CMD_PLUGINS 8u
#define CMD_REDACT 16u
#define CMD_KEY 32u
#define CMD_REPORT 64u
#define CMD_DIAGNOSE 128u
#define CMD_UPLOAD 256u
#define CMD_ALL 0x1ffu

struct command {
    const char *name;
    unsigned bit;         /* 0: a command that is not there yet: exit 2 */
    const char *operands; /* "BUNDLE [MEMBER]", "" for none */
    unsigned min_operands, max_operands;
    const char *summary;
};

enum opt_type { OT_FLAG, OT_TEXT, OT_LIST, OT_SIZE, OT_TIME, OT_UINT, OT_WORD };

struct option_def {
    enum opt_id id;
    const char *name; /* long name without dashes */
    char letter;      /* 0: none */
    enum opt_type type;
    const char *arg;   /* name in --help; NULL for a flag */
    const char *words; /* OT_WORD: the choices, "tar.bz2|tar|dir" */
    const char *later; /* words (or "*": the option) not there yet: exit 2 */
    unsigned commands; /* CMD_ bits */
    const char *help;
    unsigned min, max; /* OT_UINT; OT_TIME: max in seconds, 0: none */
};

extern const struct option_def option_table[]; /* ends with name NULL */
extern const struct command command_table[];   /* ends with name NULL */

struct options {
    const struct command *command;
    /* Each occurrence of each option in order; the strings belong to argv. */
    const char **value[OPT_COUNT];
    size_t n[OPT_COUNT];
    const char *const *operands;
    size_t n_operands;
};

/* Parses and checks argv (argv[0] is skipped; argv is left as it is).  No
 * command word means collect.  0; -EINVAL with a line fit for the user, to be
 * followed by exit 2.  With --help or --version present all else is let pass,
 * and command is NULL if no known one was named.  Long options are never
 * abbreviated.  Free with options_done in any case. */
int options_parse(int argc, char **argv, struct options *out, struct err *err);
void options_done(struct options *o);

/* The last value given, or NULL. */
const char *options_last(const struct options *o, enum opt_id id);
bool options_has(const struct options *o, enum opt_id id);

/* Checks text against the option's type and choices, as options_parse does;
 * the configuration file uses it too. name is put in front of the message. */
int option_check(const struct option_def *def, const char *name,
                 const char *text, struct err *err);
/* --since: "2d" (before now_ms), "2026-11-22", "2026-11-22 08:30" or with
 * seconds, a T for the blank, and a Z for UTC, else local time.  Milliseconds
 * since 1970; 0 or -EINVAL. */
int option_since(const char *text, int64_t now_ms, int64_t *real_ms_out);
/* NULL if there is none of that long name. */
const struct option_def *option_find(const char *long_name);

/* --help and --version of the program or of one command (NULL: all). */
void options_print_help(const struct command *cmd);

#endif
