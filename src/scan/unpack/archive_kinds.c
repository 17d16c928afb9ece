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
