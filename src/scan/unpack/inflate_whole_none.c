/* SPDX-License-Identifier: Apache-2.0 */
/* Where there is no libdeflate, zlib makes all. */
#include "scan/unpack/inflate.h"

#include <zlib.h>

struct inflate_whole *
inflate_whole_new(void)
{
    return NULL;
}

void
inflate_whole_free(struct inflate_whole *whole)
{
    (void)whole;
}

bool
inflate_whole_read(struct inflate_whole *whole, str data, int window_bits, char *out, size_t n,
                   size_t *ret_used)
{
    (void)whole;
    (void)data;
    (void)window_bits;
    (void)out;
    (void)n;
    (void)ret_used;
    return false;
}

uint32_t
inflate_crc32(str data)
{
    return (uint32_t)crc32_z(0, (const Bytef *)data.p, data.n);
}
