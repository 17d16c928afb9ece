/* SPDX-License-Identifier: Apache-2.0 */
/* Files: read whole with a cap, mapped read-only, replaced without a moment in between. */
#include "base/file.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

errcode
file_read_fd(int fd, const char *name, size_t cap, struct buf *ret, struct err *err)
{
    enum { STEP = 64 << 10 };
    struct buf content = BUF(cap + 1);
    for (;;) {
        size_t step = cap + 1 - content.n < STEP ? cap + 1 - content.n : STEP;
        char *at = buf_space(&content, step);
        ssize_t n = read(fd, at, step);
        content.n -= step - (size_t)(n > 0 ? n : 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            buf_clear(&content);
            return err_set_errno(err, "cannot read %s", name);
        }
        if (n == 0)
            break;
        if (content.n > cap) {
            buf_clear(&content);
            return err_set(err, ERR_LIMIT, "%s is larger than the %zu bytes allowed", name, cap);
        }
    }
    if (content.p)
        content.p[content.n] = 0;
    *ret = content;
    return OK;
}

errcode
file_read(const char *path, size_t cap, struct buf *ret, struct err *err)
{
    cleanup(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    return file_read_fd(fd, path, cap, ret, err);
}

/* Not blocking, or a FIFO would keep us waiting for its writer. */
static errcode
open_regular(const char *path, int *ret_fd, size_t *ret_size, struct err *err)
{
    cleanup(cleanup_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    struct stat status;
    if (fstat(fd, &status) != 0)
        return err_set_errno(err, "cannot examine %s", path);
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_USAGE, "%s is not a regular file", path);
    *ret_fd = take_fd(fd);
    *ret_size = (size_t)status.st_size;
    return OK;
}

static errcode
map_fd(int fd, size_t size, const char *name, struct file_map *ret, struct err *err)
{
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

errcode
file_map_open(const char *path, struct file_map *ret, struct err *err)
{
    cleanup(cleanup_close) int fd = -1;
    size_t size = 0;
    errcode code = open_regular(path, &fd, &size, err);
    return code == OK ? map_fd(fd, size, path, ret, err) : code;
}

errcode
file_map_copy_fd(int from, const char *name, const char *folder, size_t cap, struct file_map *ret,
                 struct err *err)
{
    enum { STEP = 256 << 10 };
    cleanup(cleanup_free) char *block = mem_alloc(STEP);
    cleanup(cleanup_close) int fd = -1;
    errcode code = file_create_unnamed(folder, &fd, err);
    size_t size = 0;
    while (code == OK) {
        ssize_t n = read(from, block, STEP);
        if (n == 0)
            return map_fd(fd, size, name, ret, err);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set_errno(err, "cannot read %s", name);
        size += (size_t)n;
        if (size > cap)
            return err_set(err, ERR_LIMIT, "%s is larger than the %zu bytes allowed", name, cap);
        code = file_write_fd(fd, (str){block, (size_t)n}, "a temporary copy", err);
    }
    return code;
}

errcode
file_map_copy(const char *path, const char *folder, size_t cap, struct file_map *ret,
              struct err *err)
{
    cleanup(cleanup_close) int fd = -1;
    size_t size;
    errcode code = open_regular(path, &fd, &size, err);
    return code == OK ? file_map_copy_fd(fd, path, folder, cap, ret, err) : code;
}

void
file_map_close(struct file_map *map)
{
    if (map->bytes.n)
        munmap((void *)(uintptr_t)map->bytes.p, map->bytes.n);
    *map = (struct file_map){0};
}

errcode
file_write_fd(int fd, str content, const char *name, struct err *err)
{
    while (content.n > 0) {
        ssize_t n = write(fd, content.p, content.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set_errno(err, "cannot write %s", name);
        content = str_from(content, (size_t)n);
    }
    return OK;
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
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
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

static errcode
sync_parent(const char *path, struct err *err)
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
    return sync_parent(path, err);
}

errcode
file_replace(const char *path, str content, struct err *err)
{
    char temp_path[PATH_TEXT];
    cleanup(cleanup_close) int fd = -1;
    errcode code = file_create_temp(path, temp_path, &fd, err);
    if (code != OK)
        return code;
    code = file_write_fd(fd, content, temp_path, err);
    if (code == OK)
        code = file_commit_temp(fd, temp_path, path, err);
    if (code != OK)
        unlink(temp_path);
    return code;
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
            code = sync_parent(step, err);
        else if (errno != EEXIST && errno != EROFS && errno != EACCES)
            code = err_set_errno(err, "cannot make the folder %s", step);
        if (code != OK)
            return code;
        *at = '/';
    }
    if (mkdir(path, 0750) == 0)
        return sync_parent(path, err);
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

bool
file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

errcode
path_join(char out[PATH_TEXT], const char *folder, const char *name, struct err *err)
{
    int n = snprintf(out, PATH_TEXT, "%s/%s", folder, name);
    if (n < 0 || n >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s/%s is too long", folder, name);
    return OK;
}

const char *
path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
