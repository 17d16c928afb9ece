/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/pack/image_chunk.h"

enum { ALIGN = 8 };

void
image_chunk_write(const struct image *image, struct buf *out)
{
    static const char zeros[ALIGN];
    for (int i = 0; i < IMAGE_SECTIONS; i++) {
        uint64_t size = image->sections[i].n;
        buf_add(out, &size, sizeof size);
    }
    for (int i = 0; i < IMAGE_SECTIONS; i++) {
        buf_str(out, image->sections[i]);
        buf_add(out, zeros, (ALIGN - out->n % ALIGN) % ALIGN);
    }
}

errcode
image_chunk_read(str bytes, struct image *ret, struct err *err)
{
    static const uint64_t nothing;
    struct image image;
    for (int i = 0; i < IMAGE_SECTIONS; i++)
        image.sections[i] = (str){(const char *)&nothing, 0};
    uint64_t sizes[IMAGE_SECTIONS];
    size_t at = sizeof sizes;
    if (bytes.n > 0 && bytes.n < at)
        return err_set(err, ERR_CORRUPT, "the pack's rules are cut");
    if (bytes.n > 0)
        memcpy(sizes, bytes.p, sizeof sizes);
    for (int i = 0; bytes.n > 0 && i < IMAGE_SECTIONS; i++) {
        if (sizes[i] > bytes.n - at)
            return err_set(err, ERR_CORRUPT, "section %d of the pack's rules is cut", i);
        image.sections[i] = (str){bytes.p + at, (size_t)sizes[i]};
        at += (size_t)sizes[i];
        at += (ALIGN - at % ALIGN) % ALIGN;
        if (at > bytes.n)
            at = bytes.n;
    }
    *ret = image;
    return OK;
}
