/* SPDX-License-Identifier: Apache-2.0 */
/* Tests speak TAP (Test Anything Protocol 12): one line a check, the plan at the end, and "#" lines
 * that say where a failed check stands. */
#pragma once

#include "base/err.h"
#include "base/str.h"

#define tap_ok(condition, ...) tap_check((condition), __FILE__, __LINE__, __VA_ARGS__)
#define tap_eq_i64(got, want, ...)                                                                 \
    tap_check_i64((long long)(got), (long long)(want), __FILE__, __LINE__, __VA_ARGS__)
#define tap_eq_str(got, want, ...) tap_check_str((got), (want), __FILE__, __LINE__, __VA_ARGS__)
#define tap_eq_z(got, want, ...)                                                                   \
    tap_check_str(str_of(got), str_of(want), __FILE__, __LINE__, __VA_ARGS__)
/* The call returned OK; otherwise its message is shown. */
#define tap_no_err(code, err, ...) tap_check_err((code), (err), __FILE__, __LINE__, __VA_ARGS__)

bool tap_check(bool passed, const char *file, int line, const char *format, ...) PRINTF_LIKE(4, 5);
bool tap_check_i64(long long got, long long want, const char *file, int line, const char *format,
                   ...) PRINTF_LIKE(5, 6);
bool tap_check_str(str got, str want, const char *file, int line, const char *format, ...)
    PRINTF_LIKE(5, 6);
bool tap_check_err(errcode code, const struct err *err, const char *file, int line,
                   const char *format, ...) PRINTF_LIKE(5, 6);
/* Counts as passed and says why it was not tried. */
void tap_skip(const char *why);
void tap_note(const char *format, ...) PRINTF_LIKE(1, 2);
/* A new empty folder in $TMPDIR, for this run of the program; NAME is part of its name. */
const char *tap_folder(const char *name);
/* Sets a variable of the environment, such as KHIEN_NOW; NULL removes it. */
void tap_set_variable(const char *name, const char *value);
/* Prints the plan; returns the exit status of the test program. */
int tap_done(void);
