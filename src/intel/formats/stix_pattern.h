/* SPDX-License-Identifier: Apache-2.0 */
/* STIX 2.1 patterns (OASIS STIX 2.1, section 9), read for the values they compare with: the whole
 * grammar is checked, but time and order (FOLLOWEDBY, WITHIN, …) say nothing about who is bad. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* One comparison for equality: "=", an element of "IN (…)", or ISSUBSET with a network. */
struct stix_comparison {
    str object;           /* "ipv4-addr" */
    str path;             /* "value", "hashes.'SHA-256'", "dst_ref.value" */
    str value;            /* without quotes and escapes; a view, or copied to the arena */
    unsigned observation; /* which [...] it stands in, from 0 */
};

enum { STIX_COMPARISONS_MAX = 4096, STIX_NESTING_MAX = 64 };

struct stix_pattern {
    struct stix_comparison list[STIX_COMPARISONS_MAX];
    size_t count;
};

/* Negated comparisons and those other than for equality are read and left out. ERR_FORMAT says at
 * which byte the pattern breaks; ERR_LIMIT when there are too many comparisons or brackets. */
errcode stix_pattern_read(str text, struct arena *arena, struct stix_pattern *ret, struct err *err);
