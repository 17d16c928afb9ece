/* SPDX-License-Identifier: Apache-2.0 */
/* Internet shortcuts (.url): an INI file with an address. */
#pragma once

#include "base/str.h"

/* The value of NAME in the section [SECTION], letters of either case, a view into TEXT; false when
 * there is none. Also for autorun.inf. */
bool url_file_value(str text, str section, str name, str *ret);
