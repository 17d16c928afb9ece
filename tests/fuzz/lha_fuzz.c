/* SPDX-License-Identifier: Apache-2.0 */
/* An archive of LHA, and what is inside of it, read without the library of archives. */
#include "unpack_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return walk_own(data, size, "a.lzh");
}
