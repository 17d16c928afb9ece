/* SPDX-License-Identifier: Apache-2.0 */
/* Chunked files: a magic, a table of contents, chunks aligned to 64 bytes so that a mapping can be
 * used as arrays, and a hash of everything at the end. docs/format-snapshot.md has the layout. All
 * numbers are little-endian; big-endian machines are refused at build time. */
#pragma once

#include "base/file.h"
#include "base/hash.h"

enum { CHUNK_ALIGN = 64, CHUNKS_MAX = 64 };

struct chunk {
    uint32_t id; /* four characters, CHUNK_ID("NET4") */
    str content;
};
#define CHUNK_ID(s)                                                                                \
    ((uint32_t)(uint8_t)(s)[0] | (uint32_t)(uint8_t)(s)[1] << 8 |                                  \
     (uint32_t)(uint8_t)(s)[2] << 16 | (uint32_t)(uint8_t)(s)[3] << 24)

/* Writes PATH whole (temporary name, fsync, rename). MAGIC is 8 bytes: kind and version. */
errcode chunk_file_write(const char *path, const char magic[8], const struct chunk *chunks,
                         size_t count, struct err *err);

struct chunk_file {
    struct file_map map;
    char *copy; /* when it is not mapped: all bytes, which the owner may change */
    void *memory;
    struct chunk chunks[CHUNKS_MAX];
    size_t count, size; /* of chunks; of the file in bytes */
};

/* Maps PATH and checks magic, table and bounds, and with VERIFY the hash. There is one layout of
 * given chunks: gaps, bytes between them that are not zero and double ids are refused. Anything
 * wrong is ERR_CORRUPT naming the file and the fault; nothing is returned then. */
errcode chunk_file_open(const char *path, const char magic[8], bool verify, struct chunk_file *ret,
                        struct err *err);
/* The same of a copy in memory, verified, for files that others could change or cut afterwards.
 * More than CAP bytes is ERR_LIMIT. */
errcode chunk_file_read(const char *path, const char magic[8], size_t cap, struct chunk_file *ret,
                        struct err *err);
/* The same of BYTES, which stay the caller's; with VERIFY the hash too. NAME is for messages. */
errcode chunk_file_view(const char *name, str bytes, const char magic[8], bool verify,
                        struct chunk_file *ret, struct err *err);
void chunk_file_close(struct chunk_file *file);
/* The hash at the end of the open file FD, as it stands there, and the file's size. Nothing is
 * verified. PATH is for messages. */
errcode chunk_file_hash(int fd, const char *path, struct checksum *ret, uint64_t *ret_size,
                        struct err *err);
/* The chunk's bytes, which must be a multiple of ITEM; ERR_CORRUPT when it is missing or is not. */
errcode chunk_find(const struct chunk_file *file, uint32_t id, size_t item, str *ret,
                   struct err *err);
