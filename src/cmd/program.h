/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs have in common, from the call to the status. */
#pragma once

#include "cmd/command.h"

/* Reads the configuration of a call and runs it. */
typedef errcode program_conf(struct call *call, errcode (*run)(struct call *call, struct err *err),
                             struct err *err);
/* The command that is meant by arguments that begin with none; NULL: they begin with one. */
typedef const char *program_default(const char *const *arguments, size_t count);

/* Returns the status: 0, 1 for what failed, 2 for a call that is none. Either function may be NULL.
 */
int program_main(int argc, char **argv, program_default *find_default, program_conf *with_conf);
