/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes written as text. What does not belong there is passed over, as mail readers and document
 * readers do; each is false when no more is taken. */
#pragma once

#include "scan/unpack/reader.h"

enum text_code { CODE_PLAIN, CODE_BASE64, CODE_QUOTED, CODE_UU, CODE_HEX, CODE_85 };
bool text_decode(struct unpack *walk, str text, enum text_code code);
/* The same into a buffer, whose cap holds. */
bool text_decode_to(str text, enum text_code code, struct buf *out);
