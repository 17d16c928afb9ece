/* SPDX-License-Identifier: Apache-2.0 */
/* Chunked files: what is written is read; any change or cut is found and nothing is returned. */
#include "base/chunk.h"
#include "base/tap.h"

#include <unistd.h>

/* The hash that the file says it has, whether or not it is right. */
static void
check_hash(const char *path, const struct buf *original)
{
    struct err err;
    struct checksum hash = {1, 2}, want = checksum_of((str){original->p, original->n - 16});
    uint64_t size = 0;
    file_replace(path, buf_view(original), NULL);
    int fd = -1;
    file_open(path, &fd, NULL);
    tap_no_err(chunk_file_hash(fd, path, &hash, &size, &err), &err, "the hash at the end");
    close(fd);
    tap_ok(checksum_eq(hash, want), "is that of all before it");
    tap_eq_i64(size, (int64_t)original->n, "and the size");
    file_replace(path, STR("short"), NULL);
    file_open(path, &fd, NULL);
    tap_eq_i64(chunk_file_hash(fd, path, &hash, &size, &err), ERR_CORRUPT, "too short a file");
    tap_ok(checksum_eq(hash, want), "leaves the outputs alone");
    close(fd);
}

/* Each fault alone, without the hash. */
static void
check_layout(const char *path, const char magic[8], const struct buf *original)
{
    static const struct {
        size_t at; /* of the byte that becomes VALUE */
        char value;
        const char *what;
    } faults[] = {
        {24 + 24, 'O', "an id that is there already"},
        {24 + 3 * 24, 1, "a byte between the table and the first chunk"},
        {128 + 12, 1, "a byte between two chunks"},
        {12, 1, "something where the head has zeros"},
        {24 + 4, 1, "something where an entry has zeros"},
        {24 + 8, 64, "a chunk that is not where it is written"},
        {24 + 2 * 24 + 16, 7, "a chunk that ends before the file does"},
    };
    struct chunk_file file;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct buf changed = BUF(1 << 20);
        buf_str(&changed, buf_view(original));
        if (i == 0)
            memcpy(changed.p + faults[i].at, original->p + 24, 4);
        else
            changed.p[faults[i].at] = faults[i].value;
        file_replace(path, buf_view(&changed), NULL);
        tap_eq_i64(chunk_file_open(path, magic, false, &file, NULL), ERR_CORRUPT, "%s",
                   faults[i].what);
        buf_clear(&changed);
    }
    file_replace(path, buf_view(original), NULL);
}

static void
check_read(const char *path, const char magic[8], const struct buf *original)
{
    struct err err;
    struct chunk_file file;
    str content;
    file_replace(path, buf_view(original), NULL);
    tap_eq_i64(chunk_file_read(path, magic, 10, &file, &err), ERR_LIMIT, "larger than allowed");
    if (!tap_no_err(chunk_file_read(path, magic, 1 << 20, &file, &err), &err, "read into memory"))
        return;
    file_replace(path, STR(""), NULL);
    chunk_find(&file, CHUNK_ID("WORD"), 8, &content, &err);
    tap_eq_str(content, STR("12345678"), "a copy");
    tap_ok((uintptr_t)content.p % CHUNK_ALIGN == 0 && file.size == original->n, "as in the file");
    chunk_file_close(&file);
    tap_eq_i64(chunk_file_read(path, magic, 1 << 20, &file, &err), ERR_CORRUPT, "an empty file");
}

int
main(void)
{
    const char *folder = tap_folder("chunk");
    char path[PATH_TEXT];
    path_join(path, folder, "file", NULL);
    static const char magic[8] = "KHTEST01";
    const struct chunk chunks[] = {
        {CHUNK_ID("ONE "), STR("first chunk")},
        {CHUNK_ID("NONE"), STR("")},
        {CHUNK_ID("WORD"), STR("12345678")},
    };
    struct err err;
    tap_no_err(chunk_file_write(path, magic, chunks, 3, &err), &err, "write");
    struct chunk_file file;
    if (!tap_no_err(chunk_file_open(path, magic, true, &file, &err), &err, "open"))
        return tap_done();
    str content;
    for (size_t i = 0; i < 3; i++) {
        tap_no_err(chunk_find(&file, chunks[i].id, 1, &content, &err), &err, "chunk %zu", i);
        tap_eq_str(content, chunks[i].content, "its content");
        tap_ok((uintptr_t)content.p % CHUNK_ALIGN == 0, "its alignment");
    }
    tap_eq_i64(chunk_find(&file, CHUNK_ID("ONE "), 4, &content, &err), ERR_CORRUPT,
               "11 bytes are no array of words");
    tap_eq_i64(chunk_find(&file, CHUNK_ID("GONE"), 1, &content, &err), ERR_CORRUPT, "missing");
    chunk_file_close(&file);
    tap_eq_i64(chunk_file_open(path, "KHTEST02", true, &file, &err), ERR_CORRUPT, "other magic");

    struct buf original;
    tap_no_err(file_read(path, 1 << 20, &original, &err), &err, "read the file");
    bool found = true;
    for (size_t i = 0; i < original.n; i++) {
        original.p[i] ^= 0x20;
        file_replace(path, buf_view(&original), NULL);
        original.p[i] ^= 0x20;
        found = found && chunk_file_open(path, magic, true, &file, &err) == ERR_CORRUPT;
    }
    tap_ok(found, "each of %zu changed bytes is found", original.n);
    for (size_t n = 0; n < original.n; n++) {
        file_replace(path, (str){original.p, n}, NULL);
        found = found && chunk_file_open(path, magic, false, &file, &err) == ERR_CORRUPT;
    }
    tap_ok(found, "each truncation is found even without the hash");
    check_hash(path, &original);
    check_layout(path, magic, &original);
    check_read(path, magic, &original);
    buf_clear(&original);
    tap_eq_i64(chunk_file_open("/nonexistent", magic, true, &file, &err), ERR_NOT_FOUND, "no file");
    return tap_done();
}
