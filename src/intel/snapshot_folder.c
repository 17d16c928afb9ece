/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of snapshots: <n>.snap, the greatest n is the newest. */
#include "base/file.h"
#include "base/require.h"
#include "intel/snapshot_layout.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

enum { NUMBER_MAX = 1000000000 };

struct number_list {
    uint64_t *numbers; /* descending */
    size_t count, room;
};

static int
number_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x > y ? -1 : x < y;
}

static void
list_add(struct number_list *list, const char *name)
{
    str s = str_of(name);
    uint64_t number;
    if (!str_ends(s, STR(SNAPSHOT_SUFFIX)) || s.p[0] == '0')
        return;
    s.n -= sizeof SNAPSHOT_SUFFIX - 1;
    if (!str_to_u64(s, NUMBER_MAX, &number))
        return;
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 16;
        list->numbers = mem_resize(list->numbers, list->room, sizeof *list->numbers);
    }
    list->numbers[list->count++] = number;
}

/* A missing folder is an empty one. The caller frees the numbers. */
static errcode
list_folder(const char *folder, struct number_list *ret, struct err *err)
{
    DIR *dir = opendir(folder);
    *ret = (struct number_list){0};
    if (!dir && errno == ENOENT)
        return OK;
    if (!dir)
        return err_set_errno(err, "cannot read the folder %s", folder);
    for (const struct dirent *entry; (entry = readdir(dir));)
        list_add(ret, entry->d_name);
    closedir(dir);
    if (ret->count)
        qsort(ret->numbers, ret->count, sizeof *ret->numbers, number_compare);
    return OK;
}

static errcode
number_path(const char *folder, uint64_t number, char out[PATH_TEXT], struct err *err)
{
    char name[32];
    snprintf(name, sizeof name, "%llu" SNAPSHOT_SUFFIX, (unsigned long long)number);
    return path_join(out, folder, name, err);
}

errcode
snapshot_open_newest(const char *folder, enum snapshot_depth depth, struct snapshot **ret,
                     struct err *warning, struct err *err)
{
    if (warning)
        *warning = (struct err){0};
    struct number_list list;
    errcode code = list_folder(folder, &list, err);
    if (code != OK)
        return code;
    code = ERR_NOT_FOUND;
    for (size_t i = 0; code != OK && i < list.count; i++) {
        char path[PATH_TEXT];
        struct err fault;
        code = number_path(folder, list.numbers[i], path, &fault);
        if (code == OK)
            code = snapshot_open(path, depth, ret, &fault);
        if (code != OK && warning && warning->code == OK)
            *warning = fault;
    }
    free(list.numbers);
    if (code != OK)
        return err_set(err, ERR_NOT_FOUND,
                       "no usable snapshot in %s: `khien snapshot build` makes one", folder);
    return OK;
}

errcode
snapshot_next_path(const char *folder, char out[], size_t size, struct err *err)
{
    struct number_list list;
    errcode code = folder_make(folder, err);
    if (code == OK)
        code = list_folder(folder, &list, err);
    if (code != OK)
        return code;
    uint64_t next = list.count ? list.numbers[0] + 1 : 1;
    free(list.numbers);
    char path[PATH_TEXT];
    code = number_path(folder, next, path, err);
    if (code == OK && !str_copy(str_of(path), out, size))
        code = err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return code;
}

errcode
snapshot_remove_old(const char *folder, unsigned keep, struct err *err)
{
    struct number_list list;
    errcode code = list_folder(folder, &list, err);
    if (code != OK)
        return code;
    for (size_t i = keep; code == OK && i < list.count; i++) {
        char path[PATH_TEXT];
        code = number_path(folder, list.numbers[i], path, err);
        if (code == OK && unlink(path) != 0 && errno != ENOENT)
            code = err_set_errno(err, "cannot remove %s", path);
    }
    free(list.numbers);
    return code;
}
