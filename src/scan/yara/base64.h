/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"

/* TEXT in base64 (RFC 4648) as it reads with BEFORE bytes (0 to 2) standing before it in the same
 * group, without the characters that depend on its neighbours. ALPHABET has 64 bytes, or none for
 * the usual one. */
str base64_form(struct arena *arena, str text, unsigned before, str alphabet);
