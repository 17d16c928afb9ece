/* SPDX-License-Identifier: Apache-2.0 */
/* What functions said of parts of the data, remembered while one file is scanned, since many rules
 * ask for the same part (most often the whole file). Of a fixed size: newer answers push out
 * older ones. */
#pragma once

#include "scan/modules/value.h"

enum { MEMO_ENTRIES = 64 };

struct memo_entry {
    uint64_t offset, size;
    unsigned function;
    bool used;
    struct value value;
};
struct memo {
    struct memo_entry entries[MEMO_ENTRIES];
};

/* Where FUNCTION's answer on that part stands, or is to be put: its kind is VALUE_UNKNOWN until
 * then. Valid until the next call. */
struct value *memo_find(struct memo *memo, unsigned function, uint64_t offset, uint64_t size);
