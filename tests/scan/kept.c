/* SPDX-License-Identifier: Apache-2.0 */
#include "kept.h"

#include "base/file.h"
#include "base/require.h"
#include "scan/quarantine/identity.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

void
write_file(const char *path, str content)
{
    FILE *file = fopen(path, "wb");
    require(file && fwrite(content.p ? content.p : "", 1, content.n, file) == content.n &&
            fclose(file) == 0);
}

bool
file_is(const char *path, str content)
{
    struct buf got = {0};
    bool same = file_read(path, 64 << 20, &got, NULL) == OK && str_eq(buf_view(&got), content);
    buf_clear(&got);
    return same;
}

size_t
names_in(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t count = 0;
    require(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

struct file_identity
identity_at(const char *path)
{
    struct file_identity identity;
    int fd = -1;
    require(file_open(path, &fd, NULL) == OK && file_identity_of(fd, path, &identity, NULL) == OK);
    require(digest_fd(fd, path, &identity.sha256, NULL) == OK);
    close(fd);
    return identity;
}

struct quarantine *
open_at(const char *folder)
{
    struct quarantine *quarantine = NULL;
    struct err err;
    if (quarantine_open(folder, &quarantine, &err) != OK)
        printf("# %s\n", err.text);
    require(quarantine);
    return quarantine;
}

uint64_t
take_at(struct quarantine *quarantine, const char *path)
{
    struct file_identity identity = identity_at(path);
    struct err err;
    uint64_t number = 0;
    if (quarantine_take(quarantine, path, &identity, "Test.Sample", 0, &number, &err) != OK)
        printf("# %s\n", err.text);
    require(number);
    return number;
}

uint64_t
kept_of(const struct quarantine *quarantine, const char *path)
{
    struct quarantine_item item;
    for (size_t i = 0; quarantine_at(quarantine, i, &item); i++)
        if (strcmp(item.path, path) == 0 && !item.is_restored && !item.is_deleted &&
            !item.is_missing)
            return item.number;
    return 0;
}
