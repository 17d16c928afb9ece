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
union handle {
    struct file_handle head;
    char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

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
    union handle handle = {.head.handle_bytes = MAX_HANDLE_SZ};
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

/* INFO is a record of N bytes: the head, the handle, whose own size says where the name begins. */
static void
note_entry(struct file_watch *watch, const struct fanotify_event_info_fid *head, const char *info,
           size_t n)
{
    union handle handle;
    char folder[PATH_TEXT], path[PATH_TEXT];
    size_t at = sizeof *head;
    if (n < at + sizeof handle.head)
        return;
    memcpy(&handle.head, info + at, sizeof handle.head);
    at += sizeof handle.head;
    if (handle.head.handle_bytes > MAX_HANDLE_SZ || n - at < handle.head.handle_bytes)
        return;
    memcpy(handle.bytes + sizeof handle.head, info + at, handle.head.handle_bytes);
    at += handle.head.handle_bytes;
    const char *name = info + at;
    if (!memchr(name, 0, n - at) || strcmp(name, ".") == 0)
        return;
    for (size_t i = 0; i < watch->mount_count; i++)
        if (watch->mounts[i].file_system == id_of(&head->fsid) &&
            find_folder(&watch->mounts[i], &handle.head, folder) &&
            path_join(path, folder, name, NULL) == OK)
            watch_note(watch, path);
}

/* Events follow each other at any multiple of four, so their heads are copied. */
static void
note_event(struct file_watch *watch, const struct fanotify_event_metadata *event, const char *bytes)
{
    struct fanotify_event_info_fid head;
    if (event->mask & FAN_Q_OVERFLOW)
        watch->is_lost = true;
    if (event->pid == getpid()) /* what this scan writes */
        return;
    for (size_t at = event->metadata_len; event->event_len >= at + sizeof head;
         at += head.hdr.len) {
        memcpy(&head, bytes + at, sizeof head);
        if (head.hdr.len < sizeof head || head.hdr.len > event->event_len - at)
            return;
        if (head.hdr.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME)
            note_entry(watch, &head, bytes + at, head.hdr.len);
    }
}

void
fanotify_take(struct file_watch *watch)
{
    char *events = mem_calloc(1, EVENTS_BYTES);
    ssize_t n;
    while ((n = read(watch->fanotify, events, EVENTS_BYTES)) > 0 || (n < 0 && errno == EINTR)) {
        struct fanotify_event_metadata event;
        for (size_t at = 0; n > 0 && (size_t)n >= at + sizeof event; at += event.event_len) {
            memcpy(&event, events + at, sizeof event);
            if (event.vers != FANOTIFY_METADATA_VERSION || event.event_len < sizeof event ||
                event.event_len > (size_t)n - at)
                break;
            note_event(watch, &event, events + at);
        }
    }
    free(events);
}
