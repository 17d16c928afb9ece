/* SPDX-License-Identifier: Apache-2.0 */
/* xz, lzma, bzip2 and zstd: one stream, whose tar, if that is what it holds, is not given itself.
 * Read here where the library of archives is not there. */
#include "scan/decompress/decompress.h"
#include "scan/unpack/library.h"

enum { LZMA_HEADER = 13 };

static bool
matches_xz(str data, const char *name)
{
    (void)name;
    return str_starts(data, STR("\xfd\x37zXZ\0"));
}

/* It has no magic: properties, a dictionary of 2^n or 2^n + 2^(n-1) bytes, a size that is not
 * known or is sensible, and the range coder's first byte, which is 0. */
static bool
matches_lzma(str data, const char *name)
{
    (void)name;
    uint32_t dictionary = unpack_u32(data, 1);
    uint64_t size = unpack_u64(data, 5);
    uint32_t low = dictionary & -dictionary;
    return data.n > 18 && unpack_u8(data, 0) == 0x5d && unpack_u8(data, 13) == 0 &&
           dictionary >= 4096 && (dictionary == low || dictionary == low * 3) &&
           (size == UINT64_MAX || size < (uint64_t)1 << 40);
}

static void
give(struct unpack *walk, str made, enum decompressed how, const char *kind)
{
    if (unpack_tar.matches(made, "")) {
        unpack_tar.read(walk, made);
    } else if (made.n && !unpack_give(walk, STR(""), made, false)) {
        return;
    }
    if (how != DECOMPRESSED)
        unpack_skip_rest(walk, STR(""), how == DECOMPRESSED_CUT, kind);
}

static void
read_own_xz(struct unpack *walk, str data)
{
    struct buf out = BUF(unpack_member_max(walk));
    bool known;
    enum decompressed how = xz_decompress(data, &out, &known);
    if (known)
        give(walk, buf_view(&out), how, "xz");
    else if (!out.n || unpack_give(walk, STR(""), buf_view(&out), false))
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, "xz: another filter than LZMA2");
    buf_clear(&out);
}

static void
read_xz(struct unpack *walk, str data)
{
    if (!library_read(walk, data, LIBRARY_COMPRESSED, "xz"))
        read_own_xz(walk, data);
}

const struct unpack_kind unpack_xz = {"xz", matches_xz, read_xz};

static void
read_lzma(struct unpack *walk, str data)
{
    if (library_read(walk, data, LIBRARY_COMPRESSED, "lzma"))
        return;
    struct buf out = BUF(unpack_member_max(walk));
    struct lzma_parameters p;
    lzma_parameters_read(unpack_u8(data, 0), &p);
    enum decompressed how =
        lzma_decompress(str_from(data, LZMA_HEADER), p, unpack_u64(data, 5), &out, NULL);
    give(walk, buf_view(&out), how, "lzma");
    buf_clear(&out);
}

const struct unpack_kind unpack_lzma = {"lzma", matches_lzma, read_lzma};

/* ── bzip2 ── */

static bool
matches_bzip2(str data, const char *name)
{
    (void)name;
    return str_starts(data, STR("BZh")) && unpack_u8(data, 3) >= '1' && unpack_u8(data, 3) <= '9' &&
           (str_eq(unpack_slice(data, 4, 6), STR("\x31\x41\x59\x26\x53\x59")) ||
            str_eq(unpack_slice(data, 4, 6), STR("\x17\x72\x45\x38\x50\x90")));
}
static void
read_bzip2(struct unpack *walk, str data)
{
    if (library_read(walk, data, LIBRARY_COMPRESSED, "bzip2"))
        return;
    struct buf out = BUF(unpack_member_max(walk));
    enum decompressed how = bzip2_decompress(data, &out);
    give(walk, buf_view(&out), how, "bzip2");
    buf_clear(&out);
}

const struct unpack_kind unpack_bzip2 = {"bzip2", matches_bzip2, read_bzip2};

/* ── zstd ── */

static bool
matches_zstd(str data, const char *name)
{
    (void)name;
    return zstd_find(data) != SIZE_MAX;
}
static void
read_zstd(struct unpack *walk, str data)
{
    static const char dictionary[] = "zstd: it needs a dictionary";
    size_t used = 0;
    data = str_from(data, zstd_find(data)); /* the library does not know those to be skipped */
    if (zstd_needs_dictionary(data)) {
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, dictionary);
        return;
    }
    if (library_read(walk, data, LIBRARY_COMPRESSED, "zstd"))
        return;
    struct buf out = BUF(unpack_member_max(walk));
    enum decompressed how = zstd_decompress(data, &out, &used);
    bool lacks = how == DECOMPRESSED_BROKEN && zstd_needs_dictionary(str_from(data, used));
    give(walk, buf_view(&out), lacks ? DECOMPRESSED : how, "zstd");
    if (lacks)
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, dictionary);
    buf_clear(&out);
}

const struct unpack_kind unpack_zstd = {"zstd", matches_zstd, read_zstd};
