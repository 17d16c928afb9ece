/* SPDX-License-Identifier: Apache-2.0 */
/* Texts as Windows takes and gives them: UTF-16. */
#pragma once

#include <stddef.h>

/* A path for a call of Windows, whatever its length; the caller frees. NULL when it is not UTF-8 or
 * the system refuses it, with GetLastError set. */
wchar_t *wide_path(const char *path);
/* The same of any text. */
wchar_t *wide_text(const char *text);
/* SIZE bytes at OUT, always terminated; what does not fit is left out. */
void wide_to_utf8(const wchar_t *wide, char *out, size_t size);
