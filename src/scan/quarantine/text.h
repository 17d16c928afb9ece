/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a text file: where one stood, and where it goes back to. */
#pragma once

#include "scan/quarantine/about.h"

/* The line with its end, LINE from 1; false when there are fewer. */
bool text_line(str text, uint64_t line, str *ret);
/* A line without its LF or CRLF. */
str text_bare(str line);
bool text_has_line(str text, str bare);
struct line_place text_place(str text, uint64_t line);
/* The offset where a line of this place goes; false when its neighbours are not there, or beside
 * each other more than once. */
bool text_find_place(str text, const struct line_place *place, size_t *ret);
/* The text with a line put in at AT, which is between lines or the end. */
void text_insert(str text, size_t at, str line, struct buf *out);
