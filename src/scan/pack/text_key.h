/* SPDX-License-Identifier: Apache-2.0 */
/* Domains and URLs in the one form in which they are compared: without the marks that make them
 * harmless to click ("hxxp", "[.]"), scheme and host in small letters. */
#pragma once

#include "base/arena.h"

/* Without brackets around dots and colons, and blanks at both ends. */
str text_key_armed(str s, struct arena *arena);
/* False when S is none. A leading "*." and a final dot are left out. */
bool text_key_domain(str s, struct arena *arena, str *ret);
/* With "://"; an empty path becomes "/". */
bool text_key_url(str s, struct arena *arena, str *ret);
uint64_t text_key_hash(str key);
