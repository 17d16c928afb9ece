/* SPDX-License-Identifier: Apache-2.0 */
/* AutoIt's own LZSS: a bit chooses a byte or a copy of a 15-bit distance, whose length is told in
 * groups of bits that grow. */
#include "scan/decompress/bits.h"

#include "scan/decompress/decompress.h"

static uint32_t
next_length(struct bits *bits)
{
    static const struct {
        uint32_t bits, base;
    } groups[] = {{2, 0}, {3, 3}, {5, 10}, {8, 41}};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        uint32_t value = bits_take(bits, groups[i].bits);
        if (value != (1u << groups[i].bits) - 1)
            return 3 + groups[i].base + value;
    }
    uint32_t length = 3 + 296, more;
    while ((more = bits_take(bits, 8)) == 255 && !bits->ended)
        length += 255;
    return length + more;
}

enum decompressed
autoit_decompress(str data, bool is_new, size_t size, struct buf *out)
{
    struct bits bits = {.data = data};
    size_t begin = out->n;
    while (out->n - begin < size) {
        bool is_copy = bits_take(&bits, 1) != is_new;
        if (bits.ended)
            return DECOMPRESSED_BROKEN;
        if (!is_copy) {
            buf_char(out, (char)bits_take(&bits, 8));
        } else {
            size_t distance = bits_take(&bits, 15), length = next_length(&bits);
            if (bits.ended || !distance || distance > out->n - begin ||
                length > size - (out->n - begin))
                return DECOMPRESSED_BROKEN;
            char *to = buf_space(out, length);
            for (size_t i = 0; to && i < length; i++)
                to[i] = to[(ptrdiff_t)i - (ptrdiff_t)distance];
        }
        if (out->full)
            return DECOMPRESSED_CUT;
    }
    return DECOMPRESSED;
}
