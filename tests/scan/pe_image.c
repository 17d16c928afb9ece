/* SPDX-License-Identifier: Apache-2.0 */
/* The headers and the two tables of imports. */
#include "tests/scan/pe_image.h"

void
image_init(struct image *image, bool is_64bit)
{
    *image = (struct image){.size = IMAGE_END, .is_64bit = is_64bit, .next = IMAGE_DATA};
    memcpy(image->bytes, "MZ", 2);
    image_put(image, 60, IMAGE_HEADER, 4);
    memcpy(image->bytes + IMAGE_HEADER, "PE", 2);
    image_put(image, IMAGE_HEADER + 4, is_64bit ? 0x8664 : 0x14c, 2);
    image_put(image, IMAGE_HEADER + 6, 2, 2);
    image_put(image, IMAGE_HEADER + 20, is_64bit ? 240 : 224, 2);
    image_put(image, image_optional(0), is_64bit ? 0x20b : 0x10b, 2);
    image_put(image, image_optional(16), IMAGE_CODE + 0x10, 4);
    image_put(image, image_optional(is_64bit ? 24 : 28), 0x400000, 4);
    image_put(image, image_optional(32), 0x1000, 4);
    image_put(image, image_optional(36), 0x200, 4);
    image_put(image, image_optional(56), 0x5000, 4);
    image_put(image, image_optional(is_64bit ? 108 : 92), 16, 4);
    static const struct {
        char name[8];
        uint32_t numbers[4]; /* virtual size, address, raw size, offset */
    } sections[] = {
        {".text", {0x1f0, IMAGE_CODE, 0x200, 0x400}},
        {".data", {0x2000, IMAGE_DATA, 0x2000, 0x600}},
    };
    for (size_t i = 0; i < 2; i++) {
        memcpy(image->bytes + image_section(image, i), sections[i].name, 8);
        for (size_t j = 0; j < 4; j++)
            image_put(image, image_section(image, i) + 8 + 4 * j, sections[i].numbers[j], 4);
    }
}

/* The table of names and ordinals; returns its address. */
static uint32_t
image_thunks(struct image *image, const struct image_import *imports, uint32_t base)
{
    uint64_t flag = image->is_64bit ? UINT64_C(1) << 63 : UINT64_C(1) << 31, thunks[6];
    size_t count = 0, bytes = image->is_64bit ? 8 : 4;
    for (; imports[count].name || imports[count].ordinal; count++)
        thunks[count] = imports[count].name ? base + image_hint(image, imports[count].name)
                                            : flag | imports[count].ordinal;
    uint32_t rva = image_room(image, (uint32_t)((count + 1) * bytes));
    for (size_t i = 0; i < count; i++)
        image_put(image, image_at(rva) + i * bytes, thunks[i], bytes);
    return rva;
}

void
image_imports(struct image *image, const struct image_library *libraries, size_t count)
{
    uint32_t table = image_room(image, (uint32_t)(20 * (count + 1)));
    for (size_t i = 0; i < count; i++) {
        uint32_t name = image_text(image, libraries[i].name);
        uint32_t thunks = image_thunks(image, libraries[i].imports, 0);
        size_t at = image_at(table) + 20 * i;
        image_put(image, at, thunks, 4);
        image_put(image, at + 12, name, 4);
        image_put(image, at + 16, 0x4000 + 0x100 * i, 4);
    }
    image_directory(image, 1, table, (uint32_t)(20 * (count + 1)));
}

void
image_delayed(struct image *image, const struct image_library *library, uint32_t base)
{
    uint32_t table = image_room(image, 64), name = image_text(image, library->name);
    uint32_t names = image_thunks(image, library->imports, base);
    uint32_t addresses = image_thunks(image, library->imports, base);
    image_put(image, image_at(table), base == 0, 4);
    image_put(image, image_at(table) + 4, base + name, 4);
    image_put(image, image_at(table) + 12, base + addresses, 4);
    image_put(image, image_at(table) + 16, base + names, 4);
    image_directory(image, 13, table, 64);
}
