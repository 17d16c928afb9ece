/* SPDX-License-Identifier: Apache-2.0 */
/* Malware family names: aliases as feeds write them → one canonical name, with a plain description
 * in two languages. From data/families.tsv or the operator's replacement. */
#pragma once

#include "base/catalog.h"
#include "base/err.h"
#include "base/str.h"

struct families;
struct family {
    str name, kind, platform;
    str description[2]; /* by enum language */
};

/* The built-in table when TEXT is empty, else TEXT (NAME is for messages), which must outlive it.
 * Refuses an alias that stands for two families. */
errcode families_new(const char *name, str text, struct families **ret, struct err *err);
void families_free(struct families *families);
/* The family that NAME is an alias of (any case; '_', ' ' and '-' are alike), or NULL. About 30 ns.
 */
const struct family *families_find(const struct families *families, str name);
