/* SPDX-License-Identifier: Apache-2.0 */
/* Chunked files. Layout: header {magic[8], u32 count, u32 zero, u64 file size}, count entries
 * {u32 id, u32 zero, u64 offset, u64 size}, chunks at multiples of 64, checksum (16 bytes). */
#include "base/chunk.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <xxhash.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "chunked files are little-endian");

struct header {
    char magic[8];
    uint32_t count, zero;
    uint64_t size;
};
struct entry {
    uint32_t id, zero;
    uint64_t offset, size;
};

static uint64_t
align_up(uint64_t n)
{
    return (n + CHUNK_ALIGN - 1) / CHUNK_ALIGN * CHUNK_ALIGN;
}

static void
id_text(uint32_t id, char out[5])
{
    for (int i = 0; i < 4; i++) {
        char c = (char)(id >> (8 * i));
        out[i] = c > ' ' && c < 0x7f ? c : '?';
    }
    out[4] = 0;
}

/* A descriptor that hashes what passes through it. */
struct hashed_fd {
    int fd;
    const char *name;
    XXH3_state_t *hash;
    uint64_t offset;
};

static errcode
put(struct hashed_fd *out, const void *p, size_t n, struct err *err)
{
    XXH3_128bits_update(out->hash, p, n);
    out->offset += n;
    return file_write_fd(out->fd, (str){p, n}, out->name, err);
}

static errcode
put_all(struct hashed_fd *out, const struct header *header, const struct entry *entries,
        const struct chunk *chunks, struct err *err)
{
    static const char zeros[CHUNK_ALIGN];
    errcode code = put(out, header, sizeof *header, err);
    if (code == OK)
        code = put(out, entries, header->count * sizeof *entries, err);
    for (uint32_t i = 0; code == OK && i < header->count; i++) {
        code = put(out, zeros, (size_t)(entries[i].offset - out->offset), err);
        if (code == OK)
            code = put(out, chunks[i].content.p, chunks[i].content.n, err);
    }
    if (code != OK)
        return code;
    XXH128_hash_t hash = XXH3_128bits_digest(out->hash);
    uint64_t trailer[2] = {hash.high64, hash.low64};
    return file_write_fd(out->fd, (str){(const char *)trailer, sizeof trailer}, out->name, err);
}

errcode
chunk_file_write(const char *path, const char magic[8], const struct chunk *chunks, size_t count,
                 struct err *err)
{
    require(count <= CHUNKS_MAX);
    struct header header = {.count = (uint32_t)count};
    memcpy(header.magic, magic, sizeof header.magic);
    struct entry entries[CHUNKS_MAX] = {{0}};
    uint64_t offset = sizeof header + count * sizeof *entries;
    for (size_t i = 0; i < count; i++) {
        offset = align_up(offset);
        entries[i] = (struct entry){chunks[i].id, 0, offset, chunks[i].content.n};
        offset += chunks[i].content.n;
    }
    header.size = offset + sizeof(struct checksum);

    char temp_path[PATH_TEXT];
    cleanup(cleanup_close) int fd = -1;
    errcode code = file_create_temp(path, temp_path, &fd, err);
    if (code != OK)
        return code;
    struct hashed_fd out = {.fd = fd, .name = temp_path, .hash = XXH3_createState()};
    require(out.hash != NULL);
    XXH3_128bits_reset(out.hash);
    code = put_all(&out, &header, entries, chunks, err);
    XXH3_freeState(out.hash);
    if (code == OK)
        code = file_commit_temp(fd, temp_path, path, err);
    if (code != OK)
        file_remove(temp_path, NULL);
    return code;
}

static errcode
check_hash(const char *path, str bytes, struct err *err)
{
    size_t n = bytes.n - sizeof(struct checksum);
    uint64_t stored[2];
    memcpy(stored, bytes.p + n, sizeof stored);
    struct checksum now = checksum_of((str){bytes.p, n});
    if (now.high != stored[0] || now.low != stored[1])
        return err_set(err, ERR_CORRUPT, "%s is damaged: its checksum does not match", path);
    return OK;
}

static bool
has_id(const struct chunk_file *file, uint32_t id)
{
    for (size_t i = 0; i < file->count; i++)
        if (file->chunks[i].id == id)
            return true;
    return false;
}

static bool
is_zero(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return false;
    return true;
}

/* The chunk must stand where it is written: at the first multiple of 64 behind *END, which is moved
 * behind it. */
static errcode
take_entry(const char *path, str bytes, const struct entry *entry, uint64_t *end,
           struct chunk_file *file, struct err *err)
{
    uint64_t last = bytes.n - sizeof(struct checksum), at = align_up(*end);
    char id[5];
    id_text(entry->id, id);
    if (entry->zero || entry->offset != at || at > last || entry->size > last - at)
        return err_set(err, ERR_CORRUPT, "%s: chunk %s lies outside its place", path, id);
    if (!is_zero(bytes.p + *end, at - *end))
        return err_set(err, ERR_CORRUPT, "%s: there is something in front of chunk %s", path, id);
    if (has_id(file, entry->id))
        return err_set(err, ERR_CORRUPT, "%s: chunk %s is there twice", path, id);
    file->chunks[file->count++] = (struct chunk){entry->id, {bytes.p + at, entry->size}};
    *end = at + entry->size;
    return OK;
}

static errcode
read_table(const char *path, str bytes, const char magic[8], struct chunk_file *file,
           struct err *err)
{
    struct header header;
    if (bytes.n < sizeof header + sizeof(struct checksum))
        return err_set(err, ERR_CORRUPT, "%s is too short to be such a file (%zu bytes)", path,
                       bytes.n);
    memcpy(&header, bytes.p, sizeof header);
    if (memcmp(header.magic, magic, sizeof header.magic) != 0)
        return err_set(err, ERR_CORRUPT, "%s does not begin with the magic %.6s", path, magic);
    if (header.size != bytes.n)
        return err_set(err, ERR_CORRUPT, "%s has %zu bytes and should have %llu: %s", path, bytes.n,
                       (unsigned long long)header.size,
                       bytes.n < header.size ? "it is truncated, fetch it again"
                                             : "it was added to");
    uint64_t end = sizeof header + (uint64_t)header.count * sizeof(struct entry);
    if (header.zero || header.count > CHUNKS_MAX || end > bytes.n - sizeof(struct checksum))
        return err_set(err, ERR_CORRUPT, "%s has a broken table of contents", path);
    errcode code = OK;
    for (uint32_t i = 0; i < header.count && code == OK; i++) {
        struct entry entry;
        memcpy(&entry, bytes.p + sizeof header + i * sizeof entry, sizeof entry);
        code = take_entry(path, bytes, &entry, &end, file, err);
    }
    if (code == OK && end != bytes.n - sizeof(struct checksum))
        return err_set(err, ERR_CORRUPT, "%s has bytes that are in no chunk", path);
    return code;
}

static errcode
read_all(const char *path, str bytes, const char magic[8], bool verify, struct chunk_file *file,
         struct err *err)
{
    file->size = bytes.n;
    errcode code = read_table(path, bytes, magic, file, err);
    return code == OK && verify ? check_hash(path, bytes, err) : code;
}

errcode
chunk_file_open(const char *path, const char magic[8], bool verify, struct chunk_file *ret,
                struct err *err)
{
    struct chunk_file file = {.count = 0};
    errcode code = file_map_open(path, &file.map, err);
    if (code == OK)
        code = read_all(path, file.map.bytes, magic, verify, &file, err);
    if (code == OK)
        *ret = file;
    else
        chunk_file_close(&file);
    return code;
}

errcode
chunk_file_read(const char *path, const char magic[8], size_t cap, struct chunk_file *ret,
                struct err *err)
{
    struct chunk_file file = {.count = 0};
    cleanup(cleanup_close) int fd = -1;
    uint64_t size = 0;
    size_t n = 0;
    errcode code = file_open_now(path, &fd, err);
    if (code == OK)
        code = file_size(fd, path, &size, err);
    if (code == OK && size > cap)
        code = err_set(err, ERR_LIMIT, "%s is larger than the %zu bytes allowed", path, cap);
    if (code != OK)
        return code;
    /* Aligned as in the file. One that is cut while it is read has not the size that it tells. */
    file.memory = mem_alloc(size + CHUNK_ALIGN);
    file.copy = (char *)(uintptr_t)align_up((uintptr_t)file.memory);
    code = file_read_at(fd, 0, file.copy, size, path, &n, err);
    if (code == OK)
        code = read_all(path, (str){file.copy, n}, magic, true, &file, err);
    if (code == OK)
        *ret = file;
    else
        chunk_file_close(&file);
    return code;
}

errcode
chunk_file_view(const char *name, str bytes, const char magic[8], bool verify,
                struct chunk_file *ret, struct err *err)
{
    struct chunk_file file = {.count = 0};
    errcode code = read_all(name, bytes, magic, verify, &file, err);
    if (code == OK)
        *ret = file;
    return code;
}

void
chunk_file_close(struct chunk_file *file)
{
    file_map_close(&file->map);
    free(take(file->memory));
    file->copy = NULL;
    file->count = 0;
}

errcode
chunk_file_hash(int fd, const char *path, struct checksum *ret, uint64_t *ret_size, struct err *err)
{
    uint64_t stored[2], size;
    errcode code = file_size(fd, path, &size, err);
    if (code != OK)
        return code;
    if (size < sizeof(struct header) + sizeof stored)
        return err_set(err, ERR_CORRUPT, "%s is no chunked file", path);
    size_t n;
    code = file_read_at(fd, size - sizeof stored, stored, sizeof stored, path, &n, err);
    if (code != OK)
        return code;
    if (n != sizeof stored)
        return err_set(err, ERR_CORRUPT, "%s was cut while it was read", path);
    *ret = (struct checksum){.high = stored[0], .low = stored[1]};
    *ret_size = size;
    return OK;
}

errcode
chunk_find(const struct chunk_file *file, uint32_t id, size_t item, str *ret, struct err *err)
{
    char name[5];
    id_text(id, name);
    for (size_t i = 0; i < file->count; i++) {
        if (file->chunks[i].id != id)
            continue;
        if (file->chunks[i].content.n % item != 0)
            return err_set(err, ERR_CORRUPT, "chunk %s is not a whole number of items", name);
        *ret = file->chunks[i].content;
        return OK;
    }
    return err_set(err, ERR_CORRUPT, "chunk %s is missing", name);
}
