/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target over stored inputs: replay FILE|FOLDER... Speaks TAP, one check an input. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/tap.h"

#include <dirent.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
replay_file(const char *path)
{
    struct buf content;
    struct err err;
    errcode code = file_read(path, 64 << 20, &content, &err);
    if (code == OK) {
        /* A copy of the exact size, so that the sanitizer sees a read past the end. */
        char *exact = malloc(content.n ? content.n : 1);
        if (exact && content.n)
            memcpy(exact, content.p, content.n);
        LLVMFuzzerTestOneInput((const uint8_t *)exact, content.n);
        free(exact);
        buf_clear(&content);
    }
    tap_no_err(code, &err, "%s", path_base(path));
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
replay_folder(const char *path, DIR *folder)
{
    char **names = NULL;
    size_t count = 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        names = mem_resize(names, count + 1, sizeof *names);
        names[count++] = mem_strndup(entry->d_name, strlen(entry->d_name));
    }
    if (count)
        qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; i < count; i++) {
        char file[PATH_TEXT];
        if (path_join(file, path, names[i], NULL) == OK)
            replay_file(file);
        free(names[i]);
    }
    free(names);
}

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (folder) {
            replay_folder(argv[i], folder);
            closedir(folder);
        } else {
            replay_file(argv[i]);
        }
    }
    return tap_done();
}
