/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/job/system.h"

#include "base/file.h"
#include "base/windows/handle.h"
#include "base/windows/streams.h"

#include <ctype.h>
#include <fcntl.h>

static HANDLE
open_file(const char *path, DWORD flags)
{
    return handle_open(path, GENERIC_READ, SHARE_ALL, OPEN_EXISTING,
                       FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_SEQUENTIAL_SCAN | flags);
}

static errcode
check_kind(const char *path, HANDLE handle, bool *ret_is_packed, struct err *err)
{
    struct file_info info;
    BY_HANDLE_FILE_INFORMATION status;
    if (!handle_info(handle, &info) || !GetFileInformationByHandle(handle, &status))
        return err_set_errno(err, "cannot examine %s", path);
    if (info.kind == FILE_CLOUD)
        return err_set(err, ERR_UNSUPPORTED, "%s is in the cloud and not on this disk", path);
    if (info.kind != FILE_REGULAR)
        return err_set(err, ERR_USAGE, "%s is not a regular file", path);
    *ret_is_packed = status.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT;
    return OK;
}

/* What a reparse point that is no link holds, such as a file without the blocks that it shares with
 * others, is read whole only by who does not ask for the point itself. */
errcode
job_open(const char *path, int *ret_fd, struct err *err)
{
    bool is_packed = false;
    HANDLE handle = open_file(path, FILE_FLAG_OPEN_REPARSE_POINT);
    if (handle == INVALID_HANDLE_VALUE)
        return err_set_errno(err, "cannot open %s", path);
    errcode code = check_kind(path, handle, &is_packed, err);
    if (code == OK && is_packed) {
        CloseHandle(handle);
        handle = open_file(path, 0);
        if (handle == INVALID_HANDLE_VALUE)
            return err_set_errno(err, "cannot open %s", path);
    }
    if (code != OK) {
        CloseHandle(handle);
        return code;
    }
    int fd = handle_descriptor(handle, _O_RDONLY);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    *ret_fd = fd;
    return OK;
}

/* "\\server\share", "\\?\UNC\server\share", and drives that stand for one. */
bool
job_leaves_out(const char *path, bool takes_network, const char **ret_what)
{
    bool has_head = strncmp(path, "\\\\?\\", 4) == 0 || strncmp(path, "\\\\.\\", 4) == 0;
    const char *at = has_head ? path + 4 : path;
    bool is_server = has_head ? strncmp(at, "UNC\\", 4) == 0
                              : (at[0] == '\\' || at[0] == '/') && (at[1] == '\\' || at[1] == '/');
    if (isalpha((unsigned char)at[0]) && at[1] == ':') {
        wchar_t drive[] = {(wchar_t)at[0], L':', L'\\', 0};
        is_server = GetDriveTypeW(drive) == DRIVE_REMOTE;
    }
    *ret_what = "a network drive";
    return is_server && !takes_network;
}

bool
job_is_stream(const char *path)
{
    return path_is_stream(path);
}

errcode
job_each_stream(int fd, const char *path, bool (*each)(void *context, const char *stream),
                void *context, struct err *err)
{
    return path_is_stream(path) ? OK : streams_each(handle_of(fd), path, each, context, err);
}
