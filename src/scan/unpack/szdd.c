/* SPDX-License-Identifier: Apache-2.0 */
/* SZDD, what COMPRESS.EXE of DOS makes: LZSS with a window of 4096 bytes, blanks at first. Flags
 * come for eight items at a time: a byte, or a place in the window and a length. */
#include "scan/unpack/reader.h"

enum { HEADER = 14, WINDOW = 4096, BEGIN = WINDOW - 16 };

static bool
matches(str data, const char *name)
{
    (void)name;
    return str_starts(data, STR("SZDD\x88\xf0\x27\x33")) && data.n > HEADER;
}

struct szdd {
    uint64_t left; /* bytes that the header says */
    size_t at;
    char window[WINDOW];
    struct unpack_block made;
};

static bool
put(struct szdd *szdd, char c)
{
    if (!szdd->left)
        return false;
    szdd->left--;
    szdd->window[szdd->at++ % WINDOW] = c;
    return unpack_put(&szdd->made, (uint8_t)c);
}

static bool
copy(struct szdd *szdd, uint32_t pair)
{
    uint32_t from = (pair & 0xff) | (pair >> 4 & 0xf00), length = (pair >> 8 & 15) + 3;
    for (uint32_t i = 0; i < length; i++)
        if (!put(szdd, szdd->window[(from + i) % WINDOW]))
            return false;
    return true;
}

static void
read_szdd(struct unpack *walk, str data)
{
    struct szdd szdd = {.made.walk = walk, .left = unpack_u32(data, 10), .at = BEGIN};
    memset(szdd.window, ' ', WINDOW);
    bool on = true;
    for (size_t at = HEADER; on && at < data.n;) {
        uint32_t flags = unpack_u8(data, at++);
        for (unsigned i = 0; on && i < 8 && at < data.n; i++, flags >>= 1) {
            on = flags & 1 ? put(&szdd, data.p[at]) : copy(&szdd, unpack_u16(data, at));
            at += flags & 1 ? 1 : 2;
        }
    }
    unpack_flush(&szdd.made);
    bool whole = !szdd.left;
    if (unpack_give_made(walk, STR(""), false) && !whole && on)
        unpack_skip(walk, STR(""), UNPACK_DAMAGED, "szdd: it ends before the file in it");
}

const struct unpack_kind unpack_szdd = {"szdd", matches, read_szdd};
