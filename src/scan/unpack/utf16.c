/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/unpack/reader.h"

void
unpack_put_utf16(struct buf *out, uint32_t unit)
{
    if (unit < 0x80) {
        buf_char(out, (char)unit);
        return;
    }
    if (unit >= 0x800)
        buf_char(out, (char)(0xe0 | unit >> 12));
    buf_char(out, (char)(unit < 0x800 ? 0xc0 | unit >> 6 : 0x80 | (unit >> 6 & 63)));
    buf_char(out, (char)(0x80 | (unit & 63)));
}
