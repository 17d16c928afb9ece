/* SPDX-License-Identifier: Apache-2.0 */
/* fanotify(7) with FAN_REPORT_DFID_NAME (Linux 5.9): an event names a folder by its handle, and the
 * entry in it. A file that was moved into its place is told of too, which events with descriptors
 * would leave out: downloads get their name in that way. */
#include "scan/watch/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/require.h"

enum { EVENTS_BYTES = 64 << 10 };

errcode
fanotify_begin(struct file_watch *watch, struct err *err)
{
    watch->fanotify = fanotify_init(
        FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_DFID_NAME, O_RDONLY | O_CLOEXEC);
    return watch->fanotify >= 0 ? OK : err_set_errno(err, "cannot use fanotify");
}

static uint64_t
id_of(const void *fsid)
{
    uint64_t id;
    memcpy(&id, fsid, sizeof id);
    return id;
}

/* Where handles cannot be opened events would be of no use. */
static bool
opens_handles(int folder, int *ret_mount)
{
    union {
        struct file_handle head;
        char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } handle = {.head.handle_bytes = MAX_HANDLE_SZ};
    if (name_to_handle_at(folder, "", &handle.head, ret_mount, AT_EMPTY_PATH) != 0)
        return false;
    int fd = open_by_handle_at(folder, &handle.head, O_PATH | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

bool
fanotify_add(struct file_watch *watch, const char *path)
{
    struct statfs info;
    int mount;
    cleanup(cleanup_close) int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (watch->fanotify < 0 || fd < 0 || fstatfs(fd, &info) != 0 || !opens_handles(fd, &mount))
        return false;
    uint64_t id = id_of(&info.f_fsid);
    for (size_t i = 0; i < watch->mount_count; i++)
        if (watch->mounts[i].file_system == id && watch->mounts[i].mount == mount)
            return true;
    if (fanotify_mark(watch->fanotify, FAN_MARK_ADD | FAN_MARK_FILESYSTEM,
                      FAN_CLOSE_WRITE | FAN_MOVED_TO | FAN_ONDIR, AT_FDCWD, path) != 0)
        return false;
    watch->mounts = mem_resize(watch->mounts, watch->mount_count + 1, sizeof *watch->mounts);
    watch->mounts[watch->mount_count++] = (struct watch_mount){take_fd(fd), mount, id};
    return true;
}

/* The folder that HANDLE is, as one sees it from MOUNT. */
static bool
find_folder(const struct watch_mount *mount, struct file_handle *handle, char out[PATH_TEXT])
{
    char link[64];
    cleanup(cleanup_close) int fd = open_by_handle_at(mount->fd, handle, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, out, PATH_TEXT - 1);
    if (n <= 0 || out[0] != '/')
        return false;
    out[n] = 0;
    return true;
}

static void
note_entry(struct file_watch *watch, const struct fanotify_event_info_fid *info)
{
    /* The handle's own size says where the name begins. */
    struct file_handle *handle = (struct file_handle *)(uintptr_t)info->handle;
    const char *name = (const char *)handle->f_handle + handle->handle_bytes;
    const char *end = (const char *)info + info->hdr.len;
    char folder[PATH_TEXT], path[PATH_TEXT];
    if (name >= end || !memchr(name, 0, (size_t)(end - name)) || strcmp(name, ".") == 0)
        return;
    for (size_t i = 0; i < watch->mount_count; i++)
        if (watch->mounts[i].file_system == id_of(&info->fsid) &&
            find_folder(&watch->mounts[i], handle, folder) &&
            path_join(path, folder, name, NULL) == OK)
            watch_note(watch, path);
}

static void
note_event(struct file_watch *watch, const struct fanotify_event_metadata *event)
{
    const char *at = (const char *)event + event->metadata_len;
    const char *end = (const char *)event + event->event_len;
    if (event->mask & FAN_Q_OVERFLOW)
        watch->is_lost = true;
    if (event->pid == getpid()) /* what this scan writes */
        return;
    while ((size_t)(end - at) >= sizeof(struct fanotify_event_info_fid)) {
        const struct fanotify_event_info_fid *info = (const void *)at;
        if (info->hdr.len < sizeof *info || info->hdr.len > end - at)
            return;
        if (info->hdr.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME)
            note_entry(watch, info);
        at += info->hdr.len;
    }
}

void
fanotify_take(struct file_watch *watch)
{
    union {
        struct fanotify_event_metadata first; /* for its alignment */
        char bytes[EVENTS_BYTES];
    } *events = mem_calloc(1, sizeof *events);
    ssize_t n;
    while ((n = read(watch->fanotify, events, sizeof *events)) > 0 || (n < 0 && errno == EINTR)) {
        const struct fanotify_event_metadata *event = &events->first;
        ssize_t left = n;
        for (; FAN_EVENT_OK(event, left); event = FAN_EVENT_NEXT(event, left)) {
            if (event->vers != FANOTIFY_METADATA_VERSION)
                break;
            note_event(watch, event);
        }
    }
    free(events);
}
