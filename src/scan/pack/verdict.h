/* SPDX-License-Identifier: Apache-2.0 */
/* What a pack's hashes and descriptions of archive members say of a file. */
#pragma once

#include "scan/pack/inner.h"
#include "scan/rules/scanner.h"

enum { VERDICT_LISTED_MAX = 64 }; /* of one file; more are left out */
struct pack_verdict {
    struct pack_listed items[VERDICT_LISTED_MAX];
    size_t count;
    bool is_good; /* then the only item is the one of the list of good files */
};

/* Of SCANNER's data, which it has just judged. Each digest is computed once, and only when an entry
 * may be of such a file. Texts are in the scanner's arena. */
void verdict_find(const struct pack *pack, struct scanner *scanner, struct pack_verdict *ret);
