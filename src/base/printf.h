/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler checks calls of a function like printf: the format is its FORMAT-th argument, what
 * it formats begins with the FIRST-th (0: a va_list). C99's rules hold on every system: gcc would
 * take "printf" for the C library's of Windows, which knows no %zu and is not used. */
#pragma once

#ifdef _WIN32
#define PRINTF_LIKE(format_at, first_at) __attribute__((format(gnu_printf, format_at, first_at)))
#else
#define PRINTF_LIKE(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#endif
