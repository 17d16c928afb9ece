/* SPDX-License-Identifier: Apache-2.0 */
/* Folders by their paths. NTFS lets nobody rename or remove a folder, nor one above it, while a
 * handle that does not share that right is open, so a path means the same until the room is closed.
 */
#include "scan/quarantine/room.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/secret.h"
#include "base/windows/handle.h"
#include "base/windows/wide.h"

#include <fcntl.h>

enum { LISTING = 64 << 10, SHARE_NAMES = FILE_SHARE_READ | FILE_SHARE_WRITE };

/* ---- the folder ---- */

errcode
room_open_own(const char *path, struct room *ret, struct err *err)
{
    struct room room = {.handle = -1};
    if (!wide_full(path, room.path, sizeof room.path))
        return err_set(err, ERR_USAGE, "%s is no path, or too long", path);
    errcode code = secret_folder(room.path, true, err);
    if (code != OK)
        return code;
    HANDLE handle =
        handle_open(room.path, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES, SHARE_NAMES,
                    OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT);
    if (handle == INVALID_HANDLE_VALUE)
        return err_set_errno(err, "cannot open the folder %s", path);
    room.handle = (intptr_t)handle;
    *ret = room;
    return OK;
}

void
room_close(struct room *room)
{
    if (room->handle != -1)
        CloseHandle((HANDLE)room->handle);
    room->handle = -1;
}

bool
room_is_same(const struct room *a, const struct room *b)
{
    struct file_info one, other;
    return handle_info((HANDLE)a->handle, &one) && handle_info((HANDLE)b->handle, &other) &&
           one.device == other.device && one.inode == other.inode;
}

static wchar_t *
path_in(const struct room *room, const char *name)
{
    char path[PATH_TEXT];
    size_t n = strlen(room->path);
    const char *between = n > 0 && room->path[n - 1] == '\\' ? "" : "\\";
    if (snprintf(path, sizeof path, "%s%s%s", room->path, between, name) >= PATH_TEXT) {
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
        return NULL;
    }
    return wide_path(path);
}

static HANDLE
open_in(const struct room *room, const char *name, DWORD access, DWORD share, DWORD how)
{
    cleanup(cleanup_free) wchar_t *path = path_in(room, name);
    return path ? CreateFileW(path, access, share, NULL, how,
                              FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, NULL)
                : INVALID_HANDLE_VALUE;
}

bool
room_look(const struct room *room, const char *name, struct file_info *ret)
{
    HANDLE handle = open_in(room, name, FILE_READ_ATTRIBUTES, SHARE_ALL, OPEN_EXISTING);
    if (handle == INVALID_HANDLE_VALUE)
        return false;
    bool found = handle_info(handle, ret);
    CloseHandle(handle);
    return found;
}

static errcode
give_names(const char *listing, errcode (*each)(void *context, str name, struct err *err),
           void *context, struct err *err)
{
    errcode code = OK;
    const FILE_ID_BOTH_DIR_INFO *entry;
    do {
        char name[PATH_TEXT];
        entry = (const void *)listing;
        if (wide_to_path(entry->FileName, entry->FileNameLength / sizeof(wchar_t), name,
                         sizeof name))
            code = each(context, str_of(name), err);
        listing += entry->NextEntryOffset;
    } while (entry->NextEntryOffset != 0 && code == OK);
    return code;
}

/* What EACH removes or adds is met once or not at all. */
errcode
room_each(const struct room *room, errcode (*each)(void *context, str name, struct err *err),
          void *context, struct err *err)
{
    cleanup(cleanup_free) char *listing = mem_alloc(LISTING);
    FILE_INFO_BY_HANDLE_CLASS how = FileIdBothDirectoryRestartInfo;
    errcode code = OK;
    while (code == OK &&
           GetFileInformationByHandleEx((HANDLE)room->handle, how, listing, LISTING)) {
        how = FileIdBothDirectoryInfo;
        code = give_names(listing, each, context, err);
    }
    if (code == OK && GetLastError() != ERROR_NO_MORE_FILES)
        code = err_set_errno(err, "cannot list %s", room->path);
    return code;
}

/* NTFS keeps its folders in a journal. */
errcode
room_sync(const struct room *room, struct err *err)
{
    return folder_sync(room->path, err);
}

/* ---- files in it ---- */

static errcode
descriptor(const struct room *room, const char *name, HANDLE handle, int flags, int *ret_fd,
           struct err *err)
{
    int fd = handle_descriptor(handle, flags);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s in %s", name, room->path);
    *ret_fd = fd;
    return OK;
}

errcode
room_create(const struct room *room, const char *name, int *ret_fd, struct err *err)
{
    DWORD access = GENERIC_READ | GENERIC_WRITE | DELETE | WRITE_DAC;
    return descriptor(room, name, open_in(room, name, access, SHARE_ALL, CREATE_NEW), _O_RDWR,
                      ret_fd, err);
}

errcode
room_create_unnamed(const struct room *room, int *ret_fd, struct err *err)
{
    (void)room;
    (void)ret_fd;
    return err_set(err, ERR_UNSUPPORTED, "Windows has no files without names");
}

errcode
room_name_unnamed(const struct room *room, int fd, const char *name, bool *ret_taken,
                  struct err *err)
{
    (void)fd;
    (void)name;
    (void)ret_taken;
    return room_create_unnamed(room, NULL, err);
}

errcode
room_open_file(const struct room *room, const char *name, int *ret_fd, struct err *err)
{
    return descriptor(room, name, open_in(room, name, GENERIC_READ, SHARE_ALL, OPEN_EXISTING),
                      _O_RDONLY, ret_fd, err);
}

errcode
room_open_kept(const struct room *room, const char *name, int *ret_fd, struct err *err)
{
    HANDLE handle = open_in(room, name, GENERIC_READ | GENERIC_WRITE, SHARE_ALL, OPEN_ALWAYS);
    return descriptor(room, name, handle, _O_RDWR, ret_fd, err);
}

/* A program that has just ended may still hold it, and one that indexes or guards files may for a
 * moment. */
errcode
room_lock(const struct room *room, const char *name, int *ret_fd, struct err *err)
{
    enum { TRIES = 20, PAUSE = 100 }; /* milliseconds */
    HANDLE handle = open_in(room, name, GENERIC_READ | GENERIC_WRITE, 0, OPEN_ALWAYS);
    for (int i = 1;
         i < TRIES && handle == INVALID_HANDLE_VALUE && GetLastError() == ERROR_SHARING_VIOLATION;
         i++) {
        Sleep(PAUSE);
        handle = open_in(room, name, GENERIC_READ | GENERIC_WRITE, 0, OPEN_ALWAYS);
    }
    return descriptor(room, name, handle, _O_RDWR, ret_fd, err);
}

void
room_reserve(int fd, uint64_t end, uint64_t bytes)
{
    FILE_ALLOCATION_INFO space = {.AllocationSize.QuadPart = (LONGLONG)(end + bytes)};
    SetFileInformationByHandle(handle_of(fd), FileAllocationInfo, &space, sizeof space);
}

/* ---- names ---- */

/* What is renamed is what is open, whatever has its name by now. */
errcode
room_rename_new(const struct room *room, int fd, const char *from, const char *to, bool *ret_taken,
                struct err *err)
{
    (void)from;
    cleanup(cleanup_free) wchar_t *path = path_in(room, to);
    if (!path)
        return err_set_errno(err, "cannot name %s in %s", to, room->path);
    size_t n = wcslen(path) * sizeof *path;
    cleanup(cleanup_free) FILE_RENAME_INFO *info = mem_calloc(1, sizeof *info + n);
    info->FileNameLength = (DWORD)n;
    memcpy(info->FileName, path, n);
    if (SetFileInformationByHandle(handle_of(fd), FileRenameInfo, info, (DWORD)(sizeof *info + n)))
        return file_sync(fd, to, err);
    *ret_taken = GetLastError() == ERROR_ALREADY_EXISTS || GetLastError() == ERROR_FILE_EXISTS;
    return err_set_errno(err, "cannot name %s in %s", to, room->path);
}

errcode
room_rename_over(const struct room *room, const char *from, const char *to, struct err *err)
{
    cleanup(cleanup_free) wchar_t *old = path_in(room, from);
    cleanup(cleanup_free) wchar_t *new = old ? path_in(room, to) : NULL;
    if (!new || !MoveFileExW(old, new, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
        return err_set_errno(err, "cannot rename %s to %s in %s", from, to, room->path);
    return OK;
}

errcode
room_exchange(const struct room *room, const char *a, const char *b, struct err *err)
{
    (void)room;
    (void)a;
    (void)b;
    return err_set(err, ERR_UNSUPPORTED, "Windows cannot exchange names");
}

/* What is read-only cannot be removed. */
errcode
room_remove(const struct room *room, const char *name, struct err *err)
{
    cleanup(cleanup_free) wchar_t *path = path_in(room, name);
    if (path && DeleteFileW(path))
        return OK;
    if (path && GetLastError() == ERROR_ACCESS_DENIED &&
        SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL) && DeleteFileW(path))
        return OK;
    return err_set_errno(err, "cannot remove %s from %s", name, room->path);
}
