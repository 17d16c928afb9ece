/* SPDX-License-Identifier: Apache-2.0 */
/* How many requests a prefix made this minute. In memory only: a keyed hash of the prefix, with a
 * key drawn at each start, forgotten after a minute. Lock-free; safe from any thread. */
#pragma once

#include "base/ip.h"

struct rate;
/* PER_MINUTE requests a /24 or /48; 0 = no limit. */
struct rate *rate_new(unsigned per_minute);
void rate_free(struct rate *rate);
/* Counts one request; false when that is over the limit. */
bool rate_take(struct rate *rate, ip visitor);
/* To be called about once a second: forgets when the minute is over. */
void rate_tick(struct rate *rate);
