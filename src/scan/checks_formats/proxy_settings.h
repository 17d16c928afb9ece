/* SPDX-License-Identifier: Apache-2.0 */
/* The values WinHttpSettings and DefaultConnectionSettings of the registry, in which Windows keeps
 * a proxy: numbers of 32 bits, texts with their length in front. */
#pragma once

#include "base/str.h"

struct proxy_settings {
    str server, script; /* views; empty when it is not used */
};
/* False when it is cut off. */
bool proxy_settings_parse(str bytes, struct proxy_settings *ret);
