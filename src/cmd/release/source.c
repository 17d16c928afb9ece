/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/release/source.h"

#include "base/cleanup.h"
#include "base/file_info.h"
#include "base/require.h"
#include "cmd/http/address.h"
#include "cmd/http/download.h"

#include <inttypes.h>
#include <unistd.h>

enum { URL_TEXT = PATH_TEXT + RELEASE_NAME + 2 };

/* ---- what it is ---- */

static errcode
open_url(const char *url, bool plain, struct source *source, struct err *err)
{
    struct http_address address;
    errcode code = http_address_open(url, plain, &address, err);
    if (code != OK)
        return code;
    source->kind = SOURCE_URL;
    source->secure = address.secure;
    source->direct = address.direct;
    str_copy(str_of(address.url), source->from, sizeof source->from);
    return OK;
}

static errcode
open_path(const char *path, struct source *source, struct err *err)
{
    struct file_info info;
    cleanup(cleanup_close) int fd = -1;
    errcode code = file_open_now(path, &fd, err);
    if (code == OK)
        code = file_info_of(fd, path, &info, err);
    if (code != OK)
        return code;
    if (info.kind != FILE_FOLDER && info.kind != FILE_REGULAR)
        return err_set(err, ERR_USAGE, "%s is neither a pack nor a folder", path);
    source->kind = info.kind == FILE_FOLDER ? SOURCE_FOLDER : SOURCE_FILE;
    return OK;
}

errcode
source_open(const char *from, bool plain, struct source *ret, struct err *err)
{
    str text = str_of(from);
    ret->timeout_seconds = 0;
    ret->secure = ret->direct = false;
    if (http_address_is_one(from))
        return open_url(from, plain, ret, err);
    if (str_starts(text, STR("file:///")))
        text = str_from(text, sizeof "file://" - 1);
    if (str_find(text, STR("://")) != SIZE_MAX)
        return err_set(err, ERR_USAGE, "%s: packs come by https, from a file or from a folder",
                       from);
    while (text.n > 1 && text.p[text.n - 1] == '/')
        text.n--;
    if (!str_copy(text, ret->from, sizeof ret->from) || !text.n)
        return err_set(err, ERR_USAGE, "--from needs a URL, a pack or a folder");
    return open_path(ret->from, ret, err);
}

/* ---- fetching ---- */

static errcode
download_part(const struct source *source, const char *name, const struct release_file *wanted,
              struct part *part, struct err *err)
{
    char url[URL_TEXT], digest[SHA256_TEXT];
    struct downloaded result;
    snprintf(url, sizeof url, "%s/%s", source->from, name);
    sha256_format(&wanted->sha256, digest);
    struct download what = {
        .url = url,
        .etag = "",
        .last_modified = "",
        .stay = true,
        .secure = source->secure,
        .direct = source->direct,
        .max_bytes = wanted->bytes,
        .timeout_seconds = source->timeout_seconds,
    };
    return part_fetch(part, digest, wanted->bytes, &what, &result, err);
}

/* Of at most CAP bytes, whatever becomes of the file meanwhile. */
static errcode
copy_file(const char *path, uint64_t cap, struct part *part, struct err *err)
{
    enum { PIECE = 256 << 10 };
    cleanup(cleanup_free) char *piece = mem_alloc(PIECE);
    cleanup(cleanup_close) int fd = -1;
    uint64_t size = 0, at = 0;
    size_t n = 1;
    errcode code = part_empty(part, err);
    if (code == OK)
        code = file_open_now(path, &fd, err);
    if (code == OK)
        code = file_size(fd, path, &size, err);
    while (code == OK && n) {
        code = file_read_at(fd, at, piece, PIECE, path, &n, err);
        at += n;
        if (code == OK && at > cap)
            code =
                err_set(err, ERR_LIMIT, "%s: more than the %" PRIu64 " bytes allowed", path, cap);
        if (code == OK)
            code = file_write_fd(part->fd, (str){piece, n}, part->path, err);
    }
    part->fetched = at;
    return code;
}

static errcode
check_part(const struct source *source, const char *name, const struct release_file *wanted,
           const struct part *part, struct err *err)
{
    struct file_map map;
    errcode code = file_map_fd(part->fd, part->path, &map, err);
    if (code != OK)
        return code;
    struct sha256 sha256 = sha256_of(map.bytes);
    if (map.bytes.n != wanted->bytes)
        code = err_set(err, ERR_CORRUPT,
                       "%s/%s is refused: it has %zu bytes, and by " RELEASE_LIST " %" PRIu64,
                       source->from, name, map.bytes.n, wanted->bytes);
    else if (memcmp(&sha256, &wanted->sha256, sizeof sha256) != 0)
        code =
            err_set(err, ERR_CORRUPT, "%s/%s is refused: its SHA-256 is not that of " RELEASE_LIST,
                    source->from, name);
    file_map_close(&map);
    return code;
}

errcode
source_fetch(const struct source *source, const char *name, const struct release_file *wanted,
             struct part *part, struct err *err)
{
    char path[PATH_TEXT];
    errcode code = OK;
    if (source->kind == SOURCE_URL) {
        code = download_part(source, name, wanted, part, err);
    } else {
        code = path_join(path, source->from, name, err);
        if (code == OK)
            code = copy_file(path, wanted->bytes, part, err);
        if (code != OK)
            part_remove(part);
    }
    if (code != OK)
        return code;
    code = check_part(source, name, wanted, part, err);
    if (code != OK)
        part_remove(part);
    return code;
}

errcode
source_copy(const struct source *source, struct part *part, struct err *err)
{
    errcode code = copy_file(source->from, RELEASE_BYTES_MAX, part, err);
    if (code != OK)
        part_remove(part);
    return code;
}

/* ---- the list ---- */

static errcode
download_list(const struct source *source, const char *folder, struct buf *out, struct err *err)
{
    char url[URL_TEXT];
    struct downloaded result;
    cleanup(cleanup_close) int fd = -1;
    snprintf(url, sizeof url, "%s/" RELEASE_LIST, source->from);
    const struct download what = {
        .url = url,
        .etag = "",
        .last_modified = "",
        .stay = true,
        .secure = source->secure,
        .direct = source->direct,
        .max_bytes = RELEASE_JSON_MAX,
        .timeout_seconds = source->timeout_seconds,
    };
    errcode code = file_create_unnamed(folder, &fd, err);
    if (code == OK)
        code = download(&what, fd, &result, err);
    if (code == OK && lseek(fd, 0, SEEK_SET) != 0)
        code = err_set_errno(err, "cannot read %s", url);
    return code == OK ? file_read_fd(fd, url, RELEASE_JSON_MAX, out, err) : code;
}

errcode
source_latest(const struct source *source, const char *folder, struct release *ret, struct err *err)
{
    char path[PATH_TEXT];
    struct buf text = {0};
    errcode code = OK;
    if (source->kind == SOURCE_URL) {
        code = download_list(source, folder, &text, err);
    } else {
        code = path_join(path, source->from, RELEASE_LIST, err);
        if (code == OK)
            code = file_read(path, RELEASE_JSON_MAX, &text, err);
    }
    if (code == OK && release_read(buf_view(&text), ret, err) != OK)
        code = err_prefix(err, "%s", source->from);
    buf_clear(&text);
    return code;
}
