/* SPDX-License-Identifier: Apache-2.0 */
/* zstd: what libzstd takes is taken here, with the same bytes; what it does not take ends, within
 * the cap. */
#include "base/cleanup.h"
#include "base/require.h"
#include "scan/decompress/decompress.h"

#include <zstd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CAP = 512 << 10, SMALL = 1000 };

/* Frames of formats before the one that the RFC describes, which libzstd still knows. */
static bool
has_old_frame(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 4 <= size; i++)
        if (data[i] >= 0x1e && data[i] < 0x28 && memcmp(data + i + 1, "\xb5\x2f\xfd", 3) == 0)
            return true;
    return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str input = {(const char *)data, size};
    struct buf out = BUF(CAP), small = BUF(SMALL);
    size_t used = 0;
    enum decompressed how = zstd_decompress(input, &out, &used);
    require(out.n <= CAP && used <= size && (how != DECOMPRESSED || used == size));
    zstd_decompress(input, &small, NULL);
    require(small.n <= SMALL && (!small.n || memcmp(small.p, out.p, small.n) == 0));
    char *theirs = mem_alloc(CAP);
    size_t n = ZSTD_decompress(theirs, CAP, data, size);
    if (!ZSTD_isError(n) && size && !has_old_frame(data, size)) {
        require(how == DECOMPRESSED && n == out.n);
        require(n == 0 || memcmp(theirs, out.p, n) == 0);
    }
    free(theirs);
    buf_clear(&out);
    buf_clear(&small);
    return 0;
}
