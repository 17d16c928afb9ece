/* SPDX-License-Identifier: Apache-2.0 */
/* What others say: programs of this machine, and the vectors of YARA's own tests. */
#pragma once

#include "base/arena.h"

/* What the program prints, of at most 256 MiB, in ARENA; empty when it cannot be started. ARGUMENTS
 * end with NULL, the first is the program; its errors are not shown. */
str program_output(struct arena *arena, const char *const *arguments);
bool program_exists(const char *name);

/* One line of ../shared/data/yara-vectors/NAME.txt.gz (see the README there), decoded. */
struct vector {
    bool compiles_only; /* no data; EXPECTED is an error code */
    str rule, data;
    int64_t expected;
};
/* All of them, in ARENA; NULL when the file is not there. */
struct vector *vectors_read(struct arena *arena, const char *name, size_t *ret_count);
