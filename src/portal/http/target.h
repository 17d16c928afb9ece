/* SPDX-License-Identifier: Apache-2.0 */
/* The request target (RFC 9112, 3.2): its path, decoded once, and its query. Whatever a proxy in
 * front could read otherwise (dot segments, encoded slashes, invalid escapes) is refused. */
#pragma once

#include "base/str.h"

enum { TARGET_MAX = 2048 };

struct target {
    str host;  /* of the absolute form, else empty */
    str path;  /* decoded, in OUT */
    str query; /* as it came, without '?' */
};

/* Origin form or absolute form with http or https. Writes the path to OUT, which has room for as
 * much as TEXT. Returns the status to
 * refuse with, or 0: 414 when longer than TARGET_MAX, else 400. */
unsigned target_parse(str text, char *out, struct target *ret);
/* The first value of NAME in the query, decoded ('+' is a blank) into OUT; false when it is not
 * there, does not fit or is badly escaped. */
bool query_find(str query, str name, char *out, size_t size, str *ret);
