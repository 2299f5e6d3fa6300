/* fuzz_main.c: feeds saved files to a fuzzer, so that its corpus is a plain
 * test and a finding can be run again without clang.
 *
 *   FUZZER FILE|FOLDER...
 *
 * Every file is one input, handed over in a block of its own size, so that a
 * read behind its end is seen.  No file at all is an error. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define INPUT_MAX (16u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *all = malloc(INPUT_MAX), *input;
    size_t n;

    if (!f || !all) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    n = fread(all, 1, INPUT_MAX, f);
    if (ferror(f) || n == INPUT_MAX) {
        fprintf(stderr, "cannot read %s whole\n", path);
        exit(1);
    }
    fclose(f);
    input = realloc(all, n ? n : 1);
    if (!input)
        exit(1);
    fprintf(stderr, "%s (%zu bytes)\n", path, n);
    LLVMFuzzerTestOneInput(input, n);
    free(input);
    return 1;
}

static int run_folder(const char *path)
{
    struct dirent **v;
    int n = scandir(path, &v, NULL, alphasort), done = 0;

    for (int i = 0; i < n; i++) {
        char file[4096];

        if (v[i]->d_name[0] != '.') {
            snprintf(file, sizeof(file), "%s/%s", path, v[i]->d_name);
            done += run_file(file);
        }
        free(v[i]);
    }
    if (n >= 0)
        free(v);
    return done;
}

int main(int argc, char **argv)
{
    int done = 0;

    for (int i = 1; i < argc; i++) {
        struct stat st;

        if (!stat(argv[i], &st) && S_ISDIR(st.st_mode))
            done += run_folder(argv[i]);
        else
            done += run_file(argv[i]);
    }
    printf("%d inputs\n", done);
    return done ? 0 : 1;
}
