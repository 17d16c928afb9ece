/* SPDX-License-Identifier: Apache-2.0 */
/* [MS-OVBA] 2.4.1: chunks of up to 4096 bytes, each by itself: flags for eight tokens at a time, a
 * token being one byte or a copy, whose split into offset and length depends on the position. */
#include "scan/unpack_documents/vba.h"

#include "scan/unpack/reader.h"

enum { CHUNK = 4096, NAME_RECORD = 0x32, OFFSET_RECORD = 0x31, END_RECORD = 0x2b, VERSION = 9 };

/* A copy token's bits for the length: what the offset, of as many bits as the position asks for,
 * leaves of 16. */
static unsigned
length_bits(size_t position)
{
    unsigned bits = 4;
    while (((size_t)1 << bits) < position)
        bits++;
    return 16 - bits;
}

static bool
copy(struct buf *out, size_t begin, uint32_t token)
{
    size_t position = out->n - begin;
    unsigned bits = length_bits(position);
    size_t length = (token & ((1u << bits) - 1)) + 3, offset = (token >> bits) + 1;
    if (offset > position || position + length > CHUNK)
        return false;
    char *to = buf_space(out, length);
    if (!to)
        return false;
    for (size_t i = 0; i < length; i++)
        to[i] = to[(ptrdiff_t)i - (ptrdiff_t)offset];
    return true;
}

static bool
read_chunk(str chunk, struct buf *out)
{
    size_t begin = out->n;
    for (size_t at = 0; at < chunk.n;) {
        uint32_t flags = unpack_u8(chunk, at++);
        for (unsigned i = 0; i < 8 && at < chunk.n; i++, flags >>= 1) {
            if (!(flags & 1)) {
                if (out->n - begin == CHUNK)
                    return false;
                buf_char(out, chunk.p[at++]);
            } else if (at + 2 <= chunk.n && copy(out, begin, unpack_u16(chunk, at))) {
                at += 2;
            } else {
                return false;
            }
        }
    }
    return !out->full;
}

bool
vba_decompress(str data, struct buf *out)
{
    if (unpack_u8(data, 0) != 1)
        return false;
    data = str_from(data, 1);
    while (data.n >= 2) {
        uint32_t header = unpack_u16(data, 0);
        size_t n = (header & 0xfff) + 1;
        if ((header >> 12 & 7) != 3)
            return false;
        str chunk = unpack_slice(data, 2, n);
        if (!(header & 0x8000))
            buf_str(out, chunk);
        else if (!read_chunk(chunk, out))
            return false;
        data = str_from(data, 2 + n);
    }
    return true;
}

/* Records are an identifier, a size, and as many bytes; that of the version lies about its size. */
bool
vba_next_module(str dir, size_t *at, struct vba_module *ret)
{
    struct vba_module module = {0};
    bool has_offset = false;
    while (*at + 6 <= dir.n) {
        uint32_t id = unpack_u16(dir, *at), size = unpack_u32(dir, *at + 2);
        str content = unpack_slice(dir, *at + 6, size);
        *at += 6 + (size_t)content.n + (id == VERSION ? 2 : 0);
        if (content.n < size)
            *at = dir.n;
        if (id == NAME_RECORD)
            module.name = content;
        if (id == OFFSET_RECORD && content.n == 4) {
            module.text = unpack_u32(content, 0);
            has_offset = true;
        }
        if (id == END_RECORD && has_offset && module.name.n) {
            *ret = module;
            return true;
        }
    }
    return false;
}

size_t
vba_find_text(str stream)
{
    size_t from = 0;
    for (size_t found;
         (found = str_find(str_from(stream, from), STR("\x41ttribut"))) != SIZE_MAX;) {
        size_t at = from + found;
        if (at >= 4 && stream.p[at - 4] == 1 && (stream.p[at - 2] & 0x70) == 0x30)
            return at - 4;
        from = at + 1;
    }
    return SIZE_MAX;
}
