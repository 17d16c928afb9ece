/* SPDX-License-Identifier: Apache-2.0 */
#include "portal/http/range.h"

/* "A-B", "A-" or "-N" of a file of SIZE bytes; a place behind any file's end counts as its end. */
static enum range_answer
read_spec(str spec, uint64_t size, struct range *ret)
{
    str first, last = spec;
    uint64_t from = 0, to = size;
    if (!str_cut(&last, '-', &first) || !last.p)
        return RANGE_WHOLE;
    if (!first.n) {
        uint64_t count;
        if (!str_to_u64(last, INT64_MAX, &count))
            return RANGE_WHOLE;
        from = count < size ? size - count : 0;
        if (!count)
            return RANGE_OUTSIDE;
    } else {
        if (!str_to_u64(first, INT64_MAX, &from) ||
            (last.n && (!str_to_u64(last, INT64_MAX, &to) || to++ < from)))
            return RANGE_WHOLE;
    }
    if (from >= size)
        return RANGE_OUTSIDE;
    *ret = (struct range){from, (to < size ? to : size) - from};
    return RANGE_PART;
}

enum range_answer
range_choose(str range, str if_range, const char *etag, uint64_t size, struct range *ret)
{
    static const str unit = {"bytes=", 6};
    if (range.n <= unit.n || !str_eq_nocase((str){range.p, unit.n}, unit))
        return RANGE_WHOLE;
    if (if_range.p && !str_eq(if_range, str_of(etag)))
        return RANGE_WHOLE;
    return read_spec(str_trim(str_from(range, unit.n)), size, ret);
}
