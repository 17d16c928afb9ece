/* SPDX-License-Identifier: Apache-2.0 */
/* An archive entry of any bytes: never another content than the one that its hash names. The first
 * byte says whether the rest is the file, or the meta's length, the meta, and content that is still
 * to be compressed. */
#include "base/cleanup.h"
#include "base/file.h"
#include "base/require.h"
#include "sightings/archive.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <zstd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64];

/* A length that is not true must not fill the disk. */
static void
prepare(void)
{
    struct rlimit limit = {64 << 20, 64 << 20};
    snprintf(folder, sizeof folder, "/dev/shm/khien-archive-fuzz-XXXXXX");
    require(mkdtemp(folder) && setrlimit(RLIMIT_FSIZE, &limit) == 0);
    signal(SIGXFSZ, SIG_IGN);
}

static void
make_entry(str meta, str content, struct buf *out)
{
    struct checksum sum = checksum_of(meta);
    uint32_t words[2] = {0x184d2a50, (uint32_t)(meta.n + sizeof sum)};
    size_t room = ZSTD_compressBound(content.n);
    buf_add(out, words, sizeof words);
    buf_str(out, meta);
    buf_add(out, &sum, sizeof sum);
    char *at = buf_space(out, room);
    size_t n = ZSTD_compress(at, room, content.p ? content.p : "", content.n, 1);
    require(!ZSTD_isError(n));
    out->n -= room - n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!folder[0])
        prepare();
    str rest = {(const char *)data, size};
    if (size < 3)
        return 0;
    cleanup(buf_clear) struct buf file = BUF(64 << 20);
    size_t n = data[1] | (size_t)data[2] << 8;
    if (data[0] % 2 && n <= size - 3)
        make_entry((str){rest.p + 3, n}, str_from(rest, 3 + n), &file);
    else
        buf_str(&file, str_from(rest, 1));
    char path[PATH_TEXT];
    require(path_join(path, folder, "entry", NULL) == OK);
    cleanup(cleanup_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(fd >= 0 && file_write_fd(fd, buf_view(&file), path, NULL) == OK);

    struct archive_entry entry, checked;
    struct archive_content *content;
    struct err err;
    errcode code = archive_open(folder, "entry", &entry, &content, &err);
    if (code != OK)
        return 0;
    require(archive_check(folder, "entry", &checked, &err) == OK);
    struct sha256 hash = sha256_of(archive_bytes(content));
    require(memcmp(hash.bytes, entry.hash.bytes, SHA256_BYTES) == 0);
    require(archive_bytes(content).n == entry.meta.bytes);
    archive_close(content);
    return 0;
}
