/* SPDX-License-Identifier: Apache-2.0 */
/* The formats that the library of archives reads: our readers know them by their first bytes,
 * archive.c reads them, archive_none.c stands in its place where there is no such library. */
#pragma once

#include "scan/unpack/reader.h"

enum library_format {
    LIBRARY_COMPRESSED, /* bzip2, xz, zstd, lzma: one stream, or a tar in it */
    LIBRARY_RAW,        /* the same, whatever is in it */
    LIBRARY_7Z,
    LIBRARY_CAB,
    LIBRARY_ISO,
    LIBRARY_TAR, /* compressed in any way */
    LIBRARY_ZIP, /* the entry at the beginning alone */
};
/* False where there is no library; NAME is the format's. */
bool library_read(struct unpack *walk, str data, enum library_format format, const char *name);
