/* SPDX-License-Identifier: Apache-2.0 */
#include "intel/numbered.h"

#include "base/require.h"

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
list_add(struct number_list *list, const char *name, str suffix)
{
    str s = str_of(name);
    uint64_t number;
    if (!str_ends(s, suffix) || s.p[0] == '0')
        return;
    s.n -= suffix.n;
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
list_folder(const char *folder, const char *suffix, struct number_list *ret, struct err *err)
{
    DIR *dir = opendir(folder);
    *ret = (struct number_list){0};
    if (!dir && errno == ENOENT)
        return OK;
    if (!dir)
        return err_set_errno(err, "cannot read the folder %s", folder);
    for (const struct dirent *entry; (entry = readdir(dir));)
        list_add(ret, entry->d_name, str_of(suffix));
    closedir(dir);
    if (ret->count)
        qsort(ret->numbers, ret->count, sizeof *ret->numbers, number_compare);
    return OK;
}

static errcode
number_path(const char *folder, const char *suffix, uint64_t number, char out[PATH_TEXT],
            struct err *err)
{
    char name[48];
    snprintf(name, sizeof name, "%llu%s", (unsigned long long)number, suffix);
    return path_join(out, folder, name, err);
}

errcode
numbered_open_newest(const char *folder, const char *suffix,
                     errcode (*open)(void *context, const char *path, struct err *err),
                     void *context, struct err *warning, struct err *err)
{
    if (warning)
        *warning = (struct err){0};
    struct number_list list;
    errcode code = list_folder(folder, suffix, &list, err);
    if (code != OK)
        return code;
    code = ERR_NOT_FOUND;
    for (size_t i = 0; code != OK && i < list.count; i++) {
        char path[PATH_TEXT];
        struct err fault;
        code = number_path(folder, suffix, list.numbers[i], path, &fault);
        if (code == OK)
            code = open(context, path, &fault);
        if (code != OK && warning && warning->code == OK)
            *warning = fault;
    }
    free(list.numbers);
    if (code != OK)
        return err_set(err, ERR_NOT_FOUND, "no usable *%s in %s", suffix, folder);
    return OK;
}

errcode
numbered_next_path(const char *folder, const char *suffix, char out[], size_t size, struct err *err)
{
    struct number_list list;
    errcode code = folder_make(folder, err);
    if (code == OK)
        code = list_folder(folder, suffix, &list, err);
    if (code != OK)
        return code;
    uint64_t next = list.count ? list.numbers[0] + 1 : 1;
    free(list.numbers);
    char path[PATH_TEXT];
    code = number_path(folder, suffix, next, path, err);
    if (code == OK && !str_copy(str_of(path), out, size))
        code = err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return code;
}

errcode
numbered_remove_old(const char *folder, const char *suffix, unsigned keep, struct err *err)
{
    struct number_list list;
    errcode code = list_folder(folder, suffix, &list, err);
    if (code != OK)
        return code;
    for (size_t i = keep; code == OK && i < list.count; i++) {
        char path[PATH_TEXT];
        code = number_path(folder, suffix, list.numbers[i], path, err);
        if (code == OK && unlink(path) != 0 && errno != ENOENT)
            code = err_set_errno(err, "cannot remove %s", path);
    }
    free(list.numbers);
    return code;
}
