/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed macros: no more than a chunk's 4096 bytes come out of three; a list of modules ends.
 */
#include "base/require.h"
#include "scan/unpack_documents/vba.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str content = {(const char *)data, size};
    struct buf text = BUF(1 << 20);
    vba_decompress(content, &text);
    require(text.n <= (size / 3 + 1) * 4096);
    struct vba_module module;
    size_t count = 0;
    for (size_t at = 0; vba_next_module(buf_view(&text), &at, &module); count++)
        require(module.name.n > 0 && module.name.n <= text.n);
    for (size_t at = 0; vba_next_module(content, &at, &module); count++)
        require(module.name.n > 0 && module.name.n <= size);
    size_t found = vba_find_text(content);
    require(found == SIZE_MAX || found + 12 <= size);
    buf_clear(&text);
    return 0;
}
