/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry that starts a command is worth: its text (scan/checks/suspect.h), the files that it
 * names, the addresses in it. Findings are reported, what is started is told. */
#pragma once

#include "scan/linux/memory.h"

/* COMMAND stands in LINE of PATH and starts by itself. True when it was reported. */
bool judge_command(const struct look *look, const char *path, size_t line, str command);
/* The lines of a shell script: only what no one writes in one without bad intent, since people
 * write all else. */
void judge_script(const struct look *look, const char *path, str text);
/* A script that starts by itself. */
void judge_script_file(const struct look *look, const char *path, void *unused);
/* NAME=VALUE of an environment that programs are started with. */
void judge_variable(const struct look *look, const char *path, size_t line, str assignment);
/* True when it makes programs load a library that is no package's. */
bool judge_libraries(const struct look *look, str assignment, struct suspicion *ret);
/* A library that is loaded into every program: false when it is a package's own. */
bool judge_library(const struct look *look, str library, enum finding_level *ret);

/* Known C2 servers among the addresses in a text; the first is reported. */
bool judge_addresses(const struct look *look, const char *path, size_t line, str text);
extern const struct check_reason judge_listed, judge_unowned;
