/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a command line is as malware writes them. Only the text is judged; what the named files
 * are is asked elsewhere. What administrators write every day is no suspicion. */
#pragma once

#include "scan/checks/checks.h"
#include "scan/checks/command.h"

struct suspicion {
    enum finding_level level;
    const struct check_reason *reason;
};

/* The gravest suspicion; false when there is none. */
bool suspect_command(str command, struct suspicion *ret);
bool suspect_parsed(const struct command_line *line, str text, struct suspicion *ret);
/* A program's path: in a folder for temporary files, or hidden. */
bool suspect_program(str path, struct suspicion *ret);
/* NAME=VALUE that makes programs load code of others: LD_PRELOAD and the like. */
bool suspect_variable(str assignment, struct suspicion *ret);
/* In /tmp, /var/tmp or /dev/shm, or below. */
bool path_is_temporary(str path);
/* A folder or file of a name with a dot first, but for those that tools of developers and desktops
 * keep programs in. */
bool path_is_hidden(str path);

/* The lines of a script with those that continue them, without comments. */
struct script_lines {
    str rest;
    size_t next; /* number of the line that REST begins with */
    size_t line; /* number of the line that the last one begins on */
};
#define SCRIPT_LINES(text_) ((struct script_lines){.rest = (text_), .next = 1})
bool script_line(struct script_lines *lines, str *ret);
