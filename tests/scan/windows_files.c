/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "base/windows/handle.h"
#include "base/windows/streams.h"
#include "base/windows/wide.h"

#include <fcntl.h>

bool
make_link(const char *target, const char *path)
{
    cleanup(cleanup_free) wchar_t *to = wide_path(target), *from = wide_path(path);
    struct file_info info;
    /* Wine 8 says that it made one, and did not. */
    return to && from && CreateSymbolicLinkW(from, to, SYMBOLIC_LINK_FLAG_DIRECTORY) &&
           file_info_at(path, &info, NULL) == OK && info.kind == FILE_LINK;
}

int
hold_file(const char *path)
{
    return handle_descriptor(handle_open(path, GENERIC_READ, 0, OPEN_EXISTING, 0), _O_RDONLY);
}

static bool
is_any(void *context, const char *stream)
{
    (void)stream;
    *(bool *)context = true;
    return false;
}

/* Where there are none, wine makes a file with a colon in its name. */
bool
make_stream(const char *path, const char *stream, str content)
{
    char whole[PATH_TEXT];
    bool found = false;
    require(snprintf(whole, sizeof whole, "%s%s", path, stream) < PATH_TEXT);
    HANDLE handle = handle_open(whole, GENERIC_WRITE, SHARE_ALL, CREATE_NEW, 0);
    int fd = handle_descriptor(handle, _O_RDWR);
    bool made = fd >= 0 && file_write_fd(fd, content, whole, NULL) == OK;
    cleanup_close(&fd);
    handle = handle_open(path, GENERIC_READ, SHARE_ALL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
    require(handle != INVALID_HANDLE_VALUE);
    streams_each(handle, path, is_any, &found, NULL);
    CloseHandle(handle);
    if (made && !found)
        file_remove(whole, NULL);
    return made && found;
}
