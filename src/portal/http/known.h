/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that many visitors get, kept ready made by each serving thread for itself, so that no
 * lock is needed. A key names what the answer depends on; an epoch makes all older ones void
 * (inner to http/). */
#pragma once

#include <microhttpd.h>
#include <stdint.h>

/* This thread's answer for KEY (never 0), owned by the table; NULL when there is none. */
struct MHD_Response *known_find(uint64_t key, uint64_t epoch);
/* Takes RESPONSE over; another answer may have to go for it. */
void known_keep(uint64_t key, uint64_t epoch, struct MHD_Response *response);
