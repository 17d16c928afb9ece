/* SPDX-License-Identifier: Apache-2.0 */
/* Finding text, where the C library has no memmem: Knuth, Morris and Pratt, "Fast pattern matching
 * in strings" (1977), so that no text takes more than time in proportion to its length. */
#include "base/str.h"

#include "base/cleanup.h"
#include "base/require.h"

/* borders[i]: the length of the longest proper head of the needle that is also the end of its first
 * i + 1 bytes. */
static void
find_borders(str needle, size_t *borders)
{
    borders[0] = 0;
    size_t same = 0;
    for (size_t i = 1; i < needle.n; i++) {
        while (same > 0 && needle.p[i] != needle.p[same])
            same = borders[same - 1];
        same += needle.p[i] == needle.p[same];
        borders[i] = same;
    }
}

size_t
str_find(str s, str needle)
{
    enum { SHORT = 64 };
    if (needle.n == 0)
        return 0;
    if (s.n < needle.n)
        return SIZE_MAX;
    size_t few[SHORT];
    cleanup(cleanup_free) size_t *many = NULL;
    if (needle.n > SHORT)
        many = mem_calloc(needle.n, sizeof *many);
    size_t *borders = many ? many : few;
    find_borders(needle, borders);
    size_t same = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (same == 0) { /* the C library's search for one byte is quick */
            const char *first = memchr(s.p + i, needle.p[0], s.n - i);
            if (!first)
                return SIZE_MAX;
            i = (size_t)(first - s.p);
        }
        while (same > 0 && s.p[i] != needle.p[same])
            same = borders[same - 1];
        same += s.p[i] == needle.p[same];
        if (same == needle.n)
            return i + 1 - needle.n;
    }
    return SIZE_MAX;
}
