/* SPDX-License-Identifier: Apache-2.0 */
/* A folder's listing tells all that the cache asks about its files, so that a file that is
 * unchanged is not even opened. Folders to come are a stack, so that the depth of a tree costs no
 * other. */
#include "scan/job/walk.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/windows/handle.h"
#include "base/windows/streams.h"
#include "base/windows/wide.h"

enum { FOLDERS_MAX = 1 << 20, LISTING = 64 << 10 };

struct walking {
    const struct walk_options *options;
    char **folders;
    size_t count, room;
    bool ended;
    uint64_t device; /* of the folder at hand */
    const char *folder;
};

static void
tell_unread(const struct walking *walking, const struct err *err)
{
    if (walking->options->unread)
        walking->options->unread(walking->options->context, err);
}

static void
push(struct walking *walking, const char *path)
{
    struct err err;
    if (walking->options->enters &&
        !walking->options->enters(walking->options->context, path, false))
        return;
    if (walking->count == FOLDERS_MAX) {
        err_set(&err, ERR_LIMIT, "%s is left out: more than %d folders wait", path, FOLDERS_MAX);
        tell_unread(walking, &err);
        return;
    }
    if (walking->count == walking->room) {
        walking->room = walking->room ? walking->room * 2 : 64;
        walking->folders = mem_resize(walking->folders, walking->room, sizeof *walking->folders);
    }
    walking->folders[walking->count++] = mem_strndup(path, strlen(path));
}

static void
give(struct walking *walking, const char *path, const struct file_info *info)
{
    const struct walk_options *options = walking->options;
    if (!options->size_max || info->size <= options->size_max)
        walking->ended = !options->found(options->context, path, info);
}

static bool
give_stream(void *context, const char *stream)
{
    struct walking *walking = context;
    const struct file_info info = {.device = walking->device};
    char path[PATH_TEXT];
    int n = snprintf(path, sizeof path, "%s%s", walking->folder, stream);
    if (n < PATH_TEXT)
        give(walking, path, &info);
    return !walking->ended;
}

static bool
join(const struct walking *walking, const FILE_ID_BOTH_DIR_INFO *entry, char out[PATH_TEXT])
{
    size_t n = strlen(walking->folder);
    bool has_end = n > 0 && walking->folder[n - 1] == '\\';
    if (n + 2 >= PATH_TEXT)
        return false;
    memcpy(out, walking->folder, n);
    if (!has_end)
        out[n++] = '\\';
    return wide_to_path(entry->FileName, entry->FileNameLength / sizeof(wchar_t), out + n,
                        PATH_TEXT - n);
}

static void
visit(struct walking *walking, const FILE_ID_BOTH_DIR_INFO *entry)
{
    char path[PATH_TEXT];
    struct err err;
    if (!join(walking, entry, path)) {
        err_set(&err, ERR_LIMIT,
                "a path in %s is longer than %d bytes; what it leads to is left out",
                walking->folder, PATH_TEXT - 1);
        tell_unread(walking, &err);
        return;
    }
    DWORD attributes = entry->FileAttributes;
    struct file_info info = {.kind = handle_kind(attributes, entry->EaSize,
                                                 attributes & FILE_ATTRIBUTE_DIRECTORY),
                             .device = walking->device,
                             .inode = (uint64_t)entry->FileId.QuadPart,
                             .size = (uint64_t)entry->EndOfFile.QuadPart,
                             .modified = handle_time(entry->LastWriteTime.QuadPart),
                             .changed = handle_time(entry->ChangeTime.QuadPart),
                             .accessed = handle_time(entry->LastAccessTime.QuadPart)};
    if (info.kind == FILE_REGULAR) {
        give(walking, path, &info);
    } else if (info.kind == FILE_FOLDER) {
        const char *name = path_base(path);
        if (walking->options->recursive && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            push(walking, path);
    } else if (info.kind == FILE_CLOUD) {
        err_set(&err, ERR_UNSUPPORTED, "%s is in the cloud and not on this disk", path);
        tell_unread(walking, &err);
    }
}

static errcode
list(struct walking *walking, HANDLE handle, struct err *err)
{
    cleanup(cleanup_free) char *listing = mem_alloc(LISTING);
    while (!walking->ended &&
           GetFileInformationByHandleEx(handle, FileIdBothDirectoryInfo, listing, LISTING)) {
        const char *at = listing;
        const FILE_ID_BOTH_DIR_INFO *entry;
        do {
            entry = (const void *)at;
            visit(walking, entry);
            at += entry->NextEntryOffset;
        } while (entry->NextEntryOffset != 0 && !walking->ended);
    }
    if (!walking->ended && GetLastError() != ERROR_NO_MORE_FILES)
        return err_set_errno(err, "cannot read the folder %s", walking->folder);
    return OK;
}

/* Junctions and links are opened as themselves, and then are no folders with something in them. */
static errcode
read_folder(struct walking *walking, const char *path, bool is_top, struct err *err)
{
    struct file_info info;
    struct err trouble;
    HANDLE handle =
        handle_open(path, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES, SHARE_ALL, OPEN_EXISTING,
                    FILE_FLAG_BACKUP_SEMANTICS | (is_top ? 0 : FILE_FLAG_OPEN_REPARSE_POINT));
    if (handle == INVALID_HANDLE_VALUE)
        return err_set_errno(err, "cannot read the folder %s", path);
    errcode code = OK;
    walking->folder = path;
    if (!handle_info(handle, &info))
        code = err_set_errno(err, "cannot read the folder %s", path);
    if (code == OK && info.kind == FILE_FOLDER) {
        walking->device = info.device;
        if (streams_each(handle, path, give_stream, walking, &trouble) != OK)
            tell_unread(walking, &trouble);
        code = list(walking, handle, err);
    }
    CloseHandle(handle);
    return code;
}

static errcode
walk_folders(struct walking *walking, struct err *err)
{
    errcode code = OK;
    for (bool is_top = true; walking->count > 0 && !walking->ended && code == OK; is_top = false) {
        struct err trouble;
        cleanup(cleanup_free) char *path = walking->folders[--walking->count];
        errcode read = read_folder(walking, path, is_top, &trouble);
        if (read != OK && is_top)
            code = err_set(err, trouble.code, "%s", trouble.text);
        else if (read != OK)
            tell_unread(walking, &trouble);
    }
    while (walking->count > 0)
        free(walking->folders[--walking->count]);
    free(walking->folders);
    return code;
}

errcode
walk(const char *given, const struct walk_options *options, struct err *err)
{
    struct walking walking = {.options = options};
    char top[PATH_TEXT];
    struct file_info info;
    if (!wide_full(given, top, sizeof top))
        return err_set_errno(err, "cannot read %s", given);
    if (options->enters && !options->enters(options->context, top, true))
        return OK;
    errcode code = file_info_at(top, &info, err);
    if (code != OK)
        return code;
    if (info.kind == FILE_REGULAR) {
        options->found(options->context, top, &info);
        return OK;
    }
    push(&walking, top);
    return walk_folders(&walking, err);
}
