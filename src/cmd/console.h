/* SPDX-License-Identifier: Apache-2.0 */
/* What programs ask of the system about their arguments and standard files; linux/ and windows/
 * each answer it. */
#pragma once

#include "base/file.h"

/* First of all. Arguments become UTF-8, and stay until the end. */
void console_prepare(int *argc, char ***argv);
/* True when nobody reads standard output any more. */
bool console_reader_left(void);
/* The next line of standard input with its end; false when there is none. */
bool console_read_line(char *out, size_t size);
/* The folder that the program is in; false when that cannot be found out. */
bool console_folder(char out[PATH_TEXT]);
/* Whether somebody can be asked: standard input is a terminal. */
bool console_is_asked(void);
