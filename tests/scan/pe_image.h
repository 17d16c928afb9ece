/* SPDX-License-Identifier: Apache-2.0 */
/* A small PE made in a test: headers, one section of code and one of data, into which a test puts
 * tables. Whatever it puts, it names by address. */
#pragma once

#include "base/require.h"
#include "base/str.h"

enum {
    IMAGE_BYTES = 0x3000,
    IMAGE_HEADER = 0x80,
    IMAGE_CODE = 0x1000, /* address; at 0x400 in the file, 0x200 bytes */
    IMAGE_DATA = 0x2000, /* address; at 0x600 in the file, 0x2000 bytes */
    IMAGE_END = 0x2600,
};

struct image {
    char bytes[IMAGE_BYTES];
    size_t size;
    bool is_64bit;
    uint32_t next; /* address of what is free in the data section */
};

static inline void
image_put(struct image *image, size_t offset, uint64_t value, size_t bytes)
{
    require(offset + bytes <= sizeof image->bytes);
    for (size_t i = 0; i < bytes; i++)
        image->bytes[offset + i] = (char)(value >> (8 * i));
}

/* The offset of a field of the optional header. */
static inline size_t
image_optional(size_t at)
{
    return IMAGE_HEADER + 24 + at;
}

static inline size_t
image_section(const struct image *image, size_t i)
{
    return image_optional(image->is_64bit ? 240 : 224) + 40 * i;
}

static inline size_t
image_at(uint32_t rva)
{
    return rva - IMAGE_DATA + 0x600;
}

static inline void
image_directory(struct image *image, size_t directory, uint32_t rva, uint32_t size)
{
    size_t at = image_optional((image->is_64bit ? 112 : 96) + 8 * directory);
    image_put(image, at, rva, 4);
    image_put(image, at + 4, size, 4);
}

/* Room in the data section, at a multiple of 4; returns its address. */
static inline uint32_t
image_room(struct image *image, uint32_t size)
{
    uint32_t rva = (image->next + 3) / 4 * 4;
    image->next = rva + size;
    require(image_at(image->next) <= IMAGE_END);
    return rva;
}

static inline uint32_t
image_text(struct image *image, const char *text)
{
    uint32_t size = (uint32_t)strlen(text) + 1, rva = image_room(image, size);
    memcpy(image->bytes + image_at(rva), text, size);
    return rva;
}

/* A name as import tables have it, behind a hint. */
static inline uint32_t
image_hint(struct image *image, const char *name)
{
    uint32_t hint = image_room(image, 2), rva = image->next;
    image->next += (uint32_t)strlen(name) + 1;
    memcpy(image->bytes + image_at(rva), name, strlen(name) + 1);
    return hint;
}

void image_init(struct image *image, bool is_64bit);

/* A library of an import table: names, or numbers where a name is NULL; both end with {NULL, 0}. */
struct image_import {
    const char *name;
    uint16_t ordinal;
};
struct image_library {
    const char *name;
    struct image_import imports[6];
};

/* The table of imports of COUNT libraries; their addresses go to 0x4000, 0x4100 … */
void image_imports(struct image *image, const struct image_library *libraries, size_t count);
/* One library; BASE is added to all addresses, as Visual C++ 6.0 does (attributes 0). */
void image_delayed(struct image *image, const struct image_library *library, uint32_t base);
