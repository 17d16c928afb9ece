/* SPDX-License-Identifier: Apache-2.0 */
/* Messages in two languages. English texts in the source are the keys; po/vi.po holds the
 * Vietnamese ones, compiled in as a GNU .mo catalog. A lookup needs no locale and no global state,
 * so each request of a server has its own language. */
#pragma once

#include "base/str.h"

enum language { LANGUAGE_VI, LANGUAGE_EN };

/* The text in that language; the English key itself where there is no translation. */
const char *catalog_text(enum language language, const char *english);
const char *language_code(enum language language); /* "vi", "en" */
/* Marks a text for xgettext where it is not translated at once. */
#define N_(text) text
