/* SPDX-License-Identifier: Apache-2.0 */
/* Whom to call: dated rows of data/hotlines.tsv or the operator's replacement. */
#pragma once

#include "base/clock.h"
#include "base/err.h"

struct hotline {
    str name[2]; /* by enum language */
    str phone, email, url;
};

enum { HOTLINES_MAX = 8 };

/* Checks the table's form, so that hotlines_find cannot fail later. */
errcode hotlines_check(str table, struct err *err);
/* The rows of SCOPE that are valid on DAY, in the table's order; returns how many, at most
 * HOTLINES_MAX. Text are views into TABLE. */
size_t hotlines_find(str table, const char *scope, day today, struct hotline out[HOTLINES_MAX]);
