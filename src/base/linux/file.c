/* SPDX-License-Identifier: Apache-2.0 */
/* Files as Linux has them. */
#include "base/file.h"

#include "base/cleanup.h"
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

int
system_open(const char *path, bool wait)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (wait ? 0 : O_NONBLOCK));
}

ptrdiff_t
system_read(int fd, void *out, size_t n)
{
    ssize_t done;
    do
        done = read(fd, out, n);
    while (done < 0 && errno == EINTR);
    return done;
}

ptrdiff_t
system_write(int fd, const void *p, size_t n)
{
    ssize_t done;
    do
        done = write(fd, p, n);
    while (done < 0 && errno == EINTR);
    return done;
}

/* What was opened may have been renamed or removed by who had the lock. */
static bool
is_still(int fd, const char *path)
{
    struct stat opened, now;
    return fstat(fd, &opened) == 0 && lstat(path, &now) == 0 && opened.st_dev == now.st_dev &&
           opened.st_ino == now.st_ino;
}

errcode
file_open_alone(const char *path, int *ret_fd, struct err *err)
{
    enum { TRIES = 100 };
    for (int i = 0; i < TRIES; i++) {
        cleanup(cleanup_close) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0)
            return err_set_errno(err, "cannot write %s", path);
        if (flock(fd, LOCK_EX | LOCK_NB) != 0)
            break;
        if (is_still(fd, path)) {
            *ret_fd = fd;
            fd = -1;
            return OK;
        }
    }
    return err_set(err, ERR_BUSY, "another program writes %s", path);
}

errcode
file_size(int fd, const char *name, uint64_t *ret, struct err *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return err_set_errno(err, "cannot examine %s", name);
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_USAGE, "%s is not a regular file", name);
    *ret = (uint64_t)status.st_size;
    return OK;
}

errcode
file_read_at(int fd, uint64_t offset, void *out, size_t n, const char *name, size_t *ret_n,
             struct err *err)
{
    size_t done = 0;
    while (done < n) {
        ssize_t step = pread(fd, (char *)out + done, n - done, (off_t)(offset + done));
        if (step < 0 && errno == EINTR)
            continue;
        if (step < 0)
            return err_set_errno(err, "cannot read %s", name);
        if (step == 0)
            break;
        done += (size_t)step;
    }
    *ret_n = done;
    return OK;
}

errcode
file_write_at(int fd, uint64_t offset, str content, const char *name, struct err *err)
{
    while (content.n > 0) {
        ssize_t n = pwrite(fd, content.p, content.n, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set_errno(err, "cannot write %s", name);
        content = str_from(content, (size_t)n);
        offset += (uint64_t)n;
    }
    return OK;
}

errcode
file_sync(int fd, const char *name, struct err *err)
{
    if (fsync(fd) != 0)
        return err_set_errno(err, "cannot write %s to the disk", name);
    return OK;
}

errcode
file_cut(int fd, uint64_t size, const char *name, struct err *err)
{
    if (ftruncate(fd, (off_t)size) != 0)
        return err_set_errno(err, "cannot cut %s", name);
    return OK;
}

void
file_forget(int fd)
{
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
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
    void *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return err_set_errno(err, "cannot map %s", name);
    *ret = (struct file_map){.bytes = {p, size}};
    return OK;
}

void
file_map_close(struct file_map *map)
{
    if (map->bytes.n)
        munmap((void *)(uintptr_t)map->bytes.p, map->bytes.n);
    *map = (struct file_map){0};
}

void
file_map_forget(const struct file_map *map, size_t offset)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), n = offset < map->bytes.n ? offset : map->bytes.n;
    madvise((void *)(uintptr_t)map->bytes.p, n & ~(page - 1), MADV_DONTNEED);
}

errcode
file_create_temp(const char *path, char temp_path[PATH_TEXT], int *ret_fd, struct err *err)
{
    int n = snprintf(temp_path, PATH_TEXT, "%s.tmp-XXXXXX", path);
    if (n < 0 || n >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    int fd = mkostemp(temp_path, O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, "cannot create a file beside %s", path);
    if (fchmod(fd, 0640) != 0) {
        errcode code = err_set_errno(err, "cannot set the mode of %s", temp_path);
        unlink(temp_path);
        close(fd);
        return code;
    }
    *ret_fd = fd;
    return OK;
}

errcode
file_create_unnamed(const char *folder, int *ret_fd, struct err *err)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        /* Not every file system has O_TMPFILE. */
        char path[PATH_TEXT];
        errcode code = path_join(path, folder, "unnamed-XXXXXX", err);
        if (code != OK)
            return code;
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            unlink(path);
    }
    if (fd < 0)
        return err_set_errno(err, "cannot create a temporary file in %s", folder);
    *ret_fd = fd;
    return OK;
}

errcode
folder_sync_above(const char *path, struct err *err)
{
    char folder[PATH_TEXT];
    size_t n = (size_t)(path_base(path) - path);
    if (n >= sizeof folder)
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    memcpy(folder, path, n);
    folder[n] = 0;
    return folder_sync(n ? folder : ".", err);
}

errcode
file_commit_temp(int fd, const char *temp_path, const char *path, struct err *err)
{
    if (fsync(fd) != 0)
        return err_set_errno(err, "cannot write %s to the disk", temp_path);
    if (rename(temp_path, path) != 0)
        return err_set_errno(err, "cannot rename %s to %s", temp_path, path);
    return folder_sync_above(path, err);
}

errcode
folder_make(const char *path, struct err *err)
{
    char step[PATH_TEXT];
    if (!str_copy(str_of(path), step, sizeof step))
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    for (char *at = step + (step[0] == '/'); *at; at++) {
        if (*at != '/')
            continue;
        *at = 0;
        errcode code = OK;
        if (mkdir(step, 0750) == 0)
            /* A file in it survives a crash only if its own name in the folder above does. */
            code = folder_sync_above(step, err);
        else if (errno != EEXIST && errno != EROFS && errno != EACCES)
            code = err_set_errno(err, "cannot make the folder %s", step);
        if (code != OK)
            return code;
        *at = '/';
    }
    if (mkdir(path, 0750) == 0)
        return folder_sync_above(path, err);
    struct stat status;
    if (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return OK;
    return err_set_errno(err, "cannot make the folder %s", path);
}

errcode
folder_sync(const char *path, struct err *err)
{
    cleanup(cleanup_close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return err_set_errno(err, "cannot write the folder %s to the disk", path);
    return OK;
}

errcode
file_remove(const char *path, struct err *err)
{
    if (unlink(path) != 0)
        return err_set_errno(err, "cannot remove %s", path);
    return OK;
}

bool
file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool
path_is_full(str path)
{
    return str_starts(path, STR("/"));
}

const char *
path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
