/* What --help prints, from option_table and command_table. */
#include "collector/base/core/options.h"

#include <stdio.h>
#include <string.h>

static bool is_later(const struct option_def *d)
{
    return d->later && !strcmp(d->later, "*");
}

/* "  -o, --outfile PATH   text", the text folded at 80 columns. */
static void print_row(const char *left, const char *text)
{
    const unsigned column = 26, width = 79;
    unsigned at = (unsigned)printf("  %s", left);

    if (at + 2 > column) {
        putchar('\n');
        at = 0;
    }
    at += (unsigned)printf("%*s", (int)(column - at), "");
    while (*text) {
        unsigned n = (unsigned)strcspn(text, " ");

        if (at > column && at + n + 1 > width)
            at = (unsigned)printf("\n%*s", (int)column, "") - 1;
        if (at > column)
            at += (unsigned)printf(" ");
        at += (unsigned)printf("%.*s", (int)n, text);
        text += n + (text[n] == ' ');
    }
    putchar('\n');
}

static void print_options(unsigned bit, bool common)
{
    for (const struct option_def *d = option_table; d->name; d++) {
        char left[80], letter[5] = "    ";

        if ((d->commands == CMD_ALL) != common || !(d->commands & bit) ||
            is_later(d))
            continue;
        if (d->letter)
            snprintf(letter, sizeof(letter), "-%c, ", d->letter);
        snprintf(left, sizeof(left), "%s--%s%s%s", letter, d->name,
                 d->arg ? " " : "", d->arg ? d->arg : "");
        print_row(left, d->help);
    }
}

/* Named, so that nobody looks for them in vain. */
static void print_later(unsigned bit)
{
    const char *head = "\nNot there yet:\n";

    for (const struct option_def *d = option_table; d->name; d++) {
        const char *arg = is_later(d) ? d->arg : d->later;

        if (!d->later || !(d->commands & bit))
            continue;
        printf("%s      --%s%s%s\n", head, d->name, arg ? " " : "",
               arg ? arg : "");
        head = "";
    }
}

static void print_program_help(void)
{
    const char *before = "\nNot there yet: ";

    printf("Usage: xen-bugtool [COMMAND] [OPTIONS]\n"
           "Collects what a Xen maintainer needs to know about this host into "
           "one file,\nwith secrets hidden.\n\nCommands:\n");
    for (const struct command *c = command_table; c->name; c++) {
        char left[64];

        if (!c->bit)
            continue;
        snprintf(left, sizeof(left), "%s %s", c->name, c->operands);
        print_row(left, c->summary);
    }
    for (const struct command *c = command_table; c->name; c++) {
        if (!c->bit) {
            printf("%s%s", before, c->name);
            before = ", ";
        }
    }
    printf(".\n\nOptions of every command:\n");
    print_options(CMD_ALL, true);
    printf("\nxen-bugtool COMMAND --help lists a command's own options.  "
           "See xen-bugtool(8).\n");
}

void options_print_help(const struct command *cmd)
{
    if (!cmd) {
        print_program_help();
        return;
    }
    printf("Usage: xen-bugtool %s [OPTIONS]%s%s\nTo %s.\n\nOptions:\n",
           cmd->name, *cmd->operands ? " " : "", cmd->operands, cmd->summary);
    print_options(cmd->bit, false);
    print_options(cmd->bit, true);
    print_later(cmd->bit);
}
