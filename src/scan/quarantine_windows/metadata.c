/* SPDX-License-Identifier: Apache-2.0 */
/* The mode is what Windows calls attributes. When the file was made, who may use it and its
 * alternate streams are kept as attributes of these names. */
#include "base/cleanup.h"
#include "base/require.h"
#include "base/windows/handle.h"
#include "base/windows/streams.h"
#include "base/windows/wide.h"
#include "scan/quarantine/inner.h"

#include <fcntl.h>

#define CREATED STR("windows.created")   /* int64: 100 ns since 1601 */
#define SECURITY STR("windows.security") /* a self-relative security descriptor */

enum {
    SECURITY_ROOM = 256 << 10,
    PARTS = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
    /* What a program can set; the others tell how the file system keeps it. */
    ATTRIBUTES = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM |
                 FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED |
                 FILE_ATTRIBUTE_TEMPORARY,
};

static void
note(struct buf *notes, const char *what)
{
    struct err err;
    err_set_errno(&err, "%s", what);
    buf_printf(notes, "%s\n", err.text);
}

/* Where the file is now. */
static bool
path_of(HANDLE handle, char out[PATH_TEXT])
{
    cleanup(cleanup_free) wchar_t *wide = mem_alloc(PATH_TEXT * sizeof *wide);
    DWORD n = GetFinalPathNameByHandleW(handle, wide, PATH_TEXT, 0);
    return n > 0 && n < PATH_TEXT && wide_to_path(wide, n, out, PATH_TEXT);
}

static HANDLE
open_again(HANDLE handle, const char *stream, DWORD access, DWORD how)
{
    char path[PATH_TEXT], whole[PATH_TEXT];
    if (!path_of(handle, path) || snprintf(whole, sizeof whole, "%s%s", path, stream) >= PATH_TEXT)
        return INVALID_HANDLE_VALUE;
    return handle_open(whole, access, SHARE_ALL, how, FILE_FLAG_OPEN_REPARSE_POINT);
}

/* ---- reading ---- */

struct reading {
    HANDLE handle;
    const char *name;
    struct buf *out;
    errcode code;
    struct err *err;
};

static bool
read_stream(void *context, const char *stream)
{
    struct reading *reading = context;
    struct buf content = {0};
    HANDLE handle = open_again(reading->handle, stream, GENERIC_READ, OPEN_EXISTING);
    cleanup(cleanup_close) int fd = handle_descriptor(handle, _O_RDONLY);
    if (fd < 0) {
        reading->code = err_set_errno(reading->err, "cannot open %s%s", reading->name, stream);
        return false;
    }
    reading->code = file_read_fd(fd, stream, ABOUT_ATTRIBUTES, &content, reading->err);
    if (reading->code == OK) {
        const struct attribute attribute = {str_of(stream), buf_view(&content)};
        attribute_write(&attribute, reading->out);
    }
    buf_clear(&content);
    return reading->code == OK;
}

static void
read_security(HANDLE handle, struct buf *out)
{
    cleanup(cleanup_free) char *descriptor = mem_alloc(SECURITY_ROOM);
    DWORD n;
    if (!GetKernelObjectSecurity(handle, PARTS, descriptor, SECURITY_ROOM, &n))
        return; /* who may not even read it cannot give it back */
    const struct attribute attribute = {SECURITY,
                                        {descriptor, GetSecurityDescriptorLength(descriptor)}};
    attribute_write(&attribute, out);
}

errcode
metadata_read(int fd, const char *name, struct about *about, struct buf *attributes,
              struct err *err)
{
    FILE_BASIC_INFO basic;
    struct reading reading = {handle_of(fd), name, attributes, OK, err};
    if (!GetFileInformationByHandleEx(reading.handle, FileBasicInfo, &basic, sizeof basic))
        return err_set_errno(err, "cannot examine %s", name);
    about->mode = basic.FileAttributes;
    about->accessed = handle_time(basic.LastAccessTime.QuadPart);
    const int64_t created = basic.CreationTime.QuadPart;
    const struct attribute attribute = {CREATED, {(const char *)&created, sizeof created}};
    attribute_write(&attribute, attributes);
    read_security(reading.handle, attributes);
    errcode code = streams_each(reading.handle, name, read_stream, &reading, err);
    if (code == OK)
        code = reading.code;
    if (code == OK)
        code = buf_check(attributes, "what the file has beside its content", err);
    about->attributes = buf_view(attributes);
    return code;
}

/* ---- putting ---- */

static void
put_stream(HANDLE handle, str name, str content, struct buf *notes)
{
    char stream[STREAM_NAME];
    bool fits = str_copy(name, stream, sizeof stream);
    HANDLE to =
        fits ? open_again(handle, stream, GENERIC_WRITE, CREATE_ALWAYS) : INVALID_HANDLE_VALUE;
    cleanup(cleanup_close) int fd = handle_descriptor(to, _O_RDWR);
    if (fd < 0 || file_write_fd(fd, content, stream, NULL) != OK)
        note(notes, "an alternate stream was not given back");
}

/* An owner that is someone else needs a right of its own. */
static void
put_security(HANDLE handle, str descriptor, struct buf *notes)
{
    cleanup(cleanup_free) char *bytes = mem_strndup(descriptor.p, descriptor.n);
    if (descriptor.n < SECURITY_DESCRIPTOR_MIN_LENGTH || !IsValidSecurityDescriptor(bytes) ||
        GetSecurityDescriptorLength(bytes) != descriptor.n) {
        buf_printf(notes, "who may use it was not given back: it is damaged\n");
        return;
    }
    HANDLE owner = open_again(handle, "", WRITE_OWNER, OPEN_EXISTING);
    if (owner == INVALID_HANDLE_VALUE ||
        !SetKernelObjectSecurity(owner, OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION,
                                 bytes))
        note(notes, "owner and group were not given back");
    if (owner != INVALID_HANDLE_VALUE)
        CloseHandle(owner);
    if (!SetKernelObjectSecurity(handle, DACL_SECURITY_INFORMATION, bytes))
        note(notes, "who may use it was not given back");
}

static bool
put_basic(HANDLE handle, const struct about *about, int64_t created)
{
    FILE_BASIC_INFO basic = {
        .CreationTime.QuadPart = created,
        .LastAccessTime.QuadPart = handle_ticks(about->accessed),
        .LastWriteTime.QuadPart = handle_ticks(about->identity.modified),
        .FileAttributes = about->mode & ATTRIBUTES,
    };
    if (basic.FileAttributes == 0)
        basic.FileAttributes = FILE_ATTRIBUTE_NORMAL;
    return SetFileInformationByHandle(handle, FileBasicInfo, &basic, sizeof basic);
}

/* Times and attributes last: all else changes them, and a read-only file has no new streams. */
void
metadata_put(int fd, const struct about *about, struct buf *notes)
{
    HANDLE handle = handle_of(fd);
    str rest = about->attributes;
    struct attribute attribute;
    int64_t created = 0;
    while (attribute_cut(&rest, &attribute))
        if (str_starts(attribute.name, STR(":")))
            put_stream(handle, attribute.name, attribute.value, notes);
        else if (str_eq(attribute.name, SECURITY))
            put_security(handle, attribute.value, notes);
        else if (str_eq(attribute.name, CREATED) && attribute.value.n == sizeof created)
            memcpy(&created, attribute.value.p, sizeof created);
    if (!put_basic(handle, about, created))
        note(notes, "times and attributes were not given back");
    if (about->mode & FILE_ATTRIBUTE_ENCRYPTED)
        buf_printf(notes, "Windows had encrypted it, and has not now\n");
}

errcode
metadata_touch(int fd, const char *name, struct err *err)
{
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    if (!SetFileTime(handle_of(fd), NULL, &now, &now))
        return err_set_errno(err, "cannot set the times of %s", name);
    return OK;
}
