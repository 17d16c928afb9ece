/* SPDX-License-Identifier: Apache-2.0 */
/* Whole streams by libdeflate. */
#include "scan/unpack/inflate.h"

#include <libdeflate.h>

struct inflate_whole *
inflate_whole_new(void)
{
    return (struct inflate_whole *)libdeflate_alloc_decompressor();
}

void
inflate_whole_free(struct inflate_whole *whole)
{
    libdeflate_free_decompressor((struct libdeflate_decompressor *)whole);
}

bool
inflate_whole_read(struct inflate_whole *whole, str data, int window_bits, char *out, size_t n,
                   size_t *ret_used)
{
    struct libdeflate_decompressor *d = (struct libdeflate_decompressor *)whole;
    size_t made = 0;
    enum libdeflate_result result;
    if (window_bits < 0)
        result = libdeflate_deflate_decompress_ex(d, data.p, data.n, out, n, ret_used, &made);
    else if (window_bits < 16)
        result = libdeflate_zlib_decompress_ex(d, data.p, data.n, out, n, ret_used, &made);
    else
        result = libdeflate_gzip_decompress_ex(d, data.p, data.n, out, n, ret_used, &made);
    return result == LIBDEFLATE_SUCCESS && made == n;
}

uint32_t
inflate_crc32(str data)
{
    return data.n ? libdeflate_crc32(0, data.p, data.n) : 0;
}
