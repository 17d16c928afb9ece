/* SPDX-License-Identifier: Apache-2.0 */
/* A module over given data without rules: fields by path, functions by name and arguments. */
#pragma once

#include "base/buf.h"
#include "scan/modules/modules.h"

struct module_under_test {
    struct module_run run;
    struct module_host host;
    struct arena arena;
    struct buf lines; /* what was said on the console, each with a newline */
};

/* DATA stay the caller's; TEST stays where it is until it is closed. */
void module_open(struct module_under_test *test, const struct module *module, str data);
void module_close(struct module_under_test *test);
/* The field at PATH, such as "sections[3].name" or "dict["key"]". Undefined where the data have no
 * such thing; a path that the shape does not have ends the program. */
struct value module_value(struct module_under_test *test, str path);
/* NAME's overload with those argument letters, called with as many values. */
struct value module_call(struct module_under_test *test, const char *name, const char *arguments,
                         const struct value *values);
/* A regular expression is its own text here, given as a string; it "matches" where it occurs. */
