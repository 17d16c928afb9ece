/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled scripts of AutoIt as text. */
#pragma once

#include "base/buf.h"

/* Adds the text of the tokens of format EA06 to OUT, in UTF-8; what is no token ends it. Numbers of
 * functions that are not known by name are written as "func12". */
void autoit_script_text(str tokens, struct buf *out);
