/* SPDX-License-Identifier: Apache-2.0 */
/* What our readers leave to the library of archives. */
#include "scan/unpack/library.h"

bool
unpack_by_library(struct unpack *walk, str data, const char *kind)
{
    bool is_tar = strcmp(kind, "tar") == 0;
    return library_read(walk, data, is_tar ? LIBRARY_TAR : LIBRARY_ZIP, kind);
}
