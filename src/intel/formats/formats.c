/* SPDX-License-Identifier: Apache-2.0 */
/* The one list of feed formats. A new format is its own file, which defines format_NAME, and one
 * line here. */
#include "intel/feed.h"

#define FORMATS(X)                                                                                 \
    X(shadowserver)                                                                                \
    X(feodo)                                                                                       \
    X(generic)                                                                                     \
    X(intelmq)                                                                                     \
    X(misp)                                                                                        \
    X(stix)                                                                                        \
    X(urlhaus)                                                                                     \
    X(threatfox)                                                                                   \
    X(spamhaus_drop)                                                                               \
    X(dshield)                                                                                     \
    X(cymru)                                                                                       \
    X(bambenek)                                                                                    \
    X(ctip)                                                                                        \
    X(plain_list)

#define X(name) extern const struct feed_format format_##name;
FORMATS(X)
#undef X

const struct feed_format *const feed_formats[] = {
#define X(name) &format_##name,
    FORMATS(X)
#undef X
        NULL,
};
