/* SPDX-License-Identifier: Apache-2.0 */
/* Lookup in a GNU .mo catalog (GNU gettext manual, "The Format of GNU MO Files"): two tables of
 * {length, offset}, the keys sorted, so a binary search finds one. The build checks and embeds the
 * catalog, so it is trusted. */
#include "base/catalog.h"

#include "base/embed.h"

static uint32_t
word_at(str mo, size_t offset)
{
    uint32_t word;
    memcpy(&word, mo.p + offset, sizeof word);
    return word;
}

const char *
catalog_text(enum language language, const char *english)
{
    if (language == LANGUAGE_EN)
        return english;
    str mo = embed_file("vi.mo");
    size_t low = 0, high = word_at(mo, 8);
    size_t keys = word_at(mo, 12), texts = word_at(mo, 16);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(english, mo.p + word_at(mo, keys + 8 * middle + 4));
        if (order == 0)
            return mo.p + word_at(mo, texts + 8 * middle + 4);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return english;
}

const char *
language_code(enum language language)
{
    return language == LANGUAGE_VI ? "vi" : "en";
}
