/* SPDX-License-Identifier: Apache-2.0 */
/* Where there is no library of archives, what it would read is told and not read. */
#include "scan/unpack/library.h"

bool
library_read(struct unpack *walk, str data, enum library_format format, const char *name)
{
    (void)walk;
    (void)data;
    (void)format;
    (void)name;
    return false;
}
