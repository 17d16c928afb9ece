/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target over stored inputs: replay FILE|FOLDER... Speaks TAP, one check an input. */
#include "base/cleanup.h"
#include "base/file.h"
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
is_entry(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int
main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct dirent **entries;
        int count = scandir(argv[i], &entries, is_entry, alphasort);
        if (count < 0)
            replay_file(argv[i]);
        for (int j = 0; j < count; j++) {
            char path[PATH_TEXT];
            if (path_join(path, argv[i], entries[j]->d_name, NULL) == OK)
                replay_file(path);
            free(entries[j]);
        }
        if (count >= 0)
            free(entries);
    }
    return tap_done();
}
