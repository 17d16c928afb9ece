/* SPDX-License-Identifier: Apache-2.0 */
/* Which of ClamAV's target classes a file belongs to, by its first bytes. */
#pragma once

#include "base/str.h"

enum file_kind {
    FILE_KIND_PE = 1, /* MZ: every DOS or Windows program */
    FILE_KIND_OLE2 = 2,
    FILE_KIND_HTML = 3,
    FILE_KIND_MAIL = 4,
    FILE_KIND_GRAPHICS = 5,
    FILE_KIND_ELF = 6,
    FILE_KIND_TEXT = 7,
    FILE_KIND_MACHO = 9,
    FILE_KIND_PDF = 10,
    FILE_KIND_FLASH = 11,
    FILE_KIND_JAVA = 12,
    FILE_KIND_OTHER = 14,
};

enum file_kind file_kind_of(str data);
