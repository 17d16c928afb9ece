/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that many visitors get, kept ready made by each serving thread for itself, so that no
 * lock is needed. A key names what the answer depends on; an epoch makes all older ones void
 * (inner to http/). */
#pragma once

#include <microhttpd.h>
#include <stdint.h>

struct known {
    struct MHD_Response *whole, *unchanged; /* UNCHANGED: for 304; NULL without a tag */
    char etag[24];                          /* empty: none */
    size_t bytes;                           /* of the content */
};

/* This thread's answer for KEY (never 0), owned by the table; NULL when there is none. */
const struct known *known_find(uint64_t key, uint64_t epoch);
/* Takes KNOWN's responses over; other answers may have to go for it. */
void known_keep(uint64_t key, uint64_t epoch, const struct known *known);
