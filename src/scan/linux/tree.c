/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/linux/tree.h"

#include "base/require.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/vfs.h>

enum { ENTRIES_MAX = 10000000 };

/* Folders that wait are a stack. */
struct walk {
    const struct look *look;
    const char *const *left_out;
    tree_each_function *each;
    void *context;
    char **folders;
    size_t count, room, entries, denied;
};

static void
push(struct walk *walk, const char *path)
{
    for (const char *const *left_out = walk->left_out; *left_out; left_out++)
        if (!strcmp(path, *left_out))
            return;
    if (walk->count == walk->room) {
        walk->room = walk->room ? walk->room * 2 : 256;
        walk->folders = mem_resize(walk->folders, walk->room, sizeof *walk->folders);
    }
    walk->folders[walk->count++] = mem_strndup(path, strlen(path));
}

/* NFS, SMB, CIFS, 9P, AFS, Ceph, FUSE, autofs; proc, sysfs, cgroup, debugfs, tracefs. */
static bool
is_foreign(int folder)
{
    static const uint32_t foreign[] = {0x6969,     0x517b,     0xff534d42, 0xfe534d42, 0x01021997,
                                       0x5346414f, 0x00c36400, 0x65735546, 0x0187,     0x9fa0,
                                       0x62656572, 0x27e0eb,   0x63677270, 0x64626720, 0x74726163};
    struct statfs kind;
    if (fstatfs(folder, &kind) != 0)
        return true;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if ((uint32_t)kind.f_type == foreign[i])
            return true;
    return false;
}

static void
visit(struct walk *walk, int folder, const char *above, const struct dirent *entry)
{
    char path[PATH_TEXT];
    struct stat status;
    bool may_be_file = entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN;
    int n = snprintf(path, sizeof path, "%s/%s", strcmp(above, "/") ? above : "", entry->d_name);
    if (n < 0 || n >= PATH_TEXT || (!may_be_file && entry->d_type != DT_DIR))
        return;
    if (may_be_file && fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    if (!may_be_file || S_ISDIR(status.st_mode))
        push(walk, path);
    else if (S_ISREG(status.st_mode))
        walk->each(walk->look, path, &status, walk->context);
}

static void
walk_folder(struct walk *walk, const char *path)
{
    DIR *stream = look_folder(walk->look, path, O_NOFOLLOW);
    if (!stream) {
        walk->denied += errno == EACCES || errno == EPERM;
        return;
    }
    if (!is_foreign(dirfd(stream)))
        for (const struct dirent *entry; walk->entries < ENTRIES_MAX && (entry = readdir(stream));
             walk->entries++)
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                visit(walk, dirfd(stream), path, entry);
    closedir(stream);
}

void
tree_each(const struct look *look, const char *top, const char *const *left_out,
          tree_each_function *each, void *context)
{
    struct walk walk = {.look = look, .left_out = left_out, .each = each, .context = context};
    struct err err;
    push(&walk, top);
    while (walk.count) {
        char *path = walk.folders[--walk.count];
        if (walk.entries < ENTRIES_MAX)
            walk_folder(&walk, path);
        free(path);
    }
    look->checking->looked += walk.entries;
    if (walk.denied) {
        err_set(&err, ERR_DENIED, "no right to look into %zu folders", walk.denied);
        look_unseen(look, top, &err);
    }
    if (walk.entries == ENTRIES_MAX) {
        err_set(&err, ERR_LIMIT, "only the first %d files were looked at", ENTRIES_MAX);
        look_unseen(look, top, &err);
    }
    free(walk.folders);
}
