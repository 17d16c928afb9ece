/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of a file a request is for (RFC 9110, 14): one range of bytes. Several at once would
 * cost more than they are worth, so they get the whole file, which the RFC allows. */
#pragma once

#include "base/str.h"

struct range {
    uint64_t from, size;
};
enum range_answer {
    RANGE_WHOLE, /* no range, one of another kind, or the file is not the one that If-Range names */
    RANGE_PART,
    RANGE_OUTSIDE, /* nothing of it is in the file: 416 */
};
/* ETAG is the file's strong entity tag, SIZE its bytes. */
enum range_answer range_choose(str range, str if_range, const char *etag, uint64_t size,
                               struct range *ret);
