/* SPDX-License-Identifier: Apache-2.0 */
/* Finding text by the C library, whose memmem takes time in proportion to the text. */
#include "base/str.h"

size_t
str_find(str s, str needle)
{
    if (needle.n == 0)
        return 0;
    if (s.n < needle.n)
        return SIZE_MAX;
    const char *hit = memmem(s.p, s.n, needle.p, needle.n);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}
