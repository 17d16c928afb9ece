/* SPDX-License-Identifier: Apache-2.0 */
#include "base/windows/streams.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/windows/wide.h"

#include <windows.h>

enum { LIST_FIRST = 4 << 10, LIST_MAX = 4 << 20 };

bool
path_is_stream(const char *path)
{
    return strchr(path_base(path), ':') != NULL;
}

/* ":name:$DATA" is a stream of data; other types are the system's own, and "::$DATA" the content.
 */
static bool
is_alternate(char *name)
{
    static const char type[] = ":$DATA";
    size_t n = strlen(name), end = sizeof type - 1;
    if (name[0] != ':' || n <= end + 1 || strcmp(name + n - end, type) != 0)
        return false;
    name[n - end] = 0;
    return true;
}

errcode
streams_parse(const void *bytes, size_t n, bool (*each)(void *context, const char *stream),
              void *context, struct err *err)
{
    size_t at = 0, head = offsetof(FILE_STREAM_INFO, StreamName);
    for (;;) {
        FILE_STREAM_INFO info;
        char name[STREAM_NAME];
        if (n - at < head)
            return err_set(err, ERR_CORRUPT, "the list of its streams is cut");
        memcpy(&info, (const char *)bytes + at, head);
        size_t units = info.StreamNameLength / sizeof(wchar_t);
        if (info.StreamNameLength > n - at - head ||
            !wide_to_path((const wchar_t *)((const char *)bytes + at + head), units, name,
                          sizeof name))
            return err_set(err, ERR_CORRUPT, "the name of a stream is cut or too long");
        if (is_alternate(name) && !each(context, name))
            return OK;
        if (info.NextEntryOffset == 0)
            return OK;
        if (info.NextEntryOffset < head || info.NextEntryOffset >= n - at)
            return err_set(err, ERR_CORRUPT, "the list of its streams is cut");
        at += info.NextEntryOffset;
    }
}

errcode
streams_each(void *handle, const char *name, bool (*each)(void *context, const char *stream),
             void *context, struct err *err)
{
    for (size_t room = LIST_FIRST; room <= LIST_MAX; room *= 4) {
        cleanup(cleanup_free) void *list = mem_calloc(1, room);
        if (GetFileInformationByHandleEx(handle, FileStreamInfo, list, (DWORD)room)) {
            errcode code = streams_parse(list, room, each, context, err);
            return code == OK ? OK : err_prefix(err, "%s", name);
        }
        switch (GetLastError()) {
        case ERROR_MORE_DATA:
        case ERROR_INSUFFICIENT_BUFFER:
            break;
        case ERROR_HANDLE_EOF:
        case ERROR_INVALID_PARAMETER:
        case ERROR_INVALID_FUNCTION:
        case ERROR_NOT_SUPPORTED:
        case ERROR_CALL_NOT_IMPLEMENTED:
            return OK;
        default:
            return err_set_errno(err, "cannot list the streams of %s", name);
        }
    }
    return err_set(err, ERR_LIMIT, "%s has too many streams", name);
}
