/* SPDX-License-Identifier: Apache-2.0 */
/* What Windows knows of files, and handles for descriptors. */
#include "base/file_info.h"

#include "base/cleanup.h"
#include "base/windows/handle.h"
#include "base/windows/wide.h"

#include <fcntl.h>
#include <io.h>

enum { TICK = 100 }; /* nanoseconds */
/* winnt.h, newer than the one at hand: what is in the cloud and not, or not wholly, on this disk.
 */
enum { RECALL_ON_OPEN = 0x40000, RECALL_ON_DATA_ACCESS = 0x400000 };
#define TICKS_TO_1970 INT64_C(116444736000000000)

HANDLE
handle_of(int fd)
{
    return (HANDLE)_get_osfhandle(fd);
}

int
handle_descriptor(HANDLE handle, int flags)
{
    if (handle == INVALID_HANDLE_VALUE)
        return -1;
    int fd = _open_osfhandle((intptr_t)handle, flags | _O_BINARY | _O_NOINHERIT);
    if (fd < 0) {
        CloseHandle(handle);
        SetLastError(ERROR_TOO_MANY_OPEN_FILES);
    }
    return fd;
}

HANDLE
handle_open(const char *path, DWORD access, DWORD share, DWORD how, DWORD flags)
{
    cleanup(cleanup_free) wchar_t *wide = wide_path(path);
    return wide ? CreateFileW(wide, access, share, NULL, how, flags, NULL) : INVALID_HANDLE_VALUE;
}

/* Times before 1678 and after 2262, which only a damaged or a made up file has, wrap. */
int64_t
handle_time(int64_t ticks)
{
    return (int64_t)(((uint64_t)ticks - TICKS_TO_1970) * TICK);
}

int64_t
handle_ticks(int64_t nanoseconds)
{
    return nanoseconds / TICK - (nanoseconds % TICK < 0) + TICKS_TO_1970;
}

enum file_kind
handle_kind(DWORD attributes, DWORD tag, bool is_folder)
{
    /* Where no tag is told, none is trusted. */
    if (attributes & FILE_ATTRIBUTE_REPARSE_POINT && (tag == 0 || IsReparseTagNameSurrogate(tag)))
        return FILE_LINK;
    if (is_folder)
        return FILE_FOLDER;
    if (attributes & (FILE_ATTRIBUTE_OFFLINE | RECALL_ON_OPEN | RECALL_ON_DATA_ACCESS))
        return FILE_CLOUD;
    return FILE_REGULAR;
}

bool
handle_info(HANDLE handle, struct file_info *ret)
{
    BY_HANDLE_FILE_INFORMATION status;
    FILE_BASIC_INFO basic;
    FILE_STANDARD_INFO standard;
    FILE_ATTRIBUTE_TAG_INFO tag = {0};
    if (GetFileType(handle) != FILE_TYPE_DISK) {
        *ret = (struct file_info){.kind = FILE_OTHER};
        return true;
    }
    if (!GetFileInformationByHandle(handle, &status) ||
        !GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic) ||
        !GetFileInformationByHandleEx(handle, FileStandardInfo, &standard, sizeof standard))
        return false;
    if (status.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT)
        GetFileInformationByHandleEx(handle, FileAttributeTagInfo, &tag, sizeof tag);
    *ret = (struct file_info){.kind = handle_kind(status.dwFileAttributes, tag.ReparseTag,
                                                  standard.Directory),
                              .device = status.dwVolumeSerialNumber,
                              .inode = (uint64_t)status.nFileIndexHigh << 32 | status.nFileIndexLow,
                              .size = (uint64_t)standard.EndOfFile.QuadPart,
                              .links = standard.NumberOfLinks,
                              .modified = handle_time(basic.LastWriteTime.QuadPart),
                              .changed = handle_time(basic.ChangeTime.QuadPart),
                              .accessed = handle_time(basic.LastAccessTime.QuadPart)};
    return true;
}

errcode
file_info_of(int fd, const char *name, struct file_info *ret, struct err *err)
{
    if (!handle_info(handle_of(fd), ret))
        return err_set_errno(err, "cannot examine %s", name);
    return OK;
}

errcode
file_info_at(const char *path, struct file_info *ret, struct err *err)
{
    HANDLE handle = handle_open(path, FILE_READ_ATTRIBUTES, SHARE_ALL, OPEN_EXISTING,
                                FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT);
    errcode code = OK;
    if (handle == INVALID_HANDLE_VALUE || !handle_info(handle, ret))
        code = err_set_errno(err, "cannot examine %s", path);
    if (handle != INVALID_HANDLE_VALUE)
        CloseHandle(handle);
    return code;
}
