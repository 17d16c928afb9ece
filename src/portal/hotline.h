/* SPDX-License-Identifier: Apache-2.0 */
/* Whom to call: dated rows of data/hotlines.tsv or the operator's replacement. */
#pragma once

#include "base/clock.h"
#include "base/err.h"

struct hotline {
    str name[2]; /* by enum language */
    str phone, email, url;
    str scope, source;
    day from, to; /* valid; DAY_NONE: open */
};

enum { HOTLINES_MAX = 8, HOTLINES_ALL_MAX = 64 };

/* Checks the table's form, so that hotlines_find cannot fail later. */
errcode hotlines_check(str table, struct err *err);
/* The rows of SCOPE, in the table's order; returns how many, at most HOTLINES_ALL_MAX. Texts are
 * views into TABLE. */
size_t hotlines_list(str table, const char *scope, struct hotline out[HOTLINES_ALL_MAX]);
bool hotline_is_valid(const struct hotline *hotline, day today);
/* Those of them that are valid on DAY, at most HOTLINES_MAX. */
size_t hotlines_find(str table, const char *scope, day today, struct hotline out[HOTLINES_MAX]);
