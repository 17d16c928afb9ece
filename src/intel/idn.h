/* SPDX-License-Identifier: Apache-2.0 */
/* Domain names in other letters than ASCII, such as Vietnamese ones, as the DNS has them. */
#pragma once

#include "base/arena.h"

/* Each label with such letters as "xn--…" (Punycode, RFC 3492). NAME is UTF-8, composed; Latin
 * letters become small, other scripts stay as they are. False when it is not UTF-8, or a label
 * would be longer than 63 bytes. */
bool idn_to_ascii(str name, struct arena *arena, str *ret);
