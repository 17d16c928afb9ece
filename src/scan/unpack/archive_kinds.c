/* SPDX-License-Identifier: Apache-2.0 */
/* How the formats of the library of archives begin. */
#include "scan/unpack/library.h"

static void
read_by(struct unpack *walk, str data, enum library_format format, const char *name)
{
    if (!library_read(walk, data, format, name))
        unpack_skip(walk, STR(""), UNPACK_UNKNOWN, name);
}

bool
unpack_by_library(struct unpack *walk, str data, const char *kind)
{
    bool is_tar = strcmp(kind, "tar") == 0;
    return library_read(walk, data, is_tar ? LIBRARY_TAR : LIBRARY_ZIP, kind);
}

static bool
begins(str data, str magic, size_t offset)
{
    return str_eq(unpack_slice(data, offset, magic.n), magic);
}

static bool
matches_rar(str data, const char *name)
{
    (void)name;
    return begins(data, STR("Rar!\x1a\x07"), 0);
}
static void
read_rar(struct unpack *walk, str data)
{
    read_by(walk, data, LIBRARY_RAR, "rar");
}
const struct unpack_kind unpack_rar = {"rar", matches_rar, read_rar};

static bool
matches_cpio(str data, const char *name)
{
    (void)name;
    if (begins(data, STR("07070"), 0))
        return unpack_u8(data, 5) == '1' || unpack_u8(data, 5) == '2' || unpack_u8(data, 5) == '7';
    /* The binary one: 26 bytes, whose name has a length and an end. */
    bool little = begins(data, STR("\xc7\x71"), 0), big = begins(data, STR("\x71\xc7"), 0);
    uint32_t length =
        little ? unpack_u16(data, 20) : unpack_u8(data, 20) << 8 | unpack_u8(data, 21);
    return (little || big) && length > 1 && length < 4096 && data.n > 26 + (size_t)length &&
           data.p[26 + length - 1] == 0;
}
static void
read_cpio(struct unpack *walk, str data)
{
    read_by(walk, data, LIBRARY_CPIO, "cpio");
}
const struct unpack_kind unpack_cpio = {"cpio", matches_cpio, read_cpio};

static bool
matches_ar(str data, const char *name)
{
    (void)name;
    return begins(data, STR("!<arch>\n"), 0);
}
static void
read_ar(struct unpack *walk, str data)
{
    read_by(walk, data, LIBRARY_AR, "ar");
}
const struct unpack_kind unpack_ar = {"ar", matches_ar, read_ar};

static bool
matches_lha(str data, const char *name)
{
    (void)name;
    return begins(data, STR("-l"), 2) && unpack_u8(data, 6) == '-' &&
           (unpack_u8(data, 4) == 'h' || unpack_u8(data, 4) == 'z') && data.n > 21;
}
static void
read_lha(struct unpack *walk, str data)
{
    read_by(walk, data, LIBRARY_LHA, "lha");
}
const struct unpack_kind unpack_lha = {"lha", matches_lha, read_lha};
