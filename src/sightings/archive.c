/* SPDX-License-Identifier: Apache-2.0 */
/* The archive of inputs. The meta stands in a zstd skippable frame (RFC 8878, section 3.1.2) before
 * the content's frame, so entry and meta are one file that any zstd tool unpacks. */
#include "sightings/archive.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/limits.h"
#include "base/require.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <zstd.h>

enum { SKIPPABLE_MAGIC = 0x184d2a50, META_MAX = 8192, LEVEL = 1 };

struct archive_content {
    str bytes;
};

/* "archive/2026/11/21/<sha256>.zst" */
static void
entry_path(const struct sha256 *hash, usec received, char out[512])
{
    int year, month, day_of_month;
    char text[SHA256_TEXT];
    day_to_civil(day_of(received), &year, &month, &day_of_month);
    snprintf(out, 512, "archive/%04d/%02d/%02d/%s.zst", year, month, day_of_month,
             sha256_format(hash, text));
}

static void
meta_write(const struct archive_meta *meta, const struct sha256 *hash, struct buf *out)
{
    char time[TIME_TEXT], text[SHA256_TEXT];
    struct json_out json = json_out_to(out);
    json_out_object_begin(&json);
    json_out_pair_z(&json, "sha256", sha256_format(hash, text));
    json_out_pair_z(&json, "name", meta->name);
    json_out_pair_z(&json, "format", meta->format);
    json_out_pair_z(&json, "source", meta->source);
    json_out_pair_z(&json, "columns", meta->columns);
    json_out_pair_z(&json, "received", time_format(meta->received, time));
    json_out_pair_u64(&json, "bytes", meta->bytes);
    json_out_object_end(&json);
}

static bool
meta_read(str text, struct archive_meta *ret, struct sha256 *ret_hash)
{
    cleanup(cleanup_json) json_t *json = NULL;
    if (json_read(text, META_MAX, &json, NULL) != OK)
        return false;
    struct archive_meta meta = {.received = 0};
    int64_t bytes;
    if (!str_copy(json_text(json, "name"), meta.name, sizeof meta.name) ||
        !str_copy(json_text(json, "format"), meta.format, sizeof meta.format) ||
        !str_copy(json_text(json, "source"), meta.source, sizeof meta.source) ||
        !str_copy(json_text(json, "columns"), meta.columns, sizeof meta.columns) ||
        !time_parse(json_text(json, "received"), &meta.received) ||
        !json_number(json, "bytes", &bytes) || bytes < 0 ||
        !sha256_parse(json_text(json, "sha256"), ret_hash))
        return false;
    meta.bytes = (uint64_t)bytes;
    *ret = meta;
    return true;
}

/* The entry's head: skippable frame with the meta. *RET_REST is the content's frame. */
static errcode
head_read(const char *path, str file, struct archive_entry *ret, str *ret_rest, struct err *err)
{
    uint32_t words[2];
    if (file.n < sizeof words)
        return err_set(err, ERR_CORRUPT, "archive entry %s is too short", path);
    memcpy(words, file.p, sizeof words);
    if (words[0] != SKIPPABLE_MAGIC || words[1] > META_MAX || words[1] > file.n - sizeof words)
        return err_set(err, ERR_CORRUPT, "archive entry %s does not begin with its meta", path);
    struct archive_entry entry = {.meta = {.received = 0}};
    struct checksum sum;
    if (words[1] < sizeof sum)
        return err_set(err, ERR_CORRUPT, "archive entry %s has no meta", path);
    str meta = {file.p + sizeof words, words[1] - sizeof sum};
    memcpy(&sum, meta.p + meta.n, sizeof sum);
    if (!checksum_eq(sum, checksum_of(meta)) || !meta_read(meta, &entry.meta, &entry.hash))
        return err_set(err, ERR_CORRUPT, "archive entry %s has a damaged meta", path);
    snprintf(entry.path, sizeof entry.path, "%s", path);
    *ret = entry;
    *ret_rest = str_from(file, sizeof words + words[1]);
    return OK;
}

/* Compresses CONTENT to FD in pieces, so that memory stays small whatever its size. */
static errcode
compress_to(int fd, str content, const char *name, struct err *err)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    require(context != NULL);
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setPledgedSrcSize(context, content.n);
    size_t room = ZSTD_CStreamOutSize();
    cleanup(cleanup_free) char *block = mem_alloc(room);
    ZSTD_inBuffer in = {content.p, content.n, 0};
    errcode code = OK;
    size_t left;
    do {
        ZSTD_outBuffer out = {block, room, 0};
        left = ZSTD_compressStream2(context, &out, &in, ZSTD_e_end);
        if (ZSTD_isError(left))
            code = err_set(err, ERR_IO, "cannot compress %s: %s", name, ZSTD_getErrorName(left));
        else
            code = file_write_fd(fd, (str){block, out.pos}, name, err);
    } while (code == OK && left != 0);
    ZSTD_freeCCtx(context);
    return code;
}

static errcode
entry_write(const char *path, str content, const struct archive_meta *meta,
            const struct sha256 *hash, struct err *err)
{
    char folder[PATH_TEXT];
    snprintf(folder, sizeof folder, "%.*s", (int)(path_base(path) - path - 1), path);
    errcode code = folder_make(folder, err);
    if (code != OK)
        return code;
    char temp_path[PATH_TEXT];
    cleanup(cleanup_close) int fd = -1;
    code = file_create_temp(path, temp_path, &fd, err);
    if (code != OK)
        return code;
    struct buf head = BUF(META_MAX);
    uint32_t words[2] = {SKIPPABLE_MAGIC, 0};
    buf_add(&head, words, sizeof words);
    meta_write(meta, hash, &head);
    struct checksum sum = checksum_of(str_from(buf_view(&head), sizeof words));
    buf_add(&head, &sum, sizeof sum);
    code = buf_check(&head, "the archive entry's meta", err);
    if (code == OK) {
        words[1] = (uint32_t)(head.n - sizeof words);
        memcpy(head.p, words, sizeof words);
        code = file_write_fd(fd, buf_view(&head), temp_path, err);
    }
    buf_clear(&head);
    if (code == OK)
        code = compress_to(fd, content, temp_path, err);
    if (code == OK)
        code = file_commit_temp(fd, temp_path, path, err);
    if (code != OK)
        unlink(temp_path);
    return code;
}

/* What is no UTF-8 would come back longer than it went in, and not fit. */
static void
text_clean(char *text)
{
    while (*text) {
        size_t n = 1;
        while (n < 4 && text[n - 1] && !str_is_utf8((str){text, n}))
            n++;
        if (str_is_utf8((str){text, n})) {
            text += n;
            continue;
        }
        *text++ = '?';
    }
}

static void
meta_clean(struct archive_meta *meta)
{
    text_clean(meta->name);
    text_clean(meta->format);
    text_clean(meta->source);
    text_clean(meta->columns);
}

/* Would both be read the same way? */
static bool
meta_alike(const struct archive_meta *a, const struct archive_meta *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->format, b->format) == 0 &&
           strcmp(a->source, b->source) == 0 && strcmp(a->columns, b->columns) == 0;
}

errcode
archive_add(const char *folder, str content, const struct sha256 *hash,
            const struct archive_meta *meta, struct archive_entry *ret, bool *ret_new,
            struct err *err)
{
    struct archive_entry entry = {.hash = hash ? *hash : sha256_of(content), .meta = *meta};
    meta_clean(&entry.meta);
    entry.meta.bytes = content.n;
    entry_path(&entry.hash, meta->received, entry.path);
    char path[PATH_TEXT];
    errcode code = path_join(path, folder, entry.path, err);
    if (code != OK)
        return code;
    struct archive_entry earlier;
    if (file_exists(path) && archive_check(folder, entry.path, &earlier, NULL) == OK &&
        meta_alike(&earlier.meta, &entry.meta)) {
        *ret = earlier;
        *ret_new = false;
        return OK;
    }
    code = entry_write(path, content, &entry.meta, &entry.hash, err);
    if (code != OK)
        return err_prefix(err, "cannot archive %s", meta->name);
    *ret = entry;
    *ret_new = true;
    return OK;
}

/* An unlinked file of SIZE bytes in FOLDER, mapped for writing. */
static errcode
map_temporary(const char *folder, size_t size, char **ret, struct err *err)
{
    cleanup(cleanup_close) int fd = -1;
    errcode code = file_create_unnamed(folder, &fd, err);
    if (code != OK)
        return code;
    int failed = posix_fallocate(fd, 0, (off_t)size);
    if (failed != 0) {
        errno = failed;
        return err_set_errno(err, "cannot hold %zu bytes in %s", size, folder);
    }
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return err_set_errno(err, "cannot map a temporary file in %s", folder);
    *ret = p;
    return OK;
}

/* Decompresses PACKED piece by piece and hashes what comes out. */
static errcode
check_stream(str packed, const struct archive_entry *entry, struct err *err)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    struct digest *hash = digest_new(DIGEST_SHA256);
    size_t room = ZSTD_DStreamOutSize(), left = 1;
    cleanup(cleanup_free) char *block = mem_alloc(room);
    require(context != NULL);
    ZSTD_inBuffer in = {packed.p, packed.n, 0};
    uint64_t size = 0;
    while (left != 0 && !ZSTD_isError(left) && size <= entry->meta.bytes) {
        ZSTD_outBuffer out = {block, room, 0};
        size_t before = in.pos;
        left = ZSTD_decompressStream(context, &out, &in);
        if (ZSTD_isError(left) || (out.pos == 0 && in.pos == before))
            break;
        digest_add(hash, (str){block, out.pos});
        size += out.pos;
    }
    ZSTD_freeDCtx(context);
    struct sha256 now;
    digest_finish(hash, now.bytes);
    if (ZSTD_isError(left))
        return err_set(err, ERR_CORRUPT, "archive entry %s is damaged: %s", entry->path,
                       ZSTD_getErrorName(left));
    if (left != 0 || in.pos != packed.n || size != entry->meta.bytes)
        return err_set(err, ERR_CORRUPT, "archive entry %s is damaged: wrong length", entry->path);
    if (memcmp(now.bytes, entry->hash.bytes, SHA256_BYTES) != 0)
        return err_set(err, ERR_CORRUPT, "archive entry %s is damaged: its SHA-256 differs",
                       entry->path);
    return OK;
}

static errcode
decompress(const char *folder, str packed, const struct archive_entry *entry,
           struct archive_content *content, struct err *err)
{
    unsigned long long size = ZSTD_getFrameContentSize(packed.p, packed.n);
    if (size == ZSTD_CONTENTSIZE_ERROR || size != entry->meta.bytes || size > LIMIT_FEED_BYTES)
        return err_set(err, ERR_CORRUPT, "archive entry %s is damaged: wrong length", entry->path);
    if (size == 0)
        return check_stream(packed, entry, err);
    char *p = NULL;
    errcode code = map_temporary(folder, size, &p, err);
    if (code != OK)
        return code;
    content->bytes = (str){p, size};
    size_t n = ZSTD_decompress(p, size, packed.p, packed.n);
    if (ZSTD_isError(n) || n != size)
        return err_set(err, ERR_CORRUPT, "archive entry %s is damaged: %s", entry->path,
                       ZSTD_isError(n) ? ZSTD_getErrorName(n) : "it ends early");
    struct sha256 hash = sha256_of(content->bytes);
    if (memcmp(hash.bytes, entry->hash.bytes, SHA256_BYTES) != 0)
        return err_set(err, ERR_CORRUPT, "archive entry %s is damaged: its SHA-256 differs",
                       entry->path);
    return OK;
}

errcode
archive_open(const char *folder, const char *path, struct archive_entry *ret_entry,
             struct archive_content **ret, struct err *err)
{
    char full[PATH_TEXT];
    errcode code = path_join(full, folder, path, err);
    if (code != OK)
        return code;
    struct file_map map;
    code = file_map_open(full, &map, err);
    if (code != OK)
        return code;
    struct archive_entry entry;
    struct archive_content *content = mem_calloc(1, sizeof *content);
    content->bytes = STR("");
    str packed = {NULL, 0};
    code = head_read(path, map.bytes, &entry, &packed, err);
    if (code == OK)
        code = decompress(folder, packed, &entry, content, err);
    file_map_close(&map);
    if (code != OK) {
        archive_close(content);
        return code;
    }
    *ret_entry = entry;
    *ret = content;
    return OK;
}

errcode
archive_check(const char *folder, const char *path, struct archive_entry *ret_entry,
              struct err *err)
{
    char full[PATH_TEXT];
    struct file_map map;
    struct archive_entry entry;
    str packed = {NULL, 0};
    errcode code = path_join(full, folder, path, err);
    if (code == OK)
        code = file_map_open(full, &map, err);
    if (code != OK)
        return code;
    code = head_read(path, map.bytes, &entry, &packed, err);
    if (code == OK)
        code = check_stream(packed, &entry, err);
    file_map_close(&map);
    if (code == OK)
        *ret_entry = entry;
    return code;
}

str
archive_bytes(const struct archive_content *content)
{
    return content->bytes;
}

void
archive_close(struct archive_content *content)
{
    if (!content)
        return;
    if (content->bytes.n)
        munmap((void *)(uintptr_t)content->bytes.p, content->bytes.n);
    free(content);
}

/* Folder levels below archive/: year, month, day; then the entries. */
enum { LEVELS = 4 };

static int
is_folder_name(const struct dirent *entry)
{
    str name = str_of(entry->d_name);
    uint64_t number;
    return (name.n == 2 || name.n == 4) && str_to_u64(name, 9999, &number);
}

static int
is_entry_name(const struct dirent *entry)
{
    str name = str_of(entry->d_name);
    return name.n == SHA256_TEXT - 1 + 4 && str_ends(name, STR(".zst"));
}

bool
archive_identify(const char *path, struct archive_entry *ret)
{
    str rest = str_of(path), year, month, date, hash = str_of(path_base(path));
    struct archive_entry entry = {.meta = {.received = 0}};
    char text[DAY_TEXT];
    day received;
    if (!str_cut(&rest, '/', &year) || !str_cut(&rest, '/', &year) ||
        !str_cut(&rest, '/', &month) || !str_cut(&rest, '/', &date) || !str_ends(hash, STR(".zst")))
        return false;
    snprintf(text, sizeof text, "%.*s-%.*s-%.*s", STR_ARG(year), STR_ARG(month), STR_ARG(date));
    if (!day_parse(str_of(text), &received) ||
        !sha256_parse((str){hash.p, hash.n - 4}, &entry.hash) ||
        !str_copy(str_of(path), entry.path, sizeof entry.path))
        return false;
    entry.meta.received = day_start(received);
    *ret = entry;
    return true;
}

struct level {
    struct dirent **entries;
    int count, at;
};

static void
level_free(struct level *level)
{
    for (int i = 0; i < level->count; i++)
        free(level->entries[i]);
    if (level->count >= 0)
        free(level->entries);
    *level = (struct level){0};
}

/* The path "archive/…" of the current entries of levels 0 … DEPTH - 1. */
static void
level_path(const struct level *levels, int depth, char out[512])
{
    size_t n = (size_t)snprintf(out, 512, "archive");
    for (int i = 0; i < depth; i++)
        n += (size_t)snprintf(out + n, 512 - n, "/%s", levels[i].entries[levels[i].at]->d_name);
}

static errcode
level_open(const char *folder, struct level *levels, int depth, struct err *err)
{
    char path[512], full[PATH_TEXT];
    level_path(levels, depth, path);
    errcode code = path_join(full, folder, path, err);
    if (code != OK)
        return code;
    levels[depth] = (struct level){.at = -1};
    levels[depth].count = scandir(full, &levels[depth].entries,
                                  depth < LEVELS - 1 ? is_folder_name : is_entry_name, alphasort);
    if (levels[depth].count < 0) {
        levels[depth].count = 0;
        if (depth > 0 || errno != ENOENT)
            return err_set_errno(err, "cannot list %s", full);
    }
    return OK;
}

errcode
archive_each(const char *folder, errcode (*each)(void *context, const char *path, struct err *err),
             void *context, struct err *err)
{
    struct level levels[LEVELS] = {{0}};
    int depth = 0;
    errcode code = level_open(folder, levels, 0, err);
    while (code == OK && depth >= 0) {
        if (++levels[depth].at >= levels[depth].count) {
            level_free(&levels[depth--]);
            continue;
        }
        if (depth < LEVELS - 1) {
            code = level_open(folder, levels, ++depth, err);
            continue;
        }
        char path[512];
        level_path(levels, LEVELS, path);
        code = each(context, path, err);
    }
    for (; depth >= 0; depth--)
        level_free(&levels[depth]);
    return code;
}
