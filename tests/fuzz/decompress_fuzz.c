/* SPDX-License-Identifier: Apache-2.0 */
/* Our own methods of compression: the first byte chooses one, the next three its parameters. Within
 * the cap, the same each time, never less than what a smaller cap lets through. */
#include "base/require.h"
#include "scan/decompress/decompress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CAP = 256 << 10, SMALL = 1000 };

static enum decompressed
decompress(const uint8_t *head, str data, struct buf *out)
{
    uint32_t size = (uint32_t)(head[2] | head[3] << 8) * 4;
    struct lzma_parameters p;
    switch (head[0] % 10) {
    case 0:
        return lzma_parameters_read(head[1], &p)
                   ? lzma_decompress(data, p, size ? size : DECOMPRESS_TO_END, out, NULL)
                   : DECOMPRESSED_BROKEN;
    case 1:
        return lzma2_decompress(data, out, NULL);
    case 2:
        return lzx_decompress(data, head[1] % 32, size, head[1] / 32 * 32768u, out);
    case 3:
        return nrv_decompress(data, head[1] % 16, size, out);
    case 4:
        return bzip2_decompress(data, out);
    case 6:
        return deflate64_decompress(data, out, NULL);
    case 7:
        return implode_decompress(data, head[1] & 1, head[1] & 2, size, out);
    case 8:
        return lzh_decompress(data, head[1] % 32, size, out);
    case 9:
        return arj_decompress_fast(data, size, out);
    default:
        return autoit_decompress(data, head[1] & 1, size, out);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    str input = {(const char *)data + 4, size - 4};
    struct buf first = BUF(CAP), second = BUF(CAP), small = BUF(SMALL);
    enum decompressed how = decompress(data, input, &first);
    require(decompress(data, input, &second) == how);
    require(str_eq(buf_view(&first), buf_view(&second)) && first.n <= CAP);
    decompress(data, input, &small);
    require(small.n <= SMALL);
    buf_clear(&first);
    buf_clear(&second);
    buf_clear(&small);
    return 0;
}
