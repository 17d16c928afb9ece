/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON: jansson behind a cap on depth, with duplicate keys and NUL in keys refused. */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <jansson.h>

/* The document, which the caller frees with json_decref. Nesting deeper than LIMIT_JSON_DEPTH, more
 * than CAP bytes, or values for more than LIMIT_JSON_MEMORY is ERR_LIMIT; anything else wrong is
 * ERR_FORMAT with line and column. */
errcode json_read(str text, size_t cap, json_t **ret, struct err *err);
static inline void
cleanup_json(json_t **json)
{
    json_decref(*json);
}

/* A member that is text; the empty view when it is absent or of another type. */
str json_text(const json_t *object, const char *key);
/* A member that is an integer or decimal digits in text; false when it is neither. */
bool json_number(const json_t *object, const char *key, int64_t *ret);
