/* SPDX-License-Identifier: Apache-2.0 */
/* Names of sites that malware keeps machines from, or leads them astray to: of updates and
 * security, and those that people trust with money and data. */
#pragma once

#include "base/str.h"

enum guarded { GUARDED_NOT, GUARDED_SECURITY, GUARDED_MONEY };
/* Of the name or of one that it is below of. */
enum guarded guarded_find(str name);
