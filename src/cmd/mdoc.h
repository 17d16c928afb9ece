/* SPDX-License-Identifier: Apache-2.0 */
/* Writing manual pages in mdoc(7): what plain text must be escaped for. */
#pragma once

#include "base/buf.h"

/* .Dd, .Dt, .Os and the NAME section. */
void mdoc_head(struct buf *out, const char *name, int section, const char *summary);
/* Sentences, each on a line of its own as mdoc wants it; "\n\n" begins a paragraph, and text
 * between backquotes is shown as literal. */
void mdoc_text(struct buf *out, const char *text);
/* One escaped piece within a line that begins otherwise. */
void mdoc_inline(struct buf *out, const char *text);
