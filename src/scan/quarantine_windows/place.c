/* SPDX-License-Identifier: Apache-2.0 */
/* The folder is opened first, which holds it and all above it in their places; then no part of the
 * path may be a link. A file is opened so that nobody writes, renames or removes it until it is
 * closed, and what is removed is what is open. */
#include "base/cleanup.h"
#include "base/windows/handle.h"
#include "base/windows/wide.h"
#include "scan/quarantine/inner.h"

#include <fcntl.h>

/* ---- the way there ---- */

static errcode
check_part(const char *path, const char *part, struct err *err)
{
    struct file_info info;
    errcode code = file_info_at(part, &info, err);
    if (code == OK && info.kind != FILE_FOLDER)
        code = err_set(err, ERR_DENIED,
                       "%s: \"%s\" on the way is a link or no folder, and links are not followed; "
                       "give the path without links",
                       path, part);
    return code;
}

/* Each folder of FOLDER, from the drive's or the server's on. */
static errcode
check_way(const char *path, const char *folder, struct err *err)
{
    char part[PATH_TEXT];
    size_t n = strlen(folder), at = 3;
    bool is_server = folder[0] == '\\';
    if (is_server) { /* "\\server\share\" */
        for (int parts = 0; at < n && parts < 2; at++)
            parts += folder[at] == '\\';
    }
    memcpy(part, folder, n + 1);
    for (; at < n; at++) {
        if (folder[at] != '\\')
            continue;
        part[at] = 0;
        errcode code = check_part(path, part, err);
        if (code != OK)
            return code;
        part[at] = '\\';
    }
    return check_part(path, folder, err);
}

errcode
place_open(const char *path, struct place *ret, struct err *err)
{
    ret->room.handle = -1;
    ret->path[0] = 0;
    if (path[0] == 0)
        return err_set(err, ERR_USAGE, "the path is empty");
    if (!wide_full(path, ret->path, sizeof ret->path))
        return err_set_errno(err, "%s is no path, or is too long", path);
    ret->name = path_base(ret->path);
    size_t n = (size_t)(ret->name - ret->path);
    if (!path_is_full(str_of(ret->path)) || ret->name[0] == 0)
        return err_set(err, ERR_USAGE, "%s is a folder; only files can be taken", path);
    if (strchr(ret->name, ':'))
        return err_set(err, ERR_USAGE, "%s is a stream; its file can be taken with all of them",
                       path);
    /* "C:\" keeps its separator. */
    memcpy(ret->room.path, ret->path, n);
    ret->room.path[n > 3 ? n - 1 : n] = 0;
    HANDLE handle = handle_open(ret->room.path, FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES,
                                FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING,
                                FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT);
    if (handle == INVALID_HANDLE_VALUE)
        return err_set_errno(err, "cannot open the folder of %s", path);
    errcode code = check_way(path, ret->room.path, err);
    if (code == OK)
        ret->room.handle = (intptr_t)handle;
    else
        CloseHandle(handle);
    return code;
}

/* ---- the file ---- */

const char place_names_lister[] = "fsutil hardlink list";

errcode
place_open_here(const struct place *place, int *ret_fd, struct err *err)
{
    DWORD access = GENERIC_READ | DELETE | FILE_WRITE_ATTRIBUTES;
    HANDLE handle = handle_open(place->path, access, FILE_SHARE_READ, OPEN_EXISTING,
                                FILE_FLAG_OPEN_REPARSE_POINT);
    *ret_fd = handle_descriptor(handle, _O_RDONLY);
    return *ret_fd < 0 ? err_set_errno(err, "cannot open %s", place->path) : OK;
}

/* From Windows 10 on: the name goes at once, though others read the file, and though it is
 * read-only. */
static bool
remove_now(HANDLE handle)
{
    enum { EX = 21, DELETE_IT = 1, POSIX = 2, READ_ONLY_TOO = 16 }; /* FileDispositionInfoEx */
    DWORD flags = DELETE_IT | POSIX | READ_ONLY_TOO;
    return SetFileInformationByHandle(handle, (FILE_INFO_BY_HANDLE_CLASS)EX, &flags, sizeof flags);
}

static bool
remove_when_closed(HANDLE handle)
{
    FILE_DISPOSITION_INFO gone = {TRUE};
    FILE_BASIC_INFO basic;
    if (SetFileInformationByHandle(handle, FileDispositionInfo, &gone, sizeof gone))
        return true;
    DWORD fault = GetLastError();
    if (!GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic) ||
        !(basic.FileAttributes & FILE_ATTRIBUTE_READONLY)) {
        SetLastError(fault);
        return false;
    }
    /* Times of zeros stay. */
    FILE_BASIC_INFO other = {.FileAttributes =
                                 basic.FileAttributes & ~(DWORD)FILE_ATTRIBUTE_READONLY};
    if (other.FileAttributes == 0)
        other.FileAttributes = FILE_ATTRIBUTE_NORMAL;
    if (SetFileInformationByHandle(handle, FileBasicInfo, &other, sizeof other) &&
        SetFileInformationByHandle(handle, FileDispositionInfo, &gone, sizeof gone))
        return true;
    fault = GetLastError();
    other.FileAttributes = basic.FileAttributes;
    SetFileInformationByHandle(handle, FileBasicInfo, &other, sizeof other);
    SetLastError(fault);
    return false;
}

errcode
place_remove(const struct place *place, int *fd, struct err *err)
{
    HANDLE handle = handle_of(*fd);
    if (!remove_now(handle) && !remove_when_closed(handle))
        return err_set_errno(err,
                             "cannot remove %s; a program that runs it or has it open must end "
                             "first",
                             place->path);
    close(take_fd(*fd));
    return OK;
}
