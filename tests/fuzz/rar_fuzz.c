/* SPDX-License-Identifier: Apache-2.0 */
/* A RAR archive, and what is inside of it. */
#include "unpack_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return walk_each(data, size, "a.rar");
}
