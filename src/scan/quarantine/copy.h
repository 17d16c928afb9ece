/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a copy: what the content behind it was, under the same veil, so that a folder without
 * its journal still tells what is what. */
#pragma once

#include "scan/quarantine/about.h"

enum {
    COPY_FIXED = 32,
    COPY_CHECKSUM = 16,
    COPY_HEAD = COPY_FIXED + ABOUT_BYTES + COPY_CHECKSUM, /* the longest */
};

struct copy_head {
    uint64_t seed;    /* of the content's veil */
    uint64_t at;      /* of the content in the file */
    struct buf bytes; /* what the strings of `about` are views of */
    struct about about;
};
void copy_head_write(const struct about *about, uint64_t seed, struct buf *out);
/* Of the first bytes of a file, COPY_HEAD of them or all. The caller clears `bytes`. */
errcode copy_head_parse(str bytes, struct copy_head *ret, struct err *err);
/* The seed of the content's veil. */
uint64_t copy_seed(uint64_t seed);
