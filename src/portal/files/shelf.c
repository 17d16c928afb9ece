/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/files/shelf.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"

#include <fcntl.h>

struct shelf *
shelf_new(void)
{
    struct shelf *shelf = mem_calloc(1, sizeof *shelf);
    shelf->references = 1;
    return shelf;
}

struct shelf *
shelf_ref(struct shelf *shelf)
{
    shelf->references++;
    return shelf;
}

void
shelf_unref(struct shelf *shelf)
{
    if (!shelf || --shelf->references > 0)
        return;
    for (size_t i = 0; i < shelf->count; i++)
        close(shelf->files[i].fd);
    free(shelf);
}

bool
shelf_is_name(str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool mark = c == '-' || c == '.';
        if (!(c >= 'a' && c <= 'z') && !ascii_is_digit(c) && !(mark && i > 0))
            return false;
    }
    return name.n > 0 && name.n < SHELF_NAME;
}

const struct shelf_file *
shelf_find(const struct shelf *shelf, str name)
{
    for (size_t i = 0; shelf && i < shelf->count; i++)
        if (str_eq(name, str_of(shelf->files[i].name)))
            return &shelf->files[i];
    return NULL;
}

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static errcode
read_sha256(const struct shelf_file *file, struct sha256 *ret, struct err *err)
{
    enum { PIECE = 256 << 10 };
    cleanup(cleanup_free) char *piece = mem_alloc(PIECE);
    struct digest *digest = digest_new(DIGEST_SHA256);
    errcode code = OK;
    for (uint64_t at = 0; at < file->size && code == OK;) {
        size_t n = 0;
        code = file_read_at(file->fd, at, piece, PIECE, file->name, &n, err);
        if (code == OK && n == 0)
            code = err_set(err, ERR_BUSY, "%s became shorter while it was read", file->name);
        digest_add(digest, (str){piece, n});
        at += n;
    }
    digest_finish(digest, ret->bytes);
    return code;
}

static errcode
find_sha256(struct shelf_file *file, const struct shelf *before, struct err *err)
{
    const struct shelf_file *same = shelf_find(before, str_of(file->name));
    if (!same || !is_same_file(&same->status, &file->status))
        return read_sha256(file, &file->sha256, err);
    file->sha256 = same->sha256;
    return OK;
}

errcode
shelf_add(struct shelf *shelf, const char *folder, const char *name, const struct sha256 *sha256,
          const struct shelf *before, struct err *err)
{
    char path[PATH_TEXT], text[SHA256_TEXT];
    require(shelf->count < SHELF_FILES_MAX && shelf_is_name(str_of(name)));
    struct shelf_file *file = &shelf->files[shelf->count];
    errcode code = path_join(path, folder, name, err);
    if (code != OK)
        return code;
    cleanup(cleanup_close) int fd =
        open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &file->status) != 0)
        return err_set_errno(err, "cannot open %s", path);
    if (!S_ISREG(file->status.st_mode))
        return err_set(err, ERR_FORMAT, "%s is no file", path);
    str_copy(str_of(name), file->name, sizeof file->name);
    file->fd = fd;
    file->size = (uint64_t)file->status.st_size;
    if (sha256)
        file->sha256 = *sha256;
    else
        code = find_sha256(file, before, err);
    if (code != OK)
        return code;
    snprintf(file->etag, sizeof file->etag, "\"%s\"", sha256_format(&file->sha256, text));
    take_fd(fd);
    shelf->count++;
    return OK;
}

void
shelf_serve(const struct shelf_file *file, struct http_reply *reply)
{
    int fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) { /* too many are open */
        reply->status = 503;
        reply->retry_after = "10";
        reply->type = "text/plain; charset=utf-8";
        reply->content = STR("not now\n");
        return;
    }
    str_copy(str_of(file->etag), reply->text, sizeof reply->text); /* the shelf may go before */
    reply->etag = reply->text;
    reply->type = file->type;
    reply->cache = file->cache;
    reply->file = fd;
    reply->file_size = file->size;
    reply->ranges = true;
}
