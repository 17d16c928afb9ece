/* SPDX-License-Identifier: Apache-2.0 */
/* A pack's veil follows from its content, so it is taken off before packs are compared and put on
 * again afterwards: the same call does both, since neither seed nor table lies under it. */
#include "scan/release/release.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "scan/pack/layout.h"
#include "scan/pack/veil.h"

#include <zstd.h>

enum {
    LEVEL = 9,
    WINDOW_LOG_MIN = 20,
    WINDOW_LOG_MAX = 31, /* zstd's greatest: two packs of the greatest size fit */
};

/* BYTES are a pack with its veil on or off; they get the other form. */
static errcode
turn(char *bytes, size_t n, const char *name, struct err *err)
{
    struct chunk_file file;
    struct pack_meta meta;
    str text;
    errcode code = chunk_file_view(name, (str){bytes, n}, PACK_MAGIC, false, &file, err);
    if (code == OK)
        code = chunk_find(&file, PACK_META, sizeof meta, &text, err);
    if (code == OK && text.n != sizeof meta)
        code = err_set(err, ERR_CORRUPT, "%s has no head", name);
    if (code != OK)
        return code;
    memcpy(&meta, text.p, sizeof meta);
    for (size_t i = 0; i < file.count; i++)
        if (chunk_is_veiled(file.chunks[i].id)) {
            char *chunk = bytes + (file.chunks[i].content.p - bytes);
            veil(veil_seed(meta.seed, file.chunks[i].id), 0, chunk, chunk,
                 file.chunks[i].content.n);
        }
    return OK;
}

static errcode
plain_copy(str pack, const char *name, char **ret, struct err *err)
{
    cleanup(cleanup_free) char *copy = mem_alloc(pack.n + 1);
    if (pack.n)
        memcpy(copy, pack.p, pack.n);
    errcode code = turn(copy, pack.n, name, err);
    if (code == OK)
        *ret = take(copy);
    return code;
}

/* Everything in front of a byte stays within reach. */
static int
window_log(uint64_t bytes)
{
    int log = WINDOW_LOG_MIN;
    while (log < WINDOW_LOG_MAX && (UINT64_C(1) << log) < bytes)
        log++;
    return log;
}

static size_t
compress(const char *older, size_t older_size, const char *newer, size_t newer_size, char *out,
         size_t room)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    require(context);
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log(older_size + newer_size));
    ZSTD_CCtx_setParameter(context, ZSTD_c_enableLongDistanceMatching, 1);
    ZSTD_CCtx_refPrefix(context, older, older_size);
    size_t n = ZSTD_compress2(context, out, room, newer, newer_size);
    ZSTD_freeCCtx(context);
    return n;
}

errcode
release_delta_make(str older, str newer, struct buf *out, struct err *err)
{
    cleanup(cleanup_free) char *from = NULL;
    cleanup(cleanup_free) char *to = NULL;
    errcode code = plain_copy(older, "the older pack", &from, err);
    if (code == OK)
        code = plain_copy(newer, "the newer pack", &to, err);
    if (code != OK)
        return code;
    size_t room = ZSTD_compressBound(newer.n);
    cleanup(cleanup_free) char *packed = mem_alloc(room);
    size_t n = compress(from, older.n, to, newer.n, packed, room);
    if (ZSTD_isError(n))
        return err_set(err, ERR_IO, "cannot compare the packs: %s", ZSTD_getErrorName(n));
    buf_add(out, packed, n);
    return buf_check(out, "the difference", err);
}

/* What the frame says of its size is looked at before any memory is asked for it. In one pass zstd
 * needs no window of its own. */
static errcode
decompress(const char *older, size_t older_size, str delta, char *out, size_t bytes,
           struct err *err)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    require(context);
    ZSTD_DCtx_refPrefix(context, older, older_size);
    size_t n = ZSTD_decompressDCtx(context, out, bytes, delta.p, delta.n);
    ZSTD_freeDCtx(context);
    if (ZSTD_isError(n))
        return err_set(err, ERR_CORRUPT, "the difference is damaged: %s", ZSTD_getErrorName(n));
    if (n != bytes)
        return err_set(err, ERR_CORRUPT, "the difference is damaged: it ends early");
    return OK;
}

errcode
release_delta_apply(str older, str delta, uint64_t bytes, struct buf *out, struct err *err)
{
    cleanup(cleanup_free) char *from = NULL;
    if (bytes > RELEASE_BYTES_MAX)
        return err_set(err, ERR_LIMIT, "a pack of more than %d bytes", RELEASE_BYTES_MAX);
    if (!delta.n || ZSTD_getFrameContentSize(delta.p, delta.n) != bytes)
        return err_set(err, ERR_CORRUPT, "the difference is of another pack");
    errcode code = plain_copy(older, "the older pack", &from, err);
    if (code != OK)
        return code;
    char *to = buf_space(out, bytes);
    if (!to)
        return buf_check(out, "the pack", err);
    code = decompress(from, older.n, delta, to, bytes, err);
    return code == OK ? turn(to, bytes, "the pack that the difference makes", err) : code;
}
