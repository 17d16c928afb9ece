/* SPDX-License-Identifier: Apache-2.0 */
/* Files as Windows has them: opened by their wide names, shared with all who read, write or remove
 * them, and read without translation of line ends. Descriptors are those of the C library. */
#include "base/file.h"

#include "base/cleanup.h"
#include "base/secret.h"
#include "base/system.h"
#include "base/windows/handle.h"
#include "base/windows/wide.h"

#include <fcntl.h>
#include <stdio.h>

enum { BLOCK_MAX = 1 << 30 }; /* bytes of one read or write: lengths are of 32 bits there */

static bool
is_separator(char c)
{
    return c == '/' || c == '\\';
}

static int
create(const char *path, DWORD access, DWORD how, DWORD flags, int descriptor_flags)
{
    return handle_descriptor(handle_open(path, access, SHARE_ALL, how, flags), descriptor_flags);
}

/* Folders are opened too, so that what they are can be said. Nothing waits here. */
int
system_open(const char *path, bool wait)
{
    (void)wait;
    return create(path, GENERIC_READ, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, _O_RDONLY);
}

ptrdiff_t
system_read(int fd, void *out, size_t n)
{
    DWORD done;
    if (ReadFile(handle_of(fd), out, n < BLOCK_MAX ? (DWORD)n : BLOCK_MAX, &done, NULL))
        return done;
    return GetLastError() == ERROR_BROKEN_PIPE ? 0 : -1; /* its writer is gone: the end */
}

ptrdiff_t
system_write(int fd, const void *p, size_t n)
{
    DWORD done;
    if (!WriteFile(handle_of(fd), p, n < BLOCK_MAX ? (DWORD)n : BLOCK_MAX, &done, NULL))
        return -1;
    return done;
}

errcode
file_open_alone(const char *path, int *ret_fd, struct err *err)
{
    HANDLE handle =
        handle_open(path, GENERIC_READ | GENERIC_WRITE | DELETE,
                    FILE_SHARE_READ | FILE_SHARE_DELETE, OPEN_ALWAYS, FILE_FLAG_OPEN_REPARSE_POINT);
    int fd = handle_descriptor(handle, _O_RDWR);
    if (fd < 0 && GetLastError() == ERROR_SHARING_VIOLATION)
        return err_set(err, ERR_BUSY, "another program writes %s", path);
    if (fd < 0)
        return err_set_errno(err, "cannot write %s", path);
    *ret_fd = fd;
    return OK;
}

errcode
file_size(int fd, const char *name, uint64_t *ret, struct err *err)
{
    struct file_info info;
    errcode code = file_info_of(fd, name, &info, err);
    if (code != OK)
        return code;
    if (info.kind != FILE_REGULAR && info.kind != FILE_CLOUD)
        return err_set(err, ERR_USAGE, "%s is not a regular file", name);
    *ret = info.size;
    return OK;
}

/* What is read or written at an offset moves the file's position there; it is put back. */
static LARGE_INTEGER
position_of(int fd)
{
    LARGE_INTEGER at = {.QuadPart = -1}, none = {0};
    if (!SetFilePointerEx(handle_of(fd), none, &at, FILE_CURRENT))
        at.QuadPart = -1; /* a pipe has none */
    return at;
}

static void
put_back(int fd, LARGE_INTEGER at)
{
    if (at.QuadPart >= 0)
        SetFilePointerEx(handle_of(fd), at, NULL, FILE_BEGIN);
}

static errcode
read_at(int fd, uint64_t offset, void *out, size_t n, const char *name, size_t *ret_n,
        struct err *err)
{
    size_t done = 0;
    while (done < n) {
        uint64_t at = offset + done;
        OVERLAPPED place = {.Offset = (DWORD)at, .OffsetHigh = (DWORD)(at >> 32)};
        DWORD step;
        size_t rest = n - done;
        if (!ReadFile(handle_of(fd), (char *)out + done, rest < BLOCK_MAX ? (DWORD)rest : BLOCK_MAX,
                      &step, &place)) {
            if (GetLastError() == ERROR_HANDLE_EOF)
                break;
            return err_set_errno(err, "cannot read %s", name);
        }
        if (step == 0)
            break;
        done += step;
    }
    *ret_n = done;
    return OK;
}

errcode
file_read_at(int fd, uint64_t offset, void *out, size_t n, const char *name, size_t *ret_n,
             struct err *err)
{
    LARGE_INTEGER at = position_of(fd);
    errcode code = read_at(fd, offset, out, n, name, ret_n, err);
    put_back(fd, at);
    return code;
}

static errcode
write_at(int fd, uint64_t offset, str content, const char *name, struct err *err)
{
    while (content.n > 0) {
        OVERLAPPED place = {.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};
        DWORD n;
        if (!WriteFile(handle_of(fd), content.p,
                       content.n < BLOCK_MAX ? (DWORD)content.n : BLOCK_MAX, &n, &place))
            return err_set_errno(err, "cannot write %s", name);
        content = str_from(content, n);
        offset += n;
    }
    return OK;
}

errcode
file_write_at(int fd, uint64_t offset, str content, const char *name, struct err *err)
{
    LARGE_INTEGER at = position_of(fd);
    errcode code = write_at(fd, offset, content, name, err);
    put_back(fd, at);
    return code;
}

errcode
file_sync(int fd, const char *name, struct err *err)
{
    if (!FlushFileBuffers(handle_of(fd)))
        return err_set_errno(err, "cannot write %s to the disk", name);
    return OK;
}

errcode
file_cut(int fd, uint64_t size, const char *name, struct err *err)
{
    FILE_END_OF_FILE_INFO end = {.EndOfFile.QuadPart = (LONGLONG)size};
    if (!SetFileInformationByHandle(handle_of(fd), FileEndOfFileInfo, &end, sizeof end))
        return err_set_errno(err, "cannot cut %s", name);
    return OK;
}

void
file_forget(int fd)
{
    (void)fd;
}

errcode
file_map_fd(int fd, const char *name, struct file_map *ret, struct err *err)
{
    uint64_t size;
    errcode code = file_size(fd, name, &size, err);
    if (code != OK)
        return code;
    if (size == 0) {
        *ret = (struct file_map){.bytes = STR("")};
        return OK;
    }
    HANDLE mapping = CreateFileMappingW(handle_of(fd), NULL, PAGE_READONLY, (DWORD)(size >> 32),
                                        (DWORD)size, NULL);
    if (!mapping)
        return err_set_errno(err, "cannot map %s", name);
    void *p = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, size);
    if (p)
        *ret = (struct file_map){.bytes = {p, size}};
    else
        code = err_set_errno(err, "cannot map %s", name);
    CloseHandle(mapping); /* the view keeps what it needs */
    return code;
}

void
file_map_close(struct file_map *map)
{
    /* What a guard put in its place is no view. */
    if (map->bytes.n && !UnmapViewOfFile(map->bytes.p))
        VirtualFree((void *)(uintptr_t)map->bytes.p, 0, MEM_RELEASE);
    *map = (struct file_map){0};
}

/* Unlocking pages that are not locked takes them out of the process's working set. */
void
file_map_forget(const struct file_map *map, size_t offset)
{
    VirtualUnlock((void *)(uintptr_t)map->bytes.p, offset < map->bytes.n ? offset : map->bytes.n);
}

/* HEAD with six random characters behind it, of a file that is made now. */
static errcode
create_named(const char *head, DWORD flags, char path[PATH_TEXT], int *ret_fd, struct err *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    for (int attempt = 0; attempt < 100; attempt++) {
        unsigned char random[6];
        errcode code = secret_random(random, sizeof random, err);
        if (code != OK)
            return code;
        char end[sizeof random + 1] = "";
        for (size_t i = 0; i < sizeof random; i++)
            end[i] = letters[random[i] & 31];
        int n = snprintf(path, PATH_TEXT, "%s%s", head, end);
        if (n < 0 || n >= PATH_TEXT)
            return err_set(err, ERR_LIMIT, "the path %s is too long", head);
        int fd = create(path, GENERIC_READ | GENERIC_WRITE | DELETE, CREATE_NEW, flags, _O_RDWR);
        if (fd >= 0) {
            *ret_fd = fd;
            return OK;
        }
        if (GetLastError() != ERROR_FILE_EXISTS)
            break;
    }
    return err_set_errno(err, "cannot create the file %s", path);
}

errcode
file_create_temp(const char *path, char temp_path[PATH_TEXT], int *ret_fd, struct err *err)
{
    char head[PATH_TEXT];
    int n = snprintf(head, sizeof head, "%s.tmp-", path);
    if (n < 0 || n >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    return create_named(head, FILE_ATTRIBUTE_NORMAL, temp_path, ret_fd, err);
}

/* It has a name while it is open, and goes with its last descriptor; then a mapping still reads. */
errcode
file_create_unnamed(const char *folder, int *ret_fd, struct err *err)
{
    char head[PATH_TEXT], path[PATH_TEXT];
    errcode code = path_join(head, folder, "unnamed-", err);
    if (code != OK)
        return code;
    return create_named(head, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, path, ret_fd,
                        err);
}

errcode
file_commit_temp(int fd, const char *temp_path, const char *path, struct err *err)
{
    if (!FlushFileBuffers(handle_of(fd)))
        return err_set_errno(err, "cannot write %s to the disk", temp_path);
    cleanup(cleanup_free) wchar_t *from = wide_path(temp_path);
    cleanup(cleanup_free) wchar_t *to = from ? wide_path(path) : NULL;
    if (!to || !MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
        return err_set_errno(err, "cannot rename %s to %s", temp_path, path);
    return OK;
}

static DWORD
attributes_of(const char *path)
{
    cleanup(cleanup_free) wchar_t *wide = wide_path(path);
    return wide ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
}

static bool
make_one(const char *path)
{
    cleanup(cleanup_free) wchar_t *wide = wide_path(path);
    return wide && CreateDirectoryW(wide, NULL);
}

errcode
folder_make(const char *path, struct err *err)
{
    char step[PATH_TEXT];
    if (!str_copy(str_of(path), step, sizeof step))
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    /* Drives, servers and folders that we may not read are passed by: the last step decides. */
    for (char *at = step; *at; at++) {
        if (!is_separator(*at) || at == step)
            continue;
        char separator = *at;
        *at = 0;
        make_one(step);
        *at = separator;
    }
    if (make_one(path))
        return OK;
    unsigned long fault = GetLastError();
    DWORD attributes = attributes_of(path);
    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY)
        return OK;
    SetLastError(fault);
    return err_set_errno(err, "cannot make the folder %s", path);
}

/* NTFS keeps its folders in a journal. */
errcode
folder_sync(const char *path, struct err *err)
{
    (void)path;
    (void)err;
    return OK;
}

errcode
folder_sync_above(const char *path, struct err *err)
{
    return folder_sync(path, err);
}

errcode
file_remove(const char *path, struct err *err)
{
    cleanup(cleanup_free) wchar_t *wide = wide_path(path);
    if (!wide || !DeleteFileW(wide))
        return err_set_errno(err, "cannot remove %s", path);
    return OK;
}

bool
file_exists(const char *path)
{
    return attributes_of(path) != INVALID_FILE_ATTRIBUTES;
}

bool
path_is_full(str path)
{
    bool is_drive = path.n > 2 && path.p[1] == ':' && is_separator(path.p[2]);
    return is_drive || (path.n > 2 && is_separator(path.p[0]) && is_separator(path.p[1]));
}

const char *
path_base(const char *path)
{
    const char *base = path;
    for (; *path; path++)
        if (is_separator(*path))
            base = path + 1;
    return base;
}
