/* SPDX-License-Identifier: Apache-2.0 */
/* TLSH, a digest that is alike where contents are alike (Oliver, Cheng, Chen: "TLSH – A Locality
 * Sensitive Hash", 2013), in its common form: 128 buckets, 1 byte of checksum, version T1. */
#pragma once

#include "base/str.h"

enum { TLSH_TEXT = 73 };

struct tlsh {
    uint32_t buckets[256];
    uint64_t size;
    uint8_t window[4]; /* the last bytes, the newest first */
    uint8_t checksum;
};
#define TLSH ((struct tlsh){0})

void tlsh_add(struct tlsh *tlsh, str piece);
/* "T1" and 70 hexadecimal digits, upper case; returns OUT. Empty when the content is shorter than
 * 50 bytes or too uniform. */
char *tlsh_format(const struct tlsh *tlsh, char out[TLSH_TEXT]);
