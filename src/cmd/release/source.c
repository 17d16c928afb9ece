/* SPDX-License-Identifier: Apache-2.0 */
/* The note beside a part is its digest as it must become, and the entity tag of the answer that it
 * is of: by the one a part of an older release is known, by the other a changed file is. */
#include "cmd/release/source.h"

#include "base/cleanup.h"
#include "base/ip.h"
#include "base/require.h"
#include "cmd/download.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { NOTE_MAX = SHA256_TEXT + VALIDATOR_MAX + 8, URL_TEXT = PATH_TEXT + RELEASE_NAME + 2 };

/* ---- what it is ---- */

static bool
is_own_host(str url)
{
    str host, rest = str_from(url, sizeof "http://" - 1);
    ip address;
    bool brackets = rest.n && rest.p[0] == '[';
    str_cut(&rest, '/', &host);
    if (brackets) {
        rest = str_from(host, 1);
        str_cut(&rest, ']', &host);
    } else {
        rest = host;
        str_cut(&rest, ':', &host);
    }
    return str_eq_nocase(host, STR("localhost")) ||
           (ip_parse(host, &address) && ip_is_loopback(address));
}

static errcode
open_url(str url, bool plain, struct source *source, struct err *err)
{
    source->kind = SOURCE_URL;
    source->secure = str_starts(url, STR("https://"));
    for (const char *mark = "?#@ "; *mark; mark++)
        if (str_find(url, (str){mark, 1}) != SIZE_MAX || str_has_control(url))
            return err_set(err, ERR_USAGE,
                           "the URL must be a plain one, like https://khien.example.vn/rules");
    if (source->secure)
        return OK;
    source->direct = is_own_host(url);
    if (!source->direct && !plain)
        return err_set(err, ERR_USAGE,
                       "%.*s: plain http tells everyone on the way what is fetched, and lets them "
                       "hold it back; use https, or --insecure-http",
                       STR_ARG(url));
    return OK;
}

static errcode
open_path(const char *path, struct source *source, struct err *err)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return err_set_errno(err, "cannot open %s", path);
    if (S_ISDIR(status.st_mode))
        source->kind = SOURCE_FOLDER;
    else if (S_ISREG(status.st_mode))
        source->kind = SOURCE_FILE;
    else
        return err_set(err, ERR_USAGE, "%s is neither a pack nor a folder", path);
    return OK;
}

errcode
source_open(const char *from, bool plain, struct source *ret, struct err *err)
{
    str text = str_of(from);
    ret->timeout_seconds = 0;
    ret->secure = ret->direct = false;
    if (str_starts(text, STR("file:///")))
        text = str_from(text, sizeof "file://" - 1);
    bool url = str_starts(text, STR("https://")) || str_starts(text, STR("http://"));
    if (!url && str_find(text, STR("://")) != SIZE_MAX)
        return err_set(err, ERR_USAGE, "%s: packs come by https, from a file or from a folder",
                       from);
    while (text.n > 1 && text.p[text.n - 1] == '/')
        text.n--;
    if (!str_copy(text, ret->from, sizeof ret->from) || !text.n)
        return err_set(err, ERR_USAGE, "--from needs a URL, a pack or a folder");
    return url ? open_url(text, plain, ret, err) : open_path(ret->from, ret, err);
}

/* ---- parts ---- */

errcode
part_open(const char *path, struct part *ret, struct err *err)
{
    ret->fd = -1;
    ret->fetched = 0;
    int n = snprintf(ret->path, sizeof ret->path, "%s", path);
    int m = snprintf(ret->note_path, sizeof ret->note_path, "%s.from", path);
    if (n < 0 || n >= PATH_TEXT || m < 0 || m >= PATH_TEXT)
        return err_set(err, ERR_LIMIT, "the path %s is too long", path);
    ret->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (ret->fd < 0)
        return err_set_errno(err, "cannot write %s", path);
    if (flock(ret->fd, LOCK_EX | LOCK_NB) != 0)
        return err_set(err, ERR_BUSY, "another khien rules update writes %s", path);
    return OK;
}

void
part_close(struct part *part)
{
    if (part->fd >= 0)
        close(part->fd);
    part->fd = -1;
}

void
part_remove(const struct part *part)
{
    file_remove(part->path, NULL);
    file_remove(part->note_path, NULL);
}

static errcode
empty(const struct part *part, struct err *err)
{
    if (ftruncate(part->fd, 0) != 0 || lseek(part->fd, 0, SEEK_SET) != 0)
        return err_set_errno(err, "cannot empty %s", part->path);
    return OK;
}

/* How much of WANTED is there, and the tag of the answer that it is of; else 0. */
static uint64_t
read_note(const struct part *part, const struct release_file *wanted, char tag[VALIDATOR_MAX])
{
    struct buf text = {0};
    struct sha256 sha256;
    struct stat status;
    bool fits = file_read(part->note_path, NOTE_MAX, &text, NULL) == OK;
    str line, rest = buf_view(&text);
    fits = fits && str_line(&rest, &line) && sha256_parse(line, &sha256) &&
           memcmp(&sha256, &wanted->sha256, sizeof sha256) == 0 && str_line(&rest, &line) &&
           line.n && str_copy(line, tag, VALIDATOR_MAX) && fstat(part->fd, &status) == 0 &&
           (uint64_t)status.st_size <= wanted->bytes;
    buf_clear(&text);
    return fits ? (uint64_t)status.st_size : 0;
}

struct fetching {
    const struct part *part;
    const struct release_file *wanted;
};

/* Without a tag, or with a weak one, nothing can tell that the rest belongs to what is there. A
 * note that cannot be written costs a later call time, and no more. */
static void
write_note(void *context, const char *etag)
{
    const struct fetching *fetching = context;
    char digest[SHA256_TEXT], text[NOTE_MAX];
    sha256_format(&fetching->wanted->sha256, digest);
    int n = snprintf(text, sizeof text, "%s\n%s\n", digest, etag);
    if (etag[0] != '"' || n < 0 || n >= NOTE_MAX ||
        file_replace(fetching->part->note_path, (str){text, (size_t)n}, NULL) != OK)
        file_remove(fetching->part->note_path, NULL);
}

/* ---- fetching ---- */

static errcode
download_rest(const struct source *source, const char *url, const struct release_file *wanted,
              struct part *part, struct err *err)
{
    char tag[VALIDATOR_MAX] = "";
    struct downloaded result;
    struct fetching fetching = {part, wanted};
    uint64_t there = read_note(part, wanted, tag);
    if (there && there == wanted->bytes)
        return OK;
    errcode code = there ? OK : empty(part, err);
    if (code == OK && there && lseek(part->fd, 0, SEEK_END) < 0)
        code = err_set_errno(err, "cannot go on with %s", part->path);
    if (code != OK)
        return code;
    const struct download what = {
        .url = url,
        .etag = "",
        .last_modified = "",
        .stay = true,
        .secure = source->secure,
        .direct = source->direct,
        .max_bytes = wanted->bytes,
        .timeout_seconds = source->timeout_seconds,
        .resume_at = there,
        .resume_tag = tag,
        .context = &fetching,
        .begun = write_note,
    };
    code = download(&what, part->fd, &result, err);
    if (code == OK)
        part->fetched = result.bytes - (result.resumed ? there : 0);
    return code;
}

/* What came by a connection that was cut stays for the next call. */
static errcode
tell_cut(const struct part *part, const struct release_file *wanted, struct err *err)
{
    struct stat status;
    struct err why = *err;
    if (fstat(part->fd, &status) != 0 || status.st_size == 0 || !file_exists(part->note_path)) {
        part_remove(part);
        return err->code;
    }
    return err_set(err, why.code,
                   "%.300s; %" PRIu64 " of %" PRIu64 " bytes are kept, run it again to go on",
                   why.text, (uint64_t)status.st_size, wanted->bytes);
}

static errcode
download_part(const struct source *source, const char *name, const struct release_file *wanted,
              struct part *part, struct err *err)
{
    char url[URL_TEXT];
    snprintf(url, sizeof url, "%s/%s", source->from, name);
    errcode code = download_rest(source, url, wanted, part, err);
    if (code == ERR_UNSUPPORTED) { /* there is no such rest any more */
        file_remove(part->note_path, NULL);
        code = download_rest(source, url, wanted, part, err);
    }
    if (code == ERR_IO || code == ERR_NO_SPACE)
        return tell_cut(part, wanted, err);
    if (code != OK)
        part_remove(part);
    return code;
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
    errcode code = empty(part, err);
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
