/* SPDX-License-Identifier: Apache-2.0 */
/* TNEF ([MS-OXTNEF], winmail.dat): attributes with a length and a checksum; an attachment's are its
 * rendering, which begins it, its title and its content, in any order. */
#include "scan/unpack/reader.h"

enum { HEADER = 9, TITLE = 0x00018010, CONTENT = 0x0006800f, RENDERING = 0x00069002 };

static bool
matches(str data, const char *name)
{
    (void)name;
    return str_starts(data, STR("\x78\x9f\x3e\x22")) && data.n > 6 + HEADER;
}

static bool
give(struct unpack *walk, str *title, str *content)
{
    str name = *title;
    while (name.n && name.p[name.n - 1] == 0)
        name.n--;
    bool on = !content->n || unpack_give(walk, name, *content, false);
    *title = *content = (str){0};
    return on;
}

static void
read_tnef(struct unpack *walk, str data)
{
    str title = {0}, content = {0};
    bool whole = true;
    for (size_t at = 6; at + HEADER <= data.n;) {
        uint32_t id = unpack_u32(data, at + 1), size = unpack_u32(data, at + 5);
        str value = unpack_slice(data, at + HEADER, size);
        whole = value.n == size;
        if (id == RENDERING && !give(walk, &title, &content))
            return;
        if (id == TITLE)
            title = value;
        if (id == CONTENT)
            content = value;
        at += HEADER + (size_t)size + 2;
    }
    if (give(walk, &title, &content) && !whole)
        unpack_skip(walk, STR(""), UNPACK_DAMAGED, "tnef: it ends inside of an attribute");
}

const struct unpack_kind unpack_tnef = {"tnef", matches, read_tnef};
