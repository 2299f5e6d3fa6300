#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "collector/base/core/options.h"

#define MAX_WORDS 32

/* Splits at blanks; "''" is an empty word, "_" inside a word a blank. */
static int parse(const char *line, struct options *out, struct err *err)
{
    static char text[512];
    char *argv[MAX_WORDS + 1], *save = NULL;
    int argc = 0;

    snprintf(text, sizeof(text), "%s", line);
    for (char *w = strtok_r(text, " ", &save); w && argc < MAX_WORDS;
         w = strtok_r(NULL, " ", &save)) {
        if (!strcmp(w, "''"))
            *w = '\0';
        for (char *p = w; *p; p++) {
            if (*p == '_')
                *p = ' ';
        }
        argv[argc++] = w;
    }
    argv[argc] = NULL;
    memset(err, 0, sizeof(*err));
    return options_parse(argc, argv, out, err);
}

static void good(const char *line, struct options *o)
{
    struct err err;
    int rc = parse(line, o, &err);

    if (rc)
        print_message("'%s': %s\n", line, err.text);
    assert_int_equal(rc, 0);
}

/* Every wrong form, with what the user is told. */
static void test_wrong(void **state)
{
#define SEE(cmd) " (see xen-bugtool " cmd "--help)"
    static const struct {
        const char *line, *text;
    } list[] = {
        {"x --frob", "unknown option '--frob'" SEE("collect ")},
        {"x -Z", "unknown option '-Z'" SEE("collect ")},
        {"x -qZ", "unknown option '-Z'" SEE("collect ")},
        /* Never abbreviated: a later option must not change a script. */
        {"x --quie", "unknown option '--quie'" SEE("collect ")},
        {"x --out=y", "unknown option '--out'" SEE("collect ")},
        {"x --Quiet", "unknown option '--Quiet'" SEE("collect ")},
        {"x ---quiet", "unknown option '---quiet'" SEE("collect ")},
        {"x --=y", "unknown option '--'" SEE("collect ")},
        /* XenServer's words are reserved for its interface. */
        {"x --output=tar", "unknown option '--output'" SEE("collect ")},
        {"x --entries=a", "unknown option '--entries'" SEE("collect ")},
        {"x --capabilities", "unknown option '--capabilities'" SEE("collect ")},
        {"x --silent", "unknown option '--silent'" SEE("collect ")},
        {"x --yestoall", "unknown option '--yestoall'" SEE("collect ")},
        {"x --all", "unknown option '--all'" SEE("collect ")},
        {"x --debug", "unknown option '--debug'" SEE("collect ")},

        {"x frob", "unknown command 'frob'" SEE("")},
        {"x ''", "unknown command ''" SEE("")},
        {"x --frob x", "unknown option '--frob'" SEE("")},
        {"x diff y", "the command 'diff' is not there yet"},
        {"x diff --frob", "the command 'diff' is not there yet"},
        {"x key", "key needs one of --init and --show-id" SEE("key ")},
        {"x key --init --show-id",
         "key needs one of --init and --show-id" SEE("key ")},
        {"x -q diff", "the command 'diff' is not there yet"},
        {"x redact --check -o a f",
         "--check writes nothing, so leave out --outfile" SEE("redact ")},
        {"x redact -r",
         "--recursive: expected the folder to read" SEE("redact ")},
        {"x redact -r f", "--recursive: expected the new folder with "
                          "--outfile" SEE("redact ")},
        {"x redact --list-rules f", "--list-rules stands alone" SEE("redact ")},
        {"x diff a b", "the command 'diff' is not there yet"},
        {"x diff a b", "the command 'diff' is not there yet"},

        {"x -o", "-o needs a value: PATH" SEE("collect ")},
        {"x -o -", "--outfile -: expected a path (collect writes to stdout "
                   "with --outfd 1, redact without --outfile; ./- is a "
                   "file)" SEE("collect ")},
        {"x --outfile", "--outfile needs a value: PATH" SEE("collect ")},
        {"x --outfile=",
         "--outfile: the value is empty; expected PATH" SEE("collect ")},
        {"x --note ''",
         "--note: the value is empty; expected TEXT" SEE("collect ")},
        {"x --quiet=1",
         "--quiet takes no value, but '1' was given" SEE("collect ")},

        {"x inspect", "inspect: an operand is missing; expected BUNDLE "
                      "[MEMBER]" SEE("inspect ")},
        {"x inspect a b c", "inspect: 'c' is one operand too many; expected "
                            "BUNDLE [MEMBER]" SEE("inspect ")},
        {"x verify",
         "verify: an operand is missing; expected BUNDLE" SEE("verify ")},
        {"x verify a b", "verify: 'b' is one operand too many; expected "
                         "BUNDLE" SEE("verify ")},
        {"x plugins a",
         "plugins takes no operand, but 'a' was given" SEE("plugins ")},
        {"x collect a",
         "collect takes no operand, but 'a' was given" SEE("collect ")},
        {"x verify a --jobs 2",
         "--jobs is not an option of verify" SEE("verify ")},
        {"x plugins -o a",
         "--outfile is not an option of plugins" SEE("plugins ")},
        {"x collect --deep",
         "--deep is not an option of collect" SEE("collect ")},

        {"x --jobs 0", "--jobs: '0' is out of range; expected a whole number "
                       "from 1 to 16" SEE("collect ")},
        {"x --jobs 17", "--jobs: '17' is out of range; expected a whole number "
                        "from 1 to 16" SEE("collect ")},
        {"x --threads 2x", "--threads: '2x' is not a number; expected a whole "
                           "number from 1 to 64" SEE("collect ")},
        {"x --threads -1", "--threads: '-1' is not a number; expected a whole "
                           "number from 1 to 64" SEE("collect ")},
        {"x --outfd 9999999999999999999999",
         "--outfd: '9999999999999999999999' is out of range; expected a whole "
         "number from 0 to 1048575" SEE("collect ")},
        {"x --outfd stdout", "--outfd: 'stdout' is not a number; expected a "
                             "whole number from 0 to 1048575" SEE("collect ")},
        {"x --max-size 1Q", "--max-size: '1Q' is not a size; expected a number "
                            "such as 512M or 2G, above 0" SEE("collect ")},
        {"x --max-size 0", "--max-size: '0' is not a size; expected a number "
                           "such as 512M or 2G, above 0" SEE("collect ")},
        {"x --max-time 5",
         "--max-time: '5' is not a length of time; expected a number with its "
         "unit, such as 30s, 5m or 2h" SEE("collect ")},
        {"x --item-timeout 0s",
         "--item-timeout: '0s' is not a length of time; expected a number with "
         "its unit, such as 30s, 5m or 2h" SEE("collect ")},
        {"x --interval 4294969s",
         "--interval: '4294969s' is too long; expected at most 3600s" SEE(
             "collect ")},
        {"x --item-timeout 8d",
         "--item-timeout: '8d' is too long; expected at most 604800s" SEE(
             "collect ")},
        {"x --format zip", "--format: 'zip' is not known; expected tar.bz2, "
                           "tar.zst, tar.gz, tar.xz, tar, dir" SEE("collect ")},
        {"x -f tar.b", "--format: 'tar.b' is not known; expected tar.bz2, "
                       "tar.zst, tar.gz, tar.xz, tar, dir" SEE("collect ")},
        {"x -f tar|dir", "--format: 'tar|dir' is not known; expected tar.bz2, "
                         "tar.zst, tar.gz, tar.xz, tar, dir" SEE("collect ")},
        {"x --privacy none", "--privacy: 'none' is not known; expected "
                             "secrets, public" SEE("collect ")},
        {"x --only ,_,", "--only: the list is empty; expected names with "
                         "commas between them" SEE("collect ")},
        {"x --since yesterday",
         "--since: 'yesterday' is not a time; expected 2d, 2026-11-20 or "
         "\"2026-11-20 08:30\"" SEE("collect ")},

        {"x --upload u --replay r",
         "--upload and --replay exclude each other; send what it makes with "
         "the command upload" SEE("collect ")},
        {"x --upload u -f dir",
         "--upload and --format dir exclude each other: a folder cannot be "
         "sent" SEE("collect ")},

        {"x -o a --outfd 1", "--outfile and --outfd exclude each other; give "
                             "one of them" SEE("collect ")},
        {"x -q -v", "--quiet and --verbose exclude each other; give one of "
                    "them" SEE("collect ")},
        {"x -u --max-size 1G", "--unlimited and --max-size exclude each other; "
                               "give one of them" SEE("collect ")},
        {"x -u --max-time 1h", "--unlimited and --max-time exclude each other; "
                               "give one of them" SEE("collect ")},
        {"x -u --item-timeout 1h",
         "--unlimited and --item-timeout exclude each other; give one of "
         "them" SEE("collect ")},
        {"x --outfd 1 -f dir",
         "--outfd and --format dir exclude each other: a descriptor takes one "
         "file" SEE("collect ")},
        /* The first mistake is the one that is told. */
        {"x --jobs 0 --frob", "unknown option '--frob'" SEE("collect ")},
    };
    struct options o;
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        int rc = parse(list[i].line, &o, &err);

        if (rc != -EINVAL || strcmp(err.text, list[i].text))
            print_message("'%s'\n", list[i].line);
        assert_int_equal(rc, -EINVAL);
        assert_string_equal(err.text, list[i].text);
        options_done(&o);
    }
}

/* Long and hostile words do not run over. */
static void test_long(void **state)
{
    static char word[8000],
        *argv[] = {(char *)"x", (char *)"--note", word, NULL};
    struct options o;
    struct err err = ERR_INIT;

    (void)state;
    memset(word, 'a', sizeof(word) - 1);
    assert_int_equal(options_parse(3, argv, &o, &err), -EINVAL);
    assert_non_null(strstr(err.text, "too long"));
    options_done(&o);
    argv[1] = (char *)"-q";
    assert_int_equal(options_parse(3, argv, &o, &err), -EINVAL);
    assert_non_null(strstr(err.text, "unknown command 'aaa"));
    options_done(&o);
    word[0] = word[1] = '-';
    assert_int_equal(options_parse(3, argv, &o, NULL), -EINVAL);
    options_done(&o);
}

static void test_values(void **state)
{
    struct options o;

    (void)state;
    good("x", &o);
    assert_string_equal(o.command->name, "collect");
    assert_int_equal(o.n_operands, 0);
    assert_null(options_last(&o, OPT_OUTFILE));
    assert_false(options_has(&o, OPT_QUIET));
    options_done(&o);

    good("x -yqu --only a,b --only=c --skip d/e -oout -f dir", &o);
    assert_true(options_has(&o, OPT_BATCH) && options_has(&o, OPT_QUIET) &&
                options_has(&o, OPT_UNLIMITED));
    assert_int_equal(o.n[OPT_ONLY], 2);
    assert_string_equal(o.value[OPT_ONLY][0], "a,b");
    assert_string_equal(options_last(&o, OPT_ONLY), "c");
    assert_string_equal(options_last(&o, OPT_OUTFILE), "out");
    assert_string_equal(options_last(&o, OPT_FORMAT), "dir");
    options_done(&o);

    /* A flag and an option with its value in one word. */
    good("x -qo out", &o);
    assert_string_equal(options_last(&o, OPT_OUTFILE), "out");
    options_done(&o);

    /* Options before and after the command; "--" ends them. */
    good("x -q inspect --json -- -b --help", &o);
    assert_string_equal(o.command->name, "inspect");
    assert_int_equal(o.n_operands, 2);
    assert_string_equal(o.operands[0], "-b");
    assert_string_equal(o.operands[1], "--help");
    assert_true(options_has(&o, OPT_JSON));
    assert_false(options_has(&o, OPT_HELP));
    options_done(&o);

    /* A value may look like an option or a command. */
    good("x --note --help --case report", &o);
    assert_false(options_has(&o, OPT_HELP));
    assert_string_equal(options_last(&o, OPT_NOTE), "--help");
    options_done(&o);

    /* The last one counts; "=" in a value stays. */
    good("x -f dir --format=tar --note=a=b", &o);
    assert_string_equal(options_last(&o, OPT_FORMAT), "tar");
    assert_string_equal(options_last(&o, OPT_NOTE), "a=b");
    options_done(&o);

    /* What holds for every command. */
    good("x verify -y -q --json --config c b", &o);
    options_done(&o);
    good("x plugins -y -v --json --config c", &o);
    options_done(&o);
    good("x --replay b --jobs 16 --threads 1 --max-size 1.5G --max-time 1h "
         "--item-timeout 500ms --since 2d --skip-file /a/* --dry-run "
         "--privacy secrets --outfd 0",
         &o);
    options_done(&o);
}

static void test_help(void **state)
{
    struct options o;

    (void)state;
    good("x --help", &o);
    assert_true(options_has(&o, OPT_HELP));
    assert_null(o.command);
    options_done(&o);
    good("x verify -h", &o);
    assert_string_equal(o.command->name, "verify");
    options_done(&o);
    /* All else is let pass. */
    good("x --frob --jobs 0 collect collect --version", &o);
    assert_true(options_has(&o, OPT_VERSION));
    options_done(&o);
    good("x diff --help", &o);
    assert_null(o.command);
    options_done(&o);
}

static void test_no_words(void **state)
{
    char *none[] = {NULL};
    struct options o;

    (void)state;
    assert_int_equal(options_parse(0, none, &o, NULL), 0);
    assert_string_equal(o.command->name, "collect");
    options_done(&o);
    options_done(&o); /* twice is no harm */
}

static void test_since(void **state)
{
    static const struct {
        const char *text;
        int64_t want; /* seconds; -1: refused */
    } list[] = {
        {"1h", 1000000000 - 3600},
        {"2d", 1000000000 - 172800},
        {"2026-11-20", 1795132800},
        {"2026-11-20 08:30", 1795132800 + 30600},
        {"2026-11-20T08:30", 1795132800 + 30600},
        {"2026-11-20 08:30:15", 1795132800 + 30615},
        {"2026-11-20T08:30:15Z", 1795132800 + 30615},
        {"2026-11-20Z", 1795132800},
        {"2024-02-29", 1709164800},
        {"2026-02-29", -1}, /* no leap year */
        {"2026-04-31", -1},
        {"2026-13-01", -1},
        {"2026-11-20 25:00", -1},
        {"2026-11-20 08:30 pm", -1},
        {"2026-11", -1},
        {"20261120", -1},
        {"5", -1},      /* of what? */
        {"40000d", -1}, /* before 1970 */
        {"", -1},
        {"-1d", -1},
    };

    (void)state;
    setenv("TZ", "UTC0", 1);
    tzset();
    for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
        int64_t got = -1000;
        int rc = option_since(list[i].text, 1000000000000, &got);

        if (got != list[i].want * 1000)
            print_message("'%s': %lld\n", list[i].text, (long long)got);
        assert_int_equal(rc, list[i].want < 0 ? -EINVAL : 0);
        assert_true(got == list[i].want * 1000);
    }
    /* Without Z it is local time. */
    setenv("TZ", "CET-1", 1);
    tzset();
    int64_t got;
    assert_int_equal(option_since("2026-11-20 01:00", 0, &got), 0);
    assert_true(got == 1795132800000);
    assert_int_equal(option_since("2026-11-20T01:00Z", 0, &got), 0);
    assert_true(got == 1795132800000 + 3600000);
}

/* The table holds together: each id once, each letter once, words where words
 * are needed, ranges that are ranges. */
static void test_table(void **state)
{
    bool letters[256] = {false};
    int n = 0;

    (void)state;
    for (const struct option_def *d = option_table; d->name; d++, n++) {
        assert_int_equal(d->id, n);
        assert_ptr_equal(option_find(d->name), d);
        assert_false(d->letter && letters[(unsigned char)d->letter]);
        letters[(unsigned char)d->letter] = true;
        assert_true((d->type == OT_FLAG) == (d->arg == NULL));
        assert_true((d->type == OT_WORD) == (d->words != NULL));
        assert_true(d->type != OT_UINT || d->min < d->max);
        assert_true(d->help && d->commands);
    }
    assert_int_equal(n, OPT_COUNT);
    assert_null(option_find("outfil"));
}

/* The configuration file names the line in its own way. */
static void test_check(void **state)
{
    struct err err = ERR_INIT;

    (void)state;
    assert_int_equal(
        option_check(option_find("jobs"), "config.yaml:3: jobs", "many", &err),
        -EINVAL);
    assert_string_equal(err.text, "config.yaml:3: jobs: 'many' is not a "
                                  "number; expected a whole number from 1 to "
                                  "16");
    assert_int_equal(option_check(option_find("jobs"), "jobs", "8", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong),  cmocka_unit_test(test_long),
        cmocka_unit_test(test_values), cmocka_unit_test(test_help),
        cmocka_unit_test(test_since),  cmocka_unit_test(test_no_words),
        cmocka_unit_test(test_table),  cmocka_unit_test(test_check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
