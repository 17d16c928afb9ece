/* SPDX-License-Identifier: Apache-2.0 */
/* Chunked files. The first byte says whether the rest is the file as it stands, or gets the right
 * magic, size and hash, so that what lies behind these checks is reached too. */
#include "base/chunk.h"
#include "base/cleanup.h"
#include "base/require.h"

#include <fcntl.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char magic[8] = "KHFUZZ01";

static void
mend(char *p, size_t n)
{
    uint64_t size = n;
    memcpy(p, magic, sizeof magic);
    memcpy(p + 16, &size, sizeof size);
    struct checksum sum = checksum_of((str){p, n - sizeof sum});
    uint64_t trailer[2] = {sum.high, sum.low};
    memcpy(p + n - sizeof trailer, trailer, sizeof trailer);
}

static void
look(const char *path, bool verify, bool mended)
{
    struct chunk_file file;
    struct err err;
    errcode code = chunk_file_open(path, magic, verify, &file, &err);
    require(code == OK || code == ERR_CORRUPT);
    require(code == OK || !mended || !strstr(err.text, "checksum"));
    if (code != OK)
        return;
    for (size_t i = 0; i < file.count; i++) {
        str chunk;
        uint8_t sum = 0;
        if (chunk_find(&file, file.chunks[i].id, 1 + i % 8, &chunk, &err) != OK)
            continue;
        require(chunk.n % (1 + i % 8) == 0 && (uintptr_t)chunk.p % CHUNK_ALIGN == 0);
        for (size_t j = 0; j < chunk.n; j++)
            sum ^= (uint8_t)chunk.p[j];
        require(chunk.n > 0 || sum == 0);
    }
    chunk_file_close(&file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[64];
    if (!path[0])
        snprintf(path, sizeof path, "/dev/shm/khien-chunk-fuzz-%d", (int)getpid());
    if (size == 0)
        return 0;
    bool mended = data[0] % 2 && size >= 41;
    cleanup(cleanup_free) char *content = mem_strndup((const char *)data + 1, size - 1);
    if (mended)
        mend(content, size - 1);
    cleanup(cleanup_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(fd >= 0 && file_write_fd(fd, (str){content, size - 1}, path, NULL) == OK);
    look(path, true, mended);
    look(path, false, mended);
    unlink(path);
    return 0;
}
