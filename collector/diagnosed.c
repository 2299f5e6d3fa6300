#include "collector/diagnosed.h"

#include <inttypes.h>
#include <string.h>

#include "collector/base/core/str.h"
#include "collector/base/facts_get.h"

#define COLUMNS 78
#define SHORT_MAX 10

/* Words in lines of the page's width behind an indent. */
static void wrap(FILE *f, const char *label, const char *words)
{
    size_t indent = 10, column;

    if (!*words)
        return;
    fprintf(f, "  %-8s", label);
    column = indent;
    while (*words) {
        size_t n = strcspn(words, " \n");

        if (column > indent && column + n + 1 > COLUMNS) {
            fprintf(f, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', f);
            column++;
        }
        fwrite(words, 1, n, f);
        column += n;
        words += n + strspn(words + n, " \n");
    }
    fputc('\n', f);
}

static void print_lines(FILE *f, const char *lines)
{
    char shown[1024], one[1024];

    while (*lines) {
        size_t n = strcspn(lines, "\n"), k = n;

        if (k >= sizeof(one))
            k = sizeof(one) - 1;
        memcpy(one, lines, k);
        one[k] = '\0';
        fprintf(f, "    | %s\n", str_visible(one, shown, sizeof(shown)));
        lines += n + (lines[n] == '\n');
    }
}

static void print_evidence(FILE *f, struct json_object *list)
{
    size_t n = list ? json_object_array_length(list) : 0;
    char shown[1024];

    for (size_t i = 0; i < n; i++) {
        struct json_object *e = json_object_array_get_idx(list, i), *v;

        if (facts_get(e, "fact")) {
            v = facts_get(e, "value");
            fprintf(f, "    %s = %s\n", facts_text(e, "fact"),
                    v ? str_visible(json_object_to_json_string_ext(
                                        v, JSON_C_TO_STRING_PLAIN |
                                               JSON_C_TO_STRING_NOSLASHESCAPE),
                                    shown, sizeof(shown))
                      : "not known");
            continue;
        }
        fprintf(f, "    %s:%" PRId64 "\n",
                str_visible(facts_text(e, "member"), shown, sizeof(shown)),
                json_object_get_int64(facts_get(e, "line")));
        print_lines(f, facts_text(e, "text"));
    }
}

static void print_one(FILE *f, struct json_object *o)
{
    struct json_object *subjects = facts_get(o, "subjects");
    int64_t count = json_object_get_int64(facts_get(o, "count"));
    char shown[1024];

    fprintf(f, "%s %s: %s\n", facts_text(o, "severity"), facts_text(o, "id"),
            str_visible(facts_text(o, "title"), shown, sizeof(shown)));
    for (size_t i = 1; subjects && i < json_object_array_length(subjects); i++)
        fprintf(f, "  also: %s\n",
                str_visible(json_object_get_string(
                                json_object_array_get_idx(subjects, i)),
                            shown, sizeof(shown)));
    if (count > 1)
        fprintf(f, "  seen %" PRId64 " times%s%s%s%s\n", count,
                *facts_text(o, "first") ? ", from " : "",
                facts_text(o, "first"), *facts_text(o, "last") ? " to " : "",
                facts_text(o, "last"));
    print_evidence(f, facts_get(o, "evidence"));
    wrap(f, "Cause", facts_text(o, "cause"));
    wrap(f, "Remedy", facts_text(o, "remedy"));
    wrap(f, "See", facts_text(o, "see"));
    fputc('\n', f);
}

void diagnosed_print(FILE *f, struct json_object *doc, bool verbose)
{
    struct json_object *findings = facts_get(doc, "findings"),
                       *unchecked = facts_get(doc, "not_checked");
    size_t n = findings ? json_object_array_length(findings) : 0;
    size_t n_unchecked = unchecked ? json_object_array_length(unchecked) : 0;

    for (size_t i = 0; i < n; i++)
        print_one(f, json_object_array_get_idx(findings, i));
    if (!n)
        fprintf(f, "No known problem was found.\n");
    if (n_unchecked)
        fprintf(f, "Not checked: %zu of %s rules%s\n", n_unchecked,
                facts_text(facts_get(doc, "rules"), "count"),
                verbose ? ":" : " (-v names them)");
    for (size_t i = 0; verbose && i < n_unchecked; i++) {
        struct json_object *o = json_object_array_get_idx(unchecked, i);

        fprintf(f, "  %s: %s\n", facts_text(o, "id"), facts_text(o, "because"));
    }
}

void diagnosed_print_short(FILE *f, struct json_object *doc)
{
    struct json_object *findings = facts_get(doc, "findings");
    size_t n = findings ? json_object_array_length(findings) : 0, told = 0;
    char shown[1024];

    for (size_t i = 0; i < n; i++) {
        struct json_object *o = json_object_array_get_idx(findings, i);

        if (!strcmp(facts_text(o, "severity"), "info"))
            continue;
        if (told++ >= SHORT_MAX)
            continue;
        if (told == 1)
            fputs("Known problems:\n", f);
        fprintf(f, "  %s %s: %s\n", facts_text(o, "severity"),
                facts_text(o, "id"),
                str_visible(facts_text(o, "title"), shown, sizeof(shown)));
    }
    if (told > SHORT_MAX)
        fprintf(f, "  ... and %zu more\n", told - SHORT_MAX);
}
