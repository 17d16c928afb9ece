/* SPDX-License-Identifier: Apache-2.0 */
/* Files: read whole with a cap, mapped read-only, replaced without a moment in between. What
 * differs between systems stands in their folders. */
#include "base/file.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/system.h"

#include <stdio.h>

errcode
file_read_fd(int fd, const char *name, size_t cap, struct buf *ret, struct err *err)
{
    enum { STEP = 64 << 10 };
    struct buf content = BUF(cap + 1);
    for (;;) {
        size_t step = cap + 1 - content.n < STEP ? cap + 1 - content.n : STEP;
        char *at = buf_space(&content, step);
        ptrdiff_t n = system_read(fd, at, step);
        content.n -= step - (size_t)(n > 0 ? n : 0);
        if (n < 0) {
            errcode code = err_set_errno(err, "cannot read %s", name);
            buf_clear(&content);
            return code;
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

static errcode
open_file(const char *path, bool wait, int *ret_fd, struct err *err)
{
    int fd = system_open(path, wait);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    *ret_fd = fd;
    return OK;
}

errcode
file_open(const char *path, int *ret_fd, struct err *err)
{
    return open_file(path, true, ret_fd, err);
}

errcode
file_open_now(const char *path, int *ret_fd, struct err *err)
{
    return open_file(path, false, ret_fd, err);
}

errcode
file_read(const char *path, size_t cap, struct buf *ret, struct err *err)
{
    cleanup(cleanup_close) int fd = -1;
    errcode code = file_open(path, &fd, err);
    return code == OK ? file_read_fd(fd, path, cap, ret, err) : code;
}

errcode
file_map_open(const char *path, struct file_map *ret, struct err *err)
{
    cleanup(cleanup_close) int fd = system_open(path, false);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    return file_map_fd(fd, path, ret, err);
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
        ptrdiff_t n = system_read(from, block, STEP);
        if (n == 0)
            return file_map_fd(fd, name, ret, err);
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
    cleanup(cleanup_close) int fd = system_open(path, false);
    if (fd < 0)
        return err_set_errno(err, "cannot open %s", path);
    uint64_t size;
    errcode code = file_size(fd, path, &size, err);
    return code == OK ? file_map_copy_fd(fd, path, folder, cap, ret, err) : code;
}

errcode
file_write_fd(int fd, str content, const char *name, struct err *err)
{
    while (content.n > 0) {
        ptrdiff_t n = system_write(fd, content.p, content.n);
        if (n < 0)
            return err_set_errno(err, "cannot write %s", name);
        content = str_from(content, (size_t)n);
    }
    return OK;
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
        file_remove(temp_path, NULL);
    return code;
}

errcode
path_join(char out[PATH_TEXT], const char *folder, const char *name, struct err *err)
{
    int n = snprintf(out, PATH_TEXT, "%s/%s", folder, name);
    if (n < 0 || n >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s/%s is too long", folder, name);
    return OK;
}
