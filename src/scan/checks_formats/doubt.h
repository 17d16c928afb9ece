/* SPDX-License-Identifier: Apache-2.0 */
/* What makes a command line or a program's path of Windows doubtful. Only texts are judged. */
#pragma once

#include "scan/checks/checks.h"

struct doubt {
    enum finding_level level;
    const struct check_reason *reason; /* NULL: there is no doubt */
};

/* The next word of a command line, without its quotes; false at the end. */
bool doubt_word(str *rest, str *ret);
/* The gravest of a command; all of its words that are paths are judged too. */
struct doubt doubt_command(str command);
/* Of one path: endings that hide others, marks that turn letters round, folders of malware. */
struct doubt doubt_path(str path);
/* Whether PATH has the name of a program of Windows, but stands elsewhere than in the folder
 * WINDOWS or its System32 and SysWOW64. */
bool doubt_is_false_system_program(str path, str windows);
/* The later part of a path. */
str doubt_base(str path);
bool doubt_ends(str path, const char *const *endings);
bool doubt_is_script(str path);
