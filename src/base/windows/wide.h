/* SPDX-License-Identifier: Apache-2.0 */
/* Texts as Windows takes and gives them: UTF-16. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A path for a call of Windows, whatever its length; the caller frees. NULL when it is not UTF-8 or
 * the system refuses it, with GetLastError set. Names on disks are any 16-bit numbers: half of a
 * surrogate pair is written as UTF-8 would write its number (WTF-8), so that such a file can be
 * named too. From a drive's letter on a path means itself, names that end in a blank or are a
 * device's included. */
wchar_t *wide_path(const char *path);
/* The absolute path, with backslashes; false when it is none, or SIZE bytes do not hold it. */
bool wide_full(const char *path, char *out, size_t size);
/* N numbers of a name, written as above; false when SIZE bytes do not hold them and the NUL. */
bool wide_to_path(const wchar_t *wide, size_t n, char *out, size_t size);
/* The same of any text, of which only UTF-8 is one. */
wchar_t *wide_text(const char *text);
/* SIZE bytes at OUT, always terminated; what does not fit is left out. */
void wide_to_utf8(const wchar_t *wide, char *out, size_t size);
